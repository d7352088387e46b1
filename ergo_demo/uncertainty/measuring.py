"""From sampled replies to what a trace says about them: the samples, how far they agree, the expanded region."""

from collections.abc import Sequence
from dataclasses import replace

from ergo_demo.errors import ErgoError
from ergo_demo.geometry import Box, Size, View
from ergo_demo.protocol.parsing import Zoom, read_thought, read_zoom
from ergo_demo.records import Calibration, Finish, Generation, Sample, Trace
from ergo_demo.uncertainty.conformal import LEAST_ITEMS, difficulty, grown
from ergo_demo.uncertainty.sampled import EDGE_SHARE, consensus, heat_map, sample_region, spread


def read_sample(reply: Generation | ErgoError, coarse: View, source: Size) -> Sample:
    """What one sampled reply says; `coarse` is the view it was drawn for."""
    if isinstance(reply, ErgoError):
        return Sample("", None, error=str(reply))
    text, thought = reply.text, read_thought(reply.text)
    match read_zoom(text, coarse.size):
        case Zoom(box_in_view, _, flags):
            box = coarse.to_source(box_in_view).clip(Box.of(source))
            return Sample(text, reply.finish, thought, box, flags=flags)
        case unreadable:
            return Sample(text, reply.finish, thought, why=unreadable.why)


def opinions(samples: Sequence[Sample]) -> list[Box | None]:
    """The boxes of the samples that came to an end; None for one that named no region.

    One that was stopped, or that the engine could not draw, is no opinion: it says nothing about the model.
    """
    return [sample.box for sample in samples if sample.finish not in (None, Finish.CANCELLED)]


def measured(trace: Trace, samples: Sequence[Sample], calibration: Calibration | None) -> Trace:
    """The trace with its samples and all that follows from them. A calibration for something else is left out.

    So is one for more samples than came to an end: fewer of them reach less far.
    """
    boxes = opinions(samples)
    trace = replace(
        trace,
        samples=tuple(samples),
        spread=spread(boxes),
        consensus=consensus(boxes),
        heat=heat_map(boxes, trace.source),
        calibration=calibration if calibration is not None and fits(calibration, trace, len(boxes)) else None,
    )
    return replace(trace, region=expanded_region(trace))


def fits(calibration: Calibration, trace: Trace, samples: int) -> bool:
    """Whether the calibration was found for this model, asked this way."""
    drawn = trace.sampled
    return drawn is not None and (
        calibration.model,
        calibration.revision,
        calibration.samples,
        calibration.temperature,
        calibration.top_p,
        calibration.coarse_budget_tokens,
        calibration.box_temperature,
    ) == (
        trace.model.name,
        trace.model.revision,
        samples,
        drawn.temperature,
        drawn.top_p,
        trace.coarse_budget_tokens,
        trace.sampling.temperature,
    )


def expanded_region(trace: Trace) -> Box | None:
    """The sample region, grown by the trace's calibration where that is of enough items; None without a box or samples.

    A calibrated region may be smaller than the sample region, and need not hold the chosen box.
    """
    calibration = trace.calibration
    if calibration is None or not is_calibrated(trace):
        return region_of_samples(trace)
    region = region_of_samples(trace, calibration.edge_share)
    if region is None:
        return None
    growth = calibration.q
    if growth is not None and calibration.variant == "adaptive":
        growth *= difficulty_of(trace, calibration.edge_share)
    return grown(region, growth, Box.of(trace.source))


def is_calibrated(trace: Trace) -> bool:
    """Whether the trace's region, where there is one, keeps the promise of a calibration."""
    return trace.calibration is not None and trace.calibration.n >= LEAST_ITEMS


def region_of_samples(trace: Trace, edge_share: float = EDGE_SHARE) -> Box | None:
    """The sample region (source px); None without a box or without samples."""
    boxes = opinions(trace.samples)
    return sample_region(trace.box, boxes, edge_share) if trace.box is not None and boxes else None


def difficulty_of(trace: Trace, edge_share: float = EDGE_SHARE) -> float:
    """What the adaptive variant divides by, for this trace. 1 where a single sample or none leaves no spread."""
    region = region_of_samples(trace, edge_share)
    if region is None or trace.spread is None or trace.coarse is None:
        return 1.0
    return difficulty(trace.spread, trace.coarse.view.from_source(region))
