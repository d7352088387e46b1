"""A huge old bookshelf: board over board with books, clocks, bottles and suitcases, mugs beside some.

Outlines are worked out once: those of things in shares of their body, those of trifles in units.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points
from ergo_demo.scenes.families.outlines import curve
from ergo_demo.scenes.stage import BASE, Family, Stage
from ergo_demo.scenes.things import Kind, shade, varied

Whole = npt.NDArray[np.int64]
Outlines = tuple[Points, tuple[slice, ...]]  # the points of all contours, and where each contour's are

_BRASS: Colour = (202, 168, 98)
_PAGES: Colour = (222, 212, 188)
_INK: Colour = (62, 54, 50)
_PANELS: tuple[Colour, ...] = ((102, 88, 77), (90, 92, 80), (94, 97, 100))
_BOARD: Colour = (146, 112, 80)
_SPINES: tuple[Colour, ...] = (
    (139, 124, 107),
    (122, 112, 102),
    (150, 139, 121),
    (124, 122, 110),
    (134, 115, 104),
    (116, 116, 117),
)
"""Greyish tones of middle brightness: every strong colour, white and black stand out before them."""


def _ribbon(path: Points, width: float) -> Points:
    """The outline of a stroke along a path, fullest in its middle and thin at its ends."""
    along = np.gradient(path, axis=0)
    normal = along[:, ::-1] * (-1, 1) / np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    half = 0.5 * width * np.sin(np.linspace(0.12, math.pi - 0.12, len(path)))[:, None] ** 0.5
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])


def _brush(width: float, *points: tuple[float, float]) -> Points:
    """A smooth stroke through the points."""
    return _ribbon(curve(points, closed=False), width)


def _turned(*profile: tuple[float, float]) -> Points:
    """A symmetric outline from its right-hand profile (half width, y), in shares of a body."""
    right = curve(profile, closed=False)
    left = (right * (-1, 1))[::-1]
    outline: Points = np.concatenate([right, left]) + np.array((0.5, 0))
    return outline


def _rounded(x1: float, y1: float, x2: float, y2: float, radius_x: float, radius_y: float) -> Points:
    """A rectangle with round corners; an ellipse where the radii are half its sides."""
    angle = np.linspace(0, math.pi / 2, 6)
    arc = np.stack([radius_x * np.cos(angle), radius_y * np.sin(angle)], axis=1)
    back = arc[::-1]
    corners = (
        arc + np.array((x2 - radius_x, y2 - radius_y)),
        back * (-1, 1) + (x1 + radius_x, y2 - radius_y),
        -arc + (x1 + radius_x, y1 + radius_y),
        back * (1, -1) + (x2 - radius_x, y1 + radius_y),
    )
    return np.concatenate(corners)


def _round(x: float, y: float, radius_x: float, radius_y: float) -> Points:
    return _rounded(x - radius_x, y - radius_y, x + radius_x, y + radius_y, radius_x, radius_y)


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
_BOOK_COVER = _outlines(_rounded(0.03, 0.05, 0.955, 1.0, 0.03, 0.022))
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
    _fill(drawing, body, _CLOCK_HOURS, _INK)
    x, y, radius = body.x1 + 0.5 * body.width, body.y1 + 0.335 * body.height, 0.165 * body.width
    # Its place decides what time it is, so that no two clocks agree.
    for turn, length, width in ((int(body.x1) % 12 / 12, 0.42, 0.13), (int(body.y1) % 12 / 12, 0.64, 0.08)):
        dx, dy = radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn)
        drawing.strokes([(x - 0.12 * dx, y - 0.12 * dy, x + length * dx, y + length * dy)], width * radius, _INK)
    return x, body.y1 + 0.735 * body.height


_CLOCK_SIZE = (29.0, 23.0)
_HIGH = _CLOCK_SIZE[0] / _CLOCK_SIZE[1]  # what is round is this much higher in shares of the height
_CLOCK = _turned(
    (0.0, 0.055), (0.11, 0.085), (0.2, 0.2), (0.235, 0.35), (0.275, 0.5), (0.36, 0.6),
    (0.45, 0.66), (0.48, 0.76), (0.48, 0.9),
)  # fmt: skip
_CLOCK_EDGE = _outlines(_CLOCK)
_CLOCK_FRONT = _outlines(_CLOCK * (0.95, 0.975) + (0.025, 0.02))
_CLOCK_KNOBS = _outlines(*(_round(x, y, 0.026, 0.026 * _HIGH) for x, y in ((0.1, 0.965), (0.9, 0.965), (0.5, 0.035))))
_CLOCK_PLINTH = _outlines(_rounded(0, 0.87, 1, 0.96, 0.02, 0.03))
_CLOCK_GLEAM = _outlines(
    _brush(0.02, (0.075, 0.72), (0.17, 0.63), (0.265, 0.5), (0.3, 0.33), (0.36, 0.19)),
    rectangle_points(0.02, 0.877, 0.98, 0.893),
)
_SCROLL = _brush(0.018, (0.25, 0.81), (0.36, 0.8), (0.42, 0.74), (0.39, 0.69), (0.345, 0.72), (0.37, 0.76))
_CLOCK_GILT = _outlines(
    _SCROLL * (1, 1) + (0.5, 0),
    _SCROLL * (-1, 1) + (0.5, 0),
    _round(0.5, 0.335, 0.165, 0.165 * _HIGH),
    _star(0.5, 0.585, 0.05, 0.025),
)
_CLOCK_FACE = _outlines(_round(0.5, 0.335, 0.143, 0.143 * _HIGH))
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
    _brush(0.018, (0.1, 0.89), (0.3, 0.925), (0.5, 0.935), (0.7, 0.925), (0.88, 0.89)),
    _brush(0.018, (0.19, 0.5), (0.35, 0.525), (0.5, 0.53), (0.65, 0.525), (0.79, 0.5)),
    _rounded(0.31, 0.115, 0.69, 0.165, 0.03, 0.025),
)
_BOTTLE_GLOSS = _outlines(
    _brush(0.05, (0.12, 0.82), (0.075, 0.71), (0.11, 0.59), (0.21, 0.49)),
    _brush(0.04, (0.4, 0.2), (0.395, 0.26), (0.38, 0.33)),
    *(_round(x, y, 0.018, 0.014) for x, y in ((0.76, 0.84), (0.82, 0.76), (0.72, 0.79))),
)
_BOTTLE_TWINE = _outlines(
    rectangle_points(0.34, 0.285, 0.66, 0.3),
    rectangle_points(0.345, 0.31, 0.655, 0.325),
    _brush(0.025, (0.55, 0.33), (0.62, 0.38), (0.58, 0.45), (0.62, 0.48)),
    _brush(0.025, (0.51, 0.33), (0.5, 0.39), (0.46, 0.42)),
)


def _case(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _fill(drawing, body, _CASE_EDGE, shade(colour, 0.7))
    _fill(drawing, body, _CASE_FRONT, colour)
    _fill(drawing, body, _CASE_HANDLE, shade(colour, 0.48))
    _fill(drawing, body, _CASE_LEATHER, shade(colour, 0.58))
    _fill(drawing, body, _CASE_STITCHES, _lit(colour, 0.35))
    _fill(drawing, body, _CASE_METAL, _gilt(colour))
    return body.x1 + 0.5 * body.width, body.y1 + 0.66 * body.height


_CASE_EDGE = _outlines(_rounded(0, 0.17, 1, 1, 0.085, 0.11))
_CASE_FRONT = _outlines(_rounded(0.012, 0.17, 0.988, 0.955, 0.08, 0.105))
_CASE_HANDLE = _outlines(
    _rounded(0.33, 0, 0.67, 0.25, 0.08, 0.105),
    _rounded(0.38, 0.065, 0.62, 0.185, 0.04, 0.053),
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
    *(_rounded(x, 0.3, x + 0.07, 0.42, 0.015, 0.02) for x in (0.34, 0.59)),
    *(_round(x, 0.375, 0.009, 0.012) for x in (0.375, 0.625)),
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
_CUP_GLEAM = _outlines(_brush(0.05, (0.1, 0.56), (0.1, 0.7), (0.14, 0.86)), _round(0.39, 0.32, 0.375, 0.05))
_CUP_COFFEE = _outlines(_round(0.39, 0.32, 0.325, 0.035))
_CUP_STEAM = _outlines(
    *(_brush(0.045, (x, 0.25), (x - 0.06, 0.18), (x + 0.05, 0.11), (x - 0.02, 0.03)) for x in (0.27, 0.5))
)


def _backdrop(stage: Stage) -> None:
    rng = stage.rng
    panel, wood = varied(_PANELS[int(rng.integers(len(_PANELS)))], rng, 2), varied(_BOARD, rng, 4)
    _panel(stage, panel)
    tones = [varied(tone, rng, 3) for tone in _SPINES]
    posts = np.cumsum(rng.uniform(52, 96, 8)) - 30
    for row in range(stage.rows):
        top, base, bottom = stage.row(row)
        _books(stage, row, tones)
        standing = posts[rng.random(len(posts)) < 0.8].tolist()
        _posts(stage, standing, top, base, shade(wood, 0.82))
        for x in rng.permutation(standing)[: int(rng.integers(2))].tolist():
            _web(stage, x, top)
        _plank(stage, base, bottom, wood)
    for _ in range(int(rng.integers(2, 5))):
        _ivy(stage, float(rng.uniform(8, stage.width - 8)), stage.row(int(rng.integers(stage.rows)))[0])


def _panel(stage: Stage, panel: Colour) -> None:
    """The back of the shelf: upright planks with grain, dark under every board."""
    rng, width, height = stage.rng, stage.width, stage.height
    stage.block(0, 0, width, height, panel)
    edges = np.cumsum(rng.uniform(9, 17, int(width / 9)))
    pairs = zip(edges[::3].tolist(), edges[1::3].tolist(), strict=False)
    stage.blocks([(left, 0, right, height) for left, right in pairs], shade(panel, 1.06))
    tops = [stage.row(row)[0] for row in range(stage.rows)]
    for depth, tone in ((6.5, 0.9), (4.6, 0.82), (2.6, 0.73)):
        stage.blocks([(0, top, width, top + depth) for top in tops], shade(panel, tone))
    stage.blocks([(x, 0, x + 0.35, height) for x in edges.tolist()], shade(panel, 0.62))
    count = 160
    x, y, length = rng.uniform(0, width, count), rng.uniform(0, height, count), rng.uniform(4, 14, count)
    _quads(stage, _grain(x, y, x + rng.uniform(-0.5, 0.5, count), y + length, (0.22, 0)), shade(panel, 0.84))


def _grain(x1: Points, y1: Points, x2: Points, y2: Points, thick: tuple[float, float]) -> Points:
    """Strokes as quadrilaterals (n, 4, 2), `thick` units wide across and down."""
    corners = [(x1, y1), (x2, y2), (x2 + thick[0], y2 + thick[1]), (x1 + thick[0], y1 + thick[1])]
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)


def _books(stage: Stage, row: int, tones: Sequence[Colour]) -> None:
    """The second row of books behind the things, that stand, lean or lie, with tired bands and titles."""
    top, base, _ = stage.row(row)
    at, across, up = _spines(stage, base, base - top)
    patches = at + across * _PATCHES[:, :, :1] + up * _PATCHES[:, :, 1:]
    tone = stage.rng.integers(len(tones), size=len(patches))
    for number, colour in enumerate(tones):
        _quads(stage, patches[tone == number, 0], colour)
    _quads(stage, patches[:, 1], shade(tones[1], 0.74))
    _quads(stage, patches[tone % 2 == 0, 2], shade(tones[2], 1.08))
    for part, light in enumerate((1.2, 0.78, 1.2)):
        bands = patches[tone % 3 == part, 4 + 2 * part : 6 + 2 * part].reshape(-1, 4, 2)
        _quads(stage, bands, shade(tones[part], light))
    titled = (across.max(axis=-1)[:, 0, 0] > 2.2) & (tone < 4)
    _quads(stage, patches[titled, 3], shade(tones[1], 0.72))


_BANDS = ((0.08, 0.12), (0.8, 0.83), (0.16, 0.18), (0.88, 0.93), (0.2, 0.21), (0.7, 0.71))
_PATCHES = np.array(
    [
        rectangle_points(0, 0, 1, 1),
        rectangle_points(0.86, 0, 1, 1),
        rectangle_points(0.1, 0, 0.26, 0.985),
        rectangle_points(0.36, 0.34, 0.6, 0.64),
        *(rectangle_points(0.04, low, 0.86, high) for low, high in _BANDS),
    ]
)
"""Parts of a spine in shares of its width and height: all of it, its shadow, its gleam, its title, three pairs."""


def _runs(stage: Stage, room: float) -> tuple[Whole, Points, Points, Points, npt.NDArray[np.bool_]]:
    """Runs of books along one board: how many each has, its lean (x per y), height, gap before it, whether it lies."""
    rng, runs = stage.rng, int(stage.width / 14)
    leans, tall = _LEANS[rng.integers(len(_LEANS), size=runs)], rng.uniform(0.48, 0.68, runs) * room
    lying = rng.random(runs) < 0.16
    leans[lying] = 0
    counts = np.where(lying, rng.integers(2, 6, runs), rng.integers(4, 13, runs))
    gaps = np.where(rng.random(runs) < 0.5, rng.uniform(1, 9, runs), 0.4) + np.maximum(-leans, 0) * tall
    gaps[1:] += np.where(lying, 1.1 * tall, np.maximum(leans, 0) * tall)[:-1]
    gaps[0] -= float(rng.uniform(4, 12))
    return counts, leans, tall, gaps, lying


def _spines(stage: Stage, base: float, room: float) -> tuple[Points, Points, Points]:
    """Where each spine along a board begins, and its sides as vectors: (n, 1, 1, 2) each, in units."""
    counts, leans, tall, gaps, lying = _runs(stage, room)
    run = np.repeat(np.arange(len(counts)), counts)
    lean, flat, high = leans[run], lying[run], tall[run]
    widths, heights = stage.rng.uniform(1.4, 3.7, len(run)), high * stage.rng.uniform(0.78, 1.1, len(run))
    steps = np.where(flat, 0, widths + 0.08)
    x = np.cumsum(steps) - steps + np.cumsum(gaps)[run]
    piled = np.cumsum(widths)
    piled -= (piled - widths)[np.cumsum(counts) - counts][run]
    standing = (x, np.full(len(x), base)), (widths, lean * widths), (lean * heights, -heights)
    lies = (x + (1.1 * high - heights) / 2, base - piled), (0 * widths, widths), (heights, 0 * heights)
    at, across, up = (
        np.where(flat[:, None], np.stack(b, axis=1), np.stack(a, axis=1))[x < stage.width, None, None]
        for a, b in zip(standing, lies, strict=True)
    )
    return at, across, up


_LEANS = np.array([0.0, 0.0, 0.0, 0.05, 0.13, 0.22, -0.08, -0.18])


def _quads(stage: Stage, shapes: Points, colour: Colour) -> None:
    """Many polygons (n, corners, 2), in units, as one shape."""
    if len(shapes):
        stage.drawing.fill(list(shapes * stage.unit), colour)


def _posts(stage: Stage, xs: Sequence[float], top: float, base: float, wood: Colour) -> None:
    """Uprights between bays, with flutes, a capital and a shadow to their right."""
    stage.blocks([(x + 3.4, top, x + 4.6, base) for x in xs], (66, 60, 55))
    stage.blocks([(x, top, x + 3.4, base) for x in xs], wood)
    stage.blocks([(x + dx, top + 5, x + dx + 0.3, base - 5) for x in xs for dx in (0.9, 1.6, 2.3)], shade(wood, 0.74))
    light = [(x - 0.6, top + 2.2, x + 4, top + 3.4) for x in xs] + [(x, top + 3.4, x + 0.3, base) for x in xs]
    stage.blocks(light, shade(wood, 1.14))
    stage.blocks([(x - 0.6, top, x + 4, top + 2.2) for x in xs], shade(wood, 0.6))


def _plank(stage: Stage, base: float, bottom: float, wood: Colour) -> None:
    """A board: the top that things stand on, its front edge with grain, knots and a moulding."""
    rng, width = stage.rng, stage.width
    front = base + 0.5
    stage.block(0, base - 2.1, width, front, shade(wood, 0.9))
    stage.block(0, front, width, bottom + 0.5, wood)
    stage.blocks([(0, front, width, front + 0.3), (0, bottom - 0.75, width, bottom - 0.55)], shade(wood, 1.2))
    dark = [(0, base - 2.1, width, base - 1.5), (0, bottom - 0.55, width, bottom - 0.35)]
    stage.blocks([*dark, (0, bottom + 0.1, width, bottom + 0.5)], shade(wood, 0.6))
    grain = []
    for low, high, count in ((base - 1.3, front - 0.3, 26), (front + 0.5, bottom - 1.0, 40)):
        x, y = rng.uniform(-5, width, count), rng.uniform(low, high, count)
        grain.append(_grain(x, y, x + rng.uniform(4, 22, count), y + rng.uniform(-0.12, 0.12, count), (0, 0.16)))
    _quads(stage, np.concatenate(grain), shade(wood, 0.8))
    knots = [(x, (front + bottom) / 2) for x in rng.uniform(0, width, 3).tolist()]
    _lay(stage, [_KNOT + at for at in knots], 0, 0, shade(wood, 0.74))
    _lay(stage, [0.5 * _KNOT + at for at in knots], 0, 0, shade(wood, 0.9))


_KNOT = _round(0, 0, 1.1, 0.42)


def _web(stage: Stage, x: float, y: float) -> None:
    """A cobweb in the corner between a post and the board above it."""
    corner, turns = (x + 3.4, y + 0.5), np.linspace(0.05, math.pi / 2 - 0.05, 5)
    reach = stage.rng.uniform(5, 8, 5)
    ends = np.stack([corner[0] + reach * np.cos(turns), corner[1] + reach * np.sin(turns)], axis=1)
    lines = [(*corner, *end) for end in ends.tolist()]
    for share in (0.35, 0.6, 0.85):
        knots = (np.array(corner) + (ends - corner) * share).tolist()
        lines += [(*a, *b) for a, b in pairwise(knots)]
    stage.lines(lines, 0.1, (150, 142, 134))


def _ivy(stage: Stage, x: float, y: float) -> None:
    """Ivy that hangs over the edge of a board, in a dusty green that is no thing's green."""
    rng = stage.rng
    paths = []
    for start in rng.uniform(-6, 6, 5).tolist():
        length = float(rng.uniform(5, 15))
        ends = ((x + start, y - 2.4), (x + 1.3 * start, y + length / 2), (x + 1.1 * start, y + length))
        paths.append(curve(ends, closed=False))
    _lay(stage, [_ribbon(path, 0.3) for path in paths], 0, 0, (82, 82, 66))
    spots = np.concatenate([path[1:] for path in paths])
    scale = rng.uniform(0.7, 1.15, (len(spots), 1, 1)) * np.ones(2)
    scale[::2, :, 0] *= -1
    leaves = _LEAF * scale + spots[:, None]
    for part, tone in enumerate(((104, 112, 88), (120, 126, 100), (92, 100, 80))):
        _quads(stage, leaves[part::3], tone)


_LEAF = curve([(0.0, 0.0), (0.5, -0.5), (1.1, -0.2), (1.7, 0.35), (1.0, 0.6), (0.6, 1.0), (0.1, 0.6)], steps=2)


def _trifle(stage: Stage, place: Box) -> None:
    """One of the odd things that lie about, or two small ones."""
    rng, y = stage.rng, place.y2 - BASE - 0.5
    middle = (place.x1 + place.x2) / 2
    if rng.random() < 0.3:
        _cat(stage, middle + float(rng.uniform(-5, 5)), y)
        return
    first, second = (_SMALL[int(i)] for i in rng.permutation(len(_SMALL))[:2])
    first(stage, middle + float(rng.uniform(-8.5, -5)), y)
    if rng.random() < 0.9:
        second(stage, middle + float(rng.uniform(5.5, 8.5)), y)


def _lay(stage: Stage, outlines: Sequence[Points], x: float, y: float, colour: Colour, flip: int = 1) -> None:
    """Outlines in units around (0, 0), put at (x, y), as one shape."""
    scale, at = np.array((flip * stage.unit, stage.unit)), np.array((x, y)) * stage.unit
    stage.drawing.fill([outline * scale + at for outline in outlines], colour)


def _cat(stage: Stage, x: float, y: float) -> None:
    rng = stage.rng
    fur = varied(((126, 122, 118), (146, 124, 102), (108, 100, 97))[int(rng.integers(3))], rng, 4)
    flip = 1 if rng.random() < 0.5 else -1
    _lay(stage, [_CAT_BODY], x, y, fur, flip)
    _lay(stage, _CAT_STRIPES, x, y, shade(fur, 0.8), flip)
    _lay(stage, _CAT_EARS, x, y, shade(fur, 0.9), flip)
    _lay(stage, [_CAT_HEAD], x, y, shade(fur, 1.1), flip)
    _lay(stage, [_CAT_TAIL], x, y, shade(fur, 0.86), flip)
    _lay(stage, _CAT_FACE, x, y, shade(fur, 0.42), flip)
    _lay(stage, _CAT_WHISKERS, x, y, shade(fur, 1.45), flip)


_CAT_BODY = curve(
    [(-9, -0.2), (-9.6, -3), (-7.6, -6.4), (-3, -8.1), (2, -7.2), (6, -4.6), (7.5, -1.2), (5, 0.1), (-4, 0.2)]
)
_CAT_HEAD = curve([(2.2, -2.6), (2.9, -5.2), (5.8, -6.1), (8.7, -5.2), (9.5, -2.6), (8, -0.4), (5.8, 0.1), (3.6, -0.4)])
_CAT_EARS = [np.array([(2.7, -4.2), (2.6, -8.0), (5.3, -5.8)]), np.array([(6.4, -5.8), (9.0, -8.0), (9.1, -4.2)])]
_CAT_TAIL = _ribbon(curve([(-9.1, -2.8), (-8.6, -0.8), (-5, -0.6), (-1, -1.2), (2.4, -0.5)], False), 1.9)
_CAT_STRIPES = [
    _ribbon(curve([(x, top), (x - 0.7, top + 1.6), (x - 0.4, top + 3.0)], False), 0.8)
    for x, top in ((-6.2, -6.9), (-4.0, -7.6), (-1.7, -7.9), (0.6, -7.4))
]
_CAT_FACE = [
    _ribbon(curve([(x - 0.8, -3.2), (x, -2.7), (x + 0.8, -3.2)], False), 0.3) for x in (4.3, 7.4)
] + [np.array([(5.45, -2.3), (6.25, -2.3), (5.85, -1.75)])]  # fmt: skip
_CAT_WHISKERS = [
    _ribbon(curve([(5.85 + s * 0.9, y), (5.85 + s * 2.6, y + dy), (5.85 + s * 4.2, y + 2 * dy)], False), 0.14)
    for s in (1, -1) for y, dy in ((-1.8, -0.2), (-1.5, 0.1))
]  # fmt: skip


def _papers(stage: Stage, x: float, y: float) -> None:
    """A pile of old letters, tied up, with a quill on top."""
    rng = stage.rng
    for sheet in range(7):
        dx, half = float(rng.uniform(-0.7, 0.7)), float(rng.uniform(4.0, 4.8))
        top = y - 0.55 * (sheet + 1)
        stage.block(
            x + dx - half, top, x + dx + half, top + 0.5, ((186, 178, 160), (170, 160, 142), (196, 188, 172))[sheet % 3]
        )
    stage.blocks([(x - 0.4, y - 3.9, x + 0.2, y)], (122, 98, 88))
    _lay(stage, [_QUILL], x, y - 4.0, (176, 172, 166))
    _lay(stage, [_QUILL_SHAFT], x, y - 4.0, (112, 106, 102))


_QUILL_SHAFT = _ribbon(curve([(-3.6, 0.0), (-0.5, -1.4), (2.4, -3.6), (4.4, -6.4)], False), 0.3)
_QUILL = curve([(-1.4, -0.8), (-0.4, -2.4), (1.6, -4.4), (4.4, -6.6), (4.2, -4.6), (2.6, -2.6), (0.6, -1.2)])


def _globe(stage: Stage, x: float, y: float) -> None:
    sea = varied((122, 132, 134), stage.rng, 4)
    stage.ellipse(x, y - 0.6, 3.0, 0.7, (104, 82, 62))
    stage.blocks([(x - 0.4, y - 3.0, x + 0.4, y - 0.8)], (104, 82, 62))
    _lay(stage, [_GLOBE_ARM], x, y, (160, 136, 92))
    stage.ellipse(x, y - 6.8, 3.9, 3.9, shade(sea, 0.8))
    stage.ellipse(x - 0.25, y - 6.95, 3.55, 3.55, sea)
    _lay(stage, _GLOBE_LANDS, x, y - 6.8, (152, 144, 114))
    _lay(stage, _GLOBE_LINES, x, y - 6.8, shade(sea, 0.82))


_GLOBE_ARM = _ribbon(curve([(-1.2, -12.2), (3.2, -10.9), (4.9, -7.4), (3.8, -3.8), (0, -2.4)], False), 0.7)
_GLOBE_LANDS = [
    curve([(-2.6, -1.9), (-0.8, -2.8), (0.2, -1.8), (-0.9, -0.9), (-0.6, 0.2), (-1.6, 1.8), (-2.2, 0.4)]),
    curve([(1.2, -2.4), (2.4, -1.6), (2.8, 0), (1.9, 1.6), (1.3, 0.4), (0.7, -0.9)]),
]
_GLOBE_LINES = [
    _ribbon(curve([(-3.5, dy), (0, dy + 0.7), (3.4, dy)], False), 0.16) for dy in (-1.6, 0.4, 2.0)
]  # fmt: skip


def _candle(stage: Stage, x: float, y: float) -> None:
    """A burning candle in a dish, its glow a faint ring on the wood behind."""
    tall = float(stage.rng.uniform(5, 9))
    stage.ellipse(x, y - 0.7, 3.2, 0.8, (128, 108, 72))
    stage.ellipse(x, y - 1.0, 2.6, 0.5, (158, 136, 94))
    stage.block(x - 1.1, y - 1 - tall, x + 1.1, y - 1, (200, 190, 168))
    stage.blocks([(x + 0.5, y - 0.8 - tall, x + 1.1, y - 1)], (172, 160, 138))
    _lay(stage, [_WAX], x, y - 1 - tall, (212, 204, 186))
    stage.lines([(x, y - 1.9 - tall, x, y - 0.9 - tall)], 0.22, _INK)
    _lay(stage, [_FLAME], x, y - 1.5 - tall, (222, 164, 92))
    _lay(stage, [_FLAME * 0.5], x, y - 1.6 - tall, (250, 232, 176))


_WAX = curve(
    [(-1.2, -0.2), (0, 0.25), (1.2, -0.2), (1.35, 1.2), (0.9, 2.6), (0.6, 1.2), (-0.2, 1.0), (-0.7, 3.6), (-1.25, 1.6)]
)
_FLAME = curve([(0.0, 0.0), (0.75, -0.9), (0.45, -1.9), (0.1, -3.2), (-0.5, -1.9), (-0.75, -0.9)])


def _spectacles(stage: Stage, x: float, y: float) -> None:
    """Spectacles left on a thin open notebook."""
    _lay(stage, [_NOTEBOOK], x, y, (184, 176, 160))
    _lay(stage, _NOTES, x, y, (150, 142, 130))
    _lay(
        stage,
        [ring * scale + (dx, -2.6) for dx in (-2.1, 2.1) for ring, scale in ((_RING, 1.75), (_RING, 1.4))],
        x,
        y,
        _INK,
    )
    _lay(stage, _GLASSES, x, y, _INK)


_RING = _round(0, 0, 1, 1)
_NOTEBOOK = np.array([(-6.0, 0.3), (-4.6, -1.3), (0, -0.9), (4.6, -1.3), (6.0, 0.3), (0, 0.7)])
_NOTES = [
    np.array([(s * 1.0, y), (s * 3.9, y - 0.2), (s * 4.0, y - 0.05), (s * 1.0, y + 0.15)])
    for s in (1, -1)
    for y in (-0.6, -0.1)
]
_GLASSES = [
    _ribbon(curve([(-0.5, -2.9), (0, -3.2), (0.5, -2.9)], False), 0.4),
    _ribbon(curve([(3.8, -3.0), (5.4, -3.2), (6.0, -1.6)], False), 0.4),
    _ribbon(curve([(-3.8, -3.0), (-5.4, -3.2), (-6.0, -1.6)], False), 0.4),
]


def _plant(stage: Stage, x: float, y: float) -> None:
    """A fern in a clay pot."""
    rng = stage.rng
    pot = varied((142, 112, 96), rng, 4)
    for tone in ((94, 102, 82), (110, 118, 94), (122, 128, 104)):
        chosen = zip(rng.permutation(len(_FRONDS))[:4].tolist(), rng.uniform(0.6, 1.0, 4).tolist(), strict=True)
        _lay(stage, [_FRONDS[number] * scale for number, scale in chosen], x, y - 4.4, tone)
    _lay(stage, [np.array([(-2.6, -4.2), (2.6, -4.2), (1.9, 0), (-1.9, 0)])], x, y, pot)
    _lay(stage, [np.array([(1.3, -4.2), (2.6, -4.2), (1.9, 0), (1.0, 0)])], x, y, shade(pot, 0.82))
    stage.block(x - 3.0, y - 5.2, x + 3.0, y - 3.9, shade(pot, 1.1))


_FRONDS = [
    _brush(1.7, (0, 0), (4.2 * math.sin(turn), -6.2 * math.cos(turn)), (9 * math.sin(turn), 0.6 - 7 * math.cos(turn)))
    for turn in np.linspace(-1.2, 1.2, 9).tolist()
]


def _mouse(stage: Stage, x: float, y: float) -> None:
    """A mouse that has found a crumb of cheese."""
    fur = varied((126, 120, 116), stage.rng, 5)
    flip = 1 if stage.rng.random() < 0.5 else -1
    _lay(stage, [_MOUSE_TAIL], x, y, (160, 138, 128), flip)
    _lay(stage, [_MOUSE], x, y, fur, flip)
    _lay(stage, [_RING * 0.9 + (0.9, -3.2)], x, y, shade(fur, 1.2), flip)
    _lay(stage, [_RING * 0.5 + (0.9, -3.1)], x, y, (172, 148, 140), flip)
    _lay(stage, [_RING * 0.22 + (2.1, -2.1), _RING * 0.25 + (3.3, -1.3)], x, y, _INK, flip)
    _lay(stage, [np.array([(4.0, 0), (6.6, 0), (6.6, -1.5)])], x, y, (196, 168, 104), flip)


_MOUSE = curve([(-3, 0), (-3.4, -1.6), (-1.6, -3.4), (0.8, -3.2), (2.4, -2.6), (3.4, -1.3), (2.4, -0.4), (0.6, 0)])
_MOUSE_TAIL = _ribbon(curve([(-2.6, -0.4), (-4.6, -0.1), (-5.4, -1.2), (-6.8, -0.9)], False), 0.4)

_SMALL: tuple[Callable[[Stage, float, float], None], ...] = (_papers, _globe, _candle, _spectacles, _plant, _mouse)


SHELF = Family(
    "shelf",
    (
        Kind("book", (19, 26), _book),
        Kind("clock", _CLOCK_SIZE, _clock),
        Kind("bottle", (20, 26), _bottle),
        Kind("case", (28, 21), _case),
    ),
    Kind("cup", (9, 13), _cup),
    _backdrop,
    _trifle,
)
