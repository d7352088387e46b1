"""What can be learned from one decision, before any format: pairs, verdicts, demonstrations and tasks.

Texts that name a box speak the px of the first picture of their own lesson, the coarse view.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from ergo_demo.exports.corrected import Corrected
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Kernel


class Stage(StrEnum):
    """Which reply is learned: where to look, or what is seen there."""

    COARSE = "coarse"
    ZOOM = "zoom"


class Source(StrEnum):
    """Where the thought of the side to be learned comes from: without it, a trainer learns a style unawares."""

    MODEL = "model"
    """The model's own, of the reply that was accepted."""
    SAMPLE = "sample"
    """Of a sample of the model whose box agrees with the person's."""
    EDITED = "edited"
    """The person put it right."""
    NONE = "none"
    """There is none, on either side."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A view and how it is resampled: pixel for pixel what the model sees."""

    view: View
    kernel: Kernel


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a prompt; its picture, if any, comes before its text."""

    role: Literal["system", "user", "assistant"]
    text: str
    picture: Picture | None = None


Prompt: TypeAlias = tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What every kind has. `id` is unique within an export and the same in each."""

    id: str
    about: Corrected
    stage: Stage
    prompt: Prompt
    source: Source = Source.NONE

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """In the order of the prompt; the first is the coarse view."""
        return pictures_of(self.prompt)

    @property
    def frame(self) -> Size:
        """Of the boxes in the texts: the first picture's, view px."""
        return self.pictures[0].view.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Lesson):
    """One reply is better than another. `margin`, 0 to 1: by how much (1 - IoU of the boxes; 1 for answers)."""

    chosen: str
    rejected: str
    margin: float
    rejected_prompt: Prompt | None = None
    """Where the rejected side saw other pictures: only one trainer can say that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Lesson):
    """One reply is good, or is not."""

    completion: str
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration(Lesson):
    """A reply to be imitated."""

    completion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Lesson):
    """A question whose right box is known, and perhaps its answer. `box_in_view`: as the model would say it, whole px
    of the coarse view; `box`: as the person decided, source px."""

    box_in_view: tuple[int, int, int, int]
    box: Box
    answer: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing is learned from this, and why: counted, and said."""

    why: str


def of_boxes(row: object) -> bool:
    """Whether a row is a pair of boxes, or the worse half of one: what is capped for each item."""
    if isinstance(row, Verdict):
        return row.stage is Stage.COARSE and not row.good
    return isinstance(row, Pair) and row.stage is Stage.COARSE


def pictures_of(prompt: Prompt) -> tuple[Picture, ...]:
    """The pictures that a prompt shows, in order."""
    return tuple(said.picture for said in prompt if said.picture is not None)
