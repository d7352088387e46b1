"""Sizes, boxes and views: budgets hold after rounding, and the two frames convert without loss."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ergo_demo.errors import BoxInvalid
from ergo_demo.geometry import LEAST_TOKENS, PATCH, Box, Size, View, fit_to_budget, hull

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "geometry.json").read_text("utf-8"))
"""What the box editor's JavaScript must compute as well (tests/js/box_editor.test.mjs)."""

sides = st.integers(1, 30_000)
unit = st.floats(0, 1, allow_subnormal=False)


@given(sides, sides, st.integers(LEAST_TOKENS, 16_384))
@example(2246, 1582, 1280)
@example(30_000, 600, LEAST_TOKENS)
@example(1, 30_000, LEAST_TOKENS)
@example(900, 600, LEAST_TOKENS)
@example(2000, 3000, 6)
@example(11_800, 5900, 8)
def test_a_view_is_at_or_under_its_budget_after_rounding(width: int, height: int, budget: int) -> None:
    size = fit_to_budget(Size(width, height), budget)
    assert size.width % PATCH == 0
    assert size.height % PATCH == 0
    # Four at least, else a trainer's processor would enlarge the picture, and boxes in its px would be wrong.
    assert LEAST_TOKENS <= (size.width // PATCH) * (size.height // PATCH) <= budget


@given(st.integers(300, 12_000), st.integers(300, 12_000), st.integers(256, 16_384))
def test_a_view_wastes_little_of_its_budget_and_keeps_its_shape(width: int, height: int, budget: int) -> None:
    size = fit_to_budget(Size(width, height), budget)
    columns, rows = size.width // PATCH, size.height // PATCH
    native = width * height / PATCH**2
    # One row and one column are the most that flooring takes away.
    assert (columns + 1) * (rows + 1) > min(native, budget) * 0.98 or columns == 1 or rows == 1
    assert abs(math.log((columns / rows) / (width / height))) < 2.5 / min(columns, rows)


@pytest.mark.parametrize(
    ("source", "budget", "expected"),
    [
        pytest.param(Size(2246, 1582), 640, Size(840, 588), id="the mean photo of V* at 640 tokens: 630"),
        pytest.param(Size(2246, 1582), 1280, Size(1176, 840), id="the same at 1,280: the reference code makes 1,290"),
        pytest.param(Size(2246, 1582), 16_384, Size(2240, 1568), id="native resolution: 4,480 tokens"),
        pytest.param(Size(7680, 4320), 16_384, Size(4760, 2688), id="8K: 16,320 tokens"),
        pytest.param(Size(100, 100), 1280, Size(112, 112), id="native, to the next multiple of 28"),
        pytest.param(Size(10, 10), 1280, Size(56, 56), id="enlarged to four tokens"),
        pytest.param(Size(900, 600), 4, Size(56, 56), id="a small budget: flooring left 2 x 1"),
        pytest.param(Size(400, 900), 7, Size(28, 112), id="and 1 x 3"),
    ],
)
def test_known_sizes(source: Size, budget: int, expected: Size) -> None:
    assert fit_to_budget(source, budget) == expected


@given(st.integers(1, 3_000), st.integers(1, 3_000), st.integers(4, 400), st.integers(4, 1_000))
def test_what_has_too_few_tokens_is_enlarged_as_far_as_the_budget_goes(
    width: int, height: int, least: int, budget: int
) -> None:
    size = fit_to_budget(Size(width, height), budget, least)
    tokens = (size.width // PATCH) * (size.height // PATCH)
    assert tokens <= budget
    long, short = max(width, height), min(width, height)
    if long < 3 * short and budget >= 2 * least:
        assert tokens >= least
    if least <= 4:
        assert size == fit_to_budget(Size(width, height), budget)


def test_a_budget_below_the_least_is_refused() -> None:
    with pytest.raises(BoxInvalid, match="3 vision tokens is too small"):
        fit_to_budget(Size(100, 100), 3)


@st.composite
def views(draw: st.DrawFn) -> View:
    x, y = draw(st.floats(0, 20_000)), draw(st.floats(0, 20_000))
    region = Box(x, y, x + draw(st.floats(1, 9_000)), y + draw(st.floats(1, 9_000)))
    return View(region, Size(draw(st.integers(1, 60)) * PATCH, draw(st.integers(1, 60)) * PATCH))


@given(views(), unit, unit, unit, unit)
def test_to_source_and_back_is_the_same_box(view: View, a: float, b: float, c: float, d: float) -> None:
    in_view = Box(
        min(a, c) * view.size.width, min(b, d) * view.size.height,
        max(a, c) * view.size.width, max(b, d) * view.size.height,
    )  # fmt: skip
    back = view.from_source(view.to_source(in_view))
    assert back.edges == pytest.approx(in_view.edges, abs=1e-6)


def test_everything_in_the_view_is_everything_of_its_region() -> None:
    view = View(Box(100, 50, 1100, 550), Size(280, 140))
    assert view.to_source(Box.of(view.size)) == view.region
    assert view.tokens == 50


@pytest.mark.parametrize(
    ("box", "frame", "expected"),
    [
        pytest.param(Box(-5, 10, 20, 500), Box(0, 0, 100, 100), Box(0, 10, 20, 100), id="cut at two edges"),
        pytest.param(Box(200, 200, 300, 300), Box(0, 0, 100, 100), Box(100, 100, 100, 100), id="outside: the corner"),
        pytest.param(Box(10, 10, 20, 20), Box(0, 0, 100, 100), Box(10, 10, 20, 20), id="inside: as it was"),
    ],
)
def test_clip(box: Box, frame: Box, expected: Box) -> None:
    assert box.clip(frame) == expected


@given(unit, unit, unit, unit, st.floats(0.1, 120))
def test_grow_to_stays_inside_and_holds_the_box(a: float, b: float, c: float, d: float, least: float) -> None:
    frame = Box(0, 0, 100, 80)
    box = Box(min(a, c) * 100, min(b, d) * 80, max(a, c) * 100, max(b, d) * 80)
    grown = box.grow_to(least, least, frame)
    assert frame.contains(grown, 1e-9)
    assert grown.contains(box, 1e-9)
    assert grown.width >= min(least, 100) - 1e-9
    assert grown.height >= min(least, 80) - 1e-9


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param(Box(0, 0, 2, 2), Box(0, 0, 2, 2), 1.0, id="the same"),
        pytest.param(Box(0, 0, 2, 2), Box(2, 0, 4, 2), 0.0, id="touching"),
        pytest.param(Box(0, 0, 2, 2), Box(1, 1, 3, 3), 1 / 7, id="a corner"),
        pytest.param(Box(1, 1, 1, 1), Box(1, 1, 1, 1), 0.0, id="no area"),
    ],
)
def test_iou(a: Box, b: Box, expected: float) -> None:
    assert a.iou(b) == b.iou(a) == pytest.approx(expected)


@pytest.mark.parametrize("edges", [(3, 0, 2, 1), (0, 3, 1, 2), (float("nan"), 0, 1, 1), (0, 0, float("inf"), 1)])
def test_a_box_that_is_none_is_refused(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(BoxInvalid):
        Box(*edges)


def test_outward_holds_the_box_on_whole_pixels() -> None:
    assert Box(1.2, 2.0, 3.001, 4.9).outward() == Box(1, 2, 4, 5)


@pytest.mark.parametrize("row", VECTORS["clip"], ids=str)
def test_vector_of_clip(row: dict[str, Any]) -> None:
    assert Box(*row["box"]).clip(Box(*row["frame"])).edges == tuple(row["expected"])


@pytest.mark.parametrize("row", VECTORS["hull"], ids=str)
def test_vector_of_hull(row: dict[str, Any]) -> None:
    assert hull([Box(*box) for box in row["boxes"]]).edges == tuple(row["expected"])


@pytest.mark.parametrize("row", VECTORS["to_source"], ids=str)
def test_vector_of_to_source(row: dict[str, Any]) -> None:
    view = View(Box(*row["region"]), Size(*row["size"]))
    assert view.to_source(Box(*row["box"])).edges == pytest.approx(row["expected"], abs=1e-9)


@pytest.mark.parametrize("row", VECTORS["between"], ids=str)
def test_vector_of_two_corners(row: dict[str, Any]) -> None:
    assert Box.between(*row["corners"]).edges == tuple(row["expected"])


@pytest.mark.parametrize("row", VECTORS["refused"], ids=str)
def test_vector_of_what_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(BoxInvalid):
        Box(*map(float, row["box"]))
