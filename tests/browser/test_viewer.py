"""The photo viewer in a real Chromium, alone on a page: what it draws lies where its numbers say."""

import functools
import http.server
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Page, sync_playwright

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 4001, 2999  # odd, so that the last row and column of every level stand for less than a whole pixel
BOX = [2680.25, 1520.5, 3058.0, 1786.75]
REGION = [2614.0, 1472.5, 3547.5, 1815.0]
GREEN = [1000, 1000, 1200, 1100]  # a green field in the photo, edges on whole source px
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Point = tuple[float, float]

LAYERS: list[dict[str, Any]] = [
    {"id": "region", "kind": "region", "box": REGION, "label": "Expanded region 90 %", "shown": True},
    {"id": "box", "kind": "model-box", "box": BOX, "label": "Model box", "shown": True},
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the page, the viewer and a pyramid made by the program that makes the real ones."""
    root = tmp_path_factory.mktemp("site")
    for folder in ("ergo_demo/ui/viewer", "tests/ui/viewer_page"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    photo = np.stack([x % 256 // 2, y % 256 // 2, (x // 500 + y // 500) % 2 * 90 + 60], axis=-1).astype(np.uint8)
    photo[GREEN[1] : GREEN[3], GREEN[0] : GREEN[2]] = (0, 255, 0)
    pyvips.Image.new_from_array(photo).dzsave(str(root / "tiles"), tile_size=512, overlap=0, suffix=".jpg[Q=90]")
    handler = functools.partial(QuietHandler, directory=str(root))
    server = QuietServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: the viewer hangs up on tiles that are no longer in view."""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the test's output is for failures."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The viewer with the photo and both layers; fails on any complaint of the browser."""
    options = {"viewport": DESK, **getattr(request, "param", {})}
    context = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/tests/ui/viewer_page/index.html")
    page.wait_for_function("() => window.viewer")
    show(page, site)
    yield page
    snapshots = os.environ.get("VIEWER_SNAPSHOTS")  # a folder, for whoever wants to look
    if snapshots:
        page.screenshot(path=Path(snapshots) / f"{request.node.name.replace('/', '-')}.png")
    assert complaints == []
    context.close()


def show(page: Page, site: str, **more: object) -> None:
    photo = {"id": "a", "tiles": f"{site}/tiles_files", "width": WIDTH, "height": HEIGHT, "tileSize": 512, **more}
    page.evaluate(f"viewer.setPhoto({json.dumps(photo)}); viewer.setLayers({json.dumps(LAYERS)})")
    frames(page)


def frames(page: Page) -> None:
    """Waits until what was asked for has been drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def drawn_box(page: Page) -> list[float]:
    """Where Chromium has the model box, as [left, top, right, bottom] in client px."""
    rect = page.locator("[data-layer=box] .ev-line").evaluate(
        "(line) => { const r = line.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }"
    )
    return [float(value) for value in rect]


def expected_box(page: Page, left: float, top: float, scale: float) -> list[float]:
    """Where the model box must be when the source point (left, top) is at the stage's corner."""
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    x, y = stage["x"], stage["y"]
    x1, y1, x2, y2 = BOX
    return [x + (x1 - left) * scale, y + (y1 - top) * scale, x + (x2 - left) * scale, y + (y2 - top) * scale]


def stage_size(page: Page) -> tuple[float, float]:
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    return stage["width"], stage["height"]


def fitted(page: Page) -> tuple[float, float, float]:
    """The (left, top, scale) of the fitted photo."""
    width, height = stage_size(page)
    scale = min(width / WIDTH, height / HEIGHT)
    return (WIDTH - width / scale) / 2, (HEIGHT - height / scale) / 2, scale


def assert_box(page: Page, left: float, top: float, scale: float) -> None:
    assert drawn_box(page) == pytest.approx(expected_box(page, left, top, scale), abs=0.5)
    told = page.evaluate(f"viewer.screenRect({BOX})")
    corners = [told["x"], told["y"], told["x"] + told["width"], told["y"] + told["height"]]
    assert corners == pytest.approx(drawn_box(page), abs=0.5)


def scale_of(page: Page) -> float:
    return float(page.evaluate("viewer.scale"))


def green_edges(page: Page) -> list[float]:
    """The green field in the painted canvas, [left, top, right, bottom] in CSS px of the stage."""
    edges = page.evaluate(
        """() => {
          const { width, height } = document.querySelector(".ev-canvas");
          const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
          copy.drawImage(document.querySelector(".ev-canvas"), 0, 0);
          const { data } = copy.getImageData(0, 0, width, height);
          let [left, top, right, bottom] = [width, height, 0, 0];
          for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
            const at = 4 * (y * width + x);
            if (data[at + 1] < 190 || data[at] > 90 || data[at + 2] > 90) continue;
            [left, top] = [Math.min(left, x), Math.min(top, y)];
            [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
          }
          return [left, top, right, bottom].map((value) => value / devicePixelRatio);
        }"""
    )
    return [float(value) for value in edges]


def settle(page: Page) -> None:
    """Waits until the tiles of the present view are there."""
    frames(page)
    page.wait_for_load_state("networkidle")
    frames(page)


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


def test_preview_is_there_before_the_tiles(page: Page, site: str) -> None:
    page.route("**/tiles_files/**", lambda route: None)  # never answered
    square = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'><rect width='4' height='3' fill='red'/></svg>"
    )
    red = f"data:image/svg+xml,{square}"
    show(page, site, id="b", preview=red)
    page.wait_for_function(
        """() => {
          const { width, height } = document.querySelector(".ev-canvas");
          const copy = document.createElement("canvas").getContext("2d");
          copy.drawImage(document.querySelector(".ev-canvas"), -width / 2, -height / 2);
          const { data } = copy.getImageData(0, 0, 1, 1);
          return data[0] === 255 && data[1] === 0;
        }"""
    )


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
