"""What the expanded region promises, in one sentence: how often it holds the target, or nothing at all. Pure."""

from typing import NotRequired, TypedDict

from ergo_demo.geometry import Box, Size
from ergo_demo.records import Calibration, Trace
from ergo_demo.uncertainty.conformal import LEAST_ITEMS, share_range
from ergo_demo.uncertainty.measuring import is_calibrated, opinions


class Line(TypedDict):
    """A sentence under the photo. "%s" in `strong` is where the page counts the seconds on."""

    strong: str
    rest: str
    icon: NotRequired[str]
    about: NotRequired[str]
    """What whoever rests on it is told."""


def region_label(trace: Trace | None) -> str:
    """What the dashed box is called: only a calibrated one is more than what the samples hold."""
    return named(calibrated=trace is None or is_calibrated(trace))


def named(*, calibrated: bool) -> str:
    """The name of a region that does, or does not, keep a promise."""
    return "Expanded region" if calibrated else "Sample region"


def promise(trace: Trace, given: Calibration | None) -> Line:
    """The sentence for a trace with a region. `given`: the calibration that was asked for."""
    calibration = trace.calibration
    if calibration is None or calibration.n < LEAST_ITEMS:
        rest = f"not calibrated{_why_not(trace, given)}. It promises nothing."
        return {"strong": "Sample region,", "rest": rest, "icon": "region"}
    n = calibration.n
    if calibration.q is None:
        rest = f"is the whole photo: {n} items are too few to say how far to grow for {_in_cases(calibration)}."
        return {"strong": "The dashed region", "rest": rest, "icon": "region"}
    if calibration.epsilon is not None:
        within = f"within {100 * calibration.epsilon:g} points (n = {n})."
        rest = f"answers right as often as the target's own box, {within}"
        return {"strong": "The dashed region", "rest": rest + _ending(trace), "icon": "region"}
    low, high = share_range(n, calibration.alpha)
    rest = f"holds the target in {_in_cases(calibration)} (n = {n}, {100 * low:.0f}–{100 * high:.0f} %)."
    about = (
        f"Measured on {n} items of this model from the random stream. The range is where the true share lies with "
        "90 % certainty; more items make it narrower."
    )
    return {"strong": "The dashed region", "rest": rest + _ending(trace), "icon": "region", "about": about}


def _in_cases(calibration: Calibration) -> str:
    return f"{100 * (1 - calibration.alpha):g} % of cases"


def _why_not(trace: Trace, given: Calibration | None) -> str:
    """Why nothing is promised: too few items, or a calibration that was made for something else."""
    if trace.calibration is not None or given is None:
        return f" (n = {trace.calibration.n if trace.calibration else 0}; {LEAST_ITEMS} are needed)"
    if (given.model, given.revision) != (trace.model.name, trace.model.revision):
        return " for this model revision (n = 0)"
    if given.box_temperature != trace.sampling.temperature:
        return f" for these settings (n = 0; there is one for boxes of temperature {given.box_temperature:g})"
    ended = len(opinions(trace.samples))
    if given.samples == len(trace.samples) > ended:
        return f" (n = 0; {ended} of {given.samples} samples came to an end)"
    asked = (
        f"{given.samples} samples at temperature {given.temperature:g} and top-p {given.top_p:g}, "
        f"{given.coarse_budget_tokens:,} coarse tokens"
    )
    return f" for these settings (n = 0; there is one for {asked})"


def _ending(trace: Trace) -> str:
    region, size = trace.region, trace.source
    return " It ends at the edge of the photo." if region is not None and _touches(region, size) else ""


def _touches(box: Box, size: Size) -> bool:
    return min(box.x1, box.y1) <= 0 or box.x2 >= size.width or box.y2 >= size.height
