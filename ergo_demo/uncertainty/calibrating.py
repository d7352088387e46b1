"""From traces with known targets to a calibration, and back from its file."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import ValidationError

from ergo_demo.errors import CannotCalibrate, SettingInvalid
from ergo_demo.geometry import Box
from ergo_demo.records import Calibration, Trace, from_json
from ergo_demo.uncertainty.conformal import quantile, score
from ergo_demo.uncertainty.measuring import difficulty_of, fits, region_of_samples
from ergo_demo.uncertainty.sampled import EDGE_SHARE, edge_share_for

Variant: TypeAlias = Literal["plain", "adaptive"]


def score_of(trace: Trace, target: Box, variant: Variant, edge_share: float = EDGE_SHARE) -> float:
    """How far this trace's sample region must grow to hold the target; infinite where there is no region.

    `edge_share` of the samples is left out at each edge of it (see `edge_share_for`). A run that named no region, or
    failed, counts as one that no growth helps: nothing is dropped.
    """
    region = region_of_samples(trace, edge_share)
    if region is None:
        return math.inf
    plain = score(region, target)
    return plain / difficulty_of(trace, edge_share) if variant == "adaptive" else plain


def calibration_of(
    items: Sequence[tuple[Trace, Box]], *, alpha: float, variant: Variant, source: str, when: str
) -> Calibration:
    """The calibration that these traces and targets make. Raises CannotCalibrate, which says what to do.

    The items must be drawn at random from what is asked: neither chosen by a person nor ordered by uncertainty.
    """
    first = next((trace for trace, _target in items if trace.samples), None)
    if first is None or first.sampled is None:
        raise CannotCalibrate(
            "None of these traces has samples.", remedy="Ask again with --samples 8, and calibrate on what that wrote."
        )
    edge_share = edge_share_for(alpha)
    found = Calibration(
        model=first.model.name,
        revision=first.model.revision,
        samples=len(first.samples),
        temperature=first.sampled.temperature,
        top_p=first.sampled.top_p,
        coarse_budget_tokens=first.coarse_budget_tokens,
        box_temperature=first.sampling.temperature,
        alpha=alpha,
        n=len(items),
        q=quantile([score_of(trace, target, variant, edge_share) for trace, target in items], alpha),
        variant=variant,
        when=when,
        source=source,
        edge_share=edge_share,
    )
    if not all(fits(found, trace, len(trace.samples)) for trace, _target in items if trace.samples):
        raise CannotCalibrate(
            "These traces are of several models or settings.", remedy="Calibrate on the rows of one run of `batch`."
        )
    return found


def read_calibration(path: Path, alpha: float) -> Calibration:
    """The calibration in a file. Raises SettingInvalid, also where it was made for another alpha."""
    problem = ""
    try:
        found = from_json(Calibration, json.loads(path.read_bytes()))
    except OSError as error:
        problem = f"calibration is {str(path)!r}: {error.strerror}."
    except (ValueError, ValidationError):
        problem = f"calibration is {str(path)!r}, which holds no calibration record of this version."
    if problem:
        raise SettingInvalid(problem, remedy="Make one with: python -m ergo_demo calibrate FILE, or leave it out.")
    if found.epsilon is None and not math.isclose(found.alpha, alpha):
        raise SettingInvalid(
            f"alpha is {alpha:g}, and {str(path)!r} was made for {found.alpha:g}.",
            remedy=f"Set alpha to {found.alpha:g}, or calibrate again with --alpha {alpha:g}.",
        )
    return found
