"""The store's submit, many people at once: acknowledgements a second, and how long the slowest of a hundred waits.

Each acknowledgement is on the disk. Without HTTP: threads call the store. The figures are the disk's as much as ours,
so they stand beside a bare SQLite that inserts the same row and commits each.
"""

import argparse
import json
import sqlite3
import statistics
import tempfile
import threading
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ergo_demo.errors import StoreDamaged
from ergo_demo.geometry import Box, Size
from ergo_demo.records import to_json

if TYPE_CHECKING:
    from ergo_demo.store.records import Submission
    from ergo_demo.store.store import Store

FRAME = Size(8000, 6000)
BOX = Box(1010.5, 500.25, 1400.75, 910.0)
BARE_SHARE = 0.25
"""Of the run's seconds, for the bare inserts."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("--threads", type=int, default=50, help="people who submit at once (default 50)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long they do (default 20)")
    parser.add_argument("--folder", type=Path, help="where the store is made (default: the temporary folder)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> None:
    """Measures, and prints."""
    numbers = measure(options.threads, options.seconds, options.folder)
    if options.json:
        print(json.dumps(numbers))
        return
    print(
        f"{numbers['acks']:,} acknowledgements by {numbers['threads']} threads: {numbers['acks_per_s']:.0f} a second,"
    )
    print(f"  median {numbers['p50_s'] * 1000:.0f} ms, p99 {numbers['p99_s'] * 1000:.0f} ms,")
    print(
        f"  {numbers['over_bare_insert']:.2f} times the {numbers['bare_per_s']:.0f} a second of a bare insert + commit"
    )


def measure(threads: int, seconds: float, folder: Path | None = None) -> dict[str, float]:
    """Figures of `threads` people who submit one after the other for so long. Raises StoreDamaged if one is missing."""
    from ergo_demo.store.store import open_store

    with tempfile.TemporaryDirectory(prefix="ergo-bench-", dir=folder) as scratch:
        with open_store(Path(scratch) / "data") as store:
            _prepare(store, Path(scratch))
            waits = _submit_all(store, threads, seconds)
            kept = store.verify().annotations
        if kept != len(waits):
            raise StoreDamaged(f"{kept:,} rows for {len(waits):,} acknowledgements.", remedy="This is a defect.")
        bare_per_s = _bare_per_s(Path(scratch) / "bare.sqlite", seconds * BARE_SHARE)
    return {
        "threads": threads,
        "seconds": seconds,
        "acks": len(waits),
        "acks_per_s": len(waits) / seconds,
        "p50_s": statistics.median(waits),
        "p99_s": waits[int(len(waits) * 0.99)],
        "bare_per_s": bare_per_s,
        "over_bare_insert": len(waits) / seconds / bare_per_s,
    }


def _prepare(store: "Store", scratch: Path) -> None:
    from ergo_demo.store.blobs import hash_of
    from ergo_demo.store.records import Image, Item, Plan

    photo = scratch / "photo"
    photo.write_bytes(b"no photo")
    image = Image(blob_sha256=hash_of(photo), upload_sha256=hash_of(photo), size=FRAME)
    store.put_image(photo, image)
    store.add_project("bench", "Bench", Plan())
    item = Item(
        id="item",
        project="bench",
        blob_sha256=image.blob_sha256,
        upload_sha256=image.upload_sha256,
        frame=FRAME,
        question="What is written on the small sign?",
        suggested=BOX,
        coarse=Size(1344, 1008),
        wanted=10**6,
    )
    store.add_items([item])


def _submission(base: int) -> "Submission":
    from ergo_demo.store.records import Action, Submission

    return Submission(client_id=uuid.uuid4().hex, item="item", base=base, action=Action.EDIT, boxes=(BOX,))


def _submit_all(store: "Store", threads: int, seconds: float) -> list[float]:
    """Seconds that each acknowledgement took, shortest first."""
    waits: list[float] = []
    end = time.monotonic() + seconds

    def submit_on(who: str) -> None:
        mine: list[float] = []
        began = time.monotonic()
        while began < end:
            store.submit(_submission(len(mine)), who)
            now = time.monotonic()
            mine.append(now - began)
            began = now
        waits.extend(mine)

    people = [threading.Thread(target=submit_on, args=(f"person{number}",)) for number in range(threads)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return sorted(waits)


def _bare_per_s(file: Path, seconds: float) -> float:
    """One connection, a row of the same size, a commit each, WAL and FULL."""
    row = json.dumps(to_json(_submission(0)))
    done, began = 0, time.monotonic()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, record TEXT)")
        while time.monotonic() - began < seconds or not done:
            connection.execute("INSERT INTO bare VALUES (?, ?)", (uuid.uuid4().hex, row))
            done += 1
    return done / (time.monotonic() - began)
