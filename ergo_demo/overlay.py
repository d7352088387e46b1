"""A trace drawn onto its photo, as the page draws it: heat map, samples, expanded region, model box, from below.

Deterministic; knows no files and no page. The widths are those of the page's layers, in CSS px, times the scale of the
picture: as if the whole photo filled a stage of STAGE_PX on the page.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ergo_demo.geometry import Box
from ergo_demo.records import Pixels, Trace

LONGEST_SIDE_PX = 4_096
"""Of an overlay for download: every viewer opens it, and a line is drawn on whole pixels of it."""

STAGE_PX = 880
"""Width of the page's stage on a desk screen, CSS px."""


@dataclass(frozen=True, slots=True)
class Line:
    """How a layer is drawn: line over casing, widths in CSS px, colours RGB 0 to 255, opacity 0 to 1."""

    width: float
    colour: tuple[int, int, int]
    casing_width: float
    casing_opacity: float
    dashes: tuple[float, float] | None = None
    """On and off, CSS px, from the top left corner clockwise; the casing is unbroken."""


AMBER, WHITE, CASING = (0xFF, 0xB3, 0x1A), (0xFF, 0xFF, 0xFF), (6, 8, 10)

MODEL_BOX = Line(width=2.5, colour=AMBER, casing_width=5.5, casing_opacity=0.80)
REGION = Line(width=2.0, colour=AMBER, casing_width=4.5, casing_opacity=0.70, dashes=(9.0, 6.0))
SAMPLE = Line(width=1.0, colour=WHITE, casing_width=2.75, casing_opacity=0.50)

Layer: TypeAlias = Literal["box", "region", "samples", "heat"]
LAYERS: tuple[Layer, ...] = ("heat", "samples", "region", "box")
"""From below."""
SHOWN_AT_FIRST: tuple[Layer, ...] = ("region", "box")

HATCH_PERIODS = (12.0, 8.5, 6.0, 4.0)
"""CSS px between the lines of a cell with a share up to 1/4, 1/2, 3/4 and 1; over a tint of so much:"""
HATCH_TINTS = (0.06, 0.12, 0.18, 0.24)
HATCH = Line(width=1.15, colour=AMBER, casing_width=2.5, casing_opacity=0.70)


def draw(trace: Trace, image: Pixels, shown: Collection[str] = SHOWN_AT_FIRST, heat_opacity: float = 1.0) -> Pixels:
    """A copy of `image` (the whole source of `trace`, RGB, at any scale) with the layers that are shown.

    >>> from ergo_demo.geometry import Size
    >>> from ergo_demo.records import ModelInfo, Outcome, Sampling
    >>> trace = Trace(source=Size(64, 64), upload_sha256="", blob_sha256="", question="?", outcome=Outcome.ANSWERED,
    ...     model=ModelInfo("m", "1", "cpu", "fp32"), sampling=Sampling(), coarse_budget_tokens=4,
    ...     zoom_budget_tokens=4, version="1", box=Box(16, 16, 48, 48))
    >>> drawn = draw(trace, np.full((64, 64, 3), 255, np.uint8))
    >>> drawn[16, 32].tolist(), drawn[32, 32].tolist()
    ([255, 179, 26], [255, 255, 255])
    """
    canvas = image.copy()
    height, width = image.shape[:2]
    scale = max(1.0, max(width, height) / STAGE_PX)
    if "heat" in shown and trace.heat:
        _draw_heat(canvas, np.array(trace.heat), scale, heat_opacity)
    across, down = width / trace.source.width, height / trace.source.height
    for box, line in _lines(trace, shown):
        _draw_box(canvas, Box(box.x1 * across, box.y1 * down, box.x2 * across, box.y2 * down), line, scale)
    return canvas


def _lines(trace: Trace, shown: Collection[str]) -> Iterator[tuple[Box, Line]]:
    """What is drawn as a line, from below; boxes in source px."""
    if "samples" in shown:
        yield from ((sample.box, SAMPLE) for sample in trace.samples if sample.box)
    if "region" in shown and trace.region:
        yield trace.region, REGION
    if "box" in shown and trace.box:
        yield trace.box, MODEL_BOX


def _draw_box(canvas: Pixels, box: Box, line: Line, scale: float) -> None:
    """Draws onto `canvas`; `box` in its pixels, its edges in the middle of the line, as SVG strokes them."""
    for width, colour, opacity, dashes in (
        (line.casing_width, CASING, line.casing_opacity, None),
        (line.width, line.colour, 1.0, line.dashes),
    ):
        half = width * scale / 2
        if dashes:
            for dash in _dashes(box, half, dashes[0] * scale, dashes[1] * scale):
                _fill_ring(canvas, dash, None, colour, opacity)
            continue
        inner = box.pad(-half, -half) if min(box.width, box.height) > 2 * half else None
        _fill_ring(canvas, box.pad(half, half), inner, colour, opacity)


def _dashes(box: Box, half: float, on: float, off: float) -> Iterator[Box]:
    """The pieces of a dashed outline, `half` its line's width to both sides; a dash goes on behind a corner."""
    ends = np.cumsum([0.0, box.width, box.height, box.width, box.height]).tolist()
    for number in range(math.ceil(ends[-1] / (on + off))):
        first = number * (on + off)
        for side in range(4):
            start, end = max(first, ends[side]) - ends[side], min(first + on, ends[side + 1]) - ends[side]
            if start < end:
                # Where a dash goes round the corner, its two pieces meet in the corner's square. The last one is cut
                # off by the end of the outline, and joined with the first, as in a browser.
                joins = first + on > ends[side + 1]
                yield _piece(box, side, start, end + (half if joins else 0.0), half)


def _piece(box: Box, side: int, start: float, end: float, half: float) -> Box:
    """From `start` to `end` px along a side: 0 the upper one, then clockwise."""
    if side == 0:
        return Box(box.x1 + start, box.y1 - half, box.x1 + end, box.y1 + half)
    if side == 1:
        return Box(box.x2 - half, box.y1 + start, box.x2 + half, box.y1 + end)
    if side == 2:
        return Box(box.x2 - end, box.y2 - half, box.x2 - start, box.y2 + half)
    return Box(box.x1 - half, box.y2 - end, box.x1 + half, box.y2 - start)


def _draw_heat(canvas: Pixels, heat: NDArray[np.float64], scale: float, opacity: float) -> None:
    """Tints and hatches what the samples cover; the lines begin at the photo's corner, whatever the cell."""
    height, width = canvas.shape[:2]
    rows = np.minimum((np.arange(height) + 0.5) * heat.shape[0] / height, heat.shape[0] - 1).astype(int)
    columns = np.minimum((np.arange(width) + 0.5) * heat.shape[1] / width, heat.shape[1] - 1).astype(int)
    levels = np.ceil(heat * len(HATCH_PERIODS)).astype(int)
    # A row of cells at a time: the masks of a whole photo would be larger than it.
    for row in range(heat.shape[0]):
        if not levels[row].any():
            continue
        y = np.flatnonzero(rows == row)
        on_photo = canvas[y[0] : y[-1] + 1] if len(y) else canvas[:0]
        part = on_photo.copy()
        along = ((np.arange(width) + 0.5)[None, :] + (y + 0.5)[:, None]) / math.sqrt(2)
        for level, (period, tint) in enumerate(zip(HATCH_PERIODS, HATCH_TINTS, strict=True), start=1):
            there = (levels[row, columns] == level)[None, :]
            _blend(part, there * tint, HATCH.colour)
            for line, colour, strength in (
                (HATCH.casing_width, CASING, HATCH.casing_opacity),
                (HATCH.width, HATCH.colour, 1.0),
            ):
                _blend(part, there * _hatched(along, period * scale, line * scale) * strength, colour)
        # Tint and lines fade together, as the page fades its group: one by one, the photo would shine through twice.
        on_photo[...] = np.round(on_photo * (1 - opacity) + part * np.float32(opacity))


def _hatched(along: NDArray[np.float64], period: float, width: float) -> NDArray[np.float64]:
    """The share of each pixel under lines of this width, one in the middle of each period."""
    aside = np.abs(along % period - period / 2)
    return np.clip(width / 2 - aside + 0.5, 0.0, min(1.0, width))


def _blend(part: Pixels, share: NDArray[np.floating], colour: tuple[int, int, int]) -> None:
    """Blends `colour` over `part` by the share of each pixel, (height, width) or (1, width)."""
    if not share.any():
        return
    share = np.broadcast_to(share, part.shape[:2])[..., None]
    part[...] = np.round(part * (1 - share) + np.array(colour, np.float32) * share)


def _fill_ring(canvas: Pixels, outer: Box, inner: Box | None, colour: tuple[int, int, int], opacity: float) -> None:
    """Blends `colour` over what lies inside `outer` and outside `inner`, edge pixels by the share that is covered."""
    touched = outer.outward().clip(Box(0, 0, canvas.shape[1], canvas.shape[0]))
    if not touched.has_area:
        return
    x1, y1, x2, y2 = (int(edge) for edge in touched.edges)
    share = np.outer(_covered(y1, y2, outer.y1, outer.y2), _covered(x1, x2, outer.x1, outer.x2))
    if inner is not None:
        share -= np.outer(_covered(y1, y2, inner.y1, inner.y2), _covered(x1, x2, inner.x1, inner.x2))
    _blend(canvas[y1:y2, x1:x2], share * opacity, colour)


def _covered(first: int, end: int, low: float, high: float) -> NDArray[np.float32]:
    """The share of each pixel from `first` up to `end` that lies between `low` and `high`."""
    pixels = np.arange(first, end)
    share: NDArray[np.float64] = np.minimum(pixels + 1, high) - np.maximum(pixels, low)
    return np.clip(share, 0, 1).astype(np.float32)
