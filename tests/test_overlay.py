"""What is drawn on the photo for the PNG: colours, widths, places, and the same bytes each time."""

from dataclasses import replace

import numpy as np
import pytest

from ergo_demo.geometry import Box, Size
from ergo_demo.overlay import STAGE_PX, draw
from ergo_demo.records import ModelInfo, Outcome, Pixels, Sampling, Trace

AMBER = [0xFF, 0xB3, 0x1A]

TRACE = Trace(
    source=Size(800, 600),
    upload_sha256="",
    blob_sha256="",
    question="?",
    outcome=Outcome.ANSWERED,
    model=ModelInfo("m", "1", "cpu", "fp32"),
    sampling=Sampling(),
    coarse_budget_tokens=4,
    zoom_budget_tokens=4,
    version="1",
    box=Box(200, 100, 400, 300),
)


def white(width: int, height: int) -> Pixels:
    return np.full((height, width, 3), 255, np.uint8)


@pytest.mark.parametrize("scale", [0.5, 1, 3, 5.12], ids=str)
def test_the_line_has_its_width_at_the_scale_of_the_picture(scale: float) -> None:
    width, height = round(800 * scale), round(600 * scale)
    drawn = draw(TRACE, white(width, height))
    row = drawn[height * 200 // 600].astype(int)
    amber = 1 - np.abs(row - AMBER).sum(1).clip(0, 100) / 100
    line = max(1.0, width / STAGE_PX) * 2.5
    assert amber.sum() == pytest.approx(2 * line, abs=2.5)
    left = np.flatnonzero(amber > 0.9)
    assert left[0] <= 200 * scale <= left[-1] + 1
    assert row[round(300 * scale)].tolist() == [255, 255, 255]


def test_the_casing_makes_the_line_visible_on_white() -> None:
    drawn = draw(TRACE, white(800, 600))
    # The casing is 5.5 px wide, so it begins at 197.25: three quarters of that pixel, at 80 %.
    assert drawn[200, 197].tolist() == [106, 107, 108]
    assert drawn[200, 195].tolist() == [255, 255, 255]


def test_a_box_at_the_edge_of_the_photo_is_cut_there() -> None:
    drawn = draw(replace(TRACE, box=Box(0, 0, 800, 600)), white(800, 600))
    assert drawn[0, 400].tolist() == AMBER
    assert drawn[300, 400].tolist() == [255, 255, 255]


def test_a_box_thinner_than_its_line_is_one_line() -> None:
    drawn = draw(replace(TRACE, box=Box(400, 300, 400.5, 300.5)), white(800, 600))
    assert drawn[300, 400].tolist() == AMBER


def test_nothing_is_drawn_without_a_box_and_the_photo_is_left_as_it_was() -> None:
    photo = white(800, 600)
    assert (draw(replace(TRACE, box=None), photo) == photo).all()
    draw(TRACE, photo)
    assert (photo == 255).all()


def test_the_same_trace_gives_the_same_bytes() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3), np.uint8)
    assert draw(TRACE, noise).tobytes() == draw(TRACE, noise).tobytes()
