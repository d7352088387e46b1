"""One row of work as it was read from a file, and where its photo may lie. Knows no store; opens no photo."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from ergo_demo.errors import BoxInvalid, SourceInvalid
from ergo_demo.geometry import Box, Size

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Edges:
    """A box as a file gives it: source px, or percent of the photo's width and height."""

    numbers: tuple[float, float, float, float]
    percent: bool = False

    def box(self, frame: Size) -> Box:
        """Source px, clipped to a photo of this size. Raises BoxInvalid when nothing of it is on the photo."""
        x1, y1, x2, y2 = self.numbers
        if self.percent:
            x1, y1, x2, y2 = (x1 * frame.width, y1 * frame.height, x2 * frame.width, y2 * frame.height)
            x1, y1, x2, y2 = x1 / 100, y1 / 100, x2 / 100, y2 / 100
        box = Box(x1, y1, x2, y2).clip(Box.of(frame))
        if not box.has_area:
            raise BoxInvalid(f"The box {self.numbers} is not on the photo.", remedy="Give x1, y1, x2, y2 in source px.")
        return box


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One question about one photo. `where` is what a problem with it is called: a line, a file."""

    where: str
    image: Path
    question: str
    options: tuple[str, ...] = ()
    suggested: Edges | None = None
    trace: dict[str, Any] | None = None
    """What `batch` wrote about it."""
    id: str = ""
    split: str = ""
    licence: str = ""
    source: str = ""
    """Where the photo came from."""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What became of no item, and why."""

    where: str
    text: str


Row: TypeAlias = Found | Problem
Rows: TypeAlias = Iterator[Row]


@dataclass(frozen=True, slots=True)
class Place:
    """The folder that names are relative to. `inside`: nothing beyond it is named, because a stranger names it."""

    folder: Path
    inside: bool = False
    root: Path | None = None
    """What "inside" means, where that is more than the folder."""
    fetch: Callable[[str], Path] | None = None
    """Gets the file of an address, where that was allowed."""

    def resolve(self, name: str) -> Path:
        """The file of this name. Raises SourceInvalid for addresses, and for what lies outside where that matters."""
        if self.fetch is not None and urlsplit(name).scheme in ("http", "https"):
            return self.fetch(name)
        if urlsplit(name).scheme in ("http", "https", "s3", "gs", "hf", "ftp", "data"):
            raise SourceInvalid(
                f"{shortened(name)} is an address, not a file.",
                remedy="Download it and name the file, or allow addresses on the command line: --allow-urls.",
            )
        if "\0" in name or not name.strip():
            raise SourceInvalid("The photo has no name.", remedy="Name the file.")
        path = self.folder / name
        if self.inside and not path.resolve().is_relative_to((self.root or self.folder).resolve()):
            raise SourceInvalid(f"{shortened(name)} lies outside what was uploaded.", remedy="Upload it with the rest.")
        if not path.is_file():
            raise SourceInvalid(f"There is no file {shortened(name)}.", remedy="Give its path from the file's folder.")
        return path


def edges_of(value: object, percent: bool = False) -> Edges | None:
    """The box of a row, None where it has none. Raises BoxInvalid for what is no box.

    >>> edges_of([1, 2, 3.5, 4]).numbers
    (1.0, 2.0, 3.5, 4.0)
    """
    if value is None or value in ("", []):
        return None
    try:
        x1, y1, x2, y2 = (float(edge) for edge in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        x1 = y1 = x2 = y2 = math.nan
    if not all(map(math.isfinite, (x1, y1, x2, y2))) or x2 <= x1 or y2 <= y1:
        raise BoxInvalid(f"{shortened(repr(value))} is no box.", remedy="Write [x1, y1, x2, y2] with x1 < x2, y1 < y2.")
    return Edges((x1, y1, x2, y2), percent)


def shortened(text: str, most: int = 120) -> str:
    """A stranger's text as a message may quote it: one line, not too long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
