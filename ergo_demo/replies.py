"""What a program gets of a trace: the same from the command line, the endpoint and Python."""

from typing import Any, TypedDict

from ergo_demo.geometry import Box
from ergo_demo.records import Seconds, TokenCounts, Trace, to_json


class Reply(TypedDict):
    """The short form of a trace. Boxes are [x1, y1, x2, y2] in source px.

    samples: the box of each, None where it names none, failed or was stopped; spread: 0 to 1, None where fewer than two
    came to an end; region: the expanded region, and calibration: what it was grown by, or None.
    """

    outcome: str
    answer: str
    thoughts: dict[str, str]
    thought: str
    box: list[float] | None
    samples: list[list[float] | None]
    spread: float | None
    region: list[float] | None
    calibration: dict[str, Any] | None
    flags: list[str]
    tokens: TokenCounts
    seconds: Seconds
    model: dict[str, str]


def reply_of(trace: Trace) -> Reply:
    """The short form. What was said word by word, why a sample has no box, and the heat map are in the trace."""
    coarse, zoom = (look.thought if look else "" for look in (trace.coarse, trace.zoom))
    return {
        "outcome": trace.outcome.value,
        "answer": trace.answer,
        "thoughts": {"coarse": coarse, "zoom": zoom},
        "thought": coarse,
        "box": _edges(trace.box),
        "samples": [_edges(sample.box) for sample in trace.samples],
        "spread": trace.spread,
        "region": _edges(trace.region),
        "calibration": to_json(trace.calibration) if trace.calibration else None,
        "flags": [flag.value for flag in trace.flags],
        "tokens": trace.tokens(),
        "seconds": trace.seconds(),
        "model": to_json(trace.model),
    }


def _edges(box: Box | None) -> list[float] | None:
    return list(box.edges) if box else None
