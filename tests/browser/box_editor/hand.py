"""What a person does in the editor, where Chromium has drawn it, and what the editor says the boxes are."""

import json
from typing import Any

from playwright.sync_api import Page

from tests.browser.alone import frames

LANDSCAPE, PORTRAIT = (4001, 2999), (2999, 4001)
MODEL = [1196.0, 1520.0, 1500.0, 1720.0]
REGION = [1120.0, 1470.0, 1850.0, 1800.0]
TURNED = {"lying": (1300, 900), "standing": (900, 1300)}
FIELD = [433.0, 301.0, 562.0, 388.0]  # a green field in the photos that were turned, source px


def show(page: Page, site: str, photo: str = "wide", **more: Any) -> None:
    width, height = PORTRAIT if photo == "tall" else LANDSCAPE
    tiles = {"id": photo, "tiles": f"{site}/{photo}_files", "width": width, "height": height, "tileSize": 512}
    item = {"photo": tiles, "model": MODEL, "region": REGION, "coarse": {"width": 1000, "height": 750}, **more}
    show_item(page, item)


def show_item(page: Page, item: dict[str, Any]) -> None:
    page.evaluate(f"editor.open({json.dumps(item)})")
    page.wait_for_function("() => editor.ready")
    page.locator("#stage").focus()
    frames(page)


def show_turned(page: Page, site: str, shape: str, orientation: int, model: list[float]) -> None:
    """A photo with the green field, lying or standing, that a camera stored in one of the eight positions."""
    name, (width, height) = f"{shape}{orientation}", TURNED[shape]
    tiles = {"id": name, "tiles": f"{site}/{name}_files", "width": width, "height": height, "tileSize": 512}
    show_item(page, {"photo": tiles, "model": model, "region": None, "coarse": None})


def boxes(page: Page) -> list[list[float]]:
    return [list(map(float, each["box"])) for each in page.evaluate("editor.state.boxes")]


def box(page: Page) -> list[float]:
    (only,) = boxes(page)
    return only


def client(page: Page, x: float, y: float, drawn: list[float] = MODEL) -> tuple[float, float]:
    """Where Chromium has a source point: taken from the model box as drawn, not from the editor's own conversion."""
    left, top, right, bottom = page.locator("[data-layer=box] .ev-line").evaluate(
        "(line) => { const r = line.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }"
    )
    x1, y1, x2, y2 = drawn
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
