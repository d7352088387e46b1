"""What waits to be sent, and a note of what was: files below one folder, each written whole or not at all.

instance          names this store among those that send to the same dataset
queued/*.jsonl    shards that wait; the name is the one on the Hub, with "+" for "/"
sent/*.json       for each file that is on the Hub: the ids and photos in it
"""

import json
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ergo_demo.exports.folder import dumps, read_lines, sha256_of
from ergo_demo.store.blobs import sync_folder
from ergo_demo.store.wiping import QUEUED

SENT, INSTANCE = "sent", "instance"


@dataclass(frozen=True, slots=True)
class Shard:
    """Lines that are sent together. `name`: of the file on the Hub."""

    name: str
    file: Path

    def lines(self) -> Iterator[dict[str, Any]]:
        """As log.record made them."""
        return read_lines(self.file)


class Outbox:
    """Used by one thread at a time. Two processes on one folder may send something twice, which changes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in (QUEUED, SENT):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / INSTANCE).exists():
            _write(folder / INSTANCE, secrets.token_hex(6))
        self.instance = (folder / INSTANCE).read_text("ascii")

    def queued(self) -> list[Shard]:
        """What waits, in the order in which it was cut."""
        return [Shard(_name(file.name), file) for file in sorted((self._folder / QUEUED).glob("*.jsonl"))]

    def noted(self) -> set[str]:
        """The names of the files on the Hub that need not be sent or fetched."""
        return {_name(file.name.removesuffix(".json")) for file in (self._folder / SENT).glob("*.json")}

    def photos(self) -> set[str]:
        """The names of the photos that were sent with them."""
        return {name for note in self._notes() for name in note["photos"]}

    def ids(self) -> set[str]:
        """Of all decisions that wait or are sent."""
        waiting = {id_of(line) for shard in self.queued() for line in shard.lines()}
        return waiting | self.sent_ids()

    def sent_ids(self) -> set[str]:
        """Of the decisions that the Hub has."""
        return {id for note in self._notes() for id in note["ids"]}

    def commits_since(self, epoch_seconds: float) -> int:
        """How many commits this store made since then, by its own notes."""
        files = (file for file in (self._folder / SENT).glob("*.json") if file.stat().st_mtime > epoch_seconds)
        return len({json.loads(file.read_text("ascii"))["commit"] for file in files} - {""})

    def add(self, lines: Sequence[dict[str, Any]]) -> Shard:
        """Lets lines wait, on the disk when this returns."""
        content = "".join(dumps(line) + "\n" for line in lines)
        number = 1 + max((_number(name) for name in self._own()), default=0)
        digest = sha256_of(content.encode())[:8]
        name = f"data/{self.instance}/{number // 1000:03}/{number:06}-{digest}.jsonl"
        file = self._folder / QUEUED / _file(name)
        _write(file, content)
        return Shard(name, file)

    def note(self, name: str, ids: Collection[str], photos: Collection[str], commit: str) -> None:
        """Notes that a file is on the Hub. `commit`: since which commit, or "" where it was fetched."""
        note = {"commit": commit, "ids": sorted(ids), "photos": sorted(photos)}
        _write(self._folder / SENT / f"{_file(name)}.json", dumps(note))

    def _own(self) -> Iterator[str]:
        mine = f"data/{self.instance}/"
        names = {shard.name for shard in self.queued()} | self.noted()
        return (name for name in names if name.startswith(mine) and name.endswith(".jsonl"))

    def _notes(self) -> Iterator[dict[str, Any]]:
        for file in (self._folder / SENT).glob("*.json"):
            yield json.loads(file.read_text("ascii"))


def id_of(line: dict[str, Any]) -> str:
    """Of the decision in a line: by what it is known, however often it comes."""
    id: str = line["annotation"]["submission"]["client_id"]
    return id


def _number(name: str) -> int:
    return int(name.rpartition("/")[2].partition("-")[0])


def _file(name: str) -> str:
    return name.replace("/", "+")


def _name(file: str) -> str:
    return file.replace("+", "/")


def _write(file: Path, content: str) -> None:
    making = file.with_name(f".{file.name}.new")
    making.write_text(content, "ascii")
    sync_folder(making)  # files alike
    os.replace(making, file)
    sync_folder(file.parent)
