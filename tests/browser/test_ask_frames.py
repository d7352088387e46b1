"""The box on the page against the box in the trace: at most half a source px, however the photo was held."""

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ergo_demo.records import Pixels
from tests.browser.conftest import AskPage, Serving
from tests.photos import pattern

pytestmark = pytest.mark.browser

TURN_BACK = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}
"""EXIF orientation -> how the camera stored what is upright."""


def write_with_orientation(path: Path, upright: Pixels, orientation: int) -> Path:
    """A PNG with an eXIf chunk, so that not a bit of a pixel is lost."""
    stored = cv2.cvtColor(np.ascontiguousarray(TURN_BACK[orientation](upright)), cv2.COLOR_RGB2BGR)
    png = cv2.imencode(".png", stored)[1].tobytes()
    exif = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    header = 8 + 25  # signature, IHDR
    path.write_bytes(png[:header] + chunk + png[header:])
    return path


def box_on_page(visitor: AskPage, source: dict[str, int]) -> list[float]:
    """The drawn box in source px, from where it is on the screen and where a fitted photo lies in its stage."""
    box = visitor.page.locator("[data-layer=box] .ev-line").evaluate(
        "(line) => { const r = line.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; }"
    )
    left, top, width, height = (
        visitor.part("stage")
        .locator(".ev-field")
        .evaluate("(field) => { const r = field.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }")
    )
    scale = min(width / source["width"], height / source["height"])
    margin_x, margin_y = (width - source["width"] * scale) / 2, (height - source["height"] * scale) / 2
    return [(edge - start) / scale for edge, start in zip(box, (left + margin_x, top + margin_y) * 2, strict=True)]


@pytest.mark.parametrize("shape", [(1300, 900), (900, 1300)], ids=["landscape", "portrait"])
def test_the_box_lies_where_the_trace_says(
    visitor: AskPage, serving: Serving, tmp_path: Path, shape: tuple[int, int]
) -> None:
    width, height = shape
    upright = pattern(width, height)
    for orientation in TURN_BACK:
        question = f"Where, {orientation}, {width}?"
        serving.answer(question, "<zoom>[37, 61, 201, 155]</zoom>", "<answer>there</answer>")
        visitor.upload(write_with_orientation(tmp_path / f"{orientation}-{width}.png", upright, orientation))
        visitor.ask(question)
        trace = visitor.trace()
        assert trace["source"] == {"width": width, "height": height}
        box = [trace["box"][edge] for edge in ("x1", "y1", "x2", "y2")]
        assert box_on_page(visitor, trace["source"]) == pytest.approx(box, abs=0.5), orientation
        assert crop_error(visitor, upright, box) < 6, orientation


def crop_error(visitor: AskPage, upright: Pixels, box: list[float]) -> float:
    """Mean difference of the crop from that region of what was drawn, of 255: turned or shifted it would be large."""
    crop: Any = cv2.imdecode(np.frombuffer(visitor.fetch("crop.jpg").body(), np.uint8), cv2.IMREAD_COLOR_RGB)
    x1, y1, x2, y2 = np.floor(box[0]), np.floor(box[1]), np.ceil(box[2]), np.ceil(box[3])
    region = upright[int(y1) : int(y2), int(x1) : int(x2)].astype(int)
    assert crop.shape == region.shape
    return float(np.abs(crop - region).mean())
