"""What a batch's file holds, a few numbers a row: enough to filter 100,000 rows, and to find one in the file again.

Knows no page. The file may still be written: `refresh` reads what has come.
"""

import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ergo_demo.batch.rows import Row, read_row
from ergo_demo.protocol.parsing import Flag
from ergo_demo.records import Outcome
from ergo_demo.scoring import answer_matches

UNASKED = "unasked"
"""In place of an outcome: there was no run, because the photo or the question was none."""

OUTCOMES = (*(outcome.value for outcome in Outcome), UNASKED)
FLAGS = tuple(flag.value for flag in Flag)

SIZES = (0.0, 0.001, 0.01, 0.05, 0.25, math.inf)
"""Limits of the classes of box sizes: shares of the photo's area."""

NO_BOX = -1
WRONG, RIGHT, UNKNOWN = 0, 1, -1

LONGEST_ANSWER = 200
"""Characters of an answer that can be searched."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown; None is anything. `size` is a class of SIZES or NO_BOX, `flag` "" means none."""

    outcome: str | None = None
    flag: str | None = None
    size: int | None = None
    right: int | None = None
    answer: str = ""


class RowsIndex:
    """The rows of one file. Thread safe; a row is named by its place in the file, from 0."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read_bytes = 0
        self._offsets = array("q")
        self._outcomes = array("b")
        self._flags = array("q")
        self._shares = array("d")
        self._right = array("b")
        self._answers: list[str] = []
        self.refresh()

    def __len__(self) -> int:
        return len(self._answers)

    def refresh(self) -> None:
        """Reads the rows that came since. Raises RowsInvalid for a line that is no row, OSError."""
        with self._lock, self.path.open("rb") as file:
            file.seek(self._read_bytes)
            for content in file:
                if not content.endswith(b"\n"):  # is being written
                    return
                self._add(read_row(content, f"Line {len(self) + 1} of {self.path.name}"))
                self._read_bytes += len(content)

    def row(self, place: int) -> Row:
        """A row, read from the file. Raises IndexError, RowsInvalid, OSError."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        with self.path.open("rb") as file:
            file.seek(self._offsets[place])
            return read_row(file.readline(), f"Line {place + 1} of {self.path.name}")

    def places(self, wanted: Filter) -> Sequence[int]:
        """The places of the rows that fit, first to last."""
        with self._lock:
            fits = np.ones(len(self), bool)
            if wanted.outcome in OUTCOMES:
                fits &= np.array(self._outcomes) == OUTCOMES.index(wanted.outcome)
            if wanted.flag is not None:
                fits &= _with_flag(np.array(self._flags), wanted.flag)
            if wanted.size is not None:
                fits &= _of_size(np.array(self._shares), wanted.size)
            if wanted.right is not None:
                fits &= np.array(self._right) == wanted.right
            needle = wanted.answer.strip().casefold()
            return [place for place in np.flatnonzero(fits).tolist() if needle in self._answers[place]]

    def _add(self, row: Row) -> None:
        trace: dict[str, Any] = row["trace"] or {}
        answer = str(trace.get("answer") or "")
        self._offsets.append(self._read_bytes)
        self._outcomes.append(OUTCOMES.index(_one_of(OUTCOMES, trace.get("outcome"), UNASKED)))
        self._flags.append(sum(1 << FLAGS.index(flag) for flag in trace.get("flags") or () if flag in FLAGS))
        self._shares.append(share(trace))
        self._right.append(is_right(row))
        self._answers.append(answer[:LONGEST_ANSWER].casefold())


def _one_of(known: Sequence[str], value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value in known else otherwise


def _with_flag(flags: NDArray[np.int64], flag: str) -> NDArray[np.bool_]:
    wanted = 1 << FLAGS.index(flag) if flag in FLAGS else 0
    return np.not_equal(flags & wanted, 0) if wanted else np.equal(flags, 0)


def _of_size(shares: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    if size == NO_BOX or not 0 <= size < len(SIZES) - 1:
        return np.isnan(shares)
    return (shares >= SIZES[size]) & (shares < SIZES[size + 1])


def share(trace: dict[str, Any]) -> float:
    """The model box's share of the photo's area, NaN without a box."""
    try:
        box, source = trace["box"], trace["source"]
        area = (box["x2"] - box["x1"]) * (box["y2"] - box["y1"])
        return float(area / (source["width"] * source["height"]))
    except (KeyError, TypeError, ZeroDivisionError):
        return math.nan


def is_right(row: Row) -> int:
    """RIGHT or WRONG where the question came with its answer; a run that gave none is wrong."""
    expected = (row["item"] or {}).get("answer")
    if not isinstance(expected, str) or not expected.strip():
        return UNKNOWN
    return RIGHT if answer_matches(str((row["trace"] or {}).get("answer") or ""), expected) else WRONG
