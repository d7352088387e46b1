"""The viewer's keys, their list, and the tools that do the same."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames
from tests.browser.viewer.drawn import BOX, LAYERS, assert_box, drawn_box, fitted, scale_of

pytestmark = pytest.mark.browser


def test_keys(page: Page) -> None:
    left, top, fit = fitted(page)
    stage = page.locator("#stage")
    stage.press("+")
    assert scale_of(page) == pytest.approx(fit * 2**0.5)
    stage.press("-")
    assert scale_of(page) == pytest.approx(fit)
    stage.press("Z")
    frames(page)
    seen = page.evaluate(f"viewer.screenRect({BOX})")
    assert seen["visible"]
    assert seen["width"] > 300
    before = drawn_box(page)
    stage.press("ArrowLeft")
    frames(page)
    assert drawn_box(page)[0] == pytest.approx(before[0] + 80, abs=0.5)
    stage.press("0")
    frames(page)
    assert_box(page, left, top, fit)


def test_layers_by_key_and_by_call(page: Page) -> None:
    stage = page.locator("#stage")
    stage.press("5")
    assert page.evaluate("heard.layers") == [["box", False]]
    assert page.locator("[data-layer=box]").evaluate("(g) => g.classList.contains('ev-off')")
    assert page.locator(".ev-tag").all_inner_texts() == ["Expanded region 90 %"]
    page.evaluate("viewer.setShown('box', true)")
    assert len(page.evaluate("heard.layers")) == 1  # a call is not reported back
    assert page.locator(".ev-tag").count() == 2
    stage.press("7")  # there are no samples: nothing to switch
    assert len(page.evaluate("heard.layers")) == 1
    page.wait_for_function("() => document.querySelector('.ev-status').textContent === 'Model box hidden'")


def test_h_hides_while_it_is_held(page: Page) -> None:
    dots = {"id": "dots", "kind": "dots", "columns": 4, "rows": 3, "shown": True}
    page.evaluate(f"viewer.setLayers({json.dumps([dots, *LAYERS])})")
    frames(page)

    def drawn() -> list[bool]:
        return [page.locator(part).is_visible() for part in (".ev-layers", ".ev-dots", ".ev-tags")]

    page.locator("#stage").focus()
    page.keyboard.down("h")
    assert drawn() == [False, False, False]
    page.keyboard.up("h")
    assert drawn() == [True, True, True]
    page.keyboard.down("h")
    page.locator("#after").focus()
    assert drawn() == [True, True, True]


def test_keys_act_only_in_the_stage_and_tab_leaves_it(page: Page) -> None:
    page.locator("#before").focus()
    page.keyboard.press("9")
    assert scale_of(page) != 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "stage"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "new"  # the page's own button in the corner
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "after"


def test_list_of_keys_lies_beside_the_photo(page: Page) -> None:
    stage = page.locator("#stage")
    stage.press("?")
    frames(page)
    listing = page.locator(".ev-keylist")
    words = listing.inner_text()
    assert "zoom to the box" in words
    assert "show or hide the model box" in words
    assert "samples" not in words
    box, field = listing.bounding_box(), page.locator(".ev-field").bounding_box()
    assert box is not None
    assert field is not None
    assert box["x"] + box["width"] <= field["x"] + 0.5
    stage.press("9")
    assert scale_of(page) == 1  # not modal
    listing.focus()
    page.keyboard.press("Escape")
    assert not listing.is_visible()
    assert page.evaluate("document.activeElement.id") == "stage"


def test_tools_are_named_and_do_what_their_keys_do(page: Page) -> None:
    stage = page.get_by_role("application", name="Photo, 4,001 by 2,999 pixels. Arrow keys pan")
    assert stage.get_attribute("aria-roledescription") == "photo viewer"
    for name, after in {"Zoom in": "31 %", "Zoom out": "22 %", "1:1": "100 %", "Fit": "22 %", "Box": "140 %"}.items():
        button = page.get_by_role("button", name=name, exact=True)
        button.click()
        frames(page)
        assert page.locator(".ev-value").inner_text() == after, name
        assert page.evaluate("document.activeElement.id") == "stage"
        size = button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 32
    page.get_by_role("button", name="Keys").click()
    assert page.locator(".ev-keylist").is_visible()
