"""A photo with its layers as the page paints them and as they are downloaded: both in the same pixels, to compare."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import FloatRect

from ergo_demo.overlay import LAYERS, STAGE_PX
from ergo_demo.records import Pixels, Trace, from_json
from tests.browser.alone import frames
from tests.browser.conftest import AskPage
from tests.photos import write_png

STAGE_HEIGHT_PX = 660

ALONE = f"""
  [data-part=stage] {{
    position: fixed !important; left: 0 !important; top: 0 !important; z-index: 9999; border: 0 !important;
    border-radius: 0 !important; width: {STAGE_PX}px !important; height: {STAGE_HEIGHT_PX}px !important;
  }}
  [data-part=stage] > :not(.ev-field), .ev-tags, .e-leader {{ visibility: hidden !important; }}
"""
"""The photo fills a stage of the width that overlay.py draws for, and nothing lies on it but its layers."""

SETS: Mapping[str, Collection[str]] = {"photo": (), **{name: (name,) for name in LAYERS}, "all": LAYERS}
"""What is drawn on the pictures of a run."""


@dataclass(frozen=True)
class Drawn:
    """One set of layers: the screen and the downloaded PNG, RGB of one size."""

    page: Pixels
    png: Pixels


@dataclass(frozen=True)
class Run:
    """A run on one photo. `dots`: pixels of the photo, and of the pictures, to a CSS px of the stage."""

    trace: Trace
    dots: int
    outlines: Mapping[str, list[float]]
    """Left, top, right and bottom of what the page has for each box, CSS px from the photo's corner."""
    cells: list[tuple[int, str]]
    """The page's paths of hatched cells, each with its level from 0."""
    drawn: Mapping[tuple[str, int], Drawn]
    """By the name of a set and the strength of the heat map, %."""


def write_photo(path: Path, brightness: int, dots: int) -> Path:
    """A photo of one stage that grows brighter to the right."""
    across = np.linspace(brightness, brightness + 30, STAGE_PX * dots).astype(np.uint8)
    return write_png(path, np.broadcast_to(across[None, :, None], (STAGE_HEIGHT_PX * dots, len(across), 3)).copy())


def draw_all(page: AskPage, dots: int) -> Run:
    """The run that `page` shows: what it has drawn, and pictures of it, those of the heat map at half strength, too."""
    page.page.add_style_tag(content=ALONE)
    page.page.wait_for_function(PAINTED, arg=STAGE_PX * dots)
    seen = page.page.evaluate(SEEN)
    drawn = {}
    for strength, names in ((100, SETS), (50, ("photo", "heat", "all"))):
        page.part("heat-opacity").evaluate(SLIDE, str(strength))
        for name in names:
            drawn[name, strength] = _pictures(page, SETS[name])
    trace = from_json(Trace, page.trace())
    return Run(trace, dots, seen["outlines"], [(level, d) for level, d in seen["cells"]], drawn)


PAINTED = """(width) => {
  const canvas = document.querySelector("[data-part=stage] .ev-canvas");
  const copy = Object.assign(document.createElement("canvas"), { width, height: canvas.height });
  const read = copy.getContext("2d", { willReadFrequently: true });
  read.drawImage(canvas, 0, 0);
  const opaque = (x, y) => read.getImageData(x, y, 1, 1).data[3] === 255;
  return canvas.width === width && [0, width - 1].every((x) => [0, canvas.height - 1].every((y) => opaque(x, y)));
}"""

SLIDE = "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }"

SEEN = """() => {
  const stage = document.querySelector("[data-part=stage]");
  const edges = (line) => {
    const { left, top, right, bottom } = line.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  const named = (line) => line.closest("[data-sample]")?.dataset.sample ?? line.closest("[data-layer]").dataset.layer;
  const lines = [...stage.querySelectorAll(".ev-layers rect.ev-line")];
  const hatched = [...stage.querySelectorAll("[data-layer=heat] path[fill^=url]")];
  return {
    outlines: Object.fromEntries(lines.map((line) => [named(line), edges(line)])),
    cells: hatched.map((path) => [Number(path.getAttribute("fill").match(/-(\\d)\\)/)[1]), path.getAttribute("d")]),
  };
}"""


def _pictures(page: AskPage, shown: Collection[str]) -> Drawn:
    for name in LAYERS:
        switch = page.part(f"layer-{name}")
        if (switch.get_attribute("aria-checked") == "true") != (name in shown):
            switch.dispatch_event("click")  # the stage lies over it
    frames(page.page)
    clip: FloatRect = {"x": 0, "y": 0, "width": STAGE_PX, "height": STAGE_HEIGHT_PX}
    return Drawn(decoded(page.page.screenshot(clip=clip)), decoded(page.fetch("overlay.png").body()))


def decoded(png: bytes) -> Pixels:
    """RGB pixels of a PNG."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert image is not None
    return np.ascontiguousarray(image).astype(np.uint8)


def apart(one: Pixels, other: Pixels) -> NDArray[np.uint8]:
    """How far two pictures are apart in each pixel, in their most different channel."""
    return np.asarray(cv2.absdiff(one, other).max(2), np.uint8)


def astray(one: Drawn, photo: Drawn) -> int:
    """How many pixels of a line in either picture have no line of the other within 1 px."""
    page, png = apart(one.page, photo.page), apart(one.png, photo.png)
    return _without(page, png) + _without(png, page)


def _without(lines: NDArray[np.uint8], others: NDArray[np.uint8]) -> int:
    near = cv2.dilate((others > 16).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return int(((lines > 40) & ~near).sum())


def mean_apart(one: Drawn, pixels: int) -> float:
    """How far the means over squares of so many pixels are apart, where they are furthest."""
    page, png = (cv2.blur(picture.astype(np.float32), (pixels, pixels)) for picture in (one.page, one.png))
    return float(np.abs(page - png).max())
