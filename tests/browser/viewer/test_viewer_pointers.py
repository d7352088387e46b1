"""What mouse, wheel and fingers do to the view."""

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.alone import frames
from tests.browser.conftest import PHONE
from tests.browser.viewer.drawn import assert_box, drawn_box, fitted, scale_of

Point = tuple[float, float]

pytestmark = pytest.mark.browser


def test_wheel_zooms_at_the_cursor(page: Page) -> None:
    left, top, scale = fitted(page)
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    at_x, at_y = 500, 400
    page.mouse.move(stage["x"] + at_x, stage["y"] + at_y)
    for _ in range(4):
        page.mouse.wheel(0, -120)
        frames(page)
    zoomed = scale_of(page)
    assert zoomed > 2 * scale
    assert_box(page, left + at_x / scale - at_x / zoomed, top + at_y / scale - at_y / zoomed, zoomed)


def test_drag_pans_a_magnified_photo(page: Page) -> None:
    page.locator("#stage").press("9")
    frames(page)
    before = drawn_box(page)
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(370, 420, steps=3)
    page.mouse.up()
    page.mouse.move(300, 300)
    frames(page)
    assert drawn_box(page)[:2] == pytest.approx([before[0] - 30, before[1] + 20], abs=0.5)


def test_wheel_scrolls_the_page_where_there_is_nothing_to_zoom(page: Page) -> None:
    page.mouse.move(400, 400)
    page.mouse.wheel(0, 240)
    page.wait_for_function("() => scrollY > 100")
    assert scale_of(page) == pytest.approx(fitted(page)[2])


@pytest.mark.parametrize("page", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], indirect=True)
def test_pinch_keeps_the_fingers_on_the_photo(page: Page) -> None:
    left, top, scale = fitted(page)
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    x, y = stage["x"], stage["y"]
    touch = page.context.new_cdp_session(page)
    pinch(touch, [(x + 150, y + 120), (x + 240, y + 120)], [(x + 90, y + 150), (x + 300, y + 150)])
    frames(page)
    zoomed = scale_of(page)
    assert zoomed == pytest.approx(scale * 210 / 90, rel=1e-6)
    assert_box(page, left + 195 / scale - 195 / zoomed, top + 120 / scale - 150 / zoomed, zoomed)
    assert page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]


@pytest.mark.parametrize("page", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], indirect=True)
def test_one_finger_scrolls_the_page_at_fit_and_pans_when_magnified(page: Page) -> None:
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    x, y = stage["x"] + 200, stage["y"] + 200
    touch = page.context.new_cdp_session(page)
    page.evaluate("viewer.zoomBy(4)")
    frames(page)
    before = drawn_box(page)
    drag(touch, (x, y), (x - 20, y - 40))
    frames(page)
    assert page.evaluate("scrollY") == 0
    assert drawn_box(page)[:2] == pytest.approx([before[0] - 20, before[1] - 40], abs=0.5)
    page.evaluate("viewer.fit()")
    frames(page)
    drag(touch, (x, y), (x, y - 120))
    page.wait_for_function("() => scrollY > 50")


def between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def touches(session: CDPSession, kind: str, points: list[Point]) -> None:
    named = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": named})


def drag(session: CDPSession, start: Point, end: Point, steps: int = 8) -> None:
    touches(session, "touchStart", [start])
    for step in range(1, steps + 1):
        share = step / steps
        touches(session, "touchMove", [between(start, end, share)])
    touches(session, "touchEnd", [])


def pinch(session: CDPSession, start: list[Point], end: list[Point], steps: int = 8) -> None:
    touches(session, "touchStart", start[:1])
    touches(session, "touchStart", start)
    for step in range(1, steps + 1):
        share = step / steps
        touches(session, "touchMove", [between(a, b, share) for a, b in zip(start, end, strict=True)])
    touches(session, "touchEnd", [])
