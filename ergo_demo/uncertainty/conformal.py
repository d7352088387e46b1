"""A region that holds the target in a stated share of cases: split conformal prediction for one box an item.

The score is a signed maximum over the four edges, so one number says how far the region must grow, and one quantile
covers all edges (Vovk et al. 2005; Timans et al. 2024, arXiv 2403.07263, need one for each). Checked by simulation with
boxes that are too small and too large; puncc 0.9.3 fails there, because it does not flip the sign of the right and
lower edges. The promise holds for items drawn at random from what is asked, of one model, asked one way.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ergo_demo.geometry import Box

LEAST_ITEMS = 50
"""Fewer leave the true share of a 90 % promise anywhere from 83 to 95 %: nothing is promised."""

LEAST_GROWTH = -0.499
"""A region shrinks to a point at -0.5, and would invert beyond it."""

_ROUNDING = 1e-9  # (n + 1) alpha is whole for many n that are asked for, and not in floats


def score(region: Box, target: Box) -> float:
    """How far `region` must grow to hold `target`, in its own widths and heights; negative where it is too large.

    Above -0.5 for every target that has area. The region must have area.

    >>> score(Box(10, 10, 20, 20), Box(8, 12, 20, 20))
    0.2
    """
    return max(
        (region.x1 - target.x1) / region.width,
        (region.y1 - target.y1) / region.height,
        (target.x2 - region.x2) / region.width,
        (target.y2 - region.y2) / region.height,
    )


def grown(region: Box, growth: float | None, frame: Box) -> Box:
    """`region` with each edge pushed out by `growth` of its width or height, clipped. None: as far as `frame`.

    >>> grown(Box(10, 10, 20, 20), 0.2, Box(0, 0, 100, 21)).edges
    (8.0, 8.0, 22.0, 21)
    """
    if growth is None:
        return frame
    growth = max(growth, LEAST_GROWTH)
    return region.pad(growth * region.width, growth * region.height).clip(frame)


def difficulty(spread: float, region_in_view: Box) -> float:
    """What the adaptive variant divides by: the spread, but at least one model pixel of the region's shorter side.

    A spread of 0 would make any error infinitely surprising; below one pixel of its view a model cannot point.
    """
    return max(spread, 1.0 / max(1.0, min(region_in_view.width, region_in_view.height)))


def left_out(n: int, alpha: float) -> int:
    """l = floor((n + 1) alpha): how many of n scores, and the one to come, may lie above the quantile."""
    return math.floor((n + 1) * alpha + _ROUNDING)


def promised(n: int, alpha: float) -> float:
    """The exact share that is promised: ceil((n + 1)(1 - alpha)) / (n + 1).

    >>> promised(200, 0.1)
    0.900497512437811
    """
    return (n + 1 - left_out(n, alpha)) / (n + 1)


def quantile(scores: Sequence[float] | NDArray[np.float64], alpha: float) -> float | None:
    """q: the ceil((n + 1)(1 - alpha))-th smallest score; None where n is too small for any, or it is infinite.

    >>> quantile([0.1, 0.2, 0.3, 0.4], 0.25), quantile([0.1, 0.2], 0.1)
    (0.4, None)
    """
    n = len(scores)
    rank = n + 1 - left_out(n, alpha)
    if rank > n:
        return None
    # Several items may share a score; any of them is the same number.
    found = float(np.sort(np.asarray(scores, dtype=np.float64))[max(rank, 1) - 1])
    return found if math.isfinite(found) else None


@lru_cache(maxsize=64)
def share_range(n: int, alpha: float, certainty: float = 0.9) -> tuple[float, float]:
    """Where the true share of held targets lies: the central `certainty` of Beta(n + 1 - l, l).

    >>> [round(share, 3) for share in share_range(212, 0.1)]
    [0.866, 0.933]
    """
    left = left_out(n, alpha)
    if left == 0:
        return 1.0, 1.0
    tail = (1 - certainty) / 2
    return _beta_quantile(tail, n + 1 - left, left), _beta_quantile(1 - tail, n + 1 - left, left)


def covered_range(n: int, tested: int, alpha: float, certainty: float = 0.95) -> tuple[int, int]:
    """How many of `tested` new items are covered: the central `certainty` of the beta-binomial, both ends inside."""
    left = left_out(n, alpha)
    a, b = n + 1 - left, left
    if b == 0:
        return tested, tested
    counts = range(tested + 1)
    logs = [_log_choose(tested, m) + _log_beta(m + a, tested - m + b) - _log_beta(a, b) for m in counts]
    reached = np.cumsum(np.exp(logs))
    tail = (1 - certainty) / 2
    return int(np.searchsorted(reached, tail)), int(np.searchsorted(reached, 1 - tail))


def realised(scores: Sequence[float] | NDArray[np.float64], alpha: float, splits: int, seed: int) -> list[float]:
    """The share of the other half that is covered, for `splits` random halves to calibrate on.

    An item is covered where its score is at most q: the same as its region holding its target, without rounding.
    """
    known = np.asarray(scores, dtype=np.float64)
    rng = np.random.default_rng(seed)
    shares = []
    for _ in range(splits):
        order = rng.permutation(len(known))
        half = len(known) // 2
        q = quantile(known[order[:half]], alpha)
        shares.append(1.0 if q is None else float(np.mean(known[order[half:]] <= q)))
    return shares


def _beta_quantile(share: float, a: int, b: int) -> float:
    """By bisection of the binomial sum that the distribution function is for whole a and b."""
    n = a + b - 1
    hits = np.arange(a, n + 1)
    choose = np.array([_log_choose(n, int(j)) for j in hits])
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = float(np.exp(choose + hits * math.log(middle) + (n - hits) * math.log1p(-middle)).sum())
        low, high = (middle, high) if reached < share else (low, middle)
    return (low + high) / 2


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _log_beta(a: int, b: int) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
