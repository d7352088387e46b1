"""Books, clocks, bottles and cases, and the cups beside some."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points
from ergo_demo.scenes.families.outlines import curve
from ergo_demo.scenes.families.shelf.kit import INK, brush, ellipse, rounded
from ergo_demo.scenes.things import Kind, shade

Outlines = tuple[Points, tuple[slice, ...]]  # the points of all contours, and where each contour's are

_BRASS: Colour = (202, 168, 98)
_PAGES: Colour = (222, 212, 188)


def _turned(*profile: tuple[float, float]) -> Points:
    """A symmetric outline from its right-hand profile (half width, y), in shares of a body."""
    right = curve(profile, closed=False)
    left = (right * (-1, 1))[::-1]
    outline: Points = np.concatenate([right, left]) + np.array((0.5, 0))
    return outline


def _star(x: float, y: float, wide: float, high: float) -> Points:
    """A four-pointed star with hollow sides."""
    points = [(0, -1), (0.25, -0.25), (1, 0), (0.25, 0.25), (0, 1), (-0.25, 0.25), (-1, 0), (-0.25, -0.25)]
    return np.array(points) * (wide, high) + (x, y)


def _outlines(*contours: Points | Sequence[tuple[float, float]]) -> Outlines:
    """Contours of one colour; where they overlap is a hole."""
    arrays = [np.array(contour, dtype=np.float64) for contour in contours]
    ends = np.cumsum([0] + [len(array) for array in arrays]).tolist()
    return np.concatenate(arrays), tuple(slice(a, b) for a, b in pairwise(ends))


def _fill(drawing: Drawing, body: Box, outlines: Outlines, colour: Colour) -> None:
    """Draw outlines given in shares of a body as one shape."""
    points = outlines[0] * np.array((body.width, body.height)) + np.array((body.x1, body.y1))
    drawing.fill([points[part] for part in outlines[1]], colour)


def _lit(colour: Colour, share: float) -> Colour:
    """The colour mixed with warm light, which shows on black too."""
    red, green, blue = (int(c + (light - c) * share) for c, light in zip(colour, (255, 248, 236), strict=True))
    return red, green, blue


def _gilt(colour: Colour) -> Colour:
    """Gold, or a darker tone where gold would not show."""
    return shade(colour, 0.62) if colour[0] > 160 and colour[1] > 90 else _BRASS


def _book(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _fill(drawing, body, _BOOK_BACK, shade(colour, 0.5))
    _fill(drawing, body, _BOOK_PAGES, _PAGES)
    _fill(drawing, body, _BOOK_COVER, colour)
    _fill(drawing, body, _BOOK_SPINE, shade(colour, 0.72))
    _fill(drawing, body, _BOOK_GLEAM, _lit(colour, 0.18))
    _fill(drawing, body, _BOOK_GROOVE, shade(colour, 0.52))
    _fill(drawing, body, _BOOK_RIBS, shade(colour, 0.94))
    _fill(drawing, body, _BOOK_GILT, _gilt(colour))
    return body.x1 + 0.59 * body.width, body.y1 + 0.53 * body.height


_RIBS = (0.13, 0.30, 0.71, 0.88)
_BOOK_BACK = _outlines([(0.06, 0), (0.97, 0), (1, 0.02), (1, 0.95), (0.95, 0.99), (0.06, 0.9)])
_BOOK_PAGES = _outlines(
    [(0.06, 0.06), (0.11, 0.014), (0.98, 0.014), (0.945, 0.06)],
    [(0.1, 0.032), (0.96, 0.032), (0.96, 0.04), (0.1, 0.04)],
)
_BOOK_COVER = _outlines(rounded(0.03, 0.05, 0.955, 1.0, 0.03, 0.022))
_BOOK_SPINE = _outlines(
    [
        (0.03, 0.06),
        (0.07, 0.045),
        (0.12, 0.04),
        (0.17, 0.045),
        (0.21, 0.06),
        (0.21, 1),
        (0.03, 1),
        (0.008, 0.99),
        (0, 0.96),
        (0, 0.1),
        (0.008, 0.075),
    ]
)
_BOOK_GLEAM = _outlines(rectangle_points(0.055, 0.07, 0.09, 0.98), rectangle_points(0.925, 0.08, 0.942, 0.97))
_BOOK_GROOVE = _outlines(rectangle_points(0.21, 0.052, 0.233, 1), rectangle_points(0.03, 0.988, 0.21, 1))
_BOOK_RIBS = _outlines(*(rectangle_points(0.0, y, 0.21, y + 0.035) for y in _RIBS))
_BOOK_GILT = _outlines(
    *(rectangle_points(0.01, y + dy, 0.205, y + dy + 0.009) for y in _RIBS for dy in (-0.02, 0.046)),
    rectangle_points(0.285, 0.105, 0.9, 0.945),
    rectangle_points(0.305, 0.12, 0.88, 0.93),
    *(_star(0.107, y, 0.07, 0.035) for y in (0.235, 0.5, 0.805)),
    *(_star(0.59, y, 0.16, 0.07) for y in (0.25, 0.8)),
    *(_star(x, y, 0.03, 0.02) for y in (0.16, 0.89) for x in (0.36, 0.825)),
    [(0.95, 0.052), (0.95, 0.125), (0.86, 0.052)],
    [(0.95, 0.998), (0.95, 0.925), (0.86, 0.998)],
)  # fmt: skip


def _clock(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _fill(drawing, body, _CLOCK_KNOBS, shade(_BRASS, 0.9))
    _fill(drawing, body, _CLOCK_EDGE, shade(colour, 0.66))
    _fill(drawing, body, _CLOCK_FRONT, colour)
    _fill(drawing, body, _CLOCK_PLINTH, shade(colour, 0.55))
    _fill(drawing, body, _CLOCK_GLEAM, _lit(colour, 0.24))
    _fill(drawing, body, _CLOCK_GILT, _gilt(colour))
    _fill(drawing, body, _CLOCK_FACE, (234, 228, 210))
    _fill(drawing, body, _CLOCK_HOURS, INK)
    x, y, radius = body.x1 + 0.5 * body.width, body.y1 + 0.335 * body.height, 0.165 * body.width
    # Its place decides what time it is, so that no two clocks agree.
    for turn, length, width in ((int(body.x1) % 12 / 12, 0.42, 0.13), (int(body.y1) % 12 / 12, 0.64, 0.08)):
        dx, dy = radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn)
        drawing.strokes([(x - 0.12 * dx, y - 0.12 * dy, x + length * dx, y + length * dy)], width * radius, INK)
    return x, body.y1 + 0.735 * body.height


_CLOCK_SIZE = (29.0, 23.0)
_HIGH = _CLOCK_SIZE[0] / _CLOCK_SIZE[1]  # what is round is this much higher in shares of the height
_CLOCK = _turned(
    (0.0, 0.055), (0.11, 0.085), (0.2, 0.2), (0.235, 0.35), (0.275, 0.5), (0.36, 0.6),
    (0.45, 0.66), (0.48, 0.76), (0.48, 0.9),
)  # fmt: skip
_CLOCK_EDGE = _outlines(_CLOCK)
_CLOCK_FRONT = _outlines(_CLOCK * (0.95, 0.975) + (0.025, 0.02))
_CLOCK_KNOBS = _outlines(*(ellipse(x, y, 0.026, 0.026 * _HIGH) for x, y in ((0.1, 0.965), (0.9, 0.965), (0.5, 0.035))))
_CLOCK_PLINTH = _outlines(rounded(0, 0.87, 1, 0.96, 0.02, 0.03))
_CLOCK_GLEAM = _outlines(
    brush(0.02, (0.075, 0.72), (0.17, 0.63), (0.265, 0.5), (0.3, 0.33), (0.36, 0.19)),
    rectangle_points(0.02, 0.877, 0.98, 0.893),
)
_SCROLL = brush(0.018, (0.25, 0.81), (0.36, 0.8), (0.42, 0.74), (0.39, 0.69), (0.345, 0.72), (0.37, 0.76))
_CLOCK_GILT = _outlines(
    _SCROLL * (1, 1) + (0.5, 0),
    _SCROLL * (-1, 1) + (0.5, 0),
    ellipse(0.5, 0.335, 0.165, 0.165 * _HIGH),
    _star(0.5, 0.585, 0.05, 0.025),
)
_CLOCK_FACE = _outlines(ellipse(0.5, 0.335, 0.143, 0.143 * _HIGH))
_TICK = rectangle_points(-0.004, -0.129, 0.004, -0.108)
_TURNS = [hour * math.pi / 6 for hour in range(12)]
_CLOCK_HOURS = _outlines(
    *(
        _TICK @ np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))]) * (1, _HIGH)
        + (0.5, 0.335)
        for turn in _TURNS
    )
)


def _bottle(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _fill(drawing, body, _BOTTLE_CORK, (178, 142, 102))
    _fill(drawing, body, _BOTTLE_PORES, (138, 104, 74))
    _fill(drawing, body, _BOTTLE_EDGE, shade(colour, 0.6))
    _fill(drawing, body, _BOTTLE_GLASS, colour)
    _fill(drawing, body, _BOTTLE_RINGS, shade(colour, 0.8))
    _fill(drawing, body, _BOTTLE_GLOSS, _lit(colour, 0.5))
    _fill(drawing, body, _BOTTLE_TWINE, (206, 190, 158))
    return body.x1 + 0.5 * body.width, body.y1 + 0.7 * body.height


_BOTTLE = _turned(
    (0.15, 0.14), (0.145, 0.26), (0.17, 0.35), (0.36, 0.46), (0.485, 0.6),
    (0.495, 0.75), (0.45, 0.9), (0.36, 0.99), (0.3, 1.0),
)  # fmt: skip
_BOTTLE_CORK = _outlines([(0.37, 0.01), (0.63, 0.0), (0.6, 0.15), (0.4, 0.15)])
_BOTTLE_PORES = _outlines(
    *(rectangle_points(x, y, x + 0.05, y + 0.012) for x, y in ((0.42, 0.04), (0.53, 0.07), (0.45, 0.1)))
)
_BOTTLE_EDGE = _outlines(_BOTTLE)
_BOTTLE_GLASS = _outlines(_BOTTLE * (0.89, 0.97) + (0.02, 0.0))
_BOTTLE_RINGS = _outlines(
    brush(0.018, (0.1, 0.89), (0.3, 0.925), (0.5, 0.935), (0.7, 0.925), (0.88, 0.89)),
    brush(0.018, (0.19, 0.5), (0.35, 0.525), (0.5, 0.53), (0.65, 0.525), (0.79, 0.5)),
    rounded(0.31, 0.115, 0.69, 0.165, 0.03, 0.025),
)
_BOTTLE_GLOSS = _outlines(
    brush(0.05, (0.12, 0.82), (0.075, 0.71), (0.11, 0.59), (0.21, 0.49)),
    brush(0.04, (0.4, 0.2), (0.395, 0.26), (0.38, 0.33)),
    *(ellipse(x, y, 0.018, 0.014) for x, y in ((0.76, 0.84), (0.82, 0.76), (0.72, 0.79))),
)
_BOTTLE_TWINE = _outlines(
    rectangle_points(0.34, 0.285, 0.66, 0.3),
    rectangle_points(0.345, 0.31, 0.655, 0.325),
    brush(0.025, (0.55, 0.33), (0.62, 0.38), (0.58, 0.45), (0.62, 0.48)),
    brush(0.025, (0.51, 0.33), (0.5, 0.39), (0.46, 0.42)),
)


def _case(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _fill(drawing, body, _CASE_EDGE, shade(colour, 0.7))
    _fill(drawing, body, _CASE_FRONT, colour)
    _fill(drawing, body, _CASE_HANDLE, shade(colour, 0.48))
    _fill(drawing, body, _CASE_LEATHER, shade(colour, 0.58))
    _fill(drawing, body, _CASE_STITCHES, _lit(colour, 0.35))
    _fill(drawing, body, _CASE_METAL, _gilt(colour))
    return body.x1 + 0.5 * body.width, body.y1 + 0.66 * body.height


_CASE_EDGE = _outlines(rounded(0, 0.17, 1, 1, 0.085, 0.11))
_CASE_FRONT = _outlines(rounded(0.012, 0.17, 0.988, 0.955, 0.08, 0.105))
_CASE_HANDLE = _outlines(
    rounded(0.33, 0, 0.67, 0.25, 0.08, 0.105),
    rounded(0.38, 0.065, 0.62, 0.185, 0.04, 0.053),
    rectangle_points(0, 0.345, 1, 0.362),
)
_CASE_LEATHER = _outlines(
    *(rectangle_points(x, 0.17, x + 0.07, 0.985) for x in (0.19, 0.74)),
    *(
        np.array(
            [(0.5 + sx * x, 0.585 + sy * y) for x, y in ((0.37, 0.41), (0.43, 0.41), (0.495, 0.33), (0.495, 0.25))]
        )
        for sx in (1, -1)
        for sy in (1, -1)
    ),
)
_CASE_STITCHES = _outlines(
    *(
        rectangle_points(x, y, x + 0.022, y + 0.012)
        for y in (0.4, 0.93)
        for x in np.arange(0.285, 0.71, 0.045).tolist()
    ),
    *(
        rectangle_points(x, y, x + 0.007, y + 0.04)
        for x in (0.2, 0.243, 0.75, 0.793)
        for y in np.arange(0.42, 0.92, 0.075).tolist()
    ),
    rectangle_points(0.285, 0.2, 0.32, 0.212),
    rectangle_points(0.68, 0.2, 0.715, 0.212),
)
_CASE_METAL = _outlines(
    *(rectangle_points(x, 0.5, x + 0.1, 0.6) for x in (0.175, 0.725)),
    *(rectangle_points(x, 0.525, x + 0.05, 0.575) for x in (0.2, 0.75)),
    *(rounded(x, 0.3, x + 0.07, 0.42, 0.015, 0.02) for x in (0.34, 0.59)),
    *(ellipse(x, 0.375, 0.009, 0.012) for x in (0.375, 0.625)),
    *(_star(0.5 + sx * 0.465, 0.585 + sy * 0.37, 0.012, 0.016) for sx in (1, -1) for sy in (1, -1)),
)


def _cup(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _fill(drawing, body, _CUP_STEAM, (196, 188, 178))
    _fill(drawing, body, _CUP_EDGE, shade(colour, 0.6))
    _fill(drawing, body, _CUP_SIDE, _lit(colour, 0.16))
    _fill(drawing, body, _CUP_GLAZE, shade(colour, 0.78))
    _fill(drawing, body, _CUP_GLEAM, _lit(colour, 0.45))
    _fill(drawing, body, _CUP_COFFEE, (74, 54, 44))
    return body.x1 + 0.39 * body.width, body.y1 + 0.68 * body.height


_CUP_RIGHT = [
    (0.76, 0.31),
    (0.76, 0.41),
    (0.86, 0.41),
    (0.96, 0.46),
    (1.0, 0.57),
    (0.96, 0.71),
    (0.87, 0.79),
    (0.75, 0.84),
]
_CUP_FOOT = [
    (0.71, 0.94),
    (0.62, 0.99),
    (0.5, 1.0),
    (0.28, 1.0),
    (0.16, 0.99),
    (0.07, 0.94),
    (0.03, 0.82),
    (0.02, 0.31),
]
_CUP_EDGE = _outlines(
    np.array(_CUP_RIGHT + _CUP_FOOT), curve([(0.77, 0.5), (0.85, 0.5), (0.89, 0.57), (0.86, 0.67), (0.76, 0.75)])
)
_CUP_SIDE = _outlines(np.array([(0.76, 0.31), (0.75, 0.82), *_CUP_FOOT]) * (0.9, 0.985) + (0.025, 0.0))
_DRIPS = [(0.73, 0.43), (0.64, 0.47), (0.52, 0.41), (0.4, 0.45), (0.27, 0.41), (0.19, 0.44), (0.13, 0.53), (0.06, 0.43)]
_CUP_GLAZE = _outlines(np.concatenate([[(0.04, 0.32), (0.745, 0.32)], curve(_DRIPS, closed=False)]))
_CUP_GLEAM = _outlines(brush(0.05, (0.1, 0.56), (0.1, 0.7), (0.14, 0.86)), ellipse(0.39, 0.32, 0.375, 0.05))
_CUP_COFFEE = _outlines(ellipse(0.39, 0.32, 0.325, 0.035))
_CUP_STEAM = _outlines(
    *(brush(0.045, (x, 0.25), (x - 0.06, 0.18), (x + 0.05, 0.11), (x - 0.02, 0.03)) for x in (0.27, 0.5))
)


KINDS = (
    Kind("book", (19, 26), _book),
    Kind("clock", _CLOCK_SIZE, _clock),
    Kind("bottle", (20, 26), _bottle),
    Kind("case", (28, 21), _case),
)
COMPANION = Kind("cup", (9, 13), _cup)
