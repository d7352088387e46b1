"""Boxes and photo lie where they must, at every zoom and after every change of the stage."""

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames, green_edges, settle
from tests.browser.conftest import PHONE
from tests.browser.viewer.drawn import BOX, GREEN, HEIGHT, WIDTH, assert_box, fitted, scale_of, show, stage_size

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", [{}, {"device_scale_factor": 2}, {"viewport": PHONE}], indirect=True)
def test_box_lies_where_it_must_at_fit(page: Page) -> None:
    assert_box(page, *fitted(page))


def test_box_lies_where_it_must_at_one_to_one(page: Page) -> None:
    page.locator("#stage").press("9")
    frames(page)
    width, height = stage_size(page)
    assert_box(page, WIDTH / 2 - width / 2, HEIGHT / 2 - height / 2, 1)
    page.evaluate("viewer.zoomBy(1000)")  # as near as it goes
    frames(page)
    assert scale_of(page) == 16
    assert_box(page, WIDTH / 2 - width / 32, HEIGHT / 2 - height / 32, 16)


def test_box_follows_a_resize_and_stays_fitted(page: Page) -> None:
    page.set_viewport_size({"width": 600, "height": 800})
    frames(page)
    assert_box(page, *fitted(page))


def test_resize_keeps_a_magnified_view_on_its_middle(page: Page) -> None:
    page.locator("#stage").press("9")
    page.set_viewport_size({"width": 600, "height": 800})
    frames(page)
    width, height = stage_size(page)
    assert_box(page, WIDTH / 2 - width / 2, HEIGHT / 2 - height / 2, 1)


@pytest.mark.parametrize("page", [{}, {"device_scale_factor": 1.5}], indirect=True)
def test_photo_lies_under_its_boxes(page: Page) -> None:
    """The painted pixels agree with the layers: a level pixel is 2^n source px, also in a photo of odd size."""
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    for zoom in [1.0, 2.0, 0.37, 4.0]:
        page.evaluate(f"viewer.zoomBy({zoom} / viewer.scale)")
        told = page.evaluate(f"viewer.screenRect({GREEN})")
        to_x = stage["x"] + stage["width"] / 2 - told["x"] - told["width"] / 2
        to_y = stage["y"] + stage["height"] / 2 - told["y"] - told["height"] / 2
        page.evaluate(f"viewer.panBy({to_x}, {to_y})")
        settle(page)
        told = page.evaluate(f"viewer.screenRect({GREEN})")
        x, y = told["x"] - stage["x"], told["y"] - stage["y"]
        assert green_edges(page) == pytest.approx([x, y, x + told["width"], y + told["height"]], abs=1.5), zoom


def test_map_shows_what_is_seen_of_the_whole(page: Page) -> None:
    settle(page)
    assert not page.locator(".ev-map").is_visible()
    page.evaluate("viewer.oneToOne()")
    frames(page)
    whole, seen = page.locator(".ev-map canvas").bounding_box(), page.locator(".ev-seen").bounding_box()
    assert whole is not None
    assert seen is not None
    width, height = stage_size(page)
    assert seen["width"] / whole["width"] == pytest.approx(width / WIDTH, abs=0.02)
    assert seen["x"] + seen["width"] / 2 == pytest.approx(whole["x"] + whole["width"] / 2, abs=1)
    assert seen["height"] / whole["height"] == pytest.approx(height / HEIGHT, abs=0.02)


def test_hidden_stage_waits_for_its_size(page: Page, site: str) -> None:
    page.evaluate("document.getElementById('stage').style.display = 'none'")
    show(page, site, id="b")
    page.evaluate("viewer.toBox('box')")
    assert page.evaluate(f"viewer.screenRect({BOX}).visible") is False
    page.evaluate("document.getElementById('stage').style.display = ''")
    frames(page)
    seen = page.evaluate(f"viewer.screenRect({BOX})")
    assert seen["width"] > 300
    page.evaluate("document.getElementById('stage').style.display = 'none'")
    frames(page)
    page.evaluate("document.getElementById('stage').style.display = ''")
    frames(page)
    assert page.evaluate(f"viewer.screenRect({BOX})") == seen  # a tab that was left shows what it showed
