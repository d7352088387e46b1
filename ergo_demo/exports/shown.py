"""The first rows of an export for people: what each says, and the picture and the boxes that it says it about.

Nothing is drawn here: a glance names the photo, the view and the boxes, and a page makes a small picture of them.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ergo_demo.exports.format import corrected_of, kind_of
from ergo_demo.exports.frames import named_box, question_of
from ergo_demo.exports.lessons import Demonstration, Lesson, Pair, Prompt, Stage, Task, Verdict, pictures_of
from ergo_demo.geometry import Box, Size, View

Side: TypeAlias = Literal["chosen", "rejected"]
"""What is to be learned, and what is not."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box of a row, in px of the view that travels in it."""

    side: Side
    box_in_view: Box


@dataclass(frozen=True, slots=True)
class Glance:
    """The first picture of a row, a view of a kept photo, with the boxes that the row names on it."""

    blob_sha256: str
    view: View
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A row, shortened."""

    words: dict[str, str]
    glance: Glance


def shown(row: Any, *, whole_photo: bool = False) -> Shown:
    """A lesson, or a decision as the formats for boxes take it. `whole_photo`: see Format."""
    return Shown(_words(row, whole_photo), _glance(row, whole_photo))


def _words(row: Any, whole_photo: bool) -> dict[str, str]:
    corrected = corrected_of(row)
    words = {"kind": kind_of(row), "question": question_of(corrected)}
    if isinstance(row, Pair):
        words |= {"chosen": row.chosen, "rejected": row.rejected, "margin": f"{row.margin:.2f}"}
    elif isinstance(row, Lesson):
        names = ("completion", "good", *([] if whole_photo else ["box_in_view"]), "answer")
        words |= {name: str(getattr(row, name)) for name in names if hasattr(row, name)}
    if whole_photo or not isinstance(row, Lesson):
        words["boxes"] = "; ".join(", ".join(f"{edge:.1f}" for edge in box.edges) for box in _boxes(row))
    if isinstance(row, Lesson):
        words["thought of"] = row.source.value
    return {name: _short(value) for name, value in words.items()}


def _glance(row: Any, whole_photo: bool) -> Glance:
    """A lesson's coarse view with the boxes that its texts name, as they are written; else the whole photo."""
    image = corrected_of(row).image
    if isinstance(row, Lesson) and not whole_photo:
        return Glance(image.blob_sha256, row.pictures[0].view, tuple(dict.fromkeys(_marks(row))))
    decided = tuple(Mark("chosen", box) for box in _boxes(row))
    return Glance(image.blob_sha256, View(Box.of(image.size), image.size), decided)


def _boxes(row: Any) -> tuple[Box, ...]:
    """Of a row that travels with the photo itself (source px)."""
    return (row.box,) if isinstance(row, Task) else corrected_of(row).boxes


def views_of(row: Any, *, whole_photo: bool = False) -> set[Size]:
    """The sizes of every view that travels in a row; none where it is the photo as it is."""
    if whole_photo or not isinstance(row, Lesson):
        return set()
    pictures = row.pictures
    if isinstance(row, Pair) and row.rejected_prompt is not None:
        pictures += pictures_of(row.rejected_prompt)
    return {picture.view.size for picture in pictures}


def _marks(lesson: Lesson) -> Iterator[Mark]:
    for side, text in _texts(lesson):
        box = named_box(text)
        if box is not None:
            yield Mark(side, box)
    if isinstance(lesson, Task):
        yield Mark("chosen", Box(*map(float, lesson.box_in_view)))


def _texts(lesson: Lesson) -> Iterator[tuple[Side, str]]:
    """What names a box: the replies to the first look; for the second, the reply that the dialogue already had."""
    if lesson.stage is Stage.ZOOM:
        prompts: list[tuple[Side, Prompt]] = [("chosen", lesson.prompt)]
        if isinstance(lesson, Pair) and lesson.rejected_prompt is not None:
            prompts.append(("rejected", lesson.rejected_prompt))
        for side, prompt in prompts:
            yield from ((side, said.text) for said in prompt if said.role == "assistant")
    elif isinstance(lesson, Pair):
        yield "chosen", lesson.chosen
        yield "rejected", lesson.rejected
    elif isinstance(lesson, Verdict):
        yield "chosen" if lesson.good else "rejected", lesson.completion
    elif isinstance(lesson, Demonstration):
        yield "chosen", lesson.completion


def _short(text: str, most: int = 160) -> str:
    line = "".join(letter if letter.isprintable() else " " for letter in itertools.islice(text, most))
    return line + "…" if len(text) > most else line
