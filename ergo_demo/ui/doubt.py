"""What the samples say, in plain words: where else the model looked. What their region promises: promise.py. Pure."""

import math

from ergo_demo.geometry import Box
from ergo_demo.records import Calibration, Finish, Sample, Trace
from ergo_demo.ui.promise import Line, promise
from ergo_demo.uncertainty.measuring import opinions
from ergo_demo.uncertainty.sampled import covered_share, places

WIDE_SPREAD = 0.5
"""From here on two looks at one place share less than half of what they cover together."""


def lines(trace: Trace, given: Calibration | None = None) -> list[Line]:
    """How sure the model is of the place, and what the region promises. `given`: the calibration that was asked for."""
    if not opinions(trace.samples):
        return [_without(trace)]
    found = [_place(trace)]
    if trace.region is not None:
        found.append(promise(trace, given))
    if trace.answers_differ is not None:
        found.append(_third_look(trace))
    return found


def samples_label(trace: Trace | None) -> str:
    """What the layer of the samples is called: with their number, once they are drawn."""
    count = len(trace.samples) if trace else 0
    return f"{count} sample{'' if count == 1 else 's'}" if count else "Samples"


def about_sample(sample: Sample) -> str:
    """What a sample named, in a few words."""
    if sample.error is not None:
        return f"failed: {sample.error}"
    if sample.finish is Finish.CANCELLED:
        return "stopped"
    if sample.box is None:
        return "named no region"
    return f"{sample.box.width:,.0f} × {sample.box.height:,.0f} px"


def _without(trace: Trace) -> Line:
    """Why there is nothing to say about the place."""
    if trace.sampled is None:
        rest = "there is no region and no heat map, and nothing is paid for them."
        return {"strong": "Samples are off:", "rest": rest, "icon": "info"}
    why = next((sample.error for sample in trace.samples if sample.error), "")
    return {"strong": "No sample was drawn to its end.", "rest": why, "icon": "info"}


def _place(trace: Trace) -> Line:
    boxes = opinions(trace.samples)
    k, found = len(boxes), places(boxes)
    silent = sum(box is None for box in boxes)
    without = f" {silent} of {k} looks named no region." if silent else ""
    if not found:
        return {"strong": "The model is unsure of the place.", "rest": without.strip(), "icon": "info"}
    if trace.box is not None and not any(_meets(trace.box, box) for box in boxes if box):
        return _elsewhere(trace.box, boxes, found, without)
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
    if trace.box is None:
        rest = f"{len(found[0])} of {len(boxes)} looks are at one place, {len(found[1])} at another."
        return {"strong": "The model is split between two places.", "rest": rest + without, "icon": "info"}
    here = trace.box
    near, far = sorted(found, key=lambda place: _distance(here, _middle_box(boxes, place)))
    other = _middle_box(boxes, far)
    rest = f"{len(near)} of {len(boxes)} looks are at the box, {len(far)} {_are(len(far))} {_direction(here, other)}."
    return {"strong": "The model is split between two places.", "rest": rest + without, "icon": "info"}


def _elsewhere(here: Box, boxes: list[Box | None], found: list[list[int]], without: str) -> Line:
    """Every look is at another place than the box."""
    k = len(boxes)
    if len(found) == 1:
        at = f"{len(found[0])} of {k} looks {_are(len(found[0]))} {_direction(here, _middle_box(boxes, found[0]))}"
        rest = f"None of its looks is at the box; {at}.{without}"
        return {"strong": "The model is split between two places.", "rest": rest, "icon": "info"}
    rest = f"None of its {k} looks is at the box; they are at {len(found)} other places.{without}"
    return {"strong": "The model is unsure of the place.", "rest": rest, "icon": "info"}


def _meets(box: Box, other: Box) -> bool:
    """Whether at least half of the smaller one lies in the other: at one place, whatever their sizes."""
    return 2 * box.intersection(other) >= min(box.area, other.area)


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


def _third_look(trace: Trace) -> Line:
    if not trace.answers_differ:
        return {"strong": "Read from the region,", "rest": "the answer is the same.", "icon": "info"}
    return {"strong": "Read from the region,", "rest": f"the answer is {trace.region_answer!r}.", "icon": "info"}
