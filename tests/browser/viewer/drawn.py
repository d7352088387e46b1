"""The photo and the boxes of the viewer's tests, and where Chromium has drawn them."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames

WIDTH, HEIGHT = 4001, 2999  # odd, so that the last row and column of every level stand for less than a whole pixel
BOX = [2680.25, 1520.5, 3058.0, 1786.75]
REGION = [2614.0, 1472.5, 3547.5, 1815.0]
GREEN = [1000, 1000, 1200, 1100]  # a green field in the photo, edges on whole source px

LAYERS: list[dict[str, Any]] = [
    {"id": "region", "kind": "region", "box": REGION, "label": "Expanded region 90 %", "shown": True},
    {"id": "box", "kind": "model-box", "box": BOX, "label": "Model box", "shown": True},
]


def show(page: Page, site: str, **more: object) -> None:
    photo = {"id": "a", "tiles": f"{site}/tiles_files", "width": WIDTH, "height": HEIGHT, "tileSize": 512, **more}
    page.evaluate(f"viewer.setPhoto({json.dumps(photo)}); viewer.setLayers({json.dumps(LAYERS)})")
    frames(page)


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
