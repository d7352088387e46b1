"""The shifted world: a snowy quay in lamplight, with kinds that other families draw by day and in other shapes.

Outlines are worked out once: those of things in shares of their body, everything else in units.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points
from ergo_demo.scenes.families.outlines import curve, placed, unit_circle
from ergo_demo.scenes.stage import Family, Stage
from ergo_demo.scenes.things import Kind, shade

_SNOW: Colour = (166, 178, 204)
_SNOW_SHADE: Colour = (124, 138, 172)
_GLOW: Colour = (226, 190, 128)
_AMBER: Colour = (192, 142, 84)
_WARM: Colour = (255, 206, 140)
_IRON: Colour = (34, 38, 56)
_WOOD: Colour = (62, 54, 62)
_RUBBER: Colour = (28, 30, 44)
_FOG: tuple[Colour, ...] = ((84, 92, 122), (90, 98, 126), (97, 104, 130), (104, 109, 133))
_FRONTS: tuple[Colour, ...] = ((70, 77, 106), (76, 80, 104), (66, 76, 98), (80, 80, 108))
_COBBLE: Colour = (66, 72, 96)
_WATER: Colour = (50, 62, 92)

Spot = tuple[float, float]


def _curve(*points: Spot, closed: bool = True) -> Points:
    return curve(points, closed)


def _band(path: Points, size: Spot, width: float) -> Points:
    """The outline, in shares of a body of `size` units, of a bent stroke of `width` units."""
    path = path * size
    along = np.gradient(path, axis=0)
    normal = along[:, ::-1] * (-1, 1) / np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    return np.concatenate([path + normal * width / 2, (path - normal * width / 2)[::-1]]) / size


_DISC = unit_circle(14)

_BOAT, _CAR, _HUT, _CRATE, _BARREL = (28.0, 26.0), (27.0, 18.0), (23.0, 26.0), (21.0, 20.0), (9.0, 13.0)

_HULL = _curve(
    (0.01, 0.46), (0.01, 0.46), (0.16, 0.55), (0.45, 0.61), (0.78, 0.58), (0.985, 0.5), (0.985, 0.5),
    (0.97, 0.68), (0.86, 0.86), (0.86, 0.86), (0.5, 0.9), (0.22, 0.87), (0.08, 0.7),
)  # fmt: skip
_KEEL = _curve(
    (0.1, 0.74),
    (0.1, 0.74),
    (0.5, 0.79),
    (0.94, 0.74),
    (0.94, 0.74),
    (0.86, 0.86),
    (0.86, 0.86),
    (0.5, 0.9),
    (0.22, 0.87),
)
_GUNWALE = _curve((0.03, 0.475), (0.16, 0.55), (0.45, 0.61), (0.78, 0.58), (0.97, 0.508), closed=False)
_SAIL = _curve(
    (0.5, 0.045),
    (0.5, 0.045),
    (0.68, 0.14),
    (0.86, 0.34),
    (0.93, 0.47),
    (0.93, 0.47),
    (0.7, 0.5),
    (0.48, 0.5),
    (0.48, 0.5),
)
_SEAMS = tuple(
    _band(_curve((0.495, y), (0.6, y + 0.02), (x, y - 0.01), closed=False), _BOAT, 0.3)
    for y, x in ((0.16, 0.68), (0.27, 0.79), (0.39, 0.88))
)
_LEECH = _band(_SAIL[2:22], _BOAT, 0.6)
_SNOWY_RAIL = _band(_GUNWALE, _BOAT, 0.9)
_WALE = _band(_GUNWALE + np.array((0, 0.055)), _BOAT, 0.35)
_PORTHOLES = np.array([(0.74, 0.68), (0.84, 0.665)])
_FORESTAY = _curve((0.46, 0.02), (0.24, 0.28), (0.02, 0.45), closed=False)
_STAY = _band(_FORESTAY, _BOAT, 0.22)
_CRADLE = tuple(
    np.array(points)
    for points in (
        [(0.24, 0.8), (0.3, 0.8), (0.24, 1), (0.18, 1)],
        [(0.7, 0.8), (0.76, 0.8), (0.83, 1), (0.77, 1)],
        [(0.12, 0.96), (0.9, 0.96), (0.9, 1), (0.12, 1)],
    )
)


def _boat(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    """A sailing boat on its winter cradle, bow to the left, its sail hung out to dry."""
    colour = _dusk(colour)
    drawing.fill([placed(body, _CRADLE[0]), placed(body, _CRADLE[1])], _WOOD)
    drawing.fill([placed(body, _CRADLE[2])], shade(_WOOD, 0.7))
    drawing.fill([placed(body, rectangle_points(0.455, 0.0, 0.48, 0.62))], _WOOD)
    drawing.fill([placed(body, _SAIL)], _tone(colour, 0.86))
    drawing.fill([placed(body, seam) for seam in _SEAMS], _tone(colour, 0.66))
    drawing.fill([placed(body, _LEECH)], _lit(colour))
    drawing.fill([placed(body, _STAY)], _IRON)
    _dots(drawing, placed(body, _FORESTAY[1::2]), 0.42 * unit, _GLOW)
    drawing.fill([placed(body, _HULL)], colour)
    drawing.fill([placed(body, _KEEL)], _tone(colour, 0.6))
    drawing.fill([placed(body, _WALE)], _tone(colour, 0.7))
    drawing.fill([placed(body, _SNOWY_RAIL)], _SNOW)
    portholes = placed(body, _PORTHOLES)
    _dots(drawing, portholes, 0.95 * unit, _tone(colour, 0.5))
    _dots(drawing, portholes, 0.62 * unit, _GLOW)
    return body.x1 + 0.44 * body.width, body.y1 + 0.73 * body.height


_BONNET = _curve((0.02, 0.56), (0.08, 0.46), (0.2, 0.42), (0.3, 0.4), closed=False)
_ROOF = _curve((0.33, 0.26), (0.42, 0.1), (0.56, 0.04), (0.7, 0.09), (0.82, 0.27), closed=False)
_SHELL = np.concatenate([[(0.0, 0.82), (0.0, 0.62)], _BONNET, _ROOF, [(0.93, 0.45), (0.985, 0.58), (1.0, 0.82)]])
_ROOF_SNOW = np.concatenate(
    [_ROOF[4:-3] - np.array((0, 0.035)), [(0.74, 0.17), (0.66, 0.13), (0.56, 0.14), (0.47, 0.13), (0.4, 0.19)]]
)
_BONNET_SNOW = _band(_BONNET[8:] - np.array((0.02, 0.01)), _CAR, 0.8)
_ROOF_LIGHT = _band(_ROOF[-12:], _CAR, 0.7)
_PANES = (
    np.array([(0.365, 0.39), (0.43, 0.2), (0.52, 0.165), (0.52, 0.39)]),
    np.array([(0.56, 0.39), (0.56, 0.16), (0.66, 0.18), (0.76, 0.39)]),
)
_WHEELS = np.array([(0.2, 0.83), (0.79, 0.83)])


def _car(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    """A bubble of a car, facing left, with somebody's reading light on and snow on its roof."""
    colour = _dusk(colour)
    height = body.height
    drawing.fill([placed(body, _SHELL)], colour)
    drawing.fill([placed(body, rectangle_points(0.0, 0.74, 1.0, 0.84))], _tone(colour, 0.6))
    drawing.fill([placed(body, _ROOF_LIGHT)], _lit(colour))
    drawing.fill([placed(body, _ROOF_SNOW)], _SNOW)
    drawing.fill([placed(body, _BONNET_SNOW)], _SNOW)
    drawing.fill([placed(body, pane) for pane in _PANES], _AMBER)
    drawing.fill(
        [placed(body, pane * (0.7, 0.45) + shift) for pane, shift in zip(_PANES, _GLOW_SHIFTS, strict=True)], _GLOW
    )
    seams = [
        rectangle_points(0.535, 0.42, 0.545, 0.74),
        rectangle_points(0.3, 0.44, 0.31, 0.7),
        rectangle_points(0.48, 0.47, 0.52, 0.49),
    ]
    drawing.fill([placed(body, seam) for seam in seams], _tone(colour, 0.66))
    wheels = placed(body, _WHEELS)
    _dots(drawing, wheels - (0, 0.02 * height), 0.2 * height, _tone(colour, 0.5))
    _dots(drawing, wheels, 0.165 * height, _RUBBER)
    _dots(drawing, wheels, 0.085 * height, (128, 132, 150))
    _dots(drawing, wheels, 0.04 * height, _RUBBER)
    drawing.fill([placed(body, _DISC * (0.032, 0.055) + (0.045, 0.62))], _GLOW)
    drawing.fill([placed(body, rectangle_points(0.965, 0.6, 1.0, 0.68))], (176, 62, 62))
    return body.x1 + 0.5 * body.width, body.y1 + 0.59 * height


_GLOW_SHIFTS = (np.array([0.135, 0.205]), np.array([0.19, 0.205]))

_GAMBREL = np.array([(0.0, 0.5), (0.13, 0.22), (0.5, 0.05), (0.87, 0.22), (1.0, 0.5)])
_HUT_SNOW = _curve(
    (-0.0, 0.45), (0.12, 0.18), (0.12, 0.18), (0.46, 0.015), (0.54, 0.015), (0.88, 0.18), (0.88, 0.18), (1.0, 0.45),
    (0.95, 0.41), (0.9, 0.34), (0.84, 0.3), (0.8, 0.24), (0.7, 0.22), (0.64, 0.15), (0.5, 0.11), (0.38, 0.16),
    (0.3, 0.22), (0.22, 0.22), (0.18, 0.31), (0.1, 0.33), (0.06, 0.41),
)  # fmt: skip
_LOGS = tuple(rectangle_points(0.12, y, 0.88, y + 0.014) for y in (0.54, 0.61, 0.68, 0.75, 0.82, 0.89))
_WINDOW = rectangle_points(0.17, 0.58, 0.34, 0.74)
_GABLE_EYE = _DISC * (1 / _HUT[0], 1 / _HUT[1])
_OPENINGS = (
    rectangle_points(0.145, 0.56, 0.365, 0.76),
    rectangle_points(0.68, 0.62, 0.82, 0.96),
    1.7 * _GABLE_EYE + np.array((0.5, 0.33)),
)
_LIGHTS = (_WINDOW, 1.2 * _GABLE_EYE + np.array((0.5, 0.33)), 0.4 * _GABLE_EYE + np.array((0.71, 0.8)))
_SASH = (rectangle_points(0.247, 0.58, 0.263, 0.74), rectangle_points(0.17, 0.652, 0.34, 0.668))


def _hut(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    """A log cabin under a broken roof that is painted like its walls, with a lit window and a chimney."""
    colour = _dusk(colour)
    drawing.fill([placed(body, rectangle_points(0.1, 0.94, 0.9, 1.0))], _IRON)
    drawing.fill([placed(body, rectangle_points(0.72, 0.04, 0.82, 0.24))], (84, 78, 92))
    drawing.fill([placed(body, rectangle_points(0.12, 0.36, 0.88, 0.96))], colour)
    drawing.fill([placed(body, log) for log in _LOGS], _tone(colour, 0.74))
    ends = [(x, y) for x in (0.12, 0.88) for y in (0.575, 0.645, 0.715, 0.785, 0.855, 0.925)]
    _dots(drawing, placed(body, np.array(ends)), 0.75 * unit, _tone(colour, 0.82))
    drawing.fill([placed(body, rectangle_points(0.84, 0.5, 0.88, 0.96))], _lit(colour))
    drawing.fill([placed(body, _GAMBREL)], _tone(colour, 0.78))
    drawing.fill([placed(body, rectangle_points(0.06, 0.47, 0.94, 0.5))], _tone(colour, 0.5))
    drawing.fill([placed(body, _HUT_SNOW), placed(body, rectangle_points(0.7, 0.01, 0.84, 0.05))], _SNOW)
    drawing.fill([placed(body, opening) for opening in _OPENINGS], _tone(colour, 0.5))
    drawing.fill([placed(body, light) for light in _LIGHTS], _GLOW)
    drawing.fill([placed(body, bar) for bar in _SASH], _tone(colour, 0.5))
    return body.x1 + 0.5 * body.width, body.y1 + 0.83 * body.height


_CRATE_SNOW = _curve(
    (0.02, 0.15), (0.06, 0.05), (0.2, 0.0), (0.5, 0.02), (0.8, 0.0), (0.95, 0.05), (0.98, 0.15), (0.93, 0.21),
    (0.86, 0.15), (0.7, 0.17), (0.64, 0.24), (0.57, 0.16), (0.36, 0.15), (0.28, 0.2), (0.2, 0.15), (0.09, 0.19),
)  # fmt: skip
_PLANKS = tuple(rectangle_points(x, 0.14, x + 0.012, 1.0) for x in (0.24, 0.37, 0.5, 0.63, 0.76))
_BRACE = np.array([(0.1, 0.84), (0.1, 0.96), (0.19, 0.96), (0.9, 0.3), (0.9, 0.18), (0.81, 0.18)])
_SILL_SHADOWS = (rectangle_points(0.11, 0.24, 0.89, 0.26), rectangle_points(0.11, 0.86, 0.89, 0.88))
_BRACES = tuple((brace, brace + np.array((0, 0.02))) for brace in (_BRACE, _BRACE * (-1, 1) + np.array((1, 0))))
_FRAME = (rectangle_points(0.0, 0.12, 0.11, 1.0), rectangle_points(0.89, 0.12, 1.0, 1.0))
_SILLS = (rectangle_points(0.11, 0.12, 0.89, 0.24), rectangle_points(0.11, 0.88, 0.89, 1.0))


def _crate(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    """A crate of upright planks behind a frame and a cross, with snow on its lid."""
    colour = _dusk(colour)
    drawing.fill([placed(body, rectangle_points(0.02, 0.12, 0.98, 1.0))], _tone(colour, 0.84))
    drawing.fill([placed(body, plank) for plank in _PLANKS], _tone(colour, 0.58))
    for brace, shadow in _BRACES:
        drawing.fill([placed(body, shadow)], _tone(colour, 0.58))
        drawing.fill([placed(body, brace)], colour)
    drawing.fill(
        [
            placed(body, rectangle_points(0.11, 0.24, 0.89, 0.26)),
            placed(body, rectangle_points(0.11, 0.86, 0.89, 0.88)),
        ],
        _tone(colour, 0.58),
    )
    drawing.fill([placed(body, sill) for sill in _SILLS], colour)
    drawing.fill([placed(body, post) for post in _FRAME], _tone(colour, 0.92))
    drawing.fill([placed(body, rectangle_points(0.96, 0.14, 1.0, 1.0))], _lit(colour))
    nails = [(x, y) for x in (0.055, 0.93) for y in (0.28, 0.5, 0.72, 0.94)]
    _dots(drawing, placed(body, np.array(nails)), 0.32 * unit, _tone(colour, 0.5))
    drawing.fill([placed(body, _CRATE_SNOW)], _SNOW)
    return (body.x1 + body.x2) / 2, body.y1 + 0.57 * body.height


_STAVES = _curve(
    (0.2, 0.08), (0.2, 0.08), (0.8, 0.08), (0.8, 0.08), (0.95, 0.3), (1.0, 0.54), (0.95, 0.78), (0.8, 0.985),
    (0.8, 0.985), (0.2, 0.985), (0.2, 0.985), (0.05, 0.78), (0.0, 0.54), (0.05, 0.3),
)  # fmt: skip
_JOINTS = tuple(
    _band(_curve((0.5 + 0.6 * x, 0.1), (0.5 + x, 0.54), (0.5 + 0.6 * x, 0.98), closed=False), _BARREL, 0.25)
    for x in (-0.3, -0.1, 0.1, 0.3)
)
_BELLY_LIGHT = _band((_STAVES[18:32] - 0.5) * (0.9, 1) + 0.5, _BARREL, 0.5)
_HOOPS = tuple(
    np.array([(0.5 - x, y), (0.5, y + 0.03), (0.5 + x, y), (0.5 + x, y + 0.05), (0.5, y + 0.08), (0.5 - x, y + 0.05)])
    for x, y in ((0.42, 0.2), (0.49, 0.33), (0.48, 0.72), (0.4, 0.86))
)
_BARREL_SNOW = _curve(
    (0.14, 0.12),
    (0.22, 0.03),
    (0.5, 0.0),
    (0.78, 0.03),
    (0.86, 0.12),
    (0.76, 0.18),
    (0.62, 0.12),
    (0.44, 0.14),
    (0.3, 0.2),
)


def _barrel(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    """A bellied barrel with four hoops and a cap of snow."""
    colour = _dusk(colour)
    drawing.fill([placed(body, _STAVES)], colour)
    drawing.fill([placed(body, joint) for joint in _JOINTS], _tone(colour, 0.7))
    drawing.fill([placed(body, hoop) for hoop in _HOOPS], _IRON)
    drawing.fill([placed(body, _BELLY_LIGHT)], _lit(colour))
    drawing.fill([placed(body, _BARREL_SNOW)], _SNOW)
    return (body.x1 + body.x2) / 2, body.y1 + 0.55 * body.height


def _dusk(colour: Colour) -> Colour:
    """The colour as it looks by night: darker and bluer, yet a red thing stays a red thing to a person."""
    if max(colour) < 80:  # black has no hue that could survive, so it gets none
        grey = sum(colour) / 3
        return round(0.7 * grey + 2), round(0.7 * grey + 3), round(0.7 * grey + 14)
    red, green, blue = colour
    return round(0.74 * red + 4), round(0.72 * green + 5), round(0.8 * blue + 14)


def _lit(colour: Colour) -> Colour:
    """The colour on the edge that faces a lamp."""
    return _mixed(colour, _WARM, 0.42)


def _tone(colour: Colour, factor: float) -> Colour:
    """A darker tone for details, or a lighter one where the colour is nearly black already."""
    return _mixed(colour, (112, 120, 152), 0.55 * (1 - factor)) if max(colour) < 80 else shade(colour, factor)


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in the first."""
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _dots(drawing: Drawing, spots: Points, radius: float, colour: Colour) -> None:
    """Round dots of one size (source px) as one shape."""
    drawing.fill(list(spots[:, None, :] + radius * _DISC), colour)


def _backdrop(stage: Stage) -> None:
    rows = [stage.row(row) for row in range(stage.rows)]
    stage.block(0, 0, stage.width, stage.height, _FOG[0])
    for band, tone in enumerate(_FOG[1:]):
        stage.blocks([(0, top + 5 + 5 * band, stage.width, bottom) for top, _, bottom in rows], tone)
    _sky(stage, rows[0][1])
    lamps = np.array([lamp for top, base, _ in rows for lamp in _lamp_spots(stage, top, base)])
    _houses(stage, rows, lamps)
    _quays(stage, rows, lamps)
    _lamps(stage, lamps)
    flakes = stage.rng.uniform(0, 1, (180, 2)) * (stage.width, stage.height)
    stage.stamp(flakes[:110], _SNOW, unit_circle(6) * 0.24)
    stage.stamp(flakes[110:], _SNOW_SHADE, unit_circle(6) * 0.36)


def _sky(stage: Stage, depth: float) -> None:
    """The moon in its haze and a few stars over the first row."""
    rng = stage.rng
    x, y = float(rng.uniform(20, stage.width - 20)), float(rng.uniform(6, 8))
    for radius, share in ((9.0, 0.1), (6.6, 0.2), (3.2, 0.75)):
        stage.ellipse(x, y, radius, radius, _mixed(_FOG[0], (206, 210, 216), share))
    stage.stamp([(x - 0.8, y - 0.6), (x + 1.0, y + 0.9)], (156, 162, 176), _DISC * 0.6)
    stars = rng.uniform(0, 1, (40, 2)) * (stage.width, 0.4 * depth)
    stage.stamp(stars, _SNOW, np.array([(0, -0.4), (0.1, 0), (0, 0.4), (-0.1, 0)]))


def _lamp_spots(stage: Stage, top: float, base: float) -> list[tuple[float, float, float]]:
    """Where the lanterns of a row hang, and where their posts stand."""
    rng = stage.rng
    xs = np.arange(float(rng.uniform(8, 40)), stage.width - 4, 44.0)
    high = min(top + 8, base - 18)
    return [(x + float(rng.uniform(-6, 6)), high + float(rng.uniform(-1, 2)), base) for x in xs.tolist()]


_RIDGES = (
    np.array([(0, 0.34), (0.5, 0), (1, 0.34)]),
    np.array([(0, 0.3), (0.14, 0.3), (0.14, 0.2), (0.28, 0.2), (0.28, 0.1), (0.4, 0.1), (0.4, 0), (0.6, 0), (0.6, 0.1),
              (0.72, 0.1), (0.72, 0.2), (0.86, 0.2), (0.86, 0.3), (1, 0.3)]),
    _curve((0, 0.32), (0.12, 0.3), (0.22, 0.16), (0.34, 0.08), (0.4, 0), (0.6, 0), (0.66, 0.08), (0.78, 0.16),
           (0.88, 0.3), (1, 0.32), closed=False),
    np.array([(0, 0.2), (0.16, 0.04), (0.84, 0.04), (1, 0.2)]),
)  # fmt: skip


_GABLES = tuple(np.concatenate([ridge, [(1, 1), (0, 1)]]) for ridge in _RIDGES)


def _houses(stage: Stage, rows: Sequence[tuple[float, float, float]], lamps: Points) -> None:
    """Rows of narrow gabled houses, so near to the fog in tone that things stand out, some windows lit."""
    rng = stage.rng
    fronts: list[list[Points]] = [[] for _ in _FRONTS]
    windows: list[Spot] = []
    for top, base, _ in rows:
        x = -float(rng.uniform(0, 10))
        while x < stage.width:
            width, ridge = float(rng.uniform(10, 17)), top + float(rng.uniform(4.5, 11))
            outline = _GABLES[int(rng.integers(len(_GABLES)))] * width + np.array((x, ridge))
            outline[-2:, 1] = base
            fronts[int(rng.integers(len(fronts)))].append(outline * stage.unit)
            windows += _window_spots(x, base - 2, width, base - 2 - ridge - 0.34 * width)
            x += width + (2.5 if rng.random() < 0.25 else 0.0)
    # Snow on the roofs: the same outlines a little higher, behind the houses.
    snow = np.array((0, 0.55 * stage.unit))
    stage.drawing.fill([outline - snow for outlines in fronts for outline in outlines], _SNOW_SHADE)
    _chimneys(stage, np.array([outline[0] for outlines in fronts for outline in outlines]) / stage.unit)
    for tone, outlines in zip(_FRONTS, fronts, strict=True):
        stage.drawing.fill(outlines, tone)
    _bricks(stage, rows)
    for radius, share in ((9.5, 0.1), (7.2, 0.2), (5.0, 0.33), (3.0, 0.52)):
        stage.stamp(lamps[:, :2], _mixed(_FOG[0], _GLOW, share), unit_circle(24) * radius)
    _windows(stage, np.array(windows))


_SMOKE = _curve(
    (0.4, -4.6), (1.1, -5.8), (0.5, -7.0), (1.4, -8.6), (3.6, -9.6), (2.2, -8.2), (1.7, -7.0), (2.1, -5.8), (1.2, -4.6)
)


def _chimneys(stage: Stage, eaves: Points) -> None:
    """A chimney on most houses, given their left eaves, and smoke from some."""
    spots = eaves + np.stack([stage.rng.uniform(1.4, 2.6, len(eaves)), np.zeros(len(eaves))], axis=1)
    roll = stage.rng.random(len(eaves))
    stage.stamp(spots[roll < 0.25], (112, 116, 138), _SMOKE)
    stage.stamp(spots[roll < 0.7], (64, 66, 90), rectangle_points(0, -4.4, 1.6, 0))
    stage.stamp(spots[roll < 0.7], _SNOW_SHADE, rectangle_points(-0.2, -4.8, 1.8, -4.3))


def _bricks(stage: Stage, rows: Sequence[tuple[float, float, float]]) -> None:
    """Patches of bare brick low on the fronts, where no roof ends."""
    rng, count = stage.rng, 12 * len(rows)
    row = np.array(rows)[rng.integers(0, len(rows), count)]
    spots = np.stack([rng.uniform(0, stage.width, count), rng.uniform(row[:, 1] - 12, row[:, 1] - 4)], axis=1)
    for x, y in ((0.0, 0.0), (1.1, 0.0), (-0.5, 0.7), (0.6, 0.7), (1.7, 0.7)):
        stage.stamp(spots + np.array((x, y)), (86, 88, 114), rectangle_points(0, 0, 0.9, 0.5))


def _window_spots(x: float, foot: float, width: float, height: float) -> list[Spot]:
    """Where a house has windows: their upper left corners."""
    columns, floors = max(2, int((width - 1.5) // 3.6)), max(1, int((height - 1.5) // 4.6))
    left = x + (width - 3.6 * columns) / 2 + 1.0
    return [(left + 3.6 * column, foot - 5.2 - 4.6 * floor) for column in range(columns) for floor in range(floors)]


def _windows(stage: Stage, spots: Points) -> None:
    """Dark panes, some with a light behind, each over a sill with snow."""
    roll = stage.rng.random(len(spots))
    stage.stamp(spots[roll < 0.62], (54, 61, 88), rectangle_points(0, 0, 1.6, 2.5))
    stage.stamp(spots[roll > 0.62], (58, 60, 82), rectangle_points(-0.2, -0.2, 1.8, 2.6))
    stage.stamp(spots[(roll > 0.62) & (roll < 0.84)], (150, 122, 92), rectangle_points(0, 0, 1.6, 2.5))
    stage.stamp(spots[roll > 0.84], (178, 148, 106), rectangle_points(0, 0, 1.6, 2.5))
    stage.stamp(spots[roll > 0.55] + (0.7, 0), (58, 60, 82), rectangle_points(0, 0, 0.2, 2.5))
    stage.stamp(spots[roll > 0.62], _SNOW_SHADE, rectangle_points(-0.3, 2.5, 1.9, 2.85))


_STONE = np.array([(0.12, 0.0), (0.12, -0.5), (0.5, -0.86), (1.2, -0.92), (1.9, -0.86), (2.28, -0.5), (2.28, 0.0)])


def _course(width: float) -> Points:
    """A course of cobbles as a single outline, which is far cheaper than many: their feet share one line."""
    shifts = np.stack([np.arange(0, width, 2.4), np.zeros(math.ceil(width / 2.4))], axis=1)
    return (_STONE + shifts[:, None, :]).reshape(-1, 2)


def _quays(stage: Stage, rows: Sequence[tuple[float, float, float]], lamps: Points) -> None:
    """Wet cobbles with a snowy kerb, and a strip of water under it that mirrors the lamps."""
    rng, width = stage.rng, stage.width
    stage.blocks([(0, bottom, width, bottom + 3.2) for _, _, bottom in rows], _mixed(_WATER, _FOG[0], 0.55))
    stage.blocks([(0, bottom - 1.4, width, bottom + 2.2) for _, _, bottom in rows], _WATER)
    stage.blocks([(0, base - 2.4, width, base + 0.9) for _, base, _ in rows], shade(_COBBLE, 0.68))
    for course in range(3):
        feet = np.array([(-3.0 + 1.2 * (course % 2), base - 1.3 + 1.02 * course) for _, base, _ in rows])
        stage.stamp(feet, shade(_COBBLE, (1.0, 1.07, 1.0)[course]), _course(width + 6))
    stage.stamp(_wet_stones(stage, rows), shade(_COBBLE, 1.24), _STONE)
    _gleams(stage, rows, lamps)
    stage.blocks([(0, base + 0.9, width, base + 2.0) for _, base, _ in rows], (92, 98, 120))
    kerbs = np.concatenate(
        [np.stack([np.arange(0, width, 6.3), base + 0 * np.arange(0, width, 6.3)], 1) for _, base, _ in rows]
    )
    stage.stamp(kerbs, (62, 68, 90), rectangle_points(0, 0.9, 0.25, 2.0))
    drift = _curve((0, 0.8), (1.2, 0.4), (2.6, 0.6), (4.6, 0.3), (5.8, 0.8), (4.0, 1.15), (2.0, 1.05))
    stage.stamp(kerbs[rng.random(len(kerbs)) < 0.7], _SNOW_SHADE, drift)


def _wet_stones(stage: Stage, rows: Sequence[tuple[float, float, float]]) -> Points:
    """Where single cobbles shine: their lower left corners."""
    rng, count = stage.rng, 28 * len(rows)
    course = rng.integers(0, 3, count)
    x = rng.integers(0, int(stage.width / 2.4), count) * 2.4 - 3.0 + 1.2 * (course % 2)
    bases = np.array([base for _, base, _ in rows])
    return np.stack([x, bases[rng.integers(0, len(rows), count)] - 1.3 + 1.02 * course], axis=1)


def _gleams(stage: Stage, rows: Sequence[tuple[float, float, float]], lamps: Points) -> None:
    """Broken streaks of light on stones and water, under every lamp and here and there besides."""
    rng = stage.rng
    bases, under = np.array([base for _, base, _ in rows]), lamps[:, ::2]
    for depth, half, tone in (
        (-2.0, 2.6, 0.42),
        (-1.0, 2.2, 0.5),
        (0.1, 1.7, 0.42),
        (2.6, 1.8, 0.5),
        (3.5, 1.3, 0.4),
        (4.4, 0.8, 0.3),
    ):
        sway = np.stack([rng.uniform(-0.7, 0.7, len(under)), np.full(len(under), depth)], axis=1)
        stage.stamp(under + sway, _mixed(_COBBLE, _GLOW, tone), _DISC * (half, 0.3))
    count = 26 * len(rows)
    loose = np.stack(
        [rng.uniform(0, stage.width, count), rng.choice(bases, count) + rng.uniform(2.2, 4.8, count)], axis=1
    )
    stage.stamp(loose[::2], shade(_WATER, 1.3), rectangle_points(0, 0, 4.2, 0.3))
    stage.stamp(loose[1::2], (96, 96, 108), rectangle_points(0, 0, 2.4, 0.3))


_LANTERN = np.array([(-0.9, 1.4), (-1.4, -1.2), (1.4, -1.2), (0.9, 1.4)])
_LEADS = rectangle_points(-0.12, -1.2, 0.12, 1.4)
_HOOD_SNOW = np.array([(-1.9, -1.3), (-0.4, -2.6), (0.4, -2.6), (1.9, -1.3), (0.3, -2.1), (-0.3, -2.1)])
_HOOD = np.array([(-1.8, -1.2), (-0.4, -2.4), (0, -3.1), (0.4, -2.4), (1.8, -1.2)])


def _lamps(stage: Stage, lamps: Points) -> None:
    """Iron lamps, and strings of small bulbs from each to the next."""
    for half, above in ((0.3, 99.0), (0.75, 9.0), (1.05, 2.4), (1.5, 0.7)):
        posts = [(x - half, max(y + 1.4, base - above), x + half, base - 0.2) for x, y, base in lamps.tolist()]
        stage.blocks(posts, _IRON)
    share = np.linspace(0, 1, 12)[:, None]
    sag = np.array((0.0, 16.0)) * share * (1 - share)
    tops = lamps[:, :2]
    wires = [a + share * (b - a) + sag for a, b in pairwise(tops) if b[0] > a[0]]
    wire_half = np.array((0, 0.1))
    outlines = [np.concatenate([wire - wire_half, (wire + wire_half)[::-1]]) for wire in wires]
    stage.drawing.fill([outline * stage.unit for outline in outlines], _IRON)
    bulbs = np.concatenate([wire[1:-1] for wire in wires]) + np.array((0, 0.5))
    stage.stamp(bulbs, (128, 116, 112), unit_circle(10) * 0.75)
    stage.stamp(bulbs, _GLOW, unit_circle(8) * 0.42)
    for outline, tone in ((_LANTERN, (244, 222, 170)), (_LEADS, _IRON), (_HOOD, _IRON), (_HOOD_SNOW, _SNOW)):
        stage.stamp(tops, tone, outline)


def _trifle(stage: Stage, place: Box) -> None:
    """What lies and sits about on the quay at night."""
    rng = stage.rng
    makers = (_bollard, _cat, _brazier, _snowman, _puddle, _sledge)
    for index, which in enumerate(rng.permutation(len(makers))[:2].tolist()):
        makers[which](
            stage, place.x1 + 9 + 13 * index + float(rng.uniform(-2, 2)), place.y2 - 3.4 - float(rng.uniform(0, 1))
        )


def _bollard(stage: Stage, x: float, y: float) -> None:
    """An iron bollard with a rope around it and snow on its head."""
    spot = [(x, y)]
    stage.stamp(spot, _IRON, np.array([(-1.4, 0), (-1.0, -3.2), (-1.7, -4.6), (1.7, -4.6), (1.0, -3.2), (1.4, 0)]))
    stage.stamp([(x, y - 1.2), (x, y - 2.2)], (112, 104, 104), _DISC * (1.7, 0.4))
    stage.stamp(spot, (112, 104, 104), _curve((1.4, -1.2), (3.4, -0.6), (5.0, 0.2), (3.2, -0.2), (1.4, -0.7)))
    stage.stamp([(x, y - 4.7)], _SNOW, _DISC * (1.6, 0.6))


_CAT = _curve(
    (-2.2, 0), (-2.2, -1.6), (-1.6, -3.0), (-1.2, -3.8), (-1.5, -4.6), (-1.4, -5.9), (-1.4, -5.9), (-0.6, -5.2),
    (0.2, -5.2), (1.0, -5.9), (1.0, -5.9), (1.1, -4.6), (0.8, -3.8), (1.2, -2.4), (1.4, 0), (1.4, 0),
)  # fmt: skip


_TAIL = _curve((-1.6, -0.2), (-3.6, -0.4), (-4.6, -1.8), (-4.0, -2.6), (-3.8, -1.4), (-1.8, -0.9))


def _cat(stage: Stage, x: float, y: float) -> None:
    """A cat that looks at you."""
    stage.stamp(
        [(x, y)],
        (48, 48, 62),
        _TAIL,
    )
    stage.stamp([(x, y)], (48, 48, 62), _CAT)
    stage.stamp([(x - 0.75, y - 4.5), (x + 0.35, y - 4.5)], (206, 200, 130), _DISC * (0.34, 0.3))
    stage.stamp([(x - 0.75, y - 4.5), (x + 0.35, y - 4.5)], _IRON, _DISC * (0.1, 0.28))


def _brazier(stage: Stage, x: float, y: float) -> None:
    """A basket of embers on three legs, in its own small glow."""
    for radius, share in ((5.4, 0.14), (3.8, 0.3)):
        stage.ellipse(x, y - 4.6, radius, 0.8 * radius, _mixed(_FRONTS[0], (220, 140, 84), share))
    stage.lines([(x - 1.2, y - 2.4, x - 2.2, y), (x, y - 2.4, x, y), (x + 1.2, y - 2.4, x + 2.2, y)], 0.45, _IRON)
    stage.polygon([(x - 2.4, y - 5), (x + 2.4, y - 5), (x + 1.6, y - 2.2), (x - 1.6, y - 2.2)], _IRON)
    stage.lines([(x - 1.6 + 0.8 * i, y - 4.7, x - 1.2 + 0.6 * i, y - 2.6) for i in range(5)], 0.25, (188, 104, 70))
    flame = _curve((-1.5, -5), (-1.6, -6.2), (-0.7, -7.0), (-0.4, -8.2), (0.4, -7.0), (1.3, -6.8), (1.5, -5))
    stage.stamp([(x, y)], (206, 132, 78), flame)
    stage.stamp([(x, y - 2.4)], _GLOW, 0.5 * flame)


def _snowman(stage: Stage, x: float, y: float) -> None:
    """A small snowman that nobody will count."""
    stage.stamp([(x + 0.25, y - 1.7)], _SNOW_SHADE, _DISC * (2.2, 1.8))
    stage.stamp([(x, y - 1.8)], _SNOW, _DISC * (1.9, 1.7))
    stage.stamp([(x, y - 4.4)], _SNOW, _DISC * 1.3)
    stage.lines([(x - 1.6, y - 2.6, x - 3.4, y - 4.0), (x + 1.6, y - 2.6, x + 3.3, y - 3.6)], 0.25, _WOOD)
    stage.stamp([(x - 0.45, y - 4.7), (x + 0.4, y - 4.7), (x, y - 2.5), (x, y - 1.6)], _IRON, unit_circle(8) * 0.2)
    stage.polygon([(x - 0.1, y - 4.4), (x - 1.5, y - 4.1), (x - 0.1, y - 4.0)], (188, 116, 78))
    stage.blocks([(x - 1.3, y - 5.8, x + 1.3, y - 5.4), (x - 0.8, y - 7.2, x + 0.8, y - 5.8)], _IRON)


def _puddle(stage: Stage, x: float, y: float) -> None:
    """A puddle with a lamp in it."""
    rim = _curve((-5, 0), (-3.2, -0.9), (0, -0.7), (2.4, -1.1), (5.2, -0.2), (3.6, 0.8), (0.6, 0.6), (-2.6, 1.0))
    stage.stamp([(x, y + 0.6)], shade(_WATER, 0.8), rim)
    stage.stamp([(x, y + 0.65)], shade(_WATER, 1.25), 0.8 * rim)
    stage.stamp([(x + 1, y + 0.2), (x + 0.7, y + 0.8), (x + 1.2, y + 1.1)], _GLOW, _DISC * (1.2, 0.2))


_RUNNER = _band(_curve((-4.4, 0), (3.4, 0), (4.6, -0.9), (4.4, -2.0), closed=False), (1.0, 1.0), 0.4)


def _sledge(stage: Stage, x: float, y: float) -> None:
    """A child's sledge leaning on nothing in particular."""
    stage.stamp([(x, y)], _IRON, _RUNNER)
    stage.lines([(x + dx, y, x + dx, y - 1.6) for dx in (-3, 0, 2.6)], 0.45, _WOOD)
    stage.blocks([(x - 4, y - 2.2, x + 3.8, y - 1.5)], (116, 98, 92))
    stage.lines([(x + 4.2, y - 1.9, x + 6.4, y - 0.2)], 0.2, (112, 104, 104))


NIGHT = Family(
    "night",
    (
        Kind("boat", (28, 26), _boat),
        Kind("car", (27, 18), _car),
        Kind("hut", (23, 26), _hut),
        Kind("crate", (21, 20), _crate),
    ),
    Kind("barrel", (9, 13), _barrel),
    _backdrop,
    _trifle,
)
