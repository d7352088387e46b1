"""One project's decisions that count, and all that the review computes from all of them, each once and when asked for.

For 100,000 decisions that is seconds of work: a page of the gallery, or another filter, must not do it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ergo_demo.annotation import agreement, counting, figures, tabled
from ergo_demo.annotation.agreement import Alpha
from ergo_demo.annotation.filtering import disagreeing
from ergo_demo.store.looking import Decision, State

ACTION_WORDS = {"edit": "fix", "full_image": "full photo needed"}
"""Decisions that the page calls otherwise than the store, as the Annotate tab does."""


@dataclass(frozen=True)
class Figure:
    """A drawing for the page and for download: SVG."""

    name: str
    title: str
    drawn: str


@dataclass(frozen=True)
class Reviewed:
    """By time. `state`: the store's when they were read."""

    state: State
    decisions: Sequence[Decision]

    @cached_property
    def apart(self) -> frozenset[str]:
        """The items that people disagree about."""
        return disagreeing(self.decisions)

    @cached_property
    def alpha(self) -> Alpha | None:
        """How far people agree."""
        return agreement.alpha(self.decisions)

    @cached_property
    def same(self) -> tuple[int, int]:
        """How many pairs of people agree whether a box is the answer, and all."""
        return agreement.same_decision(self.decisions)

    @cached_property
    def tables(self) -> list[tabled.Table]:
        """All of them."""
        return tabled.tables(self.decisions, self.alpha)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Both."""
        overlap, speed = "Overlap of boxes (IoU), share of pairs", "Seconds of a decision, share of decisions"
        return (
            Figure("overlap", overlap, figures.overlap_figure(overlap, self._ious())),
            Figure("speed", speed, figures.seconds_figure(speed, self._seconds())),
        )

    def _ious(self) -> dict[str, list[float]]:
        blind = [one for one in self.decisions if one.blind]
        against = [one.box.iou(one.suggested) for one in blind if one.box and one.suggested]
        return {
            "people and people": [pair.iou for pair in agreement.between_people(self.decisions)],
            "model and people, blind": against,
        }

    def _seconds(self) -> dict[str, list[float]]:
        measured = (one for one in self.decisions if one.active_ms > 0)
        groups = counting.grouped(measured, lambda one: one.action)
        return {
            ACTION_WORDS.get(name, name): [one.active_ms / 1000 for one in group]
            for name, group in list(groups.items())[:3]
        }


def with_new(before: Reviewed, state: State, since: Sequence[Decision]) -> Reviewed:
    """What was read before, with every decision `since` its newest one, that one too: the newest of a pair counts."""
    again = {(one.item, one.annotator) for one in since}
    kept = [one for one in before.decisions if (one.item, one.annotator) not in again]
    return Reviewed(state, [*kept, *since])
