"""What a person does in the editor, where Chromium has drawn it, and what the editor says the boxes are."""

import json
from typing import Any

from playwright.sync_api import Page

from tests.browser.alone import frames

LANDSCAPE, PORTRAIT = (4001, 2999), (2999, 4001)
MODEL = [1196.0, 1520.0, 1500.0, 1720.0]
REGION = [1120.0, 1470.0, 1850.0, 1800.0]
FIELD = [433, 301, 562, 388]  # a green field in the photo that was turned, source px


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
