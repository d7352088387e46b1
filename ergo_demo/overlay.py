"""A trace drawn onto its photo: the model box, as the page draws it. Deterministic; knows no files and no page.

The widths are those of the page's layers, in CSS px, times the scale of the picture: as if the whole photo filled
a stage of STAGE_PX on the page.
"""

from dataclasses import dataclass

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


MODEL_BOX = Line(width=2.5, colour=(0xFF, 0xB3, 0x1A), casing_width=5.5, casing_opacity=0.80)
CASING = (6, 8, 10)


def draw(trace: Trace, image: Pixels) -> Pixels:
    """A copy of `image` (the whole source of `trace`, RGB, at any scale) with the boxes of the trace.

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
    if trace.box is not None:
        height, width = image.shape[:2]
        across, down = width / trace.source.width, height / trace.source.height
        box = Box(trace.box.x1 * across, trace.box.y1 * down, trace.box.x2 * across, trace.box.y2 * down)
        _draw_box(canvas, box, MODEL_BOX, max(1.0, max(width, height) / STAGE_PX))
    return canvas


def _draw_box(canvas: Pixels, box: Box, line: Line, scale: float) -> None:
    """Draws onto `canvas`; `box` in its pixels, its edges in the middle of the line, as SVG strokes them."""
    for width, colour, opacity in (
        (line.casing_width, CASING, line.casing_opacity),
        (line.width, line.colour, 1.0),
    ):
        half = width * scale / 2
        inner = box.pad(-half, -half) if min(box.width, box.height) > 2 * half else None
        _fill_ring(canvas, box.pad(half, half), inner, colour, opacity)


def _fill_ring(canvas: Pixels, outer: Box, inner: Box | None, colour: tuple[int, int, int], opacity: float) -> None:
    """Blends `colour` over what lies inside `outer` and outside `inner`, edge pixels by the share that is covered."""
    touched = outer.outward().clip(Box(0, 0, canvas.shape[1], canvas.shape[0]))
    if not touched.has_area:
        return
    x1, y1, x2, y2 = (int(edge) for edge in touched.edges)
    share = np.outer(_covered(y1, y2, outer.y1, outer.y2), _covered(x1, x2, outer.x1, outer.x2))
    if inner is not None:
        share -= np.outer(_covered(y1, y2, inner.y1, inner.y2), _covered(x1, x2, inner.x1, inner.x2))
    share = (share * opacity)[..., None]
    part = canvas[y1:y2, x1:x2]
    part[...] = np.round(part * (1 - share) + np.array(colour, np.float32) * share)


def _covered(first: int, end: int, low: float, high: float) -> NDArray[np.float32]:
    """The share of each pixel from `first` up to `end` that lies between `low` and `high`."""
    pixels = np.arange(first, end)
    share: NDArray[np.float64] = np.minimum(pixels + 1, high) - np.maximum(pixels, low)
    return np.clip(share, 0, 1).astype(np.float32)
