"""The promise of a calibrated region: by its definition, and by simulation with boxes of the wrong size."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import beta, betabinom  # type: ignore[import-untyped]

from ergo_demo.geometry import Box
from ergo_demo.uncertainty import conformal
from ergo_demo.uncertainty.conformal import difficulty, grown, promised, quantile, realised, score

FRAME = Box(0, 0, 1000, 1000)
ALPHAS = (0.2, 0.1, 0.05)


@st.composite
def boxes_with_area(draw: st.DrawFn) -> Box:
    x1, y1 = draw(st.floats(0, 900)), draw(st.floats(0, 900))
    return Box(x1, y1, x1 + draw(st.floats(1, 99)), y1 + draw(st.floats(1, 99)))


@settings(deadline=None, max_examples=50)
@given(boxes_with_area(), boxes_with_area())
def test_the_score_is_the_least_growth_that_holds_the_target(region: Box, target: Box) -> None:
    least = score(region, target)
    assert least > -0.5
    assert grown(region, least, FRAME).contains(target, tolerance=1e-6) or least < conformal.LEAST_GROWTH
    assert not grown(region, least - 0.01, FRAME.pad(1e6, 1e6)).contains(target) or least - 0.01 <= -0.49


@settings(deadline=None, max_examples=50)
@given(boxes_with_area(), st.floats(-1e9, 1e9))
def test_no_growth_inverts_a_region_or_leaves_the_photo(region: Box, growth: float) -> None:
    found = grown(region, growth, FRAME)
    assert found.has_area
    assert FRAME.contains(found)


def test_a_region_may_shrink_below_its_chosen_box_and_grow_to_the_photo() -> None:
    assert grown(Box(100, 100, 200, 200), -0.25, FRAME) == Box(125, 125, 175, 175)
    assert grown(Box(100, 100, 200, 200), None, FRAME) == FRAME


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 300), st.sampled_from([0.2, 0.1, 0.05, 0.3, 0.01]))
def test_q_is_the_rank_that_the_definition_names(n: int, alpha: float) -> None:
    scores = [float(number) for number in range(1, n + 1)]
    np.random.default_rng(7).shuffle(scores)
    # In whole hundredths, where nothing is rounded.
    rank = -(-(n + 1) * (100 - round(100 * alpha)) // 100)
    assert quantile(scores, alpha) == (float(rank) if rank <= n else None)
    assert promised(n, alpha) == pytest.approx(rank / (n + 1))


def test_an_item_without_a_box_counts_and_enough_of_them_leave_no_promise() -> None:
    assert quantile([0.1] * 95 + [math.inf] * 5, 0.1) == 0.1
    assert quantile([0.1] * 80 + [math.inf] * 20, 0.1) is None


@pytest.mark.parametrize(("n", "alpha"), [(50, 0.1), (212, 0.1), (400, 0.05), (60, 0.2), (1000, 0.01)])
def test_the_ranges_are_those_of_the_distributions(n: int, alpha: float) -> None:
    left = math.floor((n + 1) * alpha + 1e-9)
    expected = beta.ppf([0.05, 0.95], n + 1 - left, left)
    assert conformal.share_range(n, alpha) == pytest.approx(expected, abs=1e-9)
    low, high = betabinom.ppf([0.025, 0.975], 200, n + 1 - left, left)
    assert conformal.covered_range(n, 200, alpha) == (low, high)


def test_the_range_of_the_issues_example() -> None:
    low, high = conformal.share_range(212, 0.1)
    assert (round(low, 2), round(high, 2)) == (0.87, 0.93)


def test_too_few_items_for_a_finite_growth_promise_everything() -> None:
    assert conformal.share_range(5, 0.1) == (1.0, 1.0)
    assert conformal.covered_range(5, 20, 0.1) == (20, 20)


def simulated(n: int, shrink: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores of `n` items whose boxes are off by noise and smaller by `shrink` at each edge; and their spreads."""
    rng = np.random.default_rng(seed)
    width, height = rng.uniform(30, 300, n), rng.uniform(30, 300, n)
    x, y = rng.uniform(0, 5000, n), rng.uniform(0, 5000, n)
    unsure = rng.uniform(0.02, 0.3, n)
    found = []
    for i in range(n):
        target = Box(x[i], y[i], x[i] + width[i], y[i] + height[i])
        dx1, dy1, dx2, dy2 = rng.normal(0, unsure[i], 4) * np.array([width[i], height[i]] * 2)
        x1, x2 = sorted((target.x1 + dx1 + shrink * width[i], target.x2 + dx2 - shrink * width[i]))
        y1, y2 = sorted((target.y1 + dy1 + shrink * height[i], target.y2 + dy2 - shrink * height[i]))
        found.append(score(Box(x1, y1, x2 + 1, y2 + 1), target))
    return np.array(found), unsure


@pytest.mark.parametrize("shrink", [0.0, 0.1, -0.1], ids=["unbiased", "10 % too small", "10 % too large"])
@pytest.mark.parametrize("adaptive", [False, True], ids=["plain", "adaptive"])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_promise_is_kept_on_average_over_the_splits(alpha: float, adaptive: bool, shrink: float) -> None:
    scores, spreads = simulated(400, shrink, seed=3)
    if adaptive:
        scores = scores / spreads
    shares = realised(scores, alpha, splits=200, seed=5)
    assert abs(np.mean(shares) - promised(200, alpha)) < 0.01


@pytest.mark.parametrize("shrink", [0.0, 0.1, -0.1], ids=["unbiased", "10 % too small", "10 % too large"])
def test_single_splits_lie_in_the_interval_as_often_as_it_says(shrink: float) -> None:
    """One split of fresh items leaves a 95 % interval once in twenty: what is tested is how often."""
    fresh = [simulated(400, shrink, seed)[0] for seed in range(100)]
    for alpha in ALPHAS:
        low, high = conformal.covered_range(200, 200, alpha)
        counts = [realised(scores, alpha, splits=1, seed=1)[0] * 200 for scores in fresh]
        assert np.mean([low <= round(count) <= high for count in counts]) >= 0.9


def test_the_difficulty_is_the_spread_but_a_model_pixel_at_least() -> None:
    assert difficulty(0.4, Box(0, 0, 100, 50)) == 0.4
    assert difficulty(0.0, Box(0, 0, 100, 50)) == 1 / 50
    assert difficulty(0.0, Box(0, 0, 0, 0)) == 1.0
