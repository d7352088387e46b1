"""Decisions counted: the model against people, how fast they are, what they decided. Pure; source px.

Whoever sees the model's box stays near it. So blind items, where it was hidden, stand apart everywhere.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ergo_demo.annotation.agreement import Overlaps, overlaps
from ergo_demo.scoring import TOLERANCE_PX
from ergo_demo.store.looking import Decision
from ergo_demo.store.records import Effect


@dataclass(frozen=True, slots=True)
class AgainstModel:
    """The model's boxes against people's, of some decisions. `covered`: the share whose box lies in the model's."""

    overlaps: Overlaps
    covered: float | None
    accepted: float | None
    """Of all that had a suggestion and were not skipped."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of a decision without idle time; only decisions whose time was measured."""

    n: int
    median: float | None
    tenth: float | None
    """The tenth of the decisions that took longest began here."""


def against_model(decisions: Iterable[Decision]) -> AgainstModel:
    """Of the decisions about items with a suggestion."""
    suggested = [one for one in decisions if one.suggested is not None and one.action != "skip"]
    drawn = [one for one in suggested if one.box is not None]
    ious = [one.box.iou(one.suggested) for one in drawn if one.box and one.suggested]
    covered = [one.suggested.contains(one.box, TOLERANCE_PX) for one in drawn if one.box and one.suggested]
    accepted = [one.action == "accept" for one in suggested]
    return AgainstModel(overlaps(ious), _share(covered), _share(accepted))


def speed(decisions: Iterable[Decision]) -> Speed:
    """Median and slow end."""
    seconds = sorted(one.active_ms / 1000 for one in decisions if one.active_ms > 0)
    if not seconds:
        return Speed(0, None, None)
    return Speed(len(seconds), statistics.median(seconds), seconds[int(0.9 * (len(seconds) - 1))])


def grouped(decisions: Iterable[Decision], key: Callable[[Decision], str]) -> dict[str, list[Decision]]:
    """By `key`, the largest group first."""
    groups = defaultdict(list)
    for one in decisions:
        groups[key(one)].append(one)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def effects(decisions: Iterable[Decision]) -> dict[str, int]:
    """How often a correction did what to the model's answer."""
    counted = Counter(one.effect for one in decisions)
    return {effect.value: counted[effect.value] for effect in Effect}


def reasons(decisions: Iterable[Decision]) -> dict[str, int]:
    """How often each reason was given, the commonest first."""
    return dict(Counter(reason for one in decisions for reason in one.reasons).most_common())


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
