"""An export's folder: nothing stands under its name until all of it does. And files that are written piece by piece.

Names inside are ours or hashes, never a person's: nothing can leave the folder. While OUT is written there is a folder
.OUT.unfinished beside it, with the files so far and the pictures that were made for them. After an interruption, even
by a kill, the next run into OUT begins its files anew and takes the pictures, which are nearly all of the work.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from ergo_demo.errors import ErgoError, InputError
from ergo_demo.store.blobs import sync_folder

if sys.platform != "win32":  # where nothing keeps two runs from writing one folder
    import fcntl


class Interrupted(ErgoError):
    """Somebody stopped it: as after Ctrl+C, what was made is kept for the next try."""


@dataclass(frozen=True, slots=True)
class Making:
    """An export that is being written: its files so far, and the pictures that outlive an interruption."""

    files: Path
    made: Path


@contextmanager
def new_folder(out: Path) -> Iterator[Making]:
    """A folder to write into that becomes `out` when this ends well. Raises InputError where `out` is there, or begun.

    What was interrupted keeps its pictures; what failed keeps nothing.
    """
    if out.exists() or out.is_symlink():  # one that leads nowhere is in the way, too
        raise InputError(f"{out} exists.", remedy="Name a new folder: an export is never written over another.")
    unfinished = out.parent / f".{out.name}.unfinished"
    making = Making(unfinished / "files", unfinished / "made")
    unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(unfinished, out):
        try:
            shutil.rmtree(making.files, ignore_errors=True)
            making.files.mkdir()
            making.made.mkdir(exist_ok=True)
            yield making
            _publish(making.files, out)
        except Interrupted:
            raise
        except Exception:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        finally:  # also of an interruption, which is no Exception
            shutil.rmtree(making.files, ignore_errors=True)
        shutil.rmtree(unfinished, ignore_errors=True)


def _publish(files: Path, out: Path) -> None:
    for path in files.rglob("*"):
        sync_folder(path)  # files alike
    files.chmod(0o755)
    os.replace(files, out)
    sync_folder(out.parent)


@contextmanager
def _alone(unfinished: Path, out: Path) -> Iterator[None]:
    """Only one at a time writes into `out`; the lock goes with its process, however that ends."""
    with (unfinished / "lock").open("w") as lock:
        try:
            if sys.platform != "win32":
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            remedy = "Wait until it is there, or name another folder."
            raise InputError(f"{out} is being written just now.", remedy=remedy) from error
        yield


def dumps(value: object, **more: Any) -> str:
    """JSON in ASCII: no line break of some alphabet ends a line, no letter turns the direction of writing."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, **more)


def sha256_of(content: bytes) -> str:
    """The name of content-addressed bytes."""
    return hashlib.sha256(content).hexdigest()


def write_json(file: Path, value: object) -> None:
    """One small object, for people too."""
    file.write_text(dumps(value, indent=1) + "\n", "ascii")


class JsonLines:
    """Files of one JSON object per line, by name (a split, say): each is made when its first row comes."""

    def __init__(self, folder: Path, suffix: str = ".jsonl") -> None:
        self._folder, self._suffix = folder, suffix
        self._files: dict[str, TextIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def add(self, name: str, row: object) -> None:
        """One more line."""
        if name not in self._files:
            path = self._folder / f"{name}{self._suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[name] = path.open("w", encoding="ascii", newline="\n")
        self._files[name].write(dumps(row) + "\n")


class JsonArray:
    """A file that holds one array, written element by element: `add` each, between `with` and its end."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._count = 0

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w", encoding="ascii", newline="\n")
        self._file.write("[")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.write("\n]\n")
        self._file.close()

    def add(self, element: object) -> None:
        """One more element."""
        self._file.write((",\n" if self._count else "\n") + dumps(element))
        self._count += 1


def read_lines(file: Path) -> Iterator[Any]:
    """The objects of a file that JsonLines wrote; none where it was never made."""
    if file.exists():
        with file.open(encoding="ascii", newline="\n") as lines:
            yield from map(json.loads, lines)


def read_array(file: Path) -> Iterator[Any]:
    """The elements of a file that JsonArray wrote, one at a time; none where it was never made."""
    if file.exists():
        with file.open(encoding="ascii", newline="\n") as lines:
            assert next(lines) == "[\n", f"{file.name} is one of ours"
            yield from (json.loads(line.rstrip(",\n")) for line in lines if line != "]\n")
