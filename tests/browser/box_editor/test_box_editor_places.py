"""Half a source px: where the pointer was on the photo is where the box is, whatever the photo, the zoom, the screen."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames, green_edges, settle
from tests.browser.box_editor.hand import FIELD, box, client, drag, press
from tests.browser.conftest import PHONE
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
    # Half a source px, and at fit, where a screen px is many of them, what the mouse itself can say.
    per_px = 304 / (client(page, 1500, 0)[0] - client(page, 1196, 0)[0])
    assert box(page) == pytest.approx([1196, 1520, 1590, 1720], abs=max(0.5, 0.51 * per_px))
    drawn = page.locator("[data-layer=you-1] .ev-line").evaluate(
        "(line) => { const r = line.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }"
    )
    x1, y1, x2, y2 = box(page)
    assert drawn == pytest.approx([*client(page, x1, y1), *client(page, x2, y2)], abs=0.5)


@pytest.mark.parametrize("page", [{}, {"device_scale_factor": 2}, {"device_scale_factor": 3}], indirect=True)
@pytest.mark.parametrize("orientation", UPRIGHT_TO_STORED)
def test_a_box_around_what_is_seen_lies_around_it_in_the_upright_photo(page: Page, site: str, orientation: int) -> None:
    tiles = {"id": "t", "tiles": f"{site}/turned{orientation}_files", "width": 1300, "height": 900, "tileSize": 512}
    item = {"photo": tiles, "model": [400, 280, 600, 410], "region": None, "coarse": None}
    page.evaluate(f"editor.open({json.dumps(item)})")
    page.wait_for_function("() => editor.ready")
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
        # One device px of the picture, besides the half source px: the edge was looked for on the screen.
        seen = page.evaluate("() => 1 / (devicePixelRatio * editor.scale)")
        assert box(page) == pytest.approx(FIELD, abs=0.5 + seen)
