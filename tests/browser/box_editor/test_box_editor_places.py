"""Half a source px: where the pointer was on the photo is where the box is, whatever the photo, the zoom, the screen.

Chromium's pointer events carry parts of a px, so half a source px is asked for at fit, too, where a px is many of them.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames, green_edges, settle
from tests.browser.box_editor.hand import FIELD, TURNED, box, client, drag, press, show_turned
from tests.browser.conftest import DESK, PHONE
from tests.imaging.zoo import UPRIGHT_TO_STORED

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("zoom", ["0", "Z", "9"])
@pytest.mark.parametrize(
    "page",
    [
        {}, {"tall": True}, {"device_scale_factor": 2}, {"device_scale_factor": 3, "tall": True},
        {"viewport": PHONE, "device_scale_factor": 3}, {"viewport": PHONE, "tall": True},
    ],
    indirect=True,
    ids=["desk", "standing", "at 2", "standing at 3", "phone at 3", "standing on a phone"],
)  # fmt: skip
def test_a_dragged_edge_lies_where_it_was_let_go(page: Page, zoom: str) -> None:
    press(page, zoom)
    if zoom == "9":
        page.evaluate("() => editor.toBoxes()")
        frames(page)
    drag(page, (1500, 1620), (1590, 1620))
    assert box(page) == pytest.approx([1196, 1520, 1590, 1720], abs=0.5)
    drawn = page.locator("[data-layer=you-1] .ev-line").evaluate(
        "(line) => { const r = line.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }"
    )
    x1, y1, x2, y2 = box(page)
    assert drawn == pytest.approx([*client(page, x1, y1), *client(page, x2, y2)], abs=0.5)


@pytest.mark.parametrize("page", [{}, {"device_scale_factor": 2}, {"device_scale_factor": 3}], indirect=True)
@pytest.mark.parametrize("orientation", UPRIGHT_TO_STORED)
def test_a_box_around_what_is_seen_lies_around_it_in_the_upright_photo(page: Page, site: str, orientation: int) -> None:
    show_turned(page, site, "lying", orientation, [400, 280, 600, 410])
    for zoom in ("z", "9"):
        press(page, zoom)
        page.evaluate("() => window.dispatchEvent(new Event('resize'))")
        settle(page)
        left, top, right, bottom = green_edges(page)
        corner = page.locator(".ev-field").bounding_box()
        assert corner is not None
        press(page, "b")
        for x, y in [(left, top), (right, bottom)]:
            page.mouse.click(corner["x"] + x, corner["y"] + y)
        assert box(page) == pytest.approx(FIELD, abs=0.5)


@pytest.mark.parametrize(
    "page",
    [{"viewport": viewport, "device_scale_factor": dots} for viewport in (DESK, PHONE) for dots in (1, 2, 3)],
    indirect=True,
    ids=[f"{name} at {dots}" for name in ("desk", "phone") for dots in (1, 2, 3)],
)
@pytest.mark.parametrize("shape", TURNED)
def test_every_way_a_camera_turns_a_photo_at_every_zoom_on_every_screen(page: Page, site: str, shape: str) -> None:
    for orientation in UPRIGHT_TO_STORED:
        show_turned(page, site, shape, orientation, FIELD)
        for zoom in ("0", "z", "9"):
            press(page, zoom)
            settle(page)
            corners = fitted_field(page, shape) if zoom == "0" else drawn_field(page)
            assert seen_field(page) == pytest.approx(corners, abs=1.5 / page.evaluate("devicePixelRatio"))
            press(page, "b")
            page.mouse.click(*corners[:2])
            page.mouse.click(*corners[2:])
            assert box(page) == pytest.approx(FIELD, abs=0.5), (orientation, zoom)
            press(page, "Control+z")


def fitted_field(page: Page, shape: str) -> list[float]:
    """Where the green field lies when all of the photo is seen, in client px: from the sizes alone."""
    room = page.locator(".ev-field").bounding_box()
    assert room is not None
    width, height = TURNED[shape]
    scale = min(room["width"] / width, room["height"] / height)
    left, top = room["x"] + (room["width"] - width * scale) / 2, room["y"] + (room["height"] - height * scale) / 2
    x1, y1, x2, y2 = FIELD
    return [left + x1 * scale, top + y1 * scale, left + x2 * scale, top + y2 * scale]


def drawn_field(page: Page) -> list[float]:
    """Where Chromium has the model's box, which lies around the green field, in client px."""
    x1, y1, x2, y2 = FIELD
    return [*client(page, x1, y1, FIELD), *client(page, x2, y2, FIELD)]


def seen_field(page: Page) -> list[float]:
    """Where the green field was painted, in client px, to whole device px."""
    room = page.locator(".ev-field").bounding_box()
    assert room is not None
    left, top, right, bottom = green_edges(page)
    return [room["x"] + left, room["y"] + top, room["x"] + right, room["y"] + bottom]
