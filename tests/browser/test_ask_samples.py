"""What the model is unsure of, in a real Chromium: layers, legend, samples and their reasons, and the PNG."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator

from ergo_demo.overlay import LAYERS, draw
from ergo_demo.records import Pixels, Trace, from_json
from tests.browser.conftest import AskPage
from tests.photos import write_png

pytestmark = pytest.mark.browser

QUESTION = "What number is on the boat?"


@pytest.fixture
def asked(visitor: AskPage, tmp_path: Path) -> AskPage:
    visitor.upload(write_png(tmp_path / "white.png", np.full((1200, 1600, 3), 255, np.uint8)))
    visitor.ask(QUESTION)
    return visitor


def layer(page: AskPage, name: str) -> Locator:
    return page.page.locator(f'[data-part="stage"] [data-layer="{name}"]')


def is_shown(page: AskPage, name: str) -> bool:
    classes = layer(page, name).get_attribute("class") or ""
    switch = page.part(f"layer-{name}").get_attribute("aria-checked")
    assert (switch == "true") == ("ev-off" not in classes.split()), "switch and layer say the same"
    return switch == "true"


def test_each_layer_is_switched_by_mouse_and_by_key(asked: AskPage) -> None:
    names = ("box", "region", "samples", "heat")
    assert [is_shown(asked, name) for name in names] == [True, True, False, False]
    for name in names:
        before = is_shown(asked, name)
        asked.part(f"layer-{name}").click()
        assert is_shown(asked, name) is not before
    asked.part("stage").focus()
    for key in "567888":
        asked.page.keyboard.press(key)
    assert [is_shown(asked, name) for name in names] == [True, True, False, False]


def test_the_legend_reads_without_colour(asked: AskPage) -> None:
    glyphs = [asked.part(f"layer-{name}").locator(".e-glyph").inner_html() for name in ("box", "region", "samples")]
    assert "dasharray" in glyphs[1]
    assert len({glyph.replace("#FFB31A", "").replace("#FFF", "") for glyph in glyphs}) == 3
    said = asked.part("sentences").inner_text()
    assert "The model is sure of the place. 8 of 8 looks overlap." in said
    assert "not calibrated (n = 0; 50 are needed). It promises nothing." in said
    assert asked.part("layer-region").inner_text().startswith("Sample region")


def test_a_sample_shows_its_reasoning_by_button_by_click_and_gives_it_back(asked: AskPage) -> None:
    asked.part("layer-samples").click()
    buttons = asked.part("samples").get_by_role("button")
    assert buttons.count() == 8
    third = buttons.nth(2)
    third.focus()
    third.press("Enter")
    assert asked.part("thought").inner_text().startswith("Sample 3 of 8")
    assert third.get_attribute("aria-pressed") == "true"
    assert third.evaluate("(button) => button === document.activeElement")
    third.press("Enter")
    assert asked.part("thought").inner_text().startswith("First look")
    edge = layer(asked, "samples").locator("[data-sample='5'] .ev-line").bounding_box()
    assert edge is not None
    asked.page.mouse.click(edge["x"], edge["y"] + edge["height"] / 2)
    assert asked.part("samples").locator("[aria-pressed=true]").count() == 1
    assert "Sample" in asked.part("thought").inner_text()
    asked.part("layer-samples").click()
    assert asked.part("thought").inner_text().startswith("First look")


def test_the_slider_fades_the_heat_map_and_is_there_with_it(asked: AskPage) -> None:
    slider = asked.part("heat-opacity")
    assert not slider.is_visible()
    asked.part("layer-heat").click()
    slider.fill("40")
    assert layer(asked, "heat").locator("> g").get_attribute("opacity") == "0.4"
    link = asked.part("download-list").locator("a[download$='overlay.png']")
    assert "heat=40" in (link.get_attribute("href") or "")


def test_key_8_goes_through_the_strengths_and_leaves_the_slider_as_it_was(asked: AskPage) -> None:
    asked.part("layer-heat").click()
    asked.part("heat-opacity").fill("90")
    asked.part("stage").focus()
    seen = []
    for _ in range(4):
        asked.page.keyboard.press("8")
        seen.append((is_shown(asked, "heat"), asked.part("heat-opacity").input_value()))
    assert seen == [(True, "50"), (True, "75"), (False, "90"), (True, "90")]


def test_how_likely_each_edge_was_is_left_out_where_nobody_knows(asked: AskPage) -> None:
    assert not asked.part("edges").is_visible()


def test_the_png_shows_the_layers_that_the_page_shows(asked: AskPage) -> None:
    asked.part("layer-heat").click()
    asked.part("layer-samples").click()
    pixels = decoded(asked.fetch("overlay.png").body())
    trace = from_json(Trace, asked.trace())
    expected = draw(trace, np.full((1200, 1600, 3), 255, np.uint8), LAYERS)
    assert (pixels == expected).all()
    assert decoded(asked.fetch("overlay.png").body()).tobytes() == pixels.tobytes()


def decoded(png: bytes) -> Pixels:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.ascontiguousarray(image[..., ::-1]).astype(np.uint8)


def test_page_and_overlay_draw_the_same(visit: Callable[..., AskPage], tmp_path: Path) -> None:
    """Edges within 1 px; the fills of 20 cells within 8/255; the heat map's cells equal."""
    page = visit()
    page.upload(write_png(tmp_path / "white.png", np.full((1200, 1600, 3), 255, np.uint8)))
    page.ask(QUESTION)
    data: Any = page.trace()
    trace = from_json(Trace, data)
    for name in ("samples", "heat"):
        page.part(f"layer-{name}").click()
    assert trace.box is not None
    assert trace.region is not None
    # Where the photo is on the screen, from an edge that is known in both frames.
    drawn = layer(page, "box").locator(".ev-line").bounding_box()
    assert drawn is not None
    scale = drawn["width"] / trace.box.width
    left, top = drawn["x"] - trace.box.x1 * scale, drawn["y"] - trace.box.y1 * scale
    boxes = [trace.box, trace.region, *(sample.box for sample in trace.samples if sample.box)]
    selectors = ["[data-layer=box] .ev-line", "[data-layer=region] .ev-line"]
    selectors += [f"[data-sample='{at}'] .ev-line" for at, sample in enumerate(trace.samples) if sample.box]
    for box, selector in zip(boxes, selectors, strict=True):
        rect = page.page.locator(f'[data-part="stage"] {selector}').bounding_box()
        assert rect is not None
        edges = (rect["x"], rect["y"], rect["x"] + rect["width"], rect["y"] + rect["height"])
        expected = (left + box.x1 * scale, top + box.y1 * scale, left + box.x2 * scale, top + box.y2 * scale)
        assert edges == pytest.approx(expected, abs=1)
    for name in ("box", "region", "samples"):
        page.part(f"layer-{name}").click()
    page.page.mouse.move(0, 0)
    clip = {"x": left, "y": top, "width": 1600 * scale, "height": 1200 * scale}
    shot = decoded(page.page.screenshot(clip=clip))  # type: ignore[arg-type]
    height, width = shot.shape[:2]
    ours = draw(trace, np.full((height, width, 3), 255, np.uint8), ("heat",))
    heat = np.array(trace.heat)
    # In the middle of the photo, where no tool lies over it; the mean of a cell with its neighbours of the same share.
    rows, columns = np.nonzero(cv2.erode((heat == 1).astype(np.uint8), np.ones((3, 3), np.uint8)))
    for at in np.linspace(0, len(rows) - 1, 20).astype(int):
        y1, y2 = (round((rows[at] + step) * height / 48) for step in (-1, 2))
        x1, x2 = (round((columns[at] + step) * width / 64) for step in (-1, 2))
        assert shot[y1:y2, x1:x2].mean((0, 1)) == pytest.approx(ours[y1:y2, x1:x2].mean((0, 1)), abs=8)
    covered = page.page.evaluate(
        """() => [...document.querySelectorAll("[data-part=stage] [data-layer=heat] path[fill^=url]")]
                 .map((path) => [path.getAttribute("fill").slice(-2, -1), path.getAttribute("d")])"""
    )
    levels = np.zeros((48, 64), int)
    for level, d in covered:
        for x, y, run in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", d):
            first, row = round(float(x) / 25), round(float(y) / 25)
            levels[row, first : first + round(float(run) / 25)] = int(level) + 1
    assert (levels == np.ceil(heat * 4)).all()
