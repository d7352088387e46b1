"""Which decisions are looked at: by person, action, reason, effect, IoU, spread, disagreement. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ergo_demo.annotation.agreement import between_people
from ergo_demo.store.looking import Decision

DISAGREE_BELOW = 0.5
"""IoU of two people's boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """None is anything. `annotator` may be the beginning of a person's hash; ranges hold both ends."""

    annotator: str | None = None
    action: str | None = None
    reason: str | None = None
    effect: str | None = None
    iou_least: float | None = None
    iou_most: float | None = None
    spread_least: float | None = None
    spread_most: float | None = None
    disagreement: bool | None = None
    blind: bool | None = None


def disagreeing(decisions: Sequence[Decision]) -> frozenset[str]:
    """Items about which two people disagree: boxes that share too little, or a box against no box."""
    apart = {pair.item for pair in between_people(decisions) if pair.iou < DISAGREE_BELOW}
    kinds: dict[str, set[bool]] = {}
    for decision in decisions:
        if decision.action != "skip":
            kinds.setdefault(decision.item, set()).add(decision.box is not None)
    return frozenset(apart | {item for item, both in kinds.items() if len(both) > 1})


def matching(decisions: Sequence[Decision], wanted: Filter, apart: Collection[str]) -> list[Decision]:
    """What is wanted, the newest first. `apart`: the items of `disagreeing`."""
    return [one for one in reversed(decisions) if _matches(one, wanted, apart)]


def _matches(one: Decision, wanted: Filter, apart: Collection[str]) -> bool:
    return (
        (wanted.annotator is None or one.annotator.startswith(wanted.annotator))
        and (wanted.action is None or one.action == wanted.action)
        and (wanted.reason is None or wanted.reason in one.reasons)
        and (wanted.effect is None or one.effect == wanted.effect)
        and _within(one.iou, wanted.iou_least, wanted.iou_most)
        and _within(one.uncertainty, wanted.spread_least, wanted.spread_most)
        and (wanted.disagreement is None or (one.item in apart) is wanted.disagreement)
        and (wanted.blind is None or one.blind is wanted.blind)
    )


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    if least is None and most is None:
        return True
    return value is not None and (least is None or value >= least) and (most is None or value <= most)
