"""What a format is: which rows it makes of a decision, how they are written, and how the files are read again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.lessons import Dropped, Lesson
from ergo_demo.exports.pictures import Pictures
from ergo_demo.exports.said import Rules, refusal
from ergo_demo.geometry import Size

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Out:
    """Where an export is written."""

    folder: Path
    pictures: Pictures


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading an export again found: how many rows, what is wrong, which libraries read it beside our own code."""

    rows: int
    problems: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    sizes: frozenset[Size] = frozenset()
    """Of the views that a processor will see."""
    processor: str = ""
    """Which one was asked about those sizes, if any: it reads no rows."""

    @property
    def words(self) -> str:
        """ "checked with datasets 5.2.0", or that only our own code read it."""
        read = f"checked with {', '.join(self.by)}" if self.by else "structure checked only"
        return f"{read}; picture sizes with {self.processor}" if self.processor else read


@dataclass(frozen=True, kw_only=True)
class Format(Generic[T]):
    """One format. `writing` gives a function that takes each row, and finishes the files when it is left."""

    name: str
    what: str
    rows: Callable[[Corrected, Rules], Iterator[T | Dropped]]
    writing: Callable[[Out], AbstractContextManager[Callable[[T], None]]]
    check: Callable[[Path], Checked]
    data: tuple[tuple[str, str], ...] = ()
    """For the card: the split's files, where `datasets` reads them."""
    refuses: Callable[[Corrected, Rules], str | None] = refusal
    whole_photo: bool = False
    """Whether lessons travel with the photo itself and boxes in source px, instead of views and boxes in view px."""
    every_version: bool = False
    """Whether decisions that were changed later are rows, too."""


def kind_of(row: Any) -> str:
    """What a row is, for the counts."""
    if isinstance(row, Lesson):
        return f"{type(row).__name__.lower()}, {'region' if row.stage == 'coarse' else 'answer'}"
    assert isinstance(row, Corrected)
    return row.annotation.submission.action.value


def corrected_of(row: Any) -> Corrected:
    """The decision that a row came from."""
    return row.about if isinstance(row, Lesson) else row


def library(name: str) -> str | None:
    """ "datasets 5.2.0" where it is installed."""
    return f"{name} {version(name)}" if find_spec(name.replace("-", "_")) else None
