"""Spread, heat map, consensus and sample region: against their definitions, on boxes that hypothesis thinks up."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ergo_demo.geometry import Box, Size
from ergo_demo.uncertainty.sampled import (
    HEAT_SIZE,
    answers_differ,
    consensus,
    covered_share,
    heat_map,
    places,
    sample_region,
    spread,
)

SOURCE = Size(640, 480)
pixels = st.floats(0, 480, allow_nan=False, width=32)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x1, x2), (y1, y2) = sorted([draw(pixels), draw(pixels)]), sorted([draw(pixels), draw(pixels)])
    return Box(x1, y1, x2, y2)


some = st.lists(st.none() | boxes(), min_size=2, max_size=9)


@settings(deadline=None, max_examples=50)
@given(some)
def test_the_spread_is_one_minus_the_mean_iou_of_all_pairs(samples: Sequence[Box | None]) -> None:
    ious = [a.iou(b) if a and b else 0.0 for a, b in combinations(samples, 2)]
    assert spread(samples) == pytest.approx(1 - sum(ious) / len(ious), abs=1e-9)


def test_one_sample_has_no_spread_and_equal_ones_none() -> None:
    assert spread([Box(0, 0, 1, 1)]) is None
    assert spread([]) is None
    assert spread([Box(0, 0, 9, 9)] * 8) == 0
    assert spread([None] * 8) == 1


@settings(deadline=None, max_examples=50)
@given(some)
def test_a_cell_has_the_share_of_the_samples_that_hold_its_middle(samples: Sequence[Box | None]) -> None:
    heat = heat_map(samples, SOURCE)
    assert (len(heat), len(heat[0])) == (HEAT_SIZE.height, HEAT_SIZE.width) == (48, 64)
    for row, column in ((0, 0), (20, 31), (47, 63), (11, 5)):
        x, y = column * 10 + 5, row * 10 + 5
        holding = [box for box in samples if box and box.x1 <= x < box.x2 and box.y1 <= y < box.y2]
        assert heat[row][column] == len(holding) / len(samples)


def test_without_samples_there_is_no_heat() -> None:
    assert heat_map([], SOURCE) == ()
    assert covered_share(()) == 0
    assert covered_share(heat_map([Box(0, 0, 640, 240)], SOURCE)) == 0.5


@settings(deadline=None, max_examples=50)
@given(some)
def test_the_consensus_is_a_box_between_the_samples(samples: Sequence[Box | None]) -> None:
    found, there = consensus(samples), [box for box in samples if box]
    if not there:
        assert found is None
        return
    assert found is not None
    for edge, values in zip(found.edges, zip(*(box.edges for box in there), strict=True), strict=True):
        assert min(values) <= edge <= max(values)
        assert 2 * sum(value <= edge for value in values) >= len(values)
        assert 2 * sum(value >= edge for value in values) >= len(values)


@settings(deadline=None, max_examples=50)
@given(boxes(), some)
def test_the_sample_region_holds_the_chosen_box_and_most_of_each_edge(
    chosen: Box, samples: Sequence[Box | None]
) -> None:
    region = sample_region(chosen, samples)
    assert region.contains(chosen)
    there = [box for box in samples if box]
    everything = sample_region(chosen, there, edge_share=0)
    assert everything.contains(region, tolerance=1e-6)
    assert all(everything.contains(box, tolerance=1e-6) for box in there)


@pytest.mark.parametrize(("stray", "right"), [(0, 20), (1, 20), (3, 600), (4, 600)])
def test_one_stray_look_of_eight_does_not_decide_the_region_and_three_do(stray: int, right: float) -> None:
    region = sample_region(Box(10, 10, 20, 20), [Box(10, 10, 20, 20)] * (8 - stray) + [Box(500, 10, 600, 20)] * stray)
    assert region == Box(10, 10, right, 20)


def test_places_are_counted_from_the_most_looked_at() -> None:
    here, there = Box(0, 0, 10, 10), Box(100, 0, 110, 10)
    assert places([there, here, None, here, here.pad(1, 1)]) == [[1, 3, 4], [0]]
    # Two that do not meet are one place where a third one joins them.
    assert places([Box(0, 0, 10, 10), Box(12, 0, 22, 10), Box(4, 0, 18, 10)]) == [[0, 1, 2]]


def test_answers_differ_by_the_scorers_rules() -> None:
    assert not answers_differ("The circle.", "circle")
    assert not answers_differ("", "")
    assert answers_differ("circle", "square")
    assert answers_differ("circle", "")
