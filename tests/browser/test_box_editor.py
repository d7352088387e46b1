"""The box editor in a real Chromium, alone on a page: what a hand and keys do to a box is exact in source px."""

import functools
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from ergo_demo.imaging import TILES_FOLDER, Door
from tests.browser.test_viewer import (
    DESK,
    PHONE,
    REPOSITORY,
    QuietHandler,
    QuietServer,
    frames,
    green_edges,
    settle,
)
from tests.imaging.zoo import ORIENTATION_TAG, UPRIGHT_TO_STORED

pytestmark = pytest.mark.browser

LANDSCAPE, PORTRAIT = (4001, 2999), (2999, 4001)
MODEL = [1196.0, 1520.0, 1500.0, 1720.0]
REGION = [1120.0, 1470.0, 1850.0, 1800.0]
FIELD = [433, 301, 562, 388]  # a green field in the photo that was turned, source px


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the page, the scripts, and a photo lying and standing."""
    root = tmp_path_factory.mktemp("site")
    for folder in ("ergo_demo/ui", "tests/ui/editor_page"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    for name, (width, height) in {"wide": LANDSCAPE, "tall": PORTRAIT}.items():
        photo = pyvips.Image.gaussnoise(width, height, mean=120, sigma=20).cast("uchar").colourspace("srgb")
        photo.dzsave(str(root / name), tile_size=512, overlap=0, suffix=".jpg[Q=70]")
    _write_oriented(root)
    server = QuietServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _write_oriented(root: Path) -> None:
    """The tiles of one photo, stored as a camera would in each of the eight positions, through the real door."""
    pixels: NDArray[np.uint8] = np.full((900, 1300, 3), 90, np.uint8)
    pixels[FIELD[1] : FIELD[3], FIELD[0] : FIELD[2]] = (0, 255, 0)
    with Door(root / "door") as door:
        for orientation, turn in UPRIGHT_TO_STORED.items():
            image, exif = Image.fromarray(pixels), Image.Exif()
            exif[ORIENTATION_TAG] = orientation
            upload = root / f"{orientation}.jpg"
            (image if turn is None else image.transpose(turn)).save(upload, exif=exif, quality=98, subsampling=0)
            (door.open_upright(upload).folder / TILES_FOLDER).rename(root / f"turned{orientation}_files")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The editor with an item; fails on any complaint of the browser."""
    options = {"viewport": DESK, **getattr(request, "param", {})}
    photo = "tall" if options.pop("tall", False) else "wide"
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/tests/ui/editor_page/index.html")
    page.wait_for_function("() => window.editor")
    show(page, site, photo)
    yield page
    assert complaints == []
    context.close()


def show(page: Page, site: str, photo: str = "wide", **more: Any) -> None:
    width, height = PORTRAIT if photo == "tall" else LANDSCAPE
    tiles = {"id": photo, "tiles": f"{site}/{photo}_files", "width": width, "height": height, "tileSize": 512}
    item = {"photo": tiles, "model": MODEL, "region": REGION, "coarse": {"width": 1000, "height": 750}, **more}
    page.evaluate(f"editor.open({json.dumps(item)})")
    page.wait_for_function("() => editor.ready")
    page.locator("#stage").focus()
    frames(page)


def boxes(page: Page) -> list[list[float]]:
    return [list(map(float, each["box"])) for each in page.evaluate("editor.state.boxes")]


def box(page: Page) -> list[float]:
    (only,) = boxes(page)
    return only


def client(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where Chromium has a source point: taken from the drawn model box, not from the editor's own conversion."""
    left, top, right, bottom = page.locator("[data-layer=box] .ev-line").evaluate(
        "(line) => { const r = line.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }"
    )
    x1, y1, x2, y2 = MODEL
    return left + (x - x1) * (right - left) / (x2 - x1), top + (y - y1) * (bottom - top) / (y2 - y1)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*client(page, *start))
    page.mouse.down()
    page.mouse.move(*client(page, *end), steps=4)
    page.mouse.up()
    frames(page)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    frames(page)


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


def test_one_drag_fixes_an_edge_and_one_undo_brings_it_back(page: Page) -> None:
    drag(page, (1500, 1620), (1700, 1620))
    assert page.evaluate("editor.counts.drags") == 1
    assert box(page)[2] == pytest.approx(1700, abs=0.5)
    assert "Right edge" in page.locator(".bx-status").inner_text()
    press(page, "Control+z")
    assert box(page) == MODEL
    press(page, "Control+Shift+Z")
    assert box(page)[2] == pytest.approx(1700, abs=0.5)
    press(page, "m")
    assert box(page) == MODEL


def test_a_box_is_moved_by_its_middle_and_stops_at_the_edge_of_the_photo(page: Page) -> None:
    drag(page, (1350, 1620), (1450, 1660))
    assert box(page) == pytest.approx([1296, 1560, 1600, 1760], abs=0.5)
    press(page, "0")
    drag(page, (1450, 1660), (-600, 1660))
    assert box(page)[0] == 0
    assert box(page)[2] == pytest.approx(304)


def test_drawn_by_a_drag_by_two_clicks_and_by_four(page: Page) -> None:
    press(page, "b")
    drag(page, (1700, 1500), (1300, 1700))
    assert box(page) == pytest.approx([1300, 1500, 1700, 1700], abs=0.5)
    press(page, "Shift+B")
    for point in [(1150, 1480), (1250, 1560)]:
        page.mouse.click(*client(page, *point))
    frames(page)
    assert boxes(page)[1] == pytest.approx([1150, 1480, 1250, 1560], abs=0.5)
    press(page, "Delete", "x")
    for point in [(1400, 1400), (1600, 1550), (1500, 1800), (1200, 1600)]:
        page.mouse.click(*client(page, *point))
    frames(page)
    assert box(page) == pytest.approx([1200, 1400, 1600, 1800], abs=0.5)
    assert not page.evaluate("editor.drawing")


def test_everything_without_a_mouse(page: Page) -> None:
    press(page, "d", "d", "d")  # the right edge, by pixels of the model: 4.001 source px
    assert box(page) == pytest.approx([1196, 1520, 1512.003, 1720], abs=1e-6)
    press(page, "Shift+W", "g", "Shift+ArrowLeft", "ArrowDown")
    assert box(page) == pytest.approx([1186, 1524.99867, 1502.003, 1721], abs=1e-3)
    press(page, "e")
    assert box(page) == REGION
    press(page, "b", "Enter", *["Shift+ArrowRight"] * 9, *["Shift+ArrowDown"] * 5, "Enter")
    assert box(page) == pytest.approx([2000.5, 1499.5, 2090.5, 1549.5])
    press(page, "x", "Escape")
    assert not page.evaluate("editor.drawing")
    press(page, "Delete")
    assert boxes(page) == []
    press(page, "Control+z")
    assert len(boxes(page)) == 1


def test_what_is_refused_is_said_and_the_box_stays(page: Page) -> None:
    drag(page, (1500, 1620), (1200, 1620))
    assert box(page) == MODEL
    assert page.locator(".bx-said").inner_text() == "A box needs at least 28 x 28 px."
    press(page, "0", "b")
    drag(page, (3800, 2900), (4500, 3400))
    assert box(page) == pytest.approx([3800, 2900, 4001, 2999], abs=4)


def test_h_hides_the_boxes_and_space_pans(page: Page) -> None:
    page.keyboard.down("h")
    assert page.locator(".bx-handle").first.is_hidden()
    page.keyboard.up("h")
    assert page.locator(".bx-handle").first.is_visible()
    before = client(page, 1350, 1620)
    page.keyboard.down(" ")
    page.mouse.move(*before)
    page.mouse.down()
    page.mouse.move(before[0] + 60, before[1] + 30, steps=3)
    page.mouse.up()
    frames(page)
    assert client(page, 1350, 1620) == pytest.approx((before[0] + 60, before[1] + 30), abs=1)
    page.keyboard.press("ArrowRight")
    frames(page)
    assert client(page, 1350, 1620)[0] == pytest.approx(before[0] - 20, abs=1)
    page.keyboard.up(" ")
    assert box(page) == MODEL


def test_listeners_hear_what_it_is_and_what_changed(page: Page) -> None:
    stage = page.locator("#stage")
    assert stage.get_attribute("aria-roledescription") == "box editor"
    press(page, "ArrowRight")
    page.get_by_role("status").filter(has_text="Box moved by 4, 0").wait_for()
    assert "Your box: left 1,200, top 1,520" in (stage.get_attribute("aria-label") or "")
    shortcuts = set((stage.get_attribute("aria-keyshortcuts") or "").split())
    layers = {"7", "8"}  # this item has no samples and no heat map
    assert shortcuts == {row["aria"] for row in page.evaluate("keys")} - layers


def test_tab_leaves_and_a_held_key_does_not_write_history(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "after"
    page.locator("#stage").focus()
    press(page, *["ArrowRight"] * 5)
    assert page.evaluate("editor.state.past.length") == 1


@pytest.mark.parametrize("page", [{"viewport": PHONE, "has_touch": True}], indirect=True)
def test_a_finger_moves_a_corner_and_two_fingers_zoom(page: Page) -> None:
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    start, end = client(page, 1500, 1720), client(page, 1600, 1790)
    touch("touchStart", (start[0] + 9, start[1] + 9))  # a finger beside the corner
    touch("touchMove", (end[0] + 9, end[1] + 9))
    touch("touchEnd")
    frames(page)
    assert box(page) == pytest.approx([1196, 1520, 1600, 1790], abs=0.5)
    width = client(page, 1500, 0)[0] - client(page, 1196, 0)[0]
    touch("touchStart", (120, 200), (240, 200))
    touch("touchMove", (90, 200), (270, 200))
    touch("touchEnd")
    frames(page)
    assert client(page, 1500, 0)[0] - client(page, 1196, 0)[0] > 1.3 * width
    assert box(page) == pytest.approx([1196, 1520, 1600, 1790], abs=0.5)
