"""What is drawn over the photo, and what there is before and without one."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames, settle
from tests.browser.conftest import PHONE
from tests.browser.viewer.drawn import LAYERS, REGION, show

pytestmark = pytest.mark.browser


def test_preview_is_there_before_the_tiles(page: Page, site: str) -> None:
    page.route("**/tiles_files/**", lambda route: None)  # never answered
    square = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'><rect width='4' height='3' fill='red'/></svg>"
    )
    red = f"data:image/svg+xml,{square}"
    show(page, site, id="b", preview=red)
    middle_is_red = page.wait_for_function(
        """() => {
          const { width, height } = document.querySelector(".ev-canvas");
          const copy = document.createElement("canvas").getContext("2d");
          copy.drawImage(document.querySelector(".ev-canvas"), -width / 2, -height / 2);
          const { data } = copy.getImageData(0, 0, 1, 1);
          return data[0] === 255 && data[1] === 0;
        }"""
    )
    assert middle_is_red.json_value()


def test_no_photo_is_a_plain_frame_again(page: Page) -> None:
    page.evaluate("viewer.setPhoto(null)")
    frames(page)
    assert page.locator("#stage").get_attribute("role") is None
    assert page.locator("#stage").get_attribute("tabindex") is None
    assert not page.locator(".ev-tools").is_visible()
    page.evaluate("viewer.destroy()")
    assert page.locator("#stage").inner_html().count("ev-") == 0


@pytest.mark.parametrize("page", [{}, {"viewport": PHONE}], indirect=True)
def test_dots_are_one_for_each_token_and_still_where_motion_is_unwanted(page: Page) -> None:
    dots = {"id": "dots", "kind": "dots", "columns": 41, "rows": 31, "shown": True}
    page.evaluate(f"viewer.setLayers([{json.dumps(dots)}])")
    frames(page)
    settle(page)
    path = page.locator(".ev-dots .ev-line").get_attribute("d")
    assert path is not None
    assert path.count("M") == 41 * 31
    assert page.locator(".ev-dots").evaluate("(e) => getComputedStyle(e).animationName") == "ev-breathe"
    page.emulate_media(reduced_motion="reduce")
    assert page.locator(".ev-dots").evaluate("(e) => getComputedStyle(e).animationName") == "none"


def test_tags_never_cover_the_target(page: Page) -> None:
    page.locator("#stage").focus()
    for key in ["z", "9", "+", "+", "ArrowUp", "ArrowUp", "ArrowUp", "0"]:
        page.keyboard.press(key)
        frames(page)
        covered = page.evaluate(
            """(box) => {
              const tags = document.querySelector(".ev-tags"), t = tags.getBoundingClientRect();
              const r = viewer.screenRect(box);
              if (tags.classList.contains("ev-away")) return false;
              return t.left < r.x + r.width && r.x < t.right && t.top < r.y + r.height && r.y < t.bottom;
            }""",
            REGION,
        )
        assert not covered, key


def test_unknown_kind_is_an_error_and_labels_are_text(page: Page) -> None:
    refused = page.evaluate(
        "() => { try { viewer.setLayers([{ id: 'x', kind: 'cloud' }]); } catch (refusal) { return refusal.message; } }"
    )
    assert "cloud" in refused
    hostile = [{**LAYERS[1], "label": "<img src=x onerror=alert(1)>"}]
    page.evaluate(f"viewer.setLayers({json.dumps(hostile)})")
    assert page.locator(".ev-tag").inner_text() == "<img src=x onerror=alert(1)>"
    assert page.locator("#stage img").count() == 0
