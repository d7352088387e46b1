"""The page and overlay.py draw from the same records: what Chromium paints against the PNG that it downloads."""

import re
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser

from ergo_demo.overlay import HATCH_PERIODS
from tests.browser.alike import Run, apart, astray, draw_all, mean_apart, write_photo
from tests.browser.conftest import Serving, visiting

pytestmark = pytest.mark.browser

QUESTION = "Where is the number on the boat?"
FIRST = "<think>There it is.</think><zoom>[190, 150, 310, 260]</zoom>"
# One around the other in a coarse view of 560 x 420 px: cells that all of them cover, and so on down to one.
SAMPLES = [
    f"<think>Look {n}.</think><zoom>[{280 - 30 * n}, {210 - 22 * n}, {280 + 30 * n}, {210 + 22 * n}]</zoom>"
    for n in range(1, 9)
]
LEVELS = (1, 2, 3, 4)


@pytest.fixture(scope="module", params=[(210, 1), (8, 2)], ids=["light", "dark, two dots to the px"])
def run(
    request: pytest.FixtureRequest, browser: Browser, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    brightness, dots = request.param
    serving.answer(QUESTION, FIRST, "<answer>K 417</answer>", samples=SAMPLES)
    with visiting(browser, serving) as visit:
        page = visit(device_scale_factor=dots)
        page.upload(write_photo(tmp_path_factory.mktemp("photos") / "photo.png", brightness, dots))
        page.ask(QUESTION)
        yield draw_all(page, dots)


def levels(run: Run) -> NDArray[np.int64]:
    """(48, 64): the level of each cell, 0 for none."""
    return np.asarray(np.ceil(np.array(run.trace.heat) * len(LEVELS)), np.int64)


def inside(run: Run, level: int) -> NDArray[np.bool_]:
    """The pixels of cells among others of their level: no edge of the hatching is near."""
    cells = cv2.erode((levels(run) == level).astype(np.uint8), np.ones((3, 3), np.uint8))
    height, width = run.drawn["heat", 100].png.shape[:2]
    found: NDArray[np.bool_] = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    assert found.any()
    return found


def test_each_outline_on_the_page_is_where_the_trace_says(run: Run) -> None:
    boxes = {str(number): sample.box for number, sample in enumerate(run.trace.samples)}
    boxes |= {"box": run.trace.box, "region": run.trace.region}
    assert run.outlines.keys() == boxes.keys()
    for name, box in boxes.items():
        assert box is not None
        assert run.outlines[name] == pytest.approx([edge / run.dots for edge in box.edges], abs=1), name


def test_without_layers_both_are_the_photo(run: Run) -> None:
    photo = run.drawn["photo", 100]
    assert apart(photo.page, photo.png).max() <= 2


@pytest.mark.parametrize("name", ["box", "region", "samples"])
def test_each_edge_is_within_a_pixel_of_the_others(run: Run, name: str) -> None:
    drawn, photo = run.drawn[name, 100], run.drawn["photo", 100]
    assert astray(drawn, photo) == 0
    # And as wide and as strong: over 3 px of the screen, a line that is half as wide would be 40 apart.
    assert mean_apart(drawn, 3 * run.dots) <= 12


@pytest.mark.parametrize("name", ["box", "region", "samples"])
def test_two_pixels_aside_would_be_seen(run: Run, name: str) -> None:
    drawn, photo = run.drawn[name, 100], run.drawn["photo", 100]
    for axis in (0, 1):
        assert astray(replace(drawn, png=np.roll(drawn.png, 2, axis)), photo) > 100


@pytest.mark.parametrize("name", ["heat", "all"])
@pytest.mark.parametrize("strength", [100, 50])
def test_fills_are_as_strong_everywhere(run: Run, name: str, strength: int) -> None:
    """Over the widest distance of two hatch lines; less than a cell, so that each cell is of the same level in both."""
    assert mean_apart(run.drawn[name, strength], round(HATCH_PERIODS[0] * run.dots)) <= 8


@pytest.mark.parametrize("strength", [100, 50])
@pytest.mark.parametrize("level", LEVELS[:3])
def test_the_tint_between_the_lines_is_the_same_at_twenty_points(run: Run, level: int, strength: int) -> None:
    drawn, photo = run.drawn["heat", strength], run.drawn["photo", strength]
    y, x = np.indices(drawn.png.shape[:2])
    period = HATCH_PERIODS[level - 1] * run.dots
    along = (x + y + 1) / np.sqrt(2) % period
    between = np.argwhere(inside(run, level) & (np.minimum(along, period - along) < run.dots / 2))
    points = between[np.linspace(0, len(between) - 1, 20).astype(int)]
    tints = [picture[tuple(points.T)].astype(int) for picture in (drawn.page, drawn.png)]
    assert np.abs(tints[0] - tints[1]).max() <= 8
    assert all(np.abs(tint - photo.png[tuple(points.T)]).max() >= 2 for tint in tints), "tinted at all"


@pytest.mark.parametrize("level", LEVELS)
def test_the_hatching_begins_at_the_corner_of_the_photo(run: Run, level: int) -> None:
    """Of all shifts to the side, none makes the two more alike than none, give or take 1 px."""
    there, drawn = inside(run, level), run.drawn["heat", 100]
    # In blue, where amber is darker than a light photo and brighter than a dark one.
    page, png = (cv2.blur(picture[..., 2].astype(np.float64), (3, 3)) for picture in (drawn.page, drawn.png))
    shifts = range(-8 * run.dots, 8 * run.dots + 1)
    alike = [np.corrcoef(page[there], np.roll(png, shift, axis=1)[there])[0, 1] for shift in shifts]
    assert alike[shifts.index(0)] > 0.9
    # The hatching repeats itself: the nearest of its best places counts.
    best = [shift for shift, likeness in zip(shifts, alike, strict=True) if likeness > max(alike) - 0.02]
    assert min(map(abs, best)) <= 1


def test_half_the_strength_is_half_the_way_to_the_photo(run: Run) -> None:
    photo, full, half = (run.drawn[name, strength] for name, strength in (("photo", 50), ("heat", 100), ("heat", 50)))
    for way in ("page", "png"):
        whole, part = (getattr(drawn, way).astype(float) - getattr(photo, way) for drawn in (full, half))
        assert np.abs(part - whole / 2).max() <= 3, way


def test_heat_cells_are_equal(run: Run) -> None:
    width, height = run.trace.source.width / 64, run.trace.source.height / 48
    found = np.zeros((48, 64), np.int64)
    for level, path in run.cells:
        for x, y, length in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path):
            first, row = round(float(x) / width), round(float(y) / height)
            found[row, first : first + round(float(length) / width)] = level + 1
    assert set(found.flat) == {0, *LEVELS}
    assert (found == levels(run)).all()
