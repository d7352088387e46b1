"""The four types of questions, and what each has to look at.

Answers are balanced by construction: labels are drawn evenly, shapes, inks and directions are chosen before the
thing that has them. Boxes in source px.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ergo_demo.geometry import Box, hull
from ergo_demo.scenes.plates import INKS, SHAPES, Plate
from ergo_demo.scenes.things import Thing

Type = Literal["read", "attribute", "relation", "hidden"]
TYPES: tuple[Type, ...] = ("read", "attribute", "relation", "hidden")
DIRECTIONS = ("left", "right", "above", "below")
FARTHEST_PLACES = 3.4  # between the two things of a relation, in places

NAMED_SHAPES = 0.35  # share of *hidden* questions that name two shapes: more would pay a blind guess too well

FIND, COVER = "One look is enough: find it.", "Be sure to cover every place where it could be."


@dataclass(frozen=True)
class Question:
    """A question with its answer, and what has to be seen to answer it.

    subjects: what the question names, in its order; for *hidden* all k things that it could mean. target: what has
    to be inside the box. place: the taught box, before it is rounded to the coarse view's fields. chosen: which of
    the subjects is in `place`. clues: the boxes to read in the second look (characters, a mark), in their order.
    alternatives: the answers that a guess could give; empty where there are too many.
    """

    type: Type
    text: str
    answer: str
    subjects: tuple[Thing, ...]
    chosen: tuple[Thing, ...]
    target: Box
    clues: tuple[Box, ...]
    alternatives: tuple[str, ...] = ()
    asked: tuple[str, str] | None = None  # attribute: what is given, what is asked: ("circle", "colour")
    cover: bool = False

    @property
    def k(self) -> int:
        """How many places the answer could be in, judged from the coarse view."""
        return len(self.subjects) if self.type == "hidden" else 1

    @property
    def place(self) -> Box:
        """What the first look is taught to name."""
        return hull([thing.place for thing in self.chosen])


def read(thing: Thing, rng: np.random.Generator) -> Question:
    """What is written on a thing."""
    text = ("What is written on the {}?", "What does the {} say?")[int(rng.integers(2))]
    plate = thing.plate
    return Question("read", text.format(thing.name), plate.label, (thing,), (thing,), plate.box, plate.letters)


def attribute(thing: Thing, rng: np.random.Generator) -> Question:
    """The colour of a mark of given shape, or the shape of a mark of given colour."""
    mark = thing.plate.marks[int(rng.integers(len(thing.plate.marks)))]
    alternatives: tuple[str, ...]
    if rng.random() < 0.5:
        text, answer = f"What colour is the {mark.shape} on the {thing.name}?", mark.ink
        alternatives, asked = tuple(INKS), (mark.shape, "colour")
    else:
        text, answer = f"What shape is the {mark.ink} mark on the {thing.name}?", mark.shape
        alternatives, asked = SHAPES, (mark.ink, "shape")
    return Question("attribute", text, answer, (thing,), (thing,), thing.plate.box, (mark.box,), alternatives, asked)


def relation(first: Thing, second: Thing) -> Question:
    """Where the first of two things is, seen from the second."""
    answer = direction(first, second)
    assert answer is not None
    text = f"Is the {first.name} left, right, above or below the {second.name}?"
    both = (first, second)
    target = hull([first.body, second.body])
    return Question("relation", text, answer, both, both, target, (first.body, second.body), DIRECTIONS)


def direction(first: Thing, second: Thing) -> str | None:
    """Where the middle of `first` is from the middle of `second`; None where it is neither clearly."""
    dx = (first.body.x1 + first.body.x2 - second.body.x1 - second.body.x2) / 2
    dy = (first.body.y1 + first.body.y2 - second.body.y1 - second.body.y2) / 2
    return direction_of(dx, dy)


def direction_of(dx: float, dy: float) -> str | None:
    """The direction that leads `dx` right and `dy` down; None where it is neither clearly."""
    if abs(dx) > 1.7 * abs(dy):
        return "left" if dx < 0 else "right"
    if abs(dy) > 1.7 * abs(dx):
        return "above" if dy < 0 else "below"
    return None


def hidden(group: tuple[Thing, ...], cover: bool, rng: np.random.Generator) -> Question:
    """The shape on the one sticker beside any of the things of a group, which all look alike from afar."""
    stickers: list[Plate] = [thing.companion.plate for thing in group if thing.companion]
    true = next(plate for plate in stickers if plate.content == "sticker")
    shape = true.marks[0].shape
    assert group[0].companion is not None
    where = f"the {group[0].companion.kind} beside the {group[0].name}"
    named: tuple[str, ...]
    if rng.random() < NAMED_SHAPES:
        other = [name for name in SHAPES if name != shape][int(rng.integers(3))]
        named = (shape, other) if rng.random() < 0.5 else (other, shape)
        text = f"Does {where} carry a {named[0]} or a {named[1]}?"
    else:
        named, text = SHAPES, f"What shape does {where} carry?"
    chosen = group if cover else (group[int(rng.integers(len(group)))],)
    return Question(
        "hidden",
        f"{text} {COVER if cover else FIND}",
        shape,
        group,
        chosen,
        true.box,
        (true.marks[0].box,),
        named,
        cover=cover,
    )
