"""A vector picture: filled polygons in source px, drawn at any scale and for any region.

Everything is a polygon with holes (even-odd): lines are thin quadrilaterals, circles have 20 corners, letters
are outlines taken once from OpenCV's own sans font. So one loop of `cv2.fillPoly` draws a region at its final
size without ever drawing the whole. Knows nothing about what the shapes mean.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import cv2
import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import Box, Size

Colour = tuple[int, int, int]  # RGB, 0 to 255
Points = npt.NDArray[np.float64]  # (n, 2) x, y in source px
Image = npt.NDArray[np.uint8]  # (height, width, 3) RGB

_SUBPIXEL_BITS = 4
_GLYPH_PX = 160  # the size at which a letter's outline is traced; far above any size it is drawn at


class Drawing:
    """An append-only list of coloured polygons; later ones cover earlier ones."""

    def __init__(self) -> None:
        self._contours: list[Points] = []  # of all shapes, one after another
        self._counts: list[int] = []  # contours of each shape
        self._colours: list[Colour] = []
        self._flat: tuple[Points, list[int], npt.NDArray[np.float64]] | None = None

    def __len__(self) -> int:
        return len(self._colours)

    def fill(self, contours: Sequence[Points] | Points, colour: Colour) -> None:
        """Add one shape of one colour; where contours overlap, the overlap is a hole.

        Contours of equal length may come as one array (contours, n, 2), which is quicker.
        """
        self._contours += list(contours)
        self._counts.append(len(contours))
        self._colours.append(colour)
        self._flat = None

    def polygon(self, points: Sequence[tuple[float, float]] | Points, colour: Colour) -> None:
        """Add one filled polygon."""
        self.fill([np.asarray(points, dtype=np.float64)], colour)

    def rectangle(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        """Add an upright rectangle."""
        self.fill([rectangle_points(x1, y1, x2, y2)], colour)

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour) -> None:
        """Add an upright ellipse around (x, y)."""
        angle = np.linspace(0, 2 * math.pi, 20, endpoint=False)
        self.fill([np.stack([x + radius_x * np.cos(angle), y + radius_y * np.sin(angle)], axis=1)], colour)

    def strokes(self, lines: Sequence[tuple[float, float, float, float]], width: float, colour: Colour) -> None:
        """Add straight strokes (x1, y1, x2, y2) of one width as one shape: cheap for waves and bricks."""
        if lines:
            self.fill(strokes_points(np.asarray(lines, dtype=np.float64), width), colour)

    def text(self, text: str, x: float, y: float, height: float, colour: Colour) -> None:
        """Add a line of capitals and digits, centred on (x, y), its capitals `height` source px high."""
        contours, width = text_outline(text)
        offset = np.array([x - width * height / 2, y - height / 2])
        self.fill([contour * height + offset for contour in contours], colour)

    def render(self, region: Box, size: Size) -> Image:
        """The picture of `region` (source px) at `size`: an RGB array, antialiased.

        A view much smaller than its region is drawn larger and averaged down, which is what resampling the full
        picture would give; the full picture itself is drawn at its own resolution.
        """
        oversampling = int(np.clip(math.ceil(min(region.width / size.width, region.height / size.height) - 0.01), 1, 4))
        canvas = self.draw(
            region, Size(size.width * oversampling, size.height * oversampling), antialiased=oversampling <= 2
        )
        if oversampling == 1:
            return canvas
        resized = cv2.resize(canvas, (size.width, size.height), interpolation=cv2.INTER_AREA)
        return np.asarray(resized, dtype=np.uint8)

    def draw(self, region: Box, size: Size, antialiased: bool) -> Image:
        """`region` (source px) drawn at `size`, nothing averaged.

        antialiased: OpenCV's polygons then grow by half a pixel; where the canvas is to be made much smaller, plain
        ones are closer to what is meant.
        """
        scale = (size.width / region.width, size.height / region.height)
        canvas = np.zeros((size.height, size.width, 3), dtype=np.uint8)
        points, ends, bounds = self._flattened()
        fixed = self._to_pixels(points, region, scale)
        contours = [fixed[start:end] for start, end in pairwise([0, *ends])]
        seen = (bounds[:, 0] < region.x2) & (bounds[:, 2] > region.x1)
        seen &= (bounds[:, 1] < region.y2) & (bounds[:, 3] > region.y1)
        firsts = [0, *accumulate(self._counts)]
        line = cv2.LINE_AA if antialiased else cv2.LINE_8
        for index in np.flatnonzero(seen).tolist():
            shape = contours[firsts[index] : firsts[index + 1]]
            cv2.fillPoly(canvas, shape, self._colours[index], lineType=line, shift=_SUBPIXEL_BITS)
        return canvas

    def _flattened(self) -> tuple[Points, list[int], npt.NDArray[np.float64]]:
        """All points in one array, where each contour ends in it, and each shape's bounds."""
        if self._flat is None:
            points = np.concatenate(self._contours)
            ends = list(accumulate(map(len, self._contours)))
            firsts = [0, *accumulate(self._counts)]
            starts = [0, *ends]
            at = [starts[first] for first in firsts[:-1]]
            low, high = np.minimum.reduceat(points, at), np.maximum.reduceat(points, at)
            self._flat = points, ends, np.concatenate([low, high], axis=1)
        return self._flat

    @staticmethod
    def _to_pixels(points: Points, region: Box, scale: tuple[float, float]) -> npt.NDArray[np.int32]:
        """Points in OpenCV's fixed-point pixel frame, whose integers are pixel centres (hence the half)."""
        moved = (points - np.array([region.x1, region.y1])) * np.array(scale) - 0.5
        return np.asarray(np.rint(moved * (1 << _SUBPIXEL_BITS)), dtype=np.int32)


def rectangle_points(x1: float, y1: float, x2: float, y2: float) -> Points:
    """The four corners of an upright rectangle."""
    return np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], dtype=np.float64)


def strokes_points(lines: Points, width: float) -> Points:
    """The thin quadrilaterals (n, 4, 2) that straight strokes (n, 4: x1, y1, x2, y2) of `width` cover."""
    start, end = lines[:, :2], lines[:, 2:]
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])
    across = along[:, ::-1] * (-1, 1) / np.where(length > 0, length, 1.0)[:, None] * width / 2
    return np.stack([start + across, end + across, end - across, start - across], axis=1)


@lru_cache(maxsize=4096)
def text_outline(text: str) -> tuple[tuple[Points, ...], float]:
    """Outlines of a line of capitals and digits one unit high, and its width in the same unit."""
    contours: list[Points] = []
    x = 0.0
    for character in text:
        outline, advance = _glyph(character)
        contours += [points + np.array([x, 0.0]) for points in outline]
        x += advance
    return tuple(contours), x


def text_spans(text: str) -> tuple[tuple[float, float], ...]:
    """Left and right end of each character of a one-unit-high line, in the order of the text."""
    spans = []
    x = 0.0
    for character in text:
        advance = _glyph(character)[1]
        spans.append((x, x + advance))
        x += advance
    return tuple(spans)


@lru_cache(maxsize=64)
def _glyph(character: str) -> tuple[tuple[Points, ...], float]:
    """One character's outline, its capital height scaled to 1 and its top at 0, with its advance."""
    if character == " ":
        return (), 0.4
    font = cv2.FontFace("sans")
    canvas = np.zeros((2 * _GLYPH_PX, 2 * _GLYPH_PX), dtype=np.uint8)
    cv2.putText(canvas, character, (_GLYPH_PX // 2, 3 * _GLYPH_PX // 2), (255,), font, _GLYPH_PX, 600)
    found, _ = cv2.findContours((canvas > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outlines = [cv2.approxPolyDP(contour, 1.2, True)[:, 0, :].astype(np.float64) for contour in found]
    points = np.concatenate(outlines)
    top, left, right = points[:, 1].min(), points[:, 0].min(), points[:, 0].max()
    height = points[:, 1].max() - top
    gap = 0.38  # wide, as on a number plate: a network that sees 28 px at a time reads characters one by one
    origin = np.array([left - gap / 2 * height, top])
    return tuple((outline - origin) / height for outline in outlines), (right - left) / height + gap
