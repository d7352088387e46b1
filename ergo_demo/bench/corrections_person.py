"""A person who corrects boxes, as far as a benchmark can be one: knows the truth, and is not exact about it. Pure.

Boxes in source px. Noise is drawn from a generator for each item and person, so the same person decides the same again.
"""

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ergo_demo.geometry import PATCH, Box, View
from ergo_demo.store.records import Action

LEAST_SIDE_PX = 8.0
"""Nobody draws smaller."""

_FIELDS = re.compile(r"\b[A-Z][0-9]{1,2} to [A-Z][0-9]{1,2}\b")


@dataclass(frozen=True, slots=True)
class Seconds:
    """What each decision costs a person; the thought where it is put right, too."""

    accept: float = 2.0
    edit: float = 8.0
    redraw: float = 7.0
    reject: float = 3.0
    thought: float = 4.0

    def of(self, counts: Mapping[str, int]) -> float:
        """What so many decisions cost: by action, and how often the thought was put right.

        >>> Seconds().of({"accept": 3, "edit": 1, "thought": 1})
        18.0
        """
        return sum(count * float(getattr(self, name)) for name, count in counts.items())


@dataclass(frozen=True, slots=True)
class Person:
    """How exact, and how patient. Shares are 0 to 1, of a side of the box where they move an edge."""

    jitter: float = 0.04
    """Standard deviation of each edge."""
    looseness: float = 0.03
    """How far outside the thing every edge is drawn."""
    wrong: float = 0.05
    """Share of decisions that are about another thing."""
    accepts_over_iou: float = 0.8
    redraws_below_iou: float = 0.3
    rejects: float = 0.1
    """Share of boxes far off that are only rejected."""
    puts_thoughts_right: bool = True
    """Whether the places that the thought names are changed with the box."""
    confirms_answers: bool = True
    """Whether a right answer is confirmed with an accepted box, so that the second look is learned as well."""
    gives_answers: bool = False
    """Whether the right answer is told with every decision; it costs nothing here."""
    seconds: Seconds = field(default_factory=Seconds)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided."""

    action: Action
    box: Box | None = None
    thought: str | None = None

    @property
    def counts(self) -> dict[str, int]:
        """What a person's time is counted by."""
        return {self.action.value: 1, **({"thought": 1} if self.thought is not None else {})}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person sees and knows: the model's box and thought, the region to be named, what else could be meant.

    `parts`: where each of several things is that the thought names before it comes to the box.
    """

    suggested: Box | None
    thought: str
    place: Box
    others: Sequence[Box]
    coarse: View
    parts: Sequence[Box] = ()


def decide(person: Person, asked: Asked, rng: np.random.Generator) -> Decision:
    """What this person makes of the model's box."""
    place = asked.place
    if asked.others and rng.random() < person.wrong:
        place = asked.others[int(rng.integers(len(asked.others)))]
    wanted = drawn(person, place, asked.coarse.region, rng)
    action = _action(person, asked.suggested, wanted, rng)
    box = wanted if action in (Action.EDIT, Action.REDRAW) else None
    thought = None
    if box is not None and person.puts_thoughts_right:
        thought = with_fields(asked.thought, (*asked.parts, box), asked.coarse)
    return Decision(action, box, thought)


def _action(person: Person, suggested: Box | None, wanted: Box, rng: np.random.Generator) -> Action:
    if suggested is None:
        return Action.REDRAW
    overlap = suggested.iou(wanted)
    if overlap > person.accepts_over_iou:
        return Action.ACCEPT
    if overlap >= person.redraws_below_iou:
        return Action.EDIT
    return Action.REJECT if rng.random() < person.rejects else Action.REDRAW


def drawn(person: Person, place: Box, frame: Box, rng: np.random.Generator) -> Box:
    """The box that a person draws around `place`, inside the photo."""
    loose = place.pad(person.looseness * place.width, person.looseness * place.height)
    sides = np.array([loose.width, loose.height, loose.width, loose.height])
    x1, y1, x2, y2 = (float(edge) for edge in np.array(loose.edges) + rng.normal(0, person.jitter, 4) * sides)
    box = Box.between(x1, y1, x2, y2)
    return box.clip(frame).grow_to(LEAST_SIDE_PX, LEAST_SIDE_PX, frame)


def with_fields(thought: str, boxes: Sequence[Box], coarse: View) -> str | None:
    """The thought with the fields (28 x 28 view px, columns A, B, ..., rows 1, 2, ...) that `boxes` nearly fill.

    One place is the last box; as many places as boxes are all of them, in order. None where neither is so, and where
    the thought names none: then a person leaves it alone.

    >>> from ergo_demo.geometry import Size
    >>> view = View(Box(0, 0, 560, 280), Size(280, 140))
    >>> with_fields("The red boat is in A1 to B2.", [Box(60, 60, 220, 110)], view)
    'The red boat is in B2 to D2.'
    """
    named = len(_FIELDS.findall(thought))
    chosen = list(boxes) if named == len(boxes) else list(boxes[-1:])
    if named != len(chosen):
        return None
    fields = iter([_fields(box, coarse) for box in chosen])
    return _FIELDS.sub(lambda _found: next(fields), thought)


def _fields(box: Box, coarse: View) -> str:
    seen = coarse.from_source(box).clip(Box.of(coarse.size))
    left, top = round(seen.x1 / PATCH), round(seen.y1 / PATCH)
    right, bottom = max(left, round(seen.x2 / PATCH) - 1), max(top, round(seen.y2 / PATCH) - 1)
    return f"{_column(left)}{top + 1} to {_column(right)}{bottom + 1}"


def _column(index: int) -> str:
    return string.ascii_uppercase[min(index, 25)]  # no coarse view of this model is wider
