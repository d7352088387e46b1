"""The numbers of `bench uncertainty`, from what was seen of each item. Pure; boxes in source px.

An item without a box counts as missed by every region, as wrong, and as the least certain: nothing is dropped.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ergo_demo.geometry import Box, Size, View
from ergo_demo.scenes import TYPES, Type
from ergo_demo.scoring import covered
from ergo_demo.uncertainty.conformal import covered_range, difficulty, grown, promised, quantile, realised, score
from ergo_demo.uncertainty.sampled import edge_share_for, sample_region, spread

ALPHAS = {"80": 0.2, "90": 0.1, "95": 0.05}
SPLITS = 200
SHOWN = 0.1
"""The alpha of what has one figure for all types or each."""

Scores: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one item: the greedy box, the samples' boxes, and what both cost."""

    type: Type
    number: int
    k: int
    cover: bool
    source: Size
    target: Box
    coarse: Size | None
    box: Box | None
    boxes: tuple[Box | None, ...]
    logprob: float | None
    ask_seconds: float
    sample_seconds: float

    @property
    def frame(self) -> Box:
        """The whole photo."""
        return Box.of(self.source)

    @property
    def region(self) -> Box | None:
        """The sample region."""
        return sample_region(self.box, self.boxes) if self.box and self.boxes else None

    @property
    def wrong(self) -> bool:
        """Whether the target is not wholly inside the box."""
        return not covered(self.box, self.target)

    @property
    def doubt(self) -> float:
        """The spread; where there is none, nothing was agreed on."""
        found = spread(self.boxes)
        return 1.0 if found is None or self.box is None else found

    def region_for(self, alpha: float) -> Box | None:
        """The sample region that is calibrated for `alpha`."""
        return sample_region(self.box, self.boxes, edge_share_for(alpha)) if self.box and self.boxes else None

    def unit(self, alpha: float) -> float:
        """What the adaptive variant divides by."""
        region = self.region_for(alpha)
        if region is None or self.coarse is None:
            return 1.0
        return difficulty(self.doubt, View(self.frame, self.coarse).from_source(region))


def plain(seen: Seen, alpha: float) -> float:
    """The score of the sample region that is calibrated for `alpha`."""
    region = seen.region_for(alpha)
    return math.inf if region is None else score(region, seen.target)


def adaptive(seen: Seen, alpha: float) -> float:
    """The same, divided by the difficulty."""
    return plain(seen, alpha) / seen.unit(alpha)


def margin(seen: Seen) -> float:
    """The comparator's score: of the greedy box alone."""
    return math.inf if seen.box is None else score(seen.box, seen.target)


def summary(seen: Sequence[Seen], at_80_tokens: Sequence[Seen], seed: int) -> dict[str, Any]:
    """Every number of the issue, and what they are made of."""
    scores = {name: np.array([plain(one, alpha) for one in seen]) for name, alpha in ALPHAS.items()}
    return {
        "realised_coverage": {
            name: fmean(realised(scores[name], alpha, SPLITS, seed)) for name, alpha in ALPHAS.items()
        },
        "promised_coverage": {name: promised(len(seen) // 2, alpha) for name, alpha in ALPHAS.items()},
        "single_split": {name: single_split(scores[name], alpha, seed) for name, alpha in ALPHAS.items()},
        "area_over_calibrated_margin": area_over_margin(seen, SHOWN, seed),
        "area_over_calibrated_margin_by": {
            variant: {
                name: area_over_margin(seen, alpha, seed, variant == "adaptive") for name, alpha in ALPHAS.items()
            }
            for variant in ("plain", "adaptive")
        },
        "auc": auc([one.doubt for one in at_80_tokens], [one.wrong for one in at_80_tokens]),
        "auc_logprob": auc([_logprob_doubt(one) for one in at_80_tokens], [one.wrong for one in at_80_tokens]),
        "roc": {
            "spread": roc([one.doubt for one in at_80_tokens], [one.wrong for one in at_80_tokens]),
            "log-probability": roc([_logprob_doubt(one) for one in at_80_tokens], [one.wrong for one in at_80_tokens]),
        },
        "auc_scenes": len(at_80_tokens),
        "auc_wrong": sum(one.wrong for one in at_80_tokens),
        "region_area_by_k": area_by_k(seen, fmean),
        "region_area_by_k_median": area_by_k(seen, median),
        "samples_over_ask": sum(one.sample_seconds for one in seen)
        / (sum(one.ask_seconds for one in seen) or math.nan),
        **by_group(seen, seed),
    }


def single_split(scores: Scores, alpha: float, seed: int) -> dict[str, Any]:
    """One random half to calibrate, the other to test, and the beta-binomial 95 % interval for these sizes."""
    tested = len(scores) - len(scores) // 2
    share = realised(scores, alpha, 1, seed)[0]
    low, high = covered_range(len(scores) // 2, tested, alpha)
    inside = low <= round(share * tested) <= high
    return {"coverage": share, "low": low / tested, "high": high / tested, "inside": inside}


def area_over_margin(seen: Sequence[Seen], alpha: float, seed: int, is_adaptive: bool = False) -> float:
    """Mean area of calibrated regions over that of greedy boxes with one calibrated margin, over random halves."""
    ours = _areas(
        seen,
        alpha,
        seed,
        lambda one: adaptive(one, alpha) if is_adaptive else plain(one, alpha),
        lambda one: one.region_for(alpha),
        lambda one: one.unit(alpha) if is_adaptive else 1.0,
    )
    return ours / _areas(seen, alpha, seed, margin, lambda one: one.box)


def _areas(
    seen: Sequence[Seen],
    alpha: float,
    seed: int,
    scored: Callable[[Seen], float],
    box_of: Callable[[Seen], Box | None],
    unit_of: Callable[[Seen], float] = lambda _one: 1.0,
    splits: int = 20,
) -> float:
    """The mean area, as a share of the photo, on the halves that did not calibrate."""
    rng = np.random.default_rng(seed)
    scores = np.array([scored(one) for one in seen])
    found = []
    for _ in range(splits):
        order = rng.permutation(len(seen))
        half = len(seen) // 2
        q = quantile(scores[order[:half]], alpha)
        for at in order[half:]:
            one = seen[at]
            box = box_of(one)
            region = grown(box, None if q is None else q * unit_of(one), one.frame) if box else one.frame
            found.append(region.area / one.source.area)
    return fmean(found)


def auc(doubts: Sequence[float], wrong: Sequence[bool]) -> float | None:
    """How often a wrong item is more doubtful than a right one, ties half; None without both kinds.

    >>> auc([0.9, 0.2, 0.5], [True, False, False])
    1.0
    """
    bad = np.array([doubt for doubt, is_wrong in zip(doubts, wrong, strict=True) if is_wrong])
    good = np.array([doubt for doubt, is_wrong in zip(doubts, wrong, strict=True) if not is_wrong])
    if not len(bad) or not len(good):
        return None
    more = bad[:, None] > good[None, :]
    return float((more + 0.5 * (bad[:, None] == good[None, :])).mean())


def roc(doubts: Sequence[float], wrong: Sequence[bool], points: int = 100) -> list[list[float]]:
    """For some doubts from the largest: the shares of right and of wrong items that are as doubtful; [] without both.

    >>> roc([0.9, 0.2], [True, False])
    [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    pairs = list(zip(doubts, wrong, strict=True))
    bad, good = sum(wrong), len(pairs) - sum(wrong)
    if not bad or not good:
        return []
    levels = sorted(set(doubts), reverse=True)
    some = {*levels[:: max(1, len(levels) // points)], levels[-1]}
    shares = [
        [sum(d >= level and not w for d, w in pairs) / good, sum(d >= level and w for d, w in pairs) / bad]
        for level in sorted(some, reverse=True)
    ]
    return [[0.0, 0.0], *shares]


def _logprob_doubt(seen: Seen) -> float:
    return math.inf if seen.logprob is None else -seen.logprob


def area_by_k(seen: Sequence[Seen], middle: Callable[[Iterable[float]], float]) -> dict[str, float]:
    """*Hidden* asked to find: the sample region's share of the photo, by the number of places; mean or median."""
    asked = [one for one in seen if one.type == "hidden" and not one.cover]
    return {
        str(k): middle(_share(one.region, one) for one in asked if one.k == k) for k in sorted({one.k for one in asked})
    }


def by_group(seen: Sequence[Seen], seed: int) -> Mapping[str, Any]:
    """How often box, sample region and calibrated region (90 %) hold the target, and their areas.

    For each type and for all ("by_type"), and for each type and number of places ("by_type_and_k").
    """
    rng = np.random.default_rng(seed)
    order = [int(at) for at in rng.permutation(len(seen))]
    half = len(seen) // 2
    q = quantile([plain(seen[at], SHOWN) for at in order[:half]], SHOWN)
    tested = [seen[at] for at in order[half:]]
    by_type = {kind: [one for one in tested if one.type == kind] for kind in TYPES}
    return {
        "by_type": {kind: _coverage(some, q) for kind, some in by_type.items()} | {"all": _coverage(tested, q)},
        "by_type_and_k": {
            kind: {str(k): _coverage([one for one in some if one.k == k], q) for k in sorted({one.k for one in some})}
            for kind, some in by_type.items()
        },
    }


def _coverage(seen: Sequence[Seen], q: float | None) -> dict[str, Any]:
    if not seen:
        return {"n": 0}
    grows = [(one.region_for(SHOWN), one.frame) for one in seen]
    calibrated = [grown(region, q, frame) if region else frame for region, frame in grows]
    held = [plain(one, SHOWN) <= (math.inf if q is None else q) for one in seen]
    return {
        "n": len(seen),
        "box": {"coverage": fmean(not one.wrong for one in seen), "area": fmean(_share(one.box, one) for one in seen)},
        "sample_region": {
            "coverage": fmean(covered(one.region, one.target) for one in seen),
            "area": fmean(_share(one.region, one) for one in seen),
        },
        "calibrated_region": {
            "coverage": fmean(held),
            "area": fmean(region.area / one.source.area for one, region in zip(seen, calibrated, strict=True)),
        },
    }


def _share(box: Box | None, seen: Seen) -> float:
    """Of the photo's area; 1 where no box was named, because the whole photo was read."""
    return 1.0 if box is None else box.area / seen.source.area
