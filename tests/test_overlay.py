"""What is drawn on the photo for the PNG: colours, widths, places, and the same bytes each time."""

from dataclasses import replace

import numpy as np
import pytest

from ergo_demo.geometry import Box, Size
from ergo_demo.overlay import LAYERS, STAGE_PX, draw
from ergo_demo.records import Finish, ModelInfo, Outcome, Pixels, Sample, Sampling, Trace

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


UNSURE = replace(
    TRACE,
    region=Box(160, 80, 460, 380),
    samples=(Sample("", Finish.STOP, box=Box(500, 400, 700, 500)), Sample("", Finish.STOP)),
    heat=tuple(tuple(0.25 if row < 24 else 1.0 if column < 32 else 0.0 for column in range(64)) for row in range(48)),
)


def test_the_region_is_dashed_from_its_corner_and_cased_without_a_gap() -> None:
    drawn = draw(UNSURE, white(800, 600))
    upper = drawn[80, 160:460].tolist()
    # 9 on, 6 off; the line is 2 px wide, so the row below its middle is amber.
    amber = [upper[at] == AMBER for at in (1, 4, 8, 10, 13, 16, 22, 26)]
    assert amber == [True, True, True, False, False, True, True, False]
    assert upper[12] == [81, 82, 84]  # casing over white
    assert drawn[200, 160].tolist() in (AMBER, [81, 82, 84])


def test_samples_and_heat_are_drawn_when_they_are_asked_for() -> None:
    plain = draw(UNSURE, white(800, 600))
    assert plain[400, 600].tolist() == [255, 255, 255]
    samples = draw(UNSURE, white(800, 600), ("samples",))
    assert samples[400, 600].tolist() != [255, 255, 255]
    assert samples[450, 600].tolist() == samples[100, 300].tolist() == [255, 255, 255]


def test_the_hatching_is_denser_where_more_looks_agree_and_fades_with_the_slider() -> None:
    drawn = draw(replace(UNSURE, box=None), white(800, 600), ("heat",)).astype(int)
    ink = 255 - drawn.mean(2)
    quarter, all_of_them, none = ink[20:280, 20:780].mean(), ink[320:580, 20:380].mean(), ink[320:580, 420:780].mean()
    assert none == 0 < quarter < all_of_them
    half = 255 - draw(replace(UNSURE, box=None), white(800, 600), ("heat",), heat_opacity=0.5).astype(int).mean(2)
    assert half[20:280].mean() < ink[20:280].mean()
    # The layer fades as one, as the page's does: a line over its tint is no paler than a line alone.
    assert np.abs(half - ink / 2).max() <= 1
    assert draw(UNSURE, white(800, 600), ("heat",), heat_opacity=0.0).min() == 255


def test_all_layers_give_the_same_bytes_each_time() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 1200, 3), np.uint8)
    assert draw(UNSURE, noise, LAYERS).tobytes() == draw(UNSURE, noise, LAYERS).tobytes()


def luminance(colour: list[int]) -> float:
    """Relative luminance of sRGB, 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[int], other: list[int]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("photo", [(0, 0, 0), (128, 128, 128), tuple(AMBER), (255, 255, 255)], ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_is_legible_on_photos_of_any_brightness(layer: str, photo: tuple[int, int, int]) -> None:
    """What meets at its edges: 3 to 1 at least, which is what graphics need (WCAG 2.2, 1.4.11)."""
    # Larger than the stage, so that there are whole pixels of each line.
    drawn = draw(UNSURE, np.full((1500, 2000, 3), photo, np.uint8), (layer,))
    colours = np.unique(drawn[::3, ::3].reshape(-1, 3), axis=0).tolist()
    assert contrast(min(colours, key=luminance), max(colours, key=luminance)) >= 3
