"""People's corrections as targets to calibrate on: the random stream of a project, one decision an item. No model.

An item counts where it was handed out as part of the random stream (see store/worklist.py), never as a repeat, and
where somebody said what has to be inside: a box, or that the full photo is needed. What was rejected or skipped has no
target; how many that are is told, because nothing is promised about them.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ergo_demo.errors import CannotCalibrate
from ergo_demo.geometry import Box, hull
from ergo_demo.records import Trace
from ergo_demo.store.records import Action, Annotation, Order
from ergo_demo.store.store import Store
from ergo_demo.store.worklist import is_random


@dataclass(frozen=True, slots=True)
class Corrections:
    """Traces with the targets that people gave (source px), all of one model asked in one way."""

    items: tuple[tuple[Trace, Box], ...]
    blind: int
    """How many of them were decided without seeing the model's box: who sees it stays near it."""
    without_target: int
    """Items of the random stream that were decided, but nobody said what has to be inside."""
    asked_otherwise: int
    """Items whose trace is of another model, or was asked in another way, than most."""


def corrections(store: Store, project: str) -> Corrections:
    """What a project's people corrected, that may calibrate. Raises CannotCalibrate where there is nothing."""
    decided = list(_decided(store, project))
    found = [(trace, target, blind) for trace, target, blind in decided if target is not None]
    if not found:
        raise CannotCalibrate(
            f"No item of the random stream of {project!r} has a trace and a person's box.",
            remedy="Import what `batch` wrote with --random-share above 0, and decide what is handed out.",
        )
    (usual, _count), *_others = Counter(_way(trace) for trace, _target, _blind in found).most_common()
    alike = [one for one in found if _way(one[0]) == usual]
    return Corrections(
        items=tuple((trace, target) for trace, target, _blind in alike),
        blind=sum(blind for _trace, _target, blind in alike),
        without_target=len(decided) - len(found),
        asked_otherwise=len(found) - len(alike),
    )


def _decided(store: Store, project: str) -> Iterator[tuple[Trace, Box | None, bool]]:
    """The items of the random stream that somebody decided: trace, target, whether it was blind."""
    plan = store.plan(project)
    for id, said in groupby(store.annotations_by_item(project), key=lambda one: one.submission.item):
        drawn = [one for one in said if one.queue is Order.RANDOM]
        item = store.item(id) if drawn and is_random(plan, id) else None
        if item is None or item.repeat_of is not None or item.trace is None:
            continue
        trace = store.trace(item.trace)
        assert trace is not None, "an item's trace is kept as long as the item"
        yield trace, _target(drawn, Box.of(item.frame)), item.blind


def _target(said: Sequence[Annotation], whole: Box) -> Box | None:
    """What one person wants inside: each item counts once, however many did it."""
    for one in said:
        if one.submission.action is Action.FULL_IMAGE:
            return whole
        if one.boxes:
            return hull(one.boxes)
    return None


def _way(trace: Trace) -> Hashable:
    """What a calibration holds for, but for the number of samples, which one that failed has not."""
    drawn = trace.sampled and (trace.sampled.temperature, trace.sampled.top_p)
    return trace.model.name, trace.model.revision, trace.coarse_budget_tokens, trace.sampling.temperature, drawn
