"""Boats, cars, huts and crates in snow, and the barrels beside some."""

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points
from ergo_demo.scenes.families.night.kit import DISC, GLOW, IRON, SNOW, WOOD, Spot, band_along, curve_through
from ergo_demo.scenes.families.outlines import placed
from ergo_demo.scenes.things import Kind, mixed, shade

_AMBER: Colour = (192, 142, 84)
_WARM: Colour = (255, 206, 140)
_RUBBER: Colour = (28, 30, 44)

_BOAT, _CAR, _HUT, _CRATE, _BARREL = (28.0, 26.0), (27.0, 18.0), (23.0, 26.0), (21.0, 20.0), (9.0, 13.0)

_HULL = curve_through(
    (0.01, 0.46), (0.01, 0.46), (0.16, 0.55), (0.45, 0.61), (0.78, 0.58), (0.985, 0.5), (0.985, 0.5),
    (0.97, 0.68), (0.86, 0.86), (0.86, 0.86), (0.5, 0.9), (0.22, 0.87), (0.08, 0.7),
)  # fmt: skip
_KEEL = curve_through(
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
_GUNWALE = curve_through((0.03, 0.475), (0.16, 0.55), (0.45, 0.61), (0.78, 0.58), (0.97, 0.508), closed=False)
_SAIL = curve_through(
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
    band_along(curve_through((0.495, y), (0.6, y + 0.02), (x, y - 0.01), closed=False), _BOAT, 0.3)
    for y, x in ((0.16, 0.68), (0.27, 0.79), (0.39, 0.88))
)
_LEECH = band_along(_SAIL[2:22], _BOAT, 0.6)
_SNOWY_RAIL = band_along(_GUNWALE, _BOAT, 0.9)
_WALE = band_along(_GUNWALE + np.array((0, 0.055)), _BOAT, 0.35)
_PORTHOLES = np.array([(0.74, 0.68), (0.84, 0.665)])
_FORESTAY = curve_through((0.46, 0.02), (0.24, 0.28), (0.02, 0.45), closed=False)
_STAY = band_along(_FORESTAY, _BOAT, 0.22)
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
    drawing.fill([placed(body, _CRADLE[0]), placed(body, _CRADLE[1])], WOOD)
    drawing.fill([placed(body, _CRADLE[2])], shade(WOOD, 0.7))
    drawing.fill([placed(body, rectangle_points(0.455, 0.0, 0.48, 0.62))], WOOD)
    drawing.fill([placed(body, _SAIL)], _tone(colour, 0.86))
    drawing.fill([placed(body, seam) for seam in _SEAMS], _tone(colour, 0.66))
    drawing.fill([placed(body, _LEECH)], _lit(colour))
    drawing.fill([placed(body, _STAY)], IRON)
    _dots(drawing, placed(body, _FORESTAY[1::2]), 0.42 * unit, GLOW)
    drawing.fill([placed(body, _HULL)], colour)
    drawing.fill([placed(body, _KEEL)], _tone(colour, 0.6))
    drawing.fill([placed(body, _WALE)], _tone(colour, 0.7))
    drawing.fill([placed(body, _SNOWY_RAIL)], SNOW)
    portholes = placed(body, _PORTHOLES)
    _dots(drawing, portholes, 0.95 * unit, _tone(colour, 0.5))
    _dots(drawing, portholes, 0.62 * unit, GLOW)
    return body.x1 + 0.44 * body.width, body.y1 + 0.73 * body.height


_BONNET = curve_through((0.02, 0.56), (0.08, 0.46), (0.2, 0.42), (0.3, 0.4), closed=False)
_ROOF = curve_through((0.33, 0.26), (0.42, 0.1), (0.56, 0.04), (0.7, 0.09), (0.82, 0.27), closed=False)
_SHELL = np.concatenate([[(0.0, 0.82), (0.0, 0.62)], _BONNET, _ROOF, [(0.93, 0.45), (0.985, 0.58), (1.0, 0.82)]])
_ROOF_SNOW = np.concatenate(
    [_ROOF[4:-3] - np.array((0, 0.035)), [(0.74, 0.17), (0.66, 0.13), (0.56, 0.14), (0.47, 0.13), (0.4, 0.19)]]
)
_BONNET_SNOW = band_along(_BONNET[8:] - np.array((0.02, 0.01)), _CAR, 0.8)
_ROOF_LIGHT = band_along(_ROOF[-12:], _CAR, 0.7)
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
    drawing.fill([placed(body, _ROOF_SNOW)], SNOW)
    drawing.fill([placed(body, _BONNET_SNOW)], SNOW)
    drawing.fill([placed(body, pane) for pane in _PANES], _AMBER)
    drawing.fill(
        [placed(body, pane * (0.7, 0.45) + shift) for pane, shift in zip(_PANES, _GLOW_SHIFTS, strict=True)], GLOW
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
    drawing.fill([placed(body, DISC * (0.032, 0.055) + (0.045, 0.62))], GLOW)
    drawing.fill([placed(body, rectangle_points(0.965, 0.6, 1.0, 0.68))], (176, 62, 62))
    return body.x1 + 0.5 * body.width, body.y1 + 0.59 * height


_GLOW_SHIFTS = (np.array([0.135, 0.205]), np.array([0.19, 0.205]))

_GAMBREL = np.array([(0.0, 0.5), (0.13, 0.22), (0.5, 0.05), (0.87, 0.22), (1.0, 0.5)])
_HUT_SNOW = curve_through(
    (-0.0, 0.45), (0.12, 0.18), (0.12, 0.18), (0.46, 0.015), (0.54, 0.015), (0.88, 0.18), (0.88, 0.18), (1.0, 0.45),
    (0.95, 0.41), (0.9, 0.34), (0.84, 0.3), (0.8, 0.24), (0.7, 0.22), (0.64, 0.15), (0.5, 0.11), (0.38, 0.16),
    (0.3, 0.22), (0.22, 0.22), (0.18, 0.31), (0.1, 0.33), (0.06, 0.41),
)  # fmt: skip
_LOGS = tuple(rectangle_points(0.12, y, 0.88, y + 0.014) for y in (0.54, 0.61, 0.68, 0.75, 0.82, 0.89))
_WINDOW = rectangle_points(0.17, 0.58, 0.34, 0.74)
_GABLE_EYE = DISC * (1 / _HUT[0], 1 / _HUT[1])
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
    drawing.fill([placed(body, rectangle_points(0.1, 0.94, 0.9, 1.0))], IRON)
    drawing.fill([placed(body, rectangle_points(0.72, 0.04, 0.82, 0.24))], (84, 78, 92))
    drawing.fill([placed(body, rectangle_points(0.12, 0.36, 0.88, 0.96))], colour)
    drawing.fill([placed(body, log) for log in _LOGS], _tone(colour, 0.74))
    ends = [(x, y) for x in (0.12, 0.88) for y in (0.575, 0.645, 0.715, 0.785, 0.855, 0.925)]
    _dots(drawing, placed(body, np.array(ends)), 0.75 * unit, _tone(colour, 0.82))
    drawing.fill([placed(body, rectangle_points(0.84, 0.5, 0.88, 0.96))], _lit(colour))
    drawing.fill([placed(body, _GAMBREL)], _tone(colour, 0.78))
    drawing.fill([placed(body, rectangle_points(0.06, 0.47, 0.94, 0.5))], _tone(colour, 0.5))
    drawing.fill([placed(body, _HUT_SNOW), placed(body, rectangle_points(0.7, 0.01, 0.84, 0.05))], SNOW)
    drawing.fill([placed(body, opening) for opening in _OPENINGS], _tone(colour, 0.5))
    drawing.fill([placed(body, light) for light in _LIGHTS], GLOW)
    drawing.fill([placed(body, bar) for bar in _SASH], _tone(colour, 0.5))
    return body.x1 + 0.5 * body.width, body.y1 + 0.83 * body.height


_CRATE_SNOW = curve_through(
    (0.02, 0.15), (0.06, 0.05), (0.2, 0.0), (0.5, 0.02), (0.8, 0.0), (0.95, 0.05), (0.98, 0.15), (0.93, 0.21),
    (0.86, 0.15), (0.7, 0.17), (0.64, 0.24), (0.57, 0.16), (0.36, 0.15), (0.28, 0.2), (0.2, 0.15), (0.09, 0.19),
)  # fmt: skip
_PLANKS = tuple(rectangle_points(x, 0.14, x + 0.012, 1.0) for x in (0.24, 0.37, 0.5, 0.63, 0.76))
_BRACE = np.array([(0.1, 0.84), (0.1, 0.96), (0.19, 0.96), (0.9, 0.3), (0.9, 0.18), (0.81, 0.18)])
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
    drawing.fill([placed(body, _CRATE_SNOW)], SNOW)
    return (body.x1 + body.x2) / 2, body.y1 + 0.57 * body.height


_STAVES = curve_through(
    (0.2, 0.08), (0.2, 0.08), (0.8, 0.08), (0.8, 0.08), (0.95, 0.3), (1.0, 0.54), (0.95, 0.78), (0.8, 0.985),
    (0.8, 0.985), (0.2, 0.985), (0.2, 0.985), (0.05, 0.78), (0.0, 0.54), (0.05, 0.3),
)  # fmt: skip
_JOINTS = tuple(
    band_along(curve_through((0.5 + 0.6 * x, 0.1), (0.5 + x, 0.54), (0.5 + 0.6 * x, 0.98), closed=False), _BARREL, 0.25)
    for x in (-0.3, -0.1, 0.1, 0.3)
)
_BELLY_LIGHT = band_along((_STAVES[18:32] - 0.5) * (0.9, 1) + 0.5, _BARREL, 0.5)
_HOOPS = tuple(
    np.array([(0.5 - x, y), (0.5, y + 0.03), (0.5 + x, y), (0.5 + x, y + 0.05), (0.5, y + 0.08), (0.5 - x, y + 0.05)])
    for x, y in ((0.42, 0.2), (0.49, 0.33), (0.48, 0.72), (0.4, 0.86))
)
_BARREL_SNOW = curve_through(
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
    drawing.fill([placed(body, hoop) for hoop in _HOOPS], IRON)
    drawing.fill([placed(body, _BELLY_LIGHT)], _lit(colour))
    drawing.fill([placed(body, _BARREL_SNOW)], SNOW)
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
    return mixed(colour, _WARM, 0.42)


def _tone(colour: Colour, factor: float) -> Colour:
    """A darker tone for details, or a lighter one where the colour is nearly black already."""
    return mixed(colour, (112, 120, 152), 0.55 * (1 - factor)) if max(colour) < 80 else shade(colour, factor)


def _dots(drawing: Drawing, spots: Points, radius: float, colour: Colour) -> None:
    """Round dots of one size (source px) as one shape."""
    drawing.fill(list(spots[:, None, :] + radius * DISC), colour)


KINDS = (
    Kind("boat", (28, 26), _boat),
    Kind("car", (27, 18), _car),
    Kind("hut", (23, 26), _hut),
    Kind("crate", (21, 20), _crate),
)
COMPANION = Kind("barrel", (9, 13), _barrel)
