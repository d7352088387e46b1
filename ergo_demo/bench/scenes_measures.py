"""From samples to numbers. Fractions 0 to 1; failed samples are in every denominator; totals are means over types."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import mean, median
from typing import Any

import numpy as np

from ergo_demo.bench.scenes_baselines import TEXT_ONLY, majority
from ergo_demo.bench.scenes_items import Item
from ergo_demo.bench.scenes_methods import METHODS, OTHER_BOXES, PAINTED_OUT
from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.protocol.parsing import Flag
from ergo_demo.records import Outcome
from ergo_demo.scenes import CANDIDATES, TYPES

RESAMPLES = 10_000
"""Of the bootstrap: the interval's ends move by less than 0.1 points from one seed to another."""

UNREAD = {Flag.ANSWER_UNTAGGED, Flag.CUT_OFF}
"""Flags of a reply whose form was not kept; the other flags are repairs."""

Numbers = dict[str, Any]
Samples = Sequence[Sample]


def bootstrap(groups: Iterable[Sequence[float]], seed: int = 0) -> list[float] | None:
    """The 95 % percentile interval of the mean over groups of each group's mean; None without values.

    Each group is resampled with replacement on its own, as the items of a type are drawn on their own.
    """
    drawn = [_resampled_means(np.asarray(group, float), seed + i) for i, group in enumerate(groups) if len(group)]
    if not drawn:
        return None
    low, high = np.percentile(np.mean(drawn, axis=0), [2.5, 97.5])
    return [float(low), float(high)]


def _resampled_means(values: np.ndarray[Any, np.dtype[np.float64]], seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    # How often each distinct value is drawn is multinomial: the same distribution as drawing items, and quick.
    distinct, counts = np.unique(values, return_counts=True)
    draws = np.random.default_rng(seed).multinomial(len(values), counts / len(values), size=RESAMPLES)
    means: np.ndarray[Any, np.dtype[np.float64]] = draws @ distinct / len(values)
    return means


def method_numbers(samples: Samples, method: str) -> Numbers:
    """Everything about one method: in total, and the same by type."""
    groups = _by_type(samples)
    by_type = {type: _numbers(group, method) for type, group in groups.items()}
    numbers = {
        "accuracy": _mean_of(by_type, "accuracy"),
        "accuracy_ci": bootstrap([_right(group) for group in groups.values()]),
        "accuracy_by_type": {type: part["accuracy"] for type, part in by_type.items()},
        "vision_tokens": _mean_of(by_type, "vision_tokens"),
        "seconds": _median(sample.seconds for sample in samples),
        "tokens_by_stage": _stages(samples),
        "reply_tokens": _mean_of(by_type, "reply_tokens"),
        "n": len(samples),
        "failed": _mean_of(by_type, "failed"),
        "parse_failures": _mean_of(by_type, "parse_failures"),
        "repairs": _mean_of(by_type, "repairs"),
    }
    if _has_box(method):
        numbers |= {name: _mean_of(by_type, name) for name in ("coverage", "box_area")}
    return numbers | {"by_type": by_type}


def _numbers(samples: Samples, method: str) -> Numbers:
    """The measures of one type."""
    numbers = {
        "n": len(samples),
        "accuracy": _mean(_right(samples)),
        "accuracy_ci": bootstrap([_right(samples)]),
        "vision_tokens": _mean(sample.tokens for sample in samples),
        "reply_tokens": _mean(sample.reply_tokens for sample in samples),
        "seconds": _median(sample.seconds for sample in samples),
        "failed": _mean(sample.outcome is Outcome.FAILED for sample in samples),
        "parse_failures": _mean(is_parse_failure(sample) for sample in samples),
        "repairs": _mean(bool(set(sample.flags) - UNREAD) for sample in samples),
    }
    return numbers | (box_numbers(samples) if _has_box(method) else {})


def box_numbers(samples: Samples) -> Numbers:
    """How much of the photo is looked at again, and how often the target is in it."""
    return {
        "coverage": _mean(sample.covered for sample in samples),
        "box_area": _mean(sample.box_share for sample in samples),
    }


def is_parse_failure(sample: Sample) -> bool:
    """Whether no box could be read, or no tagged answer."""
    return sample.why is not None or bool(UNREAD & set(sample.flags))


def hidden_numbers(ergo: Samples, painted: Samples) -> Numbers:
    """*hidden*, asked to find and asked to cover, for each k; `painted_out` on the same items."""
    without = {sample.item: sample for sample in painted}
    halves: Numbers = {}
    for name, cover in (("find", False), ("cover", True)):
        half = [sample for sample in ergo if sample.type == "hidden" and sample.cover is cover]
        by_k = {
            str(k): _half([s for s in half if s.k == k], without) for k in CANDIDATES if any(s.k == k for s in half)
        }
        halves[name] = _half(half, without) | {"by_k": by_k}
    return halves


def _half(samples: Samples, without: Mapping[Item, Sample]) -> Numbers:
    pairs = [(sample, without[sample.item]) for sample in samples if sample.item in without]
    return {
        "n": len(samples),
        "accuracy": _mean(_right(samples)),
        "accuracy_ci": bootstrap([_right(samples)]),
        **box_numbers(samples),
        "coverage_ci": bootstrap([[float(sample.covered) for sample in samples]]),
        "one_place_covered": _mean(sample.candidates_covered > 0 for sample in samples),
        "coverage_painted_out": _mean(other.covered for _, other in pairs),
        "coverage_painted_out_ci": bootstrap([[float(other.covered) for _, other in pairs]]),
        "box_area_painted_out": _mean(other.box_share for _, other in pairs),
    }


def summary(found: Mapping[str, Samples]) -> Numbers:
    """What the issue names, and what explains it. The `..._by_k` and `..._painted_out` are of *hidden*, asked to cover.

    That half is where every k places are to be inside the box: asked to find, one of k is covered by luck. Both
    halves stand under `hidden`.
    """
    methods = {name: method_numbers(found[name], name) for name in METHODS if found.get(name)}
    numbers: Numbers = {"methods": methods, "baselines": baselines(found.get(TEXT_ONLY, ()))}
    ergo = methods.get("ergo")
    hidden = hidden_numbers(found.get("ergo", ()), found.get(PAINTED_OUT, ()))
    cover = hidden["cover"]
    numbers |= {
        "coverage": ergo and ergo["coverage"],
        "coverage_by_k": {k: part["coverage"] for k, part in cover["by_k"].items()},
        "coverage_painted_out": cover["coverage_painted_out"],
        "coverage_painted_out_by_k": {k: part["coverage_painted_out"] for k, part in cover["by_k"].items()},
        "coverage_by_type": ergo and {type: part["coverage"] for type, part in ergo["by_type"].items()},
        "box_area": ergo and ergo["box_area"],
        "box_area_by_k": {k: part["box_area"] for k, part in cover["by_k"].items()},
        "parse_failures": ergo and ergo["parse_failures"],
        "repairs": ergo and ergo["repairs"],
        "hidden": hidden,
    }
    return numbers | {"against_direct_full": against(found.get("ergo", ()), found.get("direct_full", ()))}


def baselines(text_only: Samples) -> Numbers:
    """What can be had without looking, by type and in total."""
    guessed = {type: mean(_right(group)) for type, group in _by_type(text_only).items()}
    by_type = {"majority": majority(text_only), "text_only": guessed}
    return {name: {"accuracy": _mean(by.values()), "accuracy_by_type": by} for name, by in by_type.items()}


def against(ergo: Samples, direct: Samples) -> Numbers | None:
    """ERGO beside one look at everything, on the items that both were asked."""
    first, second = ({sample.item: sample for sample in samples} for samples in (ergo, direct))
    shared = sorted(first.keys() & second.keys(), key=lambda item: item.index)
    if not shared:
        return None
    ours, theirs = [first[item] for item in shared], [second[item] for item in shared]
    groups = {type: [(a, b) for a, b in zip(ours, theirs, strict=True) if a.type == type] for type in TYPES}
    gains = [[float(a.right) - float(b.right) for a, b in group] for group in groups.values() if group]
    seconds = (_median(s.seconds for s in ours), _median(s.seconds for s in theirs))
    tokens = (_mean(s.tokens for s in ours), _mean(s.tokens for s in theirs))
    return {
        "n": len(shared),
        "accuracy_gain": _mean(_mean(gain) or 0.0 for gain in gains),
        "accuracy_gain_ci": bootstrap(gains),
        "vision_tokens_share": tokens[0] / tokens[1] if tokens[0] and tokens[1] else None,
        "times_faster": seconds[1] / seconds[0] if seconds[0] and seconds[1] else None,
    }


def _by_type(samples: Samples) -> dict[str, list[Sample]]:
    groups = {type: [sample for sample in samples if sample.type == type] for type in TYPES}
    return {type: group for type, group in groups.items() if group}


def _has_box(method: str) -> bool:
    return method == "ergo" or method in OTHER_BOXES


def _stages(samples: Samples) -> dict[str, float]:
    names = dict.fromkeys(name for sample in samples for name in sample.tokens_by_stage)
    return {name: mean(sample.tokens_by_stage.get(name, 0) for sample in samples) for name in names}


def _right(samples: Samples) -> list[float]:
    return [float(sample.right) for sample in samples]


def _mean_of(parts: Mapping[str, Numbers], name: str) -> float | None:
    return _mean(part[name] for part in parts.values())


def _mean(values: Iterable[float]) -> float | None:
    return _over(mean, values)


def _median(values: Iterable[float]) -> float | None:
    return _over(median, values)


def _over(summarise: Callable[[list[float]], float], values: Iterable[float]) -> float | None:
    """None where there is nothing to summarise: no number is not 0."""
    known = [float(value) for value in values]
    return summarise(known) if known else None
