"""What the trainers share that read JSON with pictures in files: rows of text, and reading them back for the check."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ergo_demo.exports.checking import Checker, Row, frame_text
from ergo_demo.exports.format import Checked, Out
from ergo_demo.exports.lessons import Lesson, Prompt, pictures_of
from ergo_demo.exports.messages import provenance

SPLITS = ("train", "test")


def names(lesson: Lesson, out: Out, prompt: Prompt | None = None) -> list[str]:
    """Writes the pictures of a prompt (the lesson's own by default); their paths within the folder, in order."""
    shown = lesson.pictures if prompt is None else pictures_of(prompt)
    return [out.pictures.view(lesson.about.photo, picture) for picture in shown]


def beside(lesson: Lesson) -> dict[str, Any]:
    """The columns that a trainer does not ask for."""
    return {"frame": frame_text(lesson.frame), **provenance(lesson)}


def checked(folder: Path, rows: Callable[[Path], Iterator[Row]]) -> Checked:
    """Every row as `rows` reads it."""
    checker = Checker()
    checker.read(rows(folder))
    return checker.done()


def contents(folder: Path, paths: list[str]) -> tuple[bytes, ...]:
    """The bytes of pictures. Raises FileNotFoundError."""
    return tuple((folder / path).read_bytes() for path in paths)
