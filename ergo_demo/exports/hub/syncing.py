"""Push: what the store has and the Hub lacks. Pull: what the Hub has and the store lacks. Both may be broken off."""

import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from ergo_demo.errors import HubFailed, NotThere, RowsInvalid
from ergo_demo.exports.corrected import Corrected, about
from ergo_demo.exports.folder import dumps, sha256_of
from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.outbox import Outbox, Shard, id_of
from ergo_demo.exports.importing import import_lines
from ergo_demo.exports.log import lines_of, record
from ergo_demo.exports.pictures import stored_name
from ergo_demo.exports.said import Rules, unfit
from ergo_demo.store.store import Store

MOST_LINES, MOST_PHOTOS, MOST_BYTES = 500, 90, 10_000_000
"""Of one shard, which is one commit: the Hub wants fewer than 100 files in each. Bytes are those of the lines."""

MOST_COMMITS, HOUR_SECONDS = 100, 3600
"""The Hub takes 128 commits to a dataset in an hour; some are left to others that send to it."""

SHARD = re.compile(r"data/[0-9a-f]{12}/[0-9]{3}/[0-9]{6}-[0-9a-f]{8}\.jsonl")
TOMBSTONES = re.compile(r"data/[0-9a-f]{12}/forgotten-[0-9a-f]{8}\.json")
PHOTO = re.compile(r"images/[0-9a-f]{2}/([0-9a-f]{64})\.[a-z]{1,5}")

Say = Callable[[str], None]


def push(store: Store, hub: HubDataset, say: Say = lambda _line: None) -> int:
    """Sends every decision that was not sent; how many there were. Raises HubFailed: the rest waits on the disk."""
    outbox = Outbox(store.outbox)
    if not outbox.queued() and not _missing(store, outbox) and not _untold(store, outbox):
        return 0
    hub.open()
    cut(store, outbox)
    sent = 0
    for shard in outbox.queued():
        sent += _send(store, hub, outbox, shard)
        say(f"{sent:,} decisions sent")
    _send_tombstones(store, hub, outbox)
    return sent


def staying(store: Store) -> int:
    """How many decisions the Hub does not have."""
    return len(store.annotation_ids() - Outbox(store.outbox).sent_ids())


def cut(store: Store, outbox: Outbox) -> None:
    """Puts what was not sent yet into shards that wait."""
    lines: list[dict[str, Any]] = []
    photos, size = set[str](), 0
    there = outbox.photos()
    for corrected in _read(store, _missing(store, outbox)):
        line = record(corrected, stored_name(corrected.photo))
        new = {line["photo"]} - there - photos
        if lines and (len(lines) == MOST_LINES or len(photos | new) > MOST_PHOTOS or size > MOST_BYTES):
            outbox.add(lines)
            lines, there, photos, size = [], there | photos, set(), 0
        lines.append(line)
        photos |= new
        size += len(dumps(line))
    if lines:
        outbox.add(lines)


def _missing(store: Store, outbox: Outbox) -> list[str]:
    return sorted(store.annotation_ids() - outbox.ids())


def _read(store: Store, ids: list[str]) -> Iterator[Corrected]:
    """Those whose photos are whole; the others wait until they are."""
    for start in range(0, len(ids), MOST_LINES):
        found = about(store, store.annotations_of(ids[start : start + MOST_LINES]))
        yield from (corrected for corrected in found if unfit(corrected, Rules()) is None)


def _send(store: Store, hub: HubDataset, outbox: Outbox, shard: Shard) -> int:
    """One commit; then the note, then the shard goes. Killed in between, the same commit is made again: no change."""
    _check_rate(outbox)
    lines, sent = list(shard.lines()), 0
    new = {line["photo"]: line["image"]["blob_sha256"] for line in lines if line["photo"] not in outbox.photos()}
    files = {name: _photo(store, sha256) for name, sha256 in new.items()}
    whole = {name: path for name, path in files.items() if path is not None}
    if lines and len(whole) == len(files):  # else one was forgotten since: what is left of the shard is cut anew
        ids = [id_of(line) for line in lines]
        commit = hub.commit({shard.name: shard.file, **whole}, f"{len(ids)} decisions")
        outbox.note(shard.name, ids, list(new), commit)
        sent = len(ids)
    shard.file.unlink(missing_ok=True)
    return sent


def _check_rate(outbox: Outbox) -> None:
    """Raises HubFailed where the hour has had its commits: asking the Hub for more would only make it refuse longer."""
    if outbox.commits_since(time.time() - HOUR_SECONDS) >= MOST_COMMITS:
        problem = f"{MOST_COMMITS} commits were made within an hour, about as many as the Hub takes."
        raise HubFailed(problem, remedy="Nothing is lost: what was not sent waits until the hour is over.")


def _photo(store: Store, blob_sha256: str) -> Path | None:
    """The photo's file; None where it is gone."""
    try:
        file = store.image(blob_sha256)[1]
    except NotThere:
        return None
    return file if file.is_file() else None


def _untold(store: Store, outbox: Outbox) -> tuple[str, str] | None:
    """Name and content of the tombstones that the Hub does not have yet."""
    gone = {kind: sorted(names) for kind, names in store.forgotten().items()}
    content = dumps(gone)
    name = f"data/{outbox.instance}/forgotten-{sha256_of(content.encode())[:8]}.json"
    return (name, content) if any(gone.values()) and name not in outbox.noted() else None


def _send_tombstones(store: Store, hub: HubDataset, outbox: Outbox) -> None:
    """Tells the Hub what was forgotten, and takes forgotten photos away."""
    untold = _untold(store, outbox)
    if untold is None:
        return
    _check_rate(outbox)
    name, content = untold
    photos = [found for found in hub.names() if _is_of(found, store.forgotten()["image"])]
    with tempfile.TemporaryDirectory(prefix="leaving-", dir=store.outbox) as folder:
        file = Path(folder) / "forgotten.json"
        file.write_text(content, "ascii")
        outbox.note(name, (), (), hub.commit({name: file}, "What was forgotten", delete=photos))


def _is_of(name: str, images: Collection[str]) -> bool:
    found = PHOTO.fullmatch(name)
    return found is not None and found.group(1) in images


def pull(store: Store, hub: HubDataset, say: Say = lambda _line: None) -> Counter[str]:
    """Adds what others sent, or this store before it was lost: counts of "added", "forgotten", "taken", "no photo".

    What was forgotten anywhere is forgotten here first. Raises HubFailed, RowsInvalid.
    """
    outbox = Outbox(store.outbox)
    there = hub.names()
    new = [name for name in there if name not in outbox.noted()]
    counts = Counter[str]()
    with tempfile.TemporaryDirectory(prefix="arriving-", dir=store.outbox) as scratch:
        arriving = _Arriving(store, hub, Path(scratch), frozenset(there))
        for name in filter(TOMBSTONES.fullmatch, new):
            arriving.bury(name)
            outbox.note(name, (), (), "")
        for name in filter(SHARD.fullmatch, new):
            lines = arriving.lines(name)
            counts += arriving.take(lines)
            outbox.note(name, [id_of(line) for line in lines], {line["photo"] for line in lines}, "")
            say(f"{counts['added']:,} decisions are here")
    return counts


class _Arriving:
    """Files of the Hub on their way into the store."""

    def __init__(self, store: Store, hub: HubDataset, folder: Path, there: frozenset[str]) -> None:
        self._store, self._hub, self._folder, self._there = store, hub, folder, there

    def bury(self, name: str) -> None:
        gone = json.loads(self._hub.fetch(name, self._folder).read_text("ascii"))
        self._store.forget_again(gone["image"], gone["annotator"])

    def lines(self, name: str) -> list[dict[str, Any]]:
        return list(lines_of(self._hub.fetch(name, self._folder)))

    def take(self, lines: list[dict[str, Any]]) -> Counter[str]:
        counts, kept = Counter[str](), []
        gone = self._store.forgotten()
        for line in lines:
            image = line["image"]
            if {image["blob_sha256"], image["upload_sha256"]} & gone["image"]:
                counts["forgotten"] += 1
            elif self._fetched(line["photo"]):
                kept.append(line)
            else:
                counts["no photo"] += 1
        return counts + import_lines(self._store, self._folder, kept)

    def _fetched(self, photo: str) -> bool:
        if not PHOTO.fullmatch(photo):
            raise RowsInvalid(f"A line names {photo[:80]!r} as its photo.", remedy="Somebody else wrote this dataset.")
        if photo in self._there and not (self._folder / photo).exists():
            self._hub.fetch(photo, self._folder)
        return photo in self._there
