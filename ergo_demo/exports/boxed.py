"""What the formats for boxes share: one row for each decision that has a box, everything in source px."""

import math
from collections.abc import Iterator

from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.lessons import Dropped
from ergo_demo.exports.said import Rules

CATEGORY = "zoom"
"""The only one: the region that the second look needs."""


def with_boxes(corrected: Corrected, rules: Rules) -> Iterator[Corrected | Dropped]:
    """The decision, if it has a box."""
    yield corrected if corrected.boxes else Dropped(f"no box: {corrected.annotation.submission.action.value}")


def all_of_them(corrected: Corrected, rules: Rules) -> Iterator[Corrected | Dropped]:
    """Every decision."""
    yield corrected


def score(corrected: Corrected) -> float:
    """How sure the model was of its box, 0 to 1: how far its samples agree, else how likely its words were; else 1."""
    trace = corrected.trace
    if trace is None or trace.coarse is None:
        return 1.0
    if trace.spread is not None:
        return 1 - trace.spread
    logprobs = [token.logprob for token in trace.coarse.generation.tokens if token.logprob is not None]
    return math.exp(sum(logprobs) / len(logprobs)) if logprobs else 1.0
