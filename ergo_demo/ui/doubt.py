"""What the samples say, in plain words: where else the model looked, and what the expanded region promises. Pure."""

import math
from typing import NotRequired, TypedDict

from ergo_demo.geometry import Box
from ergo_demo.records import Finish, Sample, Trace
from ergo_demo.uncertainty.conformal import LEAST_ITEMS, share_range
from ergo_demo.uncertainty.measuring import opinions
from ergo_demo.uncertainty.sampled import covered_share, places

WIDE_SPREAD = 0.5
"""From here on two looks at one place share less than half of what they cover together."""


class Line(TypedDict):
    """A sentence under the photo. "%s" in `strong` is where the page counts the seconds on."""

    strong: str
    rest: str
    icon: NotRequired[str]


def lines(trace: Trace) -> list[Line]:
    """How sure the model is of the place, and what the region promises; [] where nothing was sampled."""
    if not opinions(trace.samples):
        return []
    found = [_place(trace)]
    if trace.region is not None:
        found.append(_promise(trace))
    if trace.answers_differ is not None:
        found.append(_third_look(trace))
    return found


def region_label(trace: Trace | None) -> str:
    """What the dashed box is called: only a calibrated one is more than what the samples hold."""
    calibrated = trace is None or (trace.calibration is not None and trace.calibration.n >= LEAST_ITEMS)
    return "Expanded region" if calibrated else "Sample region"


def about_sample(sample: Sample) -> str:
    """What a sample named, in a few words."""
    if sample.error is not None:
        return f"failed: {sample.error}"
    if sample.finish is Finish.CANCELLED:
        return "stopped"
    if sample.box is None:
        return "named no region"
    return f"{sample.box.width:,.0f} × {sample.box.height:,.0f} px"


def _place(trace: Trace) -> Line:
    boxes = opinions(trace.samples)
    k, found = len(boxes), places(boxes)
    silent = sum(box is None for box in boxes)
    without = f" {silent} of {k} looks named no region." if silent else ""
    if not found:
        return {"strong": "The model is unsure of the place.", "rest": without.strip(), "icon": "info"}
    if len(found) == 1 and (trace.spread or 0.0) > WIDE_SPREAD and not silent:
        rest = f"{k} looks meet at one place, but two of them share only {100 * (1 - (trace.spread or 0.0)):.0f} %."
        return {"strong": "The model is sure of the place, not of its size.", "rest": rest, "icon": "info"}
    if len(found) == 1:
        rest = f"{len(found[0])} of {k} looks overlap.{without}"
        return {"strong": "The model is sure of the place.", "rest": rest, "icon": "info"}
    if len(found) == 2:
        return _two_places(trace, boxes, found, without)
    rest = f"The {k} looks are spread over {100 * covered_share(trace.heat):.0f} % of the photo.{without}"
    return {"strong": "The model is unsure of the place.", "rest": rest, "icon": "info"}


def _two_places(trace: Trace, boxes: list[Box | None], found: list[list[int]], without: str) -> Line:
    """5 of 8 looks are at the box, 3 are 890 px to its right."""
    here = trace.box or _middle_box(boxes, found[0])
    near, far = sorted(found, key=lambda place: _distance(here, _middle_box(boxes, place)))
    other = _middle_box(boxes, far)
    rest = f"{len(near)} of {len(boxes)} looks are at the box, {len(far)} {_are(len(far))} {_direction(here, other)}."
    return {"strong": "The model is split between two places.", "rest": rest + without, "icon": "info"}


def _middle_box(boxes: list[Box | None], place: list[int]) -> Box:
    there = [box for number in place if (box := boxes[number])]
    return there[len(there) // 2]


def _centre(box: Box) -> tuple[float, float]:
    return (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2


def _distance(here: Box, there: Box) -> float:
    return math.dist(_centre(here), _centre(there))


def _direction(here: Box, there: Box) -> str:
    dx, dy = (b - a for a, b in zip(_centre(here), _centre(there), strict=True))
    side = (
        ("to its right" if dx > 0 else "to its left") if abs(dx) >= abs(dy) else ("below it" if dy > 0 else "above it")
    )
    return f"{max(abs(dx), abs(dy)):,.0f} px {side}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _promise(trace: Trace) -> Line:
    calibration = trace.calibration
    n = calibration.n if calibration else 0
    if calibration is None or n < LEAST_ITEMS:
        rest = f"not calibrated (n = {n}; {LEAST_ITEMS} are needed). It promises nothing."
        return {"strong": "Sample region,", "rest": rest, "icon": "region"}
    low, high = share_range(n, calibration.alpha)
    rest = (
        f"holds the target in {100 * (1 - calibration.alpha):g} % of cases "
        f"(n = {n}, {100 * low:.0f}–{100 * high:.0f} %)."
    )
    return {"strong": "The dashed region", "rest": rest, "icon": "region"}


def _third_look(trace: Trace) -> Line:
    if not trace.answers_differ:
        return {"strong": "Read from the region,", "rest": "the answer is the same.", "icon": "info"}
    return {"strong": "Read from the region,", "rest": f"the answer is {trace.region_answer!r}.", "icon": "info"}
