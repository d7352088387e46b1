"""How far people agree on boxes, with each other and with themselves. Pure; source px.

What is compared is the hull of a decision's boxes, because that is what the zoom view shows. Decisions without a box
(the full photo, a rejection, a skip) agree or not on that alone, and are counted apart.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ergo_demo.geometry import Box
from ergo_demo.store.looking import Decision

THRESHOLDS = (0.5, 0.75, 0.9)
MOST_PAIRS = 1_000_000
"""Of boxes of different items, for what chance would give: more are drawn at random."""

RESAMPLES = 1_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two boxes on one photo: their decisions, and their IoU."""

    item: str
    one: Decision
    other: Decision
    iou: float


@dataclass(frozen=True, slots=True)
class Overlaps:
    """What many overlaps amount to; None where there are none. `shares` are those of at least THRESHOLDS."""

    n: int
    mean: float | None
    median: float | None
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha with the distance 1 - IoU: 1 is the same box each time, 0 what any two boxes have in
    common. `low` and `high`: 95 % of resampled items."""

    value: float
    low: float
    high: float
    items: int
    boxes: int


def between_people(decisions: Sequence[Decision]) -> list[Overlap]:
    """Every pair of people who drew a box for one item."""
    of_item = defaultdict(list)
    for decision in decisions:
        if decision.box is not None:
            of_item[decision.item].append(decision)
    return [
        Overlap(item, one, other, _iou(one, other))
        for item, several in of_item.items()
        for one, other in combinations(several, 2)
    ]


def with_oneself(decisions: Sequence[Decision]) -> list[Overlap]:
    """Every repeat, with what the same person drew the first time."""
    first = {(decision.item, decision.annotator): decision for decision in decisions}
    found = []
    for again in decisions:
        before = first.get((again.repeat_of or "", again.annotator))
        if before is not None and before.box is not None and again.box is not None:
            found.append(Overlap(again.item, before, again, _iou(before, again)))
    return found


def overlaps(ious: Sequence[float]) -> Overlaps:
    """Mean, median and shares.

    >>> overlaps([1.0, 0.5]).shares
    (1.0, 0.5, 0.5)
    """
    if not ious:
        return Overlaps(0, None, None, (None,) * len(THRESHOLDS))
    values = np.asarray(ious)
    shares = tuple(float((values >= least).mean()) for least in THRESHOLDS)
    return Overlaps(len(ious), float(values.mean()), float(np.median(values)), shares)


def alpha(decisions: Sequence[Decision], seed: int = 0) -> Alpha | None:
    """1 - (mean distance within items) / (mean distance of any two boxes), boxes as shares of their photos.

    Krippendorff, Content Analysis (2004), chapter 11, with an item's pairs weighted by 1 / (its boxes - 1), so that
    each box counts once. None with fewer than two items that several people drew a box for. The interval resamples
    items and holds what chance gives as it is.
    """
    of_item = defaultdict(list)
    for decision in decisions:
        if decision.box is not None:
            of_item[decision.item].append(_as_shares(decision))
    groups = [np.asarray(boxes) for boxes in of_item.values() if len(boxes) > 1]
    if len(groups) < 2:
        return None
    within = np.asarray([len(group) * _mean_distance(group) for group in groups])
    counts = np.asarray([len(group) for group in groups], dtype=np.float64)
    boxes, random = np.concatenate(groups), np.random.default_rng(seed)
    by_chance = _distance_of_any_two(boxes, random)
    if by_chance == 0:
        return None
    # One after the other: all of them at once are gigabytes for 100,000 items.
    drawn = (random.integers(len(groups), size=len(groups)) for _ in range(RESAMPLES))
    resampled = [1 - within[some].sum() / counts[some].sum() / by_chance for some in drawn]
    low, high = np.quantile(resampled, [0.025, 0.975])
    value = 1 - within.sum() / counts.sum() / by_chance
    return Alpha(float(value), float(low), float(high), len(groups), len(boxes))


def same_decision(decisions: Sequence[Decision]) -> tuple[int, int]:
    """Of the pairs of people on one item: how many agree whether a box is the answer, and all."""
    of_item = defaultdict(list)
    for decision in decisions:
        if decision.action != "skip":
            of_item[decision.item].append("box" if decision.box is not None else decision.action)
    pairs = [one == other for several in of_item.values() for one, other in combinations(several, 2)]
    return sum(pairs), len(pairs)


def _iou(one: Decision, other: Decision) -> float:
    assert one.box is not None, "only decisions with a box are paired"
    assert other.box is not None, "only decisions with a box are paired"
    return one.box.iou(other.box)


def _as_shares(decision: Decision) -> tuple[float, float, float, float]:
    box, frame = decision.box or Box(0, 0, 0, 0), decision.frame
    return box.x1 / frame.width, box.y1 / frame.height, box.x2 / frame.width, box.y2 / frame.height


def _mean_distance(boxes: Floats) -> float:
    one, other = np.triu_indices(len(boxes), 1)
    return float((1 - _ious(boxes[one], boxes[other])).mean())


def _distance_of_any_two(boxes: Floats, random: np.random.Generator) -> float:
    if len(boxes) * (len(boxes) - 1) // 2 <= MOST_PAIRS:
        return _mean_distance(boxes)
    one = random.integers(len(boxes), size=MOST_PAIRS)
    # Another one than itself, each as likely.
    other = (one + random.integers(1, len(boxes), size=MOST_PAIRS)) % len(boxes)
    return float((1 - _ious(boxes[one], boxes[other])).mean())


def _ious(one: Floats, other: Floats) -> Floats:
    """Row by row; boxes (n, 4)."""
    sides = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    shared = np.clip(sides, 0, None).prod(1)
    union = (one[:, 2:] - one[:, :2]).prod(1) + (other[:, 2:] - other[:, :2]).prod(1) - shared
    ious: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ious
