"""Scenes of a quarter of a megapixel to 48: what two looks and one look at everything cost, and what they get right."""

from collections.abc import Mapping, Sequence
from typing import Any

from ergo_demo.bench.scenes_items import Stream
from ergo_demo.bench.scenes_measures import method_numbers
from ergo_demo.bench.scenes_methods import Method
from ergo_demo.bench.scenes_run import Plan
from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.records import ModelInfo

MEGAPIXELS = (0.24, 0.98, 2.0, 4.0, 8.0, 16.0, 32.0, 48.0)
"""The first fits into 320 vision tokens whole, the second into 1,280."""

SLOW_MEGAPIXELS = 4.0
"""Of larger scenes direct_full is asked one of each type: a look takes minutes on a slow machine."""

COMPARED: tuple[Method, ...] = ("ergo", "direct_full")


def plans(stream: Stream, n: int) -> list[Plan]:
    """`n` scenes of each type for each size."""
    return [
        Plan(
            Stream(stream.seed, stream.world, megapixels),
            n,
            COMPARED,
            {"direct_full": 1} if megapixels > SLOW_MEGAPIXELS else {},
            extras=False,
        )
        for megapixels in MEGAPIXELS
    ]


def row(megapixels: float, found: Mapping[str, Sequence[Sample]], longest: int | None) -> dict[str, Any]:
    """The numbers of one size."""
    kept = ("n", "accuracy", "accuracy_ci", "seconds", "vision_tokens", "failed")
    numbers = {name: method_numbers(found[name], name) for name in COMPARED if found.get(name)}
    methods: dict[str, dict[str, Any]] = {name: {key: part[key] for key in kept} for name, part in numbers.items()}
    tokens = [sample.tokens for sample in found.get("direct_full", ())]
    return {
        "megapixels": megapixels,
        "methods": methods,
        "longer_than_trained": bool(longest and tokens and max(tokens) > longest),
    }


def longest_trained_tokens(model: ModelInfo) -> int | None:
    """L, the longest view that the direct mode is trained at, in vision tokens; None for models of others."""
    if model.name != "ERGO-tiny":
        return None
    from ergo_demo.training.examples import DIRECT_BUDGETS

    return DIRECT_BUDGETS[1]
