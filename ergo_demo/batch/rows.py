"""The file that a batch writes: one JSON object a line, appended whole, and what a run that was killed left of it.

A row: {"line", "digest", "item", "image", "trace", "error"}. `item` is the question's line as it was, `image` its
path relative to this file, `trace` is null where no run began. Rows stand in the order in which they were answered.
Not covered: a machine that loses power may lose the last seconds.
"""

import json
import os
import sys
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

from ergo_demo.batch.questions import Line
from ergo_demo.errors import RowsInvalid
from ergo_demo.records import Outcome, Trace, to_json

if sys.platform != "win32":  # where nothing keeps two runs from writing one file
    import fcntl


BEGINNING = b'{"line": '
"""Of every row; what a file ends with and is no line must be the beginning of one, before it is cut off."""


class Row(TypedDict):
    """One line of the file."""

    line: int
    digest: str
    item: dict[str, Any] | None
    image: str | None
    trace: dict[str, Any] | None
    error: str | None


class Answered:
    """Which lines are answered: their digests by line number, 8 bytes each."""

    def __init__(self) -> None:
        self._digests = array("Q")
        self.count = 0

    def add(self, number: int, digest: int) -> None:
        """Line `number` (from 1) is answered."""
        if number >= len(self._digests):
            self._digests.extend([0] * (number + 1 - len(self._digests)))
        self.count += not self._digests[number]
        self._digests[number] = digest

    def holds(self, line: Line) -> bool:
        """Whether this line is answered. Raises RowsInvalid when what was answered was another one."""
        digest = self._digests[line.number] if line.number < len(self._digests) else 0
        if digest not in (0, line.digest):
            raise RowsInvalid(
                f"Line {line.number} of the questions is not the one that was answered.",
                remedy="Give the questions file that it began with, or another file to write to.",
            )
        return digest != 0


@dataclass
class RowsFile:
    """The file, open for appending by this process alone. `answered` is what it held and holds."""

    path: Path
    answered: Answered
    failed: int = 0
    first_trace: dict[str, Any] | None = None
    """Of the first row that has one: all rows must come from the same model and settings."""
    _file: FileIO = field(init=False, repr=False)

    @classmethod
    def open(cls, path: Path, *, again: bool = False) -> Self:
        """Cuts off a line that was being written when the last run was killed. `again`: forgets the failed rows.

        Raises RowsInvalid when another run is writing it, or it is no such file; OSError.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = cls(path, Answered())
        rows._file = FileIO(path, "ab")
        try:
            rows._lock()
            for _ in read_rows(path):  # all of it is ours, before anything of it is changed
                pass
            rows._cut_off_the_end()
            if again:
                rows._forget_failures()
            for row in read_rows(path):
                rows._count(row)
        except BaseException:
            rows._file.close()
            raise
        return rows

    def append(self, line: Line, item: dict[str, Any] | None, image: Path | None, answer: Trace | str) -> Row:
        """Writes one row in one go; `answer` is the trace, or why there is none."""
        trace = answer if isinstance(answer, Trace) else None
        row: Row = {
            "line": line.number,
            "digest": f"{line.digest:016x}",
            "item": item,
            "image": None if image is None else _relative(image, self.path.parent),
            "trace": None if trace is None else to_json(trace),
            "error": trace.error if trace else str(answer),
        }
        self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        self._count(row)
        return row

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.fsync(self._file.fileno())
        self._file.close()

    def _count(self, row: Row) -> None:
        self.answered.add(row["line"], int(row["digest"], 16))
        self.failed += is_failed(row)
        if self.first_trace is None:
            self.first_trace = row["trace"]

    def _lock(self) -> None:
        try:
            if sys.platform != "win32":
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RowsInvalid(f"{self.path} is being written by another run.", remedy="Wait for its end.") from error

    def _cut_off_the_end(self) -> None:
        """A row counts when its line is ended; the system keeps what was written, whoever is killed."""
        with self.path.open("rb+") as file:
            last = deque(file, maxlen=1)[0] if os.fstat(file.fileno()).st_size else b""
            if last and not last.endswith(b"\n"):
                if last[: len(BEGINNING)] != BEGINNING[: len(last)]:
                    raise _no_row(f"The end of {self.path.name}")
                file.truncate(file.tell() - len(last))

    def _forget_failures(self) -> None:
        """Leaves the failed rows out, in one step: the file is the old or the new one at any moment."""
        kept = self.path.with_name(f"{self.path.name}.kept")
        with kept.open("wb") as file:
            for row in read_rows(self.path):
                if not is_failed(row):
                    file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        kept.replace(self.path)
        self._file.close()
        self._file = FileIO(self.path, "ab")
        self._lock()


def _relative(image: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(image, folder)).as_posix()
    except ValueError:  # Windows: on another drive
        return image.as_posix()


def is_failed(row: Row) -> bool:
    """Whether nothing was answered; a question without a region is answered."""
    return row["trace"] is None or row["trace"].get("outcome") == Outcome.FAILED


def read_rows(path: Path) -> Iterator[Row]:
    """The rows that are whole. Raises RowsInvalid for a line that is none."""
    with path.open("rb") as file:
        for number, content in enumerate(file, 1):
            if content.endswith(b"\n"):
                yield read_row(content, f"Line {number} of {path.name}")


def read_row(content: bytes, name: str) -> Row:
    """One row; `name` is what an error calls it. Raises RowsInvalid."""
    try:
        row = json.loads(content)
        int(row["digest"], 16)
        if row["line"] < 1 or not isinstance(row["trace"], dict | None):
            raise ValueError
    except (ValueError, TypeError, KeyError) as error:
        raise _no_row(name) from error
    checked: Row = row
    return checked


def _no_row(name: str) -> RowsInvalid:
    return RowsInvalid(
        f"{name} is no row of a batch.", remedy="Give a file that `batch` wrote, or one that is not there yet."
    )
