"""Chips, coils, capacitors and displays, and the switches beside some."""

import math

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points
from ergo_demo.scenes.families.board.kit import COPPER, GOLD, ROUND, TIN, Spot, discs, ribbons, strokes
from ergo_demo.scenes.things import Kind, mixed, shade

_LEG: Colour = (54, 56, 60)
_SCREEN: Colour = (34, 46, 50)
_TRACE: Colour = (150, 206, 190)  # what a screen shows
_TURNS = np.linspace(0, 2 * math.pi, 26, endpoint=False) + 0.1  # of wire around a coil
_LIT_TURNS = _TURNS[(_TURNS > 2.9) & (_TURNS < 5.6)] + 0.12  # light falls from the upper left
_SHARES = np.linspace(0.05, 0.6, 18)
_PINS = np.array([(0.09 + 0.1025 * pin, 0, 0.09 + 0.1025 * pin, 1) for pin in range(9)])
_FEET = np.concatenate([_PINS * (1, 1, 1, 0.05), _PINS * (1, 0, 1, 0.05) + (0, 0.95, 0, 0.95)])
_STAMP = np.array(
    [(0.7, 0.305, 0.92, 0.305), (0.7, 0.41, 0.86, 0.41), (0.7, 0.515, 0.94, 0.515), (0.7, 0.62, 0.8, 0.62)]
)
_HEADER = np.array([(0.14 + 0.0655 * pin, 0.9, 0.14 + 0.0655 * pin, 1) for pin in range(12)])
_GRID = np.array([(0.05 + 0.11 * line, 0.08, 0.05 + 0.11 * line, 0.92) for line in range(6)])
_BOW = np.stack([np.cos(np.linspace(0, math.pi, 10)), np.sin(np.linspace(0, math.pi, 10))], axis=1)


def _chip(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    x1, x2, y1, y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    strokes(drawing, _within(body, _PINS), 0.052 * width, _LEG)
    strokes(drawing, _within(body, _FEET), 0.052 * width, TIN)
    top, edge, foot = y1 + 0.15 * height, y2 - 0.26 * height, y2 - 0.15 * height
    drawing.rectangle(x1, top, x2, foot, shade(colour, 0.6))
    drawing.rectangle(x1, top, x2, edge, colour)
    bright = _other(colour, 1.18)
    drawing.strokes([(x1, top + 0.2 * unit, x2, top + 0.2 * unit)], 0.4 * unit, bright)
    # Stamped lines, too fine to be writing, and the notch and dot that mark the first pin.
    strokes(drawing, _within(body, _STAMP), 0.25 * unit, _other(colour, 1.3))
    middle = (top + edge) / 2
    notch = [(x1, middle - 0.1 * height), (x1 + 0.05 * width, middle), (x1, middle + 0.1 * height)]
    drawing.polygon(notch, _other(colour, 0.55))
    drawing.ellipse(x1 + 0.09 * width, edge - 0.1 * height, 0.65 * unit, 0.65 * unit, _other(colour, 0.7))
    return x1 + 0.42 * width, middle


def _coil(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    x1, x2, y1, y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    x, depth = (x1 + x2) / 2, 0.06 * height
    ry, rx = (height - depth) / 2, width / 2 - 0.2 * unit
    y = y1 + ry
    legs = [(x + side * width, y + 0.3 * height, x + side * width, y2) for side in (-0.3, 0.3)]
    drawing.strokes(legs, 0.9 * unit, COPPER)
    drawing.fill(_ring(x, y + depth, rx, ry, 0.4), shade(colour, 0.5))
    drawing.fill(_ring(x, y, rx, ry, 0.42), colour)
    strokes(drawing, _spokes((x, y, rx, ry), _TURNS, (0.43, 0.99), 0.1), 0.32 * unit, _other(colour, 0.66))
    strokes(drawing, _spokes((x, y, rx, ry), _LIT_TURNS, (0.62, 0.88), 0.03), 0.5 * unit, _other(colour, 1.25))
    drawing.fill(_ring(x, y, 0.46 * rx, 0.46 * ry, 0.9), shade(colour, 0.5))
    return x, y + 0.7 * ry


def _ring(x: float, y: float, rx: float, ry: float, hole: float) -> list[Points]:
    """An ellipse and, as a hole in it, the same ellipse `hole` times as large."""
    round_ = ROUND * (rx, ry)
    middle = np.array((x, y))
    return [round_ + middle, hole * round_ + middle]


def _spokes(ellipse: tuple[float, float, float, float], angles: Points, reach: Spot, twist: float) -> Points:
    """Strokes from the inner to the outer `reach` (shares of the radii), turned by `twist` on the way."""
    x, y, rx, ry = ellipse
    inner, outer = reach
    ends = [x + inner * rx * np.cos(angles), y + inner * ry * np.sin(angles)]
    ends += [x + outer * rx * np.cos(angles + twist), y + outer * ry * np.sin(angles + twist)]
    return np.stack(ends, axis=1)


def _capacitor(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    x1, x2, y1, y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    x, rx, bow = (x1 + x2) / 2, width / 2, 0.12 * width
    brim, foot = y1 + 0.34 * width, y2 - bow - 0.04 * height
    drawing.fill([_can(x, rx, foot - 0.1 * height, y2 - bow, bow)], _LEG)
    drawing.fill([_can(x, rx, brim, foot, bow)], colour)
    drawing.fill([_can(x + 0.72 * rx, 0.16 * rx, brim, foot, 0.02 * width)], _other(colour, 0.6))
    dashes = [brim + (0.14 + 0.14 * dash) * height for dash in range(4)]
    drawing.strokes([(x + 0.63 * rx, y, x + 0.81 * rx, y) for y in dashes], 0.6 * unit, _other(colour, 1.3))
    drawing.rectangle(x1 + 0.14 * rx, brim + 0.06 * height, x1 + 0.28 * rx, foot - 0.02 * height, _other(colour, 1.2))
    # The dome covers the upper end of both stripes; its scored cross is where such a can would burst.
    drawing.ellipse(x, brim, rx, 0.34 * width, colour)
    drawing.ellipse(x, brim - 0.05 * width, 0.8 * rx, 0.22 * width, _other(colour, 1.14))
    scores = [(x - 0.4 * rx, brim - 0.12 * width, x + 0.4 * rx, brim + 0.02 * width)]
    drawing.strokes(scores, 0.35 * unit, _other(colour, 0.7))
    drawing.strokes([(b, y_a, a, y_b) for a, y_a, b, y_b in scores], 0.35 * unit, _other(colour, 0.7))
    groove = [(x1 + 0.2 * unit, foot - 0.08 * height, x2 - 0.2 * unit, foot - 0.08 * height)]
    drawing.strokes(groove, 0.45 * unit, _other(colour, 0.68))
    return x - 0.08 * rx, (brim + foot) / 2 + 0.07 * height


def _can(x: float, rx: float, top: float, bottom: float, bow: float) -> Points:
    """A cylinder's side: straight above, bowed by `bow` below `bottom`."""
    return np.concatenate([_BOW * (rx, bow) + (x, bottom), [(x - rx, top), (x + rx, top)]])


def _display(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    x1, x2, y1, y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    strokes(drawing, _within(body, _HEADER), 0.7 * unit, GOLD)
    foot = y2 - 0.06 * height
    drawing.rectangle(x1, y1, x2, foot, shade(colour, 0.6))
    drawing.rectangle(x1, y1, x2, foot - 0.05 * height, colour)
    bright = _other(colour, 1.2)
    drawing.strokes([(x1, y1 + 0.25 * unit, x2, y1 + 0.25 * unit)], 0.5 * unit, bright)
    glass = Box(x1 + 0.13 * width, y1 + 0.13 * height, x2 - 0.13 * width, y1 + 0.44 * height)
    drawing.rectangle(*glass.pad(0.6 * unit, 0.6 * unit).edges, _other(colour, 0.62))
    drawing.rectangle(*glass.edges, _SCREEN)
    _wave(drawing, glass, unit)
    corners = [(x, y) for x in (x1 + 1.5 * unit, x2 - 1.5 * unit) for y in (y1 + 1.6 * unit, foot - 2.8 * unit)]
    drawing.fill(discs(corners, 0.8 * unit), _other(colour, 0.55))
    low = y1 + 0.68 * height
    keys = [(x1 + share * width, low) for share in (0.17, 0.27, 0.73, 0.83)]
    drawing.fill(discs(keys, 0.042 * width), _other(colour, 0.74))
    drawing.fill(discs(keys, 0.024 * width), bright)
    return (x1 + x2) / 2, low


def _wave(drawing: Drawing, glass: Box, unit: float) -> None:
    """What a screen shows: a curve over a grid and a few bars, its phase taken from where it stands."""
    seed = int(glass.x1)
    swing = np.sin((13 + seed % 19) * _SHARES + seed) * (0.3 - 0.25 * np.abs(_SHARES - 0.3))
    curve = np.stack([glass.x1 + _SHARES * glass.width, glass.y1 + (0.5 + swing) * glass.height], axis=1)
    strokes(drawing, _within(glass, _GRID), 0.15 * unit, (58, 84, 84))
    drawing.fill(ribbons(curve, [0.0], 0.4 * unit), _TRACE)
    bars = np.array(
        [(0.7 + 0.06 * bar, 0.92, 0.7 + 0.06 * bar, 0.2 + 0.1 * ((bar + 2) * seed % 6)) for bar in range(5)]
    )
    strokes(drawing, _within(glass, bars), 0.7 * unit, (96, 142, 136))


def _switch(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    x1, x2, y1, y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    x, block = (x1 + x2) / 2, y1 + 0.3 * height
    legs = [x1 + share * width for share in (0.2, 0.5, 0.8)]
    drawing.strokes([(leg, y2 - 0.1 * height, leg, y2) for leg in legs], 0.9 * unit, GOLD)
    lean = 0.2 * width if int(body.x1) % 2 else -0.2 * width
    drawing.strokes([(x, block + 0.1 * height, x + lean, y1 + 0.1 * height)], 0.2 * width, TIN)
    drawing.ellipse(x + lean, y1 + 0.08 * height, 0.15 * width, 0.08 * height, (206, 206, 200))
    drawing.ellipse(x, block, 0.26 * width, 0.07 * height, shade(colour, 0.5))
    foot = y2 - 0.07 * height
    drawing.rectangle(x1, block, x2, foot, shade(colour, 0.62))
    drawing.rectangle(x1, block, x2, foot - 0.06 * height, colour)
    ribs = [(x1, block + at * height, x2, block + at * height) for at in (0.02, 0.07)]
    drawing.strokes(ribs, 0.3 * unit, shade(colour, 1.22))
    return x, (block + foot) / 2 + 0.02 * height


def _within(body: Box, lines: Points) -> Points:
    """Strokes given in shares of a box, in source px."""
    corner, sides = (body.x1, body.y1) * 2, (body.width, body.height) * 2
    placed: Points = lines * np.array(sides) + np.array(corner)
    return placed


def _other(colour: Colour, factor: float) -> Colour:
    """A tone to draw details in. Black gets no darker and white no lighter, so their details go the other way."""
    if max(colour) < 80:
        return mixed(colour, (150, 150, 160), 0.5 * abs(1 - factor))
    if min(colour) > 200 and factor > 1:
        return shade(colour, 1 - 0.4 * (factor - 1))
    return shade(colour, factor)


KINDS = (
    Kind("chip", (29, 17), _chip),
    Kind("coil", (25, 25), _coil),
    Kind("capacitor", (16, 26), _capacitor),
    Kind("display", (25, 25), _display),
)
COMPANION = Kind("switch", (9, 13), _switch)
