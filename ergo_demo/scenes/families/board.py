"""A circuit board seen like a city: parts in rows along copper streets, small switches beside some."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points
from ergo_demo.scenes.families.outlines import unit_circle
from ergo_demo.scenes.stage import Family, Stage
from ergo_demo.scenes.things import Kind, shade, varied

_LEG: Colour = (54, 56, 60)
_TIN: Colour = (178, 180, 176)
_GOLD: Colour = (176, 154, 108)
_COPPER: Colour = (176, 124, 88)
_SHADOW: Colour = (44, 56, 54)
_SCREEN: Colour = (34, 46, 50)
_TRACE: Colour = (150, 206, 190)  # what a screen shows
_SILK: Colour = (222, 226, 214)
_MASKS: tuple[Colour, ...] = ((86, 110, 96), (74, 108, 112), (116, 102, 84), (96, 112, 82))

Spot = tuple[float, float]


_ROUND, _SMALL_ROUND = unit_circle(36), unit_circle(12)
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
    _strokes(drawing, _within(body, _PINS), 0.052 * width, _LEG)
    _strokes(drawing, _within(body, _FEET), 0.052 * width, _TIN)
    top, edge, foot = y1 + 0.15 * height, y2 - 0.26 * height, y2 - 0.15 * height
    drawing.rectangle(x1, top, x2, foot, shade(colour, 0.6))
    drawing.rectangle(x1, top, x2, edge, colour)
    bright = _other(colour, 1.18)
    drawing.strokes([(x1, top + 0.2 * unit, x2, top + 0.2 * unit)], 0.4 * unit, bright)
    # Stamped lines, too fine to be writing, and the notch and dot that mark the first pin.
    _strokes(drawing, _within(body, _STAMP), 0.25 * unit, _other(colour, 1.3))
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
    drawing.strokes(legs, 0.9 * unit, _COPPER)
    drawing.fill(_ring(x, y + depth, rx, ry, 0.4), shade(colour, 0.5))
    drawing.fill(_ring(x, y, rx, ry, 0.42), colour)
    _strokes(drawing, _spokes((x, y, rx, ry), _TURNS, (0.43, 0.99), 0.1), 0.32 * unit, _other(colour, 0.66))
    _strokes(drawing, _spokes((x, y, rx, ry), _LIT_TURNS, (0.62, 0.88), 0.03), 0.5 * unit, _other(colour, 1.25))
    drawing.fill(_ring(x, y, 0.46 * rx, 0.46 * ry, 0.9), shade(colour, 0.5))
    return x, y + 0.7 * ry


def _ring(x: float, y: float, rx: float, ry: float, hole: float) -> list[Points]:
    """An ellipse and, as a hole in it, the same ellipse `hole` times as large."""
    round_ = _ROUND * (rx, ry)
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
    _strokes(drawing, _within(body, _HEADER), 0.7 * unit, _GOLD)
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
    drawing.fill(_discs(corners, 0.8 * unit), _other(colour, 0.55))
    low = y1 + 0.68 * height
    keys = [(x1 + share * width, low) for share in (0.17, 0.27, 0.73, 0.83)]
    drawing.fill(_discs(keys, 0.042 * width), _other(colour, 0.74))
    drawing.fill(_discs(keys, 0.024 * width), bright)
    return (x1 + x2) / 2, low


def _wave(drawing: Drawing, glass: Box, unit: float) -> None:
    """What a screen shows: a curve over a grid and a few bars, its phase taken from where it stands."""
    seed = int(glass.x1)
    swing = np.sin((13 + seed % 19) * _SHARES + seed) * (0.3 - 0.25 * np.abs(_SHARES - 0.3))
    curve = np.stack([glass.x1 + _SHARES * glass.width, glass.y1 + (0.5 + swing) * glass.height], axis=1)
    _strokes(drawing, _within(glass, _GRID), 0.15 * unit, (58, 84, 84))
    drawing.fill(_ribbons(curve, [0.0], 0.4 * unit), _TRACE)
    bars = np.array(
        [(0.7 + 0.06 * bar, 0.92, 0.7 + 0.06 * bar, 0.2 + 0.1 * ((bar + 2) * seed % 6)) for bar in range(5)]
    )
    _strokes(drawing, _within(glass, bars), 0.7 * unit, (96, 142, 136))


def _switch(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Spot:
    x1, x2, y1, y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    x, block = (x1 + x2) / 2, y1 + 0.3 * height
    legs = [x1 + share * width for share in (0.2, 0.5, 0.8)]
    drawing.strokes([(leg, y2 - 0.1 * height, leg, y2) for leg in legs], 0.9 * unit, _GOLD)
    lean = 0.2 * width if int(body.x1) % 2 else -0.2 * width
    drawing.strokes([(x, block + 0.1 * height, x + lean, y1 + 0.1 * height)], 0.2 * width, _TIN)
    drawing.ellipse(x + lean, y1 + 0.08 * height, 0.15 * width, 0.08 * height, (206, 206, 200))
    drawing.ellipse(x, block, 0.26 * width, 0.07 * height, shade(colour, 0.5))
    foot = y2 - 0.07 * height
    drawing.rectangle(x1, block, x2, foot, shade(colour, 0.62))
    drawing.rectangle(x1, block, x2, foot - 0.06 * height, colour)
    ribs = [(x1, block + at * height, x2, block + at * height) for at in (0.02, 0.07)]
    drawing.strokes(ribs, 0.3 * unit, shade(colour, 1.22))
    return x, (block + foot) / 2 + 0.02 * height


def _backdrop(stage: Stage) -> None:
    mask = varied(_MASKS[int(stage.rng.integers(len(_MASKS)))], stage.rng, 5)
    stage.block(0, 0, stage.width, stage.height, mask)
    _weave(stage, mask)
    for row in range(stage.rows):
        _hatch(stage, row, mask)
    _avenues(stage, mask)
    for row in range(stage.rows):
        _street(stage, row, mask)
    _vias(stage, mask)
    _silk(stage, mask)
    _grains(stage, mask)
    fingers = np.arange(1.0, stage.width - 1, 2.0).tolist()
    stage.blocks([(x, stage.height - 1.5, x + 1.3, stage.height) for x in fingers], _mixed(mask, _GOLD, 0.7))


def _weave(stage: Stage, mask: Colour) -> None:
    """The glass cloth that shows faintly through the board."""
    xs, ys = np.arange(1.5, stage.width, 3.0).tolist(), np.arange(1.5, stage.height, 3.0).tolist()
    _lines(stage, np.array([(x, 0, x, stage.height) for x in xs]), 0.3, shade(mask, 1.03))
    _lines(stage, np.array([(0, y, stage.width, y) for y in ys]), 0.3, shade(mask, 0.975))


def _hatch(stage: Stage, row: int, mask: Colour) -> None:
    """One or two patches of copper ground, drawn as a slanted grid."""
    rng, (top, base, _) = stage.rng, stage.row(row)
    for _ in range(int(rng.integers(1, 3))):
        x1, y1 = float(rng.uniform(0, stage.width - 20)), float(rng.uniform(top, top + 8))
        x2, y2 = x1 + float(rng.uniform(16, 40)), float(rng.uniform(base - 10, base))
        stage.block(x1, y1, x2, y2, shade(mask, 0.95))
        sums = np.arange(x1 + y1 + 1, x2 + y2, 2.2)
        left, right = np.maximum(x1, sums - y2), np.minimum(x2, sums - y1)
        falling = np.stack([left, sums - left, right, sums - right], axis=1)
        rising = falling * (-1, 1, -1, 1) + (x1 + x2, 0, x1 + x2, 0)
        for lines in (falling, rising):
            _lines(stage, lines, 0.35, shade(mask, 1.07))


def _avenues(stage: Stage, mask: Colour) -> None:
    """Bundles of traces from each row's street to the one above, bent by 45 degrees on the way: one shape."""
    rng = stage.rng
    outlines: list[Points] = []
    for row in range(stage.rows):
        top, base, _ = stage.row(row)
        xs = np.arange(float(rng.uniform(6, 20)), stage.width - 6, 35.0)
        xs += rng.uniform(-4, 4, len(xs))
        asides = rng.choice((-1, 1), len(xs)) * rng.uniform(3, 9, len(xs))
        bends = rng.uniform(top + 6, base - 14, len(xs))
        ys = np.stack([0 * xs + top - 2, bends, bends + abs(asides), 0 * xs + base], axis=1)
        paths = np.stack([np.stack([xs, xs, xs + asides, xs + asides], axis=1), ys], axis=2)
        outlines += _lanes(paths, np.sign(asides), rng.integers(2, 6, len(xs)))
    stage.drawing.fill([outline * stage.unit for outline in outlines], shade(mask, 1.2))


def _lanes(paths: Points, turns: Points, counts: npt.NDArray[np.int64]) -> list[Points]:
    """The outlines of `counts` parallel traces along each path (n, 4, 2) of two downward runs and a slant between."""
    slope = math.tan(math.pi / 8)
    mitres = (
        np.array([(1.0, 0.0), (1.0, -slope), (1.0, -slope), (1.0, 0.0)])
        * np.stack([abs(turns), turns], axis=1)[:, None]
    )
    found: list[Points] = []
    for lane in range(5):
        aside = (0.95 * (lane - (counts - 1) / 2))[:, None, None]
        left, right = paths + mitres * (aside - 0.21), paths + mitres * (aside + 0.21)
        found += list(np.concatenate([left, right[:, ::-1]], axis=1)[counts > lane])
    return found


def _street(stage: Stage, row: int, mask: Colour) -> None:
    """A broad bus across the board, jogging up and down, on a darker bed."""
    rng = stage.rng
    x, low = -float(rng.uniform(4, 20)), stage.row(row)[2] - 0.6
    path = [(x, low)]
    while x < stage.width:
        rise = float(rng.uniform(3, 8))
        across = float(rng.uniform(10, 30))
        flat = float(rng.uniform(20, 60))
        x += flat + rise
        path += [(x - rise, low), (x, low - rise), (x + across, low - rise), (x + across + rise, low)]
        x += across + rise
    path.append((stage.width + 40, low))
    _traces(stage, path, [0.0], 5.6, shade(mask, 0.88))
    copper = _mixed(mask, _COPPER, 0.42)
    _traces(stage, path, [-2.0, -1.0, 0.0], 0.5, copper)
    _traces(stage, path, [1.5], 1.0, shade(copper, 1.1))


def _vias(stage: Stage, mask: Colour) -> None:
    """Plated holes all over the board, and rows of larger ones: a ring of copper around a dark middle."""
    rng = stage.rng
    loose = rng.uniform(0, 1, (110, 2)) * (stage.width, stage.height)
    rows = []
    for row in range(stage.rows):
        top, base, _ = stage.row(row)
        start = rng.uniform(0, 1, (3, 2)) * (stage.width - 16, base - top - 8) + (0, top)
        rows.append((start[:, None, :] + np.arange(5)[None, :, None] * (2.5, 0)).reshape(-1, 2))
    for spots, radius in ((loose, 0.6), (np.concatenate(rows), 0.85)):
        source = [(x, y) for x, y in (spots * stage.unit).tolist()]
        stage.drawing.fill(_discs(source, radius * stage.unit), _mixed(mask, _GOLD, 0.55))
        stage.drawing.fill(_discs(source, 0.5 * radius * stage.unit), shade(mask, 0.6))


def _silk(stage: Stage, mask: Colour) -> None:
    """White print: the corners of a frame around each place, a mark for the first pin, and dots between."""
    pale, corners, dots = _mixed(mask, _SILK, 0.4), [], []
    for row in range(stage.rows):
        first = stage.place_box((0, row))
        y1, y2 = first.y1 + 0.8, first.y2 - 0.8
        for left in (first.x1 + 1 + column * first.width for column in range(stage.columns)):
            for x, inward in ((left, 1), (left + first.width - 2, -1)):
                corners += [(x, y1, x + 3 * inward, y1), (x, y1 + 0.3, x, y1 + 4), (x, y2 - 9, x, y2 - 5)]
            dots += [(left + 5 + 1.4 * i, y1, left + 5.5 + 1.4 * i, y1) for i in range(3 + row % 3)]
    _lines(stage, np.array(corners), 0.34, pale)
    _lines(stage, np.array(dots), 0.5, pale)


def _grains(stage: Stage, mask: Colour) -> None:
    """The smallest parts, lying and standing in little ranks all over: dull bodies between two tin ends."""
    rng = stage.rng
    starts = rng.uniform(0, 1, (54, 1, 2)) * (stage.width - 8, stage.height - 6)
    for part, tone in enumerate(((150, 136, 112), (70, 72, 74), (120, 124, 126))):
        upright = part == 1
        ranks = starts[part::3] + np.arange(3)[None, :, None] * ((1.9, 0) if upright else (0, 1.9))
        spots = ranks.reshape(-1, 2)
        half = np.array((0, 1.0) if upright else (1.0, 0))
        _lines(stage, np.concatenate([spots - 1.6 * half, spots + 1.6 * half], axis=1), 1.1, _mixed(mask, _TIN, 0.6))
        _lines(stage, np.concatenate([spots - half, spots + half], axis=1), 1.2, _mixed(mask, tone, 0.75))


def _trifle(stage: Stage, place: Box) -> None:
    """A few of the parts that nobody counts."""
    rng = stage.rng
    makers = (_resistors, _crystal, _test_points, _screw, _pads)
    for index, which in enumerate(rng.permutation(len(makers))[:2].tolist()):
        x = place.x1 + 9 + 14 * index + float(rng.uniform(-2, 2))
        makers[which](stage, x, place.y2 - float(rng.uniform(6, 15)))


def _resistors(stage: Stage, x: float, y: float) -> None:
    """Tiny beige ones in a column, each with three dull bands."""
    rows = [y - 3.2 * i for i in range(int(stage.rng.integers(2, 4)))]
    stage.lines([(x - 4.6, at, x + 4.6, at) for at in rows], 0.45, _TIN)
    stage.blocks([(x - 2.8, at - 0.9, x + 2.8, at + 0.9) for at in rows], (196, 178, 146))
    stage.blocks([(x - 2.8, at + 0.4, x + 2.8, at + 0.9) for at in rows], (164, 146, 118))
    for band, tone in ((-1.6, (112, 84, 68)), (0.0, (90, 88, 90)), (1.4, (150, 118, 70))):
        stage.blocks([(x + band, at - 0.9, x + band + 0.6, at + 0.9) for at in rows], tone)


def _crystal(stage: Stage, x: float, y: float) -> None:
    """A flat can of bright metal lying on its side."""
    for radius, tone in ((2.3, (104, 108, 108)), (1.9, (160, 164, 162))):
        stage.block(x - 3, y - radius, x + 3, y + radius, tone)
        stage.ellipse(x - 3, y, radius, radius, tone)
        stage.ellipse(x + 3, y, radius, radius, tone)
    stage.lines([(x - 3.4, y - 0.9, x + 3.4, y - 0.9)], 0.4, (198, 200, 196))


def _test_points(stage: Stage, x: float, y: float) -> None:
    """Loops of wire standing on round pads."""
    spots = [(x - 3, y), (x, y), (x + 3, y)][: int(stage.rng.integers(2, 4))]
    source = [(a * stage.unit, b * stage.unit) for a, b in spots]
    stage.drawing.fill(_discs(source, 1.15 * stage.unit), _GOLD)
    stage.lines([(a, b, a, b - 2.6) for a, b in spots], 0.5, _TIN)
    stage.drawing.fill(_discs([(a, b - 2.8 * stage.unit) for a, b in source], 0.7 * stage.unit), (152, 84, 72))


def _screw(stage: Stage, x: float, y: float) -> None:
    """A mounting hole with its screw: filled, so that it is no small coil."""
    stage.ellipse(x, y, 3.4, 3.4, _GOLD)
    stage.ellipse(x + 0.2, y + 0.3, 2.7, 2.7, _SHADOW)
    stage.ellipse(x, y, 2.5, 2.5, (150, 154, 154))
    stage.lines([(x - 1.5, y - 0.8, x + 1.5, y + 0.8)], 0.6, (84, 88, 90))
    stage.lines([(x - 0.8, y + 1.5, x + 0.8, y - 1.5)], 0.6, (84, 88, 90))


def _pads(stage: Stage, x: float, y: float) -> None:
    """Pads where a part was left out, some still with solder."""
    spots = [(x + 2.4 * i - 3.6, y - 4.6 * j) for i in range(4) for j in range(2)]
    stage.blocks([(a - 0.8, b - 1.3, a + 0.8, b + 1.3) for a, b in spots], _GOLD)
    stage.blocks([(a - 0.4, b - 0.9, a + 0.3, b + 0.5) for a, b in spots[::2]], (206, 204, 194))


def _traces(stage: Stage, path: Sequence[Spot], lanes: Sequence[float], width: float, colour: Colour) -> None:
    """Parallel traces along a path (units) as one shape."""
    line = np.array(path) * stage.unit
    stage.drawing.fill(_ribbons(line, [lane * stage.unit for lane in lanes], width * stage.unit), colour)


def _ribbons(path: Points, lanes: Sequence[float], width: float) -> list[Points]:
    """The outlines of bent strokes beside a path: whole ones, since strokes that overlap would leave holes."""
    steps = path[1:] - path[:-1]
    steps /= np.hypot(steps[:, 0], steps[:, 1])[:, None]
    normals = steps[:, ::-1] * (-1, 1)
    before, after = np.concatenate([normals[:1], normals]), np.concatenate([normals, normals[-1:]])
    mitre = (before + after) / (1 + np.sum(before * after, axis=1, keepdims=True))
    back, back_mitre = np.concatenate([path, path[::-1]]), np.concatenate([mitre, mitre[::-1]])
    sides = np.repeat((width / 2, -width / 2), len(path))[:, None]
    return [back + back_mitre * (lane + sides) for lane in lanes]


def _within(body: Box, lines: Points) -> Points:
    """Strokes given in shares of a box, in source px."""
    corner, sides = (body.x1, body.y1) * 2, (body.width, body.height) * 2
    placed: Points = lines * np.array(sides) + np.array(corner)
    return placed


def _lines(stage: Stage, lines: Points, width: float, colour: Colour) -> None:
    """Straight strokes (rows of x1, y1, x2, y2 in units) as one shape."""
    _strokes(stage.drawing, lines * stage.unit, width * stage.unit, colour)


def _strokes(drawing: Drawing, lines: Points, width: float, colour: Colour) -> None:
    """Straight strokes (rows of x1, y1, x2, y2 in source px) as one shape, all computed at once for speed."""
    along = lines[:, 2:] - lines[:, :2]
    across = along[:, ::-1] * (-1, 1) * (width / 2 / np.hypot(along[:, 0], along[:, 1])[:, None])
    corners = [lines[:, :2] + across, lines[:, 2:] + across, lines[:, 2:] - across, lines[:, :2] - across]
    drawing.fill(list(np.stack(corners, axis=1)), colour)


def _discs(spots: Sequence[Spot], radius: float) -> list[Points]:
    """Many small round outlines at once."""
    return list(np.array(spots)[:, None, :] + radius * _SMALL_ROUND)


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in the first."""
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _other(colour: Colour, factor: float) -> Colour:
    """A tone to draw details in. Black gets no darker and white no lighter, so their details go the other way."""
    if max(colour) < 80:
        return _mixed(colour, (150, 150, 160), 0.5 * abs(1 - factor))
    if min(colour) > 200 and factor > 1:
        return shade(colour, 1 - 0.4 * (factor - 1))
    return shade(colour, factor)


BOARD = Family(
    "board",
    (
        Kind("chip", (29, 17), _chip),
        Kind("coil", (25, 25), _coil),
        Kind("capacitor", (16, 26), _capacitor),
        Kind("display", (25, 25), _display),
    ),
    Kind("switch", (9, 13), _switch),
    _backdrop,
    _trifle,
)
