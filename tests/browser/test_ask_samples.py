"""What the model is unsure of, in a real Chromium: layers, legend, samples and their reasons, and the PNG."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import FloatRect, Locator

from ergo_demo.overlay import LAYERS, draw
from ergo_demo.records import Trace, from_json
from tests.browser.alike import decoded
from tests.browser.conftest import AskPage, Serving
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
    for name in ("samples", "heat"):
        asked.part(f"layer-{name}").click()
    names = {name: asked.part(f"layer-{name}").inner_text().split("\n")[0] for name in LAYERS}
    assert names == {"heat": "Heat map", "samples": "8 samples", "region": "Sample region", "box": "Model box"}
    inks = dict(zip(LAYERS, glyphs(asked), strict=True))
    for one, other in combinations(LAYERS, 2):
        apart, either = inks[one] ^ inks[other], inks[one] | inks[other]
        assert apart.sum() > 0.25 * either.sum(), f"{one} and {other} have glyphs of their own"


def glyphs(page: AskPage) -> list[NDArray[np.bool_]]:
    """Where the glyph of each layer has a line, whatever its colour and strength."""
    # One under the other on whole px: where they stand, each begins at another part of one.
    for number, name in enumerate(LAYERS):
        place = f"position: fixed; left: 0; top: {18 * number}px; z-index: 9999; opacity: 1"
        page.part(f"layer-{name}").locator(".e-glyph").evaluate("(glyph, style) => (glyph.style = style)", place)
    clip: FloatRect = {"x": 0, "y": 0, "width": 30, "height": 18 * len(LAYERS)}
    pixels = decoded(page.page.screenshot(clip=clip)).astype(int)
    lines = np.abs(pixels - pixels[9, 1]).max(2) > 30
    return np.split(lines, len(LAYERS))


def test_what_is_not_calibrated_is_called_so_and_promises_nothing(asked: AskPage) -> None:
    said = asked.part("sentences").inner_text()
    assert "The model is sure of the place. 8 of 8 looks overlap." in said
    assert "not calibrated (n = 0; 50 are needed). It promises nothing." in said
    assert asked.part("layer-region").inner_text().startswith("Sample region")


# Apart from each other in a coarse view of 560 x 420 px, and each with words of its own.
LOOKS = [
    f"<think>It may be at place {n + 1}.</think>"
    f"<zoom>[{20 + 130 * (n % 4)}, {30 + 190 * (n // 4)}, {120 + 130 * (n % 4)}, {130 + 190 * (n // 4)}]</zoom>"
    for n in range(8)
]


@pytest.fixture
def split(visitor: AskPage, serving: Serving, tmp_path: Path) -> AskPage:
    """Eight samples, each at a place of its own and with a thought of its own."""
    question = "Where could it be?"
    serving.answer(
        question, "<think>There.</think><zoom>[20, 30, 120, 130]</zoom>", "<answer>7</answer>", samples=LOOKS
    )
    visitor.upload(write_png(tmp_path / "white.png", np.full((1200, 1600, 3), 255, np.uint8)))
    visitor.ask(question)
    visitor.part("layer-samples").click()
    return visitor


def test_a_sample_shows_its_reasoning_by_its_button_and_gives_it_back(split: AskPage) -> None:
    buttons = split.part("samples").get_by_role("button")
    assert buttons.count() == 8
    third = buttons.nth(2)
    third.focus()
    third.press("Enter")
    assert split.part("thought").inner_text() == "Sample 3 of 8 It may be at place 3."
    assert third.get_attribute("aria-pressed") == "true"
    assert third.evaluate("(button) => button === document.activeElement")
    third.press("Enter")
    assert split.part("thought").inner_text().startswith("First look There.")


def test_a_click_on_a_samples_line_shows_that_samples_reasoning(split: AskPage) -> None:
    for number in (6, 1, 8, 3):
        edge = layer(split, "samples").locator(f"[data-sample='{number - 1}'] .ev-line").bounding_box()
        assert edge is not None
        split.page.mouse.click(edge["x"], edge["y"] + edge["height"] / 2)
        assert split.part("thought").inner_text() == f"Sample {number} of 8 It may be at place {number}."
        pressed = split.part("samples").locator("[aria-pressed=true]")
        assert pressed.all_inner_texts() == [str(number)]
        chosen = layer(split, "samples").locator(".ev-chosen")
        assert chosen.evaluate_all("(groups) => groups.map((group) => group.dataset.sample)") == [str(number - 1)]
    split.part("layer-samples").click()
    assert split.part("thought").inner_text().startswith("First look There.")


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


def test_how_likely_each_edge_was_is_shown_where_the_engine_knows(
    visitor: AskPage, serving: Serving, tmp_path: Path
) -> None:
    question = "How sure are you?"
    serving.answer(question, "<zoom>[140, 105, 420, 315]</zoom>", "<answer>7</answer>", doubts=True)
    visitor.upload(write_png(tmp_path / "white.png", np.full((1200, 1600, 3), 255, np.uint8)))
    visitor.ask(question)
    visitor.part("edges").locator("summary").click()
    rows = visitor.part("edge-list").locator("li").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["Left", "Top", "Right", "Bottom"]
    # 140 of 560 view px is 400 of 1,600; each digit at three quarters.
    assert "400 px" in rows[0]
    assert "42 %" in rows[0]
    assert "141" not in rows[0], "source px, not view px"


def test_the_png_shows_the_layers_that_the_page_shows(asked: AskPage) -> None:
    asked.part("layer-heat").click()
    asked.part("layer-samples").click()
    pixels = decoded(asked.fetch("overlay.png").body())
    trace = from_json(Trace, asked.trace())
    expected = draw(trace, np.full((1200, 1600, 3), 255, np.uint8), LAYERS)
    assert (pixels == expected).all()
    assert decoded(asked.fetch("overlay.png").body()).tobytes() == pixels.tobytes()
