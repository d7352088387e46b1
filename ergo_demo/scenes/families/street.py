"""Terraced lanes of an old town on a hillside: cars, doors, signs and kiosks before house walls, bins beside some."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points
from ergo_demo.scenes.families.outlines import part, placed, unit_circle
from ergo_demo.scenes.stage import Family, Stage
from ergo_demo.scenes.things import Kind, shade, varied

# Pale, greyed tones only: the houses must stay calmer than what stands before them.
_WALLS: tuple[Colour, ...] = ((194, 182, 160), (186, 168, 148), (180, 162, 154), (160, 166, 168), (168, 172, 154))
_ROOFS: tuple[Colour, ...] = ((142, 110, 96), (118, 114, 116), (130, 112, 98))
_SHUTTERS: tuple[Colour, ...] = ((116, 128, 118), (126, 114, 104), (112, 120, 130))
_CLOTHES: tuple[Colour, ...] = ((206, 200, 190), (170, 156, 160), (150, 164, 172), (186, 170, 140))
_TRIM: Colour = (206, 199, 184)
_PANE: Colour = (104, 114, 122)
_GLASS: Colour = (58, 72, 86)
_IRON: Colour = (70, 68, 70)
_STONE: Colour = (168, 161, 149)
_LEAF: Colour = (98, 116, 88)

Numbers = npt.NDArray[np.float64]


_ROUND = unit_circle(16)


def _disc(x: float, y: float, radius: float) -> Points:
    return radius * _ROUND + (x, y)


def _car(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    shell = [
        (0, 0.83), (0.005, 0.6), (0.04, 0.5), (0.19, 0.43), (0.27, 0.14), (0.33, 0.03), (0.45, 0), (0.6, 0.01),
        (0.68, 0.07), (0.81, 0.41), (0.93, 0.46), (0.985, 0.55), (1, 0.7), (0.99, 0.83),
    ]  # fmt: skip
    drawing.polygon(placed(body, shell), colour)
    side = [(0.23, 0.41), (0.295, 0.16), (0.34, 0.1), (0.46, 0.08), (0.46, 0.41)]
    front = [(0.5, 0.41), (0.5, 0.08), (0.59, 0.09), (0.645, 0.13), (0.755, 0.41)]
    drawing.fill([placed(body, side), placed(body, front)], _GLASS)
    glints = [
        [(0.3, 0.36), (0.37, 0.12), (0.4, 0.12), (0.33, 0.36)],
        [(0.54, 0.36), (0.6, 0.13), (0.62, 0.14), (0.57, 0.36)],
    ]
    drawing.fill([placed(body, glint) for glint in glints], (120, 140, 152))
    seams = [part(body, 0.48, 0.44, 0.49, 0.79), part(body, 0.17, 0.44, 0.18, 0.6)]
    drawing.fill([part(body, 0.06, 0.465, 0.8, 0.485)], shade(colour, 1.3))
    drawing.fill([*seams, part(body, 0, 0.79, 1, 0.86)], shade(colour, 0.6))
    _wheels(drawing, body, unit)
    lamp = _disc(body.x1 + 0.95 * body.width, body.y1 + 0.6 * body.height, unit)
    drawing.fill([part(body, 0.51, 0.52, 0.55, 0.55), part(body, 0.92, 0.72, 1, 0.76), lamp], (240, 230, 190))
    return body.x1 + 0.47 * body.width, body.y1 + 0.63 * body.height


def _wheels(drawing: Drawing, body: Box, unit: float) -> None:
    radius, y = 0.19 * body.height, body.y2 - 0.19 * body.height
    hubs = [body.x1 + share * body.width for share in (0.19, 0.81)]
    drawing.fill([_disc(x, y, radius) for x in hubs], (34, 34, 38))
    drawing.fill([_disc(x, y, 0.62 * radius) for x in hubs], (188, 188, 186))
    nuts = [_STAR * 0.4 * radius + (x, y) for x in hubs]
    drawing.fill(nuts, (96, 96, 98))


_SPOKES = np.array([(math.cos(0.4 * math.pi * i), math.sin(0.4 * math.pi * i)) for i in range(5)])
_STAR = np.stack([_SPOKES, -0.35 * np.roll(_SPOKES, 2, axis=0)], axis=1).reshape(-1, 2)


def _arch(body: Box, inset: float, foot: float) -> Points:
    """A round-headed outline `inset` inside a body."""
    radius = body.width / 2 - inset
    x, y = (body.x1 + body.x2) / 2, body.y1 + body.width / 2
    head = radius * _HEAD + (x, y - 0.1 * body.width)
    return np.concatenate([head, [(x + radius, foot), (x - radius, foot)]])


_HEAD = np.array([(-math.cos(math.pi * i / 12), -0.8 * math.sin(math.pi * i / 12)) for i in range(13)])


def _door(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    step = body.y2 - 1.3 * unit
    drawing.polygon(_arch(body, 0, step), (142, 134, 122))
    drawing.polygon(_arch(body, 1.3 * unit, step), colour)
    light = _arch(body, 2.9 * unit, body.y1 + 0.25 * body.height)
    drawing.polygon(light, (150, 148, 128))
    x, y = (body.x1 + body.x2) / 2, body.y1 + 0.25 * body.height
    drawing.strokes([(x, y, float(px), float(py)) for px, py in light[2:12:2]], 0.4 * unit, colour)
    panels = [(0.22, 0.3, 0.47, 0.46), (0.53, 0.3, 0.78, 0.46), (0.22, 0.71, 0.47, 0.9), (0.53, 0.71, 0.78, 0.9)]
    drawing.fill([part(body, *panel) for panel in panels], shade(colour, 0.68))
    drawing.fill([part(body, a + 0.03, b + 0.02, c, d) for a, b, c, d in panels], shade(colour, 0.9))
    drawing.fill(
        [part(body, 0.09, share, 0.2, share + 0.02) for share in (0.36, 0.8)]
        + [_disc(body.x1 + 0.84 * body.width, body.y1 + 0.67 * body.height, 0.7 * unit)],
        (216, 188, 112),
    )
    drawing.rectangle(body.x1, step, body.x2, body.y2, (182, 176, 165))
    return x, body.y1 + 0.57 * body.height


def _sign(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.fill([part(body, 0.47, 0.05, 0.53, 1), part(body, 0.4, 0.965, 0.6, 1)], _IRON)
    drawing.fill([_disc(body.x1 + 0.5 * body.width, body.y1 + 0.035 * body.height, 0.95 * unit)], (186, 160, 96))
    # Some point left and some right, by where they stand: a painter has no chance of its own.
    mirrored = int(body.x1) % 2 == 0
    board = [(0, 0.1), (0.83, 0.1), (1, 0.35), (0.83, 0.6), (0, 0.6), (0.07, 0.35)]
    inner = [(0.05, 0.135), (0.81, 0.135), (0.955, 0.35), (0.81, 0.565), (0.05, 0.565), (0.11, 0.35)]
    drawing.polygon(_facing(body, board, mirrored), colour)
    drawing.fill(
        [
            _facing(body, inner, mirrored),
            _facing(body, [(0.5 + 0.965 * (x - 0.5), 0.35 + 0.94 * (y - 0.35)) for x, y in inner], mirrored),
        ],
        shade(colour, 1.4 if sum(colour) < 500 else 0.75),
    )
    grain = [
        (0.14, 0.2, 0.36, 0.2),
        (0.6, 0.25, 0.84, 0.25),
        (0.15, 0.5, 0.44, 0.5),
        (0.58, 0.47, 0.8, 0.47),
        (0.2, 0.28, 0.3, 0.28),
    ]
    drawing.fill(
        [_facing(body, [(a, b), (c, b), (c, b + 0.01), (a, b + 0.01)], mirrored) for a, b, c, _ in grain],
        shade(colour, 0.8),
    )
    drawing.fill(
        [
            _disc(body.x1 + x * body.width, body.y1 + y * body.height, 0.4 * unit)
            for x in (0.44, 0.56)
            for y in (0.16, 0.53)
        ],
        (190, 186, 176),
    )
    weeds = [
        [(x, 1), (x + d, 0.9 - abs(d)), (x + 0.03, 1)]
        for x, d in ((0.34, -0.03), (0.39, 0.01), (0.58, 0.0), (0.62, 0.04))
    ]
    drawing.fill([placed(body, weed) for weed in weeds], _LEAF)
    return (body.x1 + body.x2) / 2, body.y1 + 0.35 * body.height


def _facing(body: Box, points: Sequence[tuple[float, float]], mirrored: bool) -> Points:
    return placed(body, [(1 - x if mirrored else x, y) for x, y in points])


def _kiosk(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.fill([part(body, 0.485, 0, 0.515, 0.1)], _IRON)
    drawing.fill([_disc(body.x1 + 0.5 * body.width, body.y1 + 0.045 * body.height, 0.8 * unit)], (216, 188, 112))
    dome = [(0.1, 0.3), (0.14, 0.2), (0.26, 0.13), (0.42, 0.09), (0.58, 0.09), (0.74, 0.13), (0.86, 0.2), (0.9, 0.3)]
    drawing.polygon(placed(body, dome), shade(colour, 0.86))
    ribs = [
        placed(body, [(0.5 + 0.09 * i, 0.1), (0.5 + 0.19 * i, 0.3), (0.51 + 0.19 * i, 0.3), (0.51 + 0.09 * i, 0.1)])
        for i in (-2, -1, 0, 1, 2)
    ]
    seams = [part(body, x, 0.64, x + 0.012, 0.94) for x in (0.17, 0.26, 0.74, 0.83)]
    drawing.fill([part(body, 0.12, 0.3, 0.88, 0.95)], colour)
    edges = [part(body, 0.09, 0.95, 0.91, 1), part(body, 0.08, 0.59, 0.92, 0.625)]
    drawing.fill([*ribs, *seams, *edges], shade(colour, 0.6))
    drawing.fill([part(body, 0.19, 0.38, 0.81, 0.59)], (62, 58, 58))
    _wares(drawing, body)
    _awning(drawing, body, colour)
    return body.x1 + 0.5 * body.width, body.y1 + 0.79 * body.height


def _wares(drawing: Drawing, body: Box) -> None:
    """The keeper with papers and jars behind the counter: greyed, so that the kiosk keeps its colour."""
    face = _disc(body.x1 + 0.5 * body.width, body.y1 + 0.49 * body.height, 0.045 * body.width)
    papers = [part(body, x, 0.47, x + 0.06, 0.57 - 0.02 * (i % 2)) for i, x in enumerate((0.22, 0.33, 0.62, 0.72))]
    drawing.fill([*papers, face], (200, 178, 154))
    jars = [part(body, x, 0.52, x + 0.04, 0.59) for x in (0.285, 0.395, 0.575, 0.685)]
    coat = placed(body, [(0.445, 0.59), (0.47, 0.535), (0.53, 0.535), (0.555, 0.59)])
    drawing.fill([*jars, coat], (142, 128, 116))


def _awning(drawing: Drawing, body: Box, colour: Colour) -> None:
    """Scalloped stripes in two tones of the kiosk's own colour."""
    for first, tone in ((0, 1.0), (1, 0.72)):
        stripes = []
        for i in range(first, 10, 2):
            left, right, top, end = 0.1 * i, 0.1 * (i + 1), 0.1 + 0.08 * i, 0.18 + 0.08 * i
            hem = [(right, 0.4), (right - 0.025, 0.43), (left + 0.025, 0.43), (left, 0.4)]
            stripes.append(placed(body, [(top, 0.29), (end, 0.29), *hem]))
        drawing.fill(stripes, shade(colour, tone))


def _bin(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.polygon(placed(body, [(0.04, 0.24), (0.96, 0.24), (0.82, 0.95), (0.18, 0.95)]), colour)
    slats = [
        [(x, 0.3), (x + 0.04, 0.3), (0.5 + 0.84 * (x - 0.48), 0.92), (0.5 + 0.84 * (x - 0.5), 0.92)]
        for x in (0.15, 0.32, 0.64, 0.81)
    ]
    bands = [part(body, 0.01, 0.22, 0.99, 0.3), part(body, 0.16, 0.92, 0.84, 1)]
    drawing.fill([*(placed(body, slat) for slat in slats), *bands], shade(colour, 0.62))
    lid = [(0.0, 0.18), (0.12, 0.08), (0.36, 0.03), (0.42, 0), (0.58, 0), (0.64, 0.03), (0.88, 0.08), (1, 0.18)]
    drawing.polygon(placed(body, lid), shade(colour, 0.8))
    drawing.fill([placed(body, [(0.2, 0.12), (0.4, 0.06), (0.44, 0.08), (0.26, 0.14)])], shade(colour, 1.2))
    return (body.x1 + body.x2) / 2, body.y1 + 0.6 * body.height


@dataclass(frozen=True)
class _House:
    """One house of a row, in units: its wall reaches from the eaves to the foot."""

    x1: float
    x2: float
    ridge: float
    eaves: float
    foot: float
    wall: int
    roof: int


_BRICK = rectangle_points(0, 0, 1.7, 0.75)
_TILE = np.array([(0, 0), (1.4, 0), (1.4, 0.6), (1.1, 1.0), (0.7, 1.1), (0.3, 1.0), (0, 0.6)])
_TILES = np.concatenate([[(0, 0), (4.3, 0)], *(np.add(_TILE[2:], (1.45 * i, 0)) for i in (2, 1, 0))])
_COBBLE = np.array([(0.2, 0), (1.5, 0), (1.9, 0.3), (1.6, 0.7), (0.3, 0.75), (0, 0.4)])
_LEAFLET = np.array([(0, 0), (0.45, -0.5), (0.95, -0.2), (0.9, 0.35), (0.4, 0.55)])
_LEAVES = np.array([
    (0, 0), (0.4, -0.6), (0.8, -0.1), (1.3, -0.8), (1.6, 0), (2.1, 0.2), (1.5, 0.6), (1.3, 1.2), (0.9, 0.7), (0.2, 0.9),
])  # fmt: skip
_BLOSSOM = np.array([(0, 0.2), (0.25, 0), (0.5, 0.2), (0.4, 0.5), (0.1, 0.5)])


def _backdrop(stage: Stage) -> None:
    stage.block(0, 0, stage.width, stage.height, varied((150, 146, 142), stage.rng, 5))
    # From the top down, so that roofs cover the foot of the lane above.
    for row in range(stage.rows):
        top, base, bottom = stage.row(row)
        houses = _row_of_houses(stage, top, base - 2.4)
        _walls(stage, houses)
        _windows(stage, houses)
        _ivy(stage, houses)
        _roofs(stage, houses)
        _strings(stage, houses)
        _lane(stage, base, bottom)


def _row_of_houses(stage: Stage, top: float, foot: float) -> list[_House]:
    rng = stage.rng
    houses = []
    x = float(rng.uniform(-12, 0))
    while x < stage.width:
        width = float(rng.uniform(20, 36))
        eaves, ridge = top + float(rng.uniform(4.0, 6.5)), top - float(rng.uniform(0.2, 2.2))
        houses.append(_House(x, x + width, ridge, eaves, foot, int(rng.integers(5)), int(rng.integers(3))))
        x += width
    return houses


def _walls(stage: Stage, houses: list[_House]) -> None:
    """Plaster in a few tones, with flaked patches of brick, a plinth of stone and quoins at the corners."""
    rng = stage.rng
    for tone, colour in enumerate(_WALLS):
        mine = [house for house in houses if house.wall == tone]
        stage.blocks([(h.x1, h.eaves - 0.5, h.x2, h.foot) for h in mine], shade(colour, float(rng.uniform(0.96, 1.04))))
    for index, patch in enumerate(_PATCHES):
        shares = rng.uniform(0.05, 0.7, (len(houses), 2))
        spots = [
            (h.x1 + 1.5 + a * (h.x2 - h.x1 - 9), h.eaves + 1 + b * (h.foot - h.eaves - 4))
            for h, (a, b) in zip(houses, shares.tolist(), strict=True)
            if a + b < 0.75 or h.wall == 2
        ]
        stage.stamp(spots, ((156, 136, 120), (164, 148, 132))[index], *patch)
    stage.blocks([(h.x1, h.foot - 2.4, h.x2 - 0.3, h.foot) for h in houses], (138, 132, 126))
    quoins = [(h.x1 + 0.2, y) for h in houses for y in np.arange(h.eaves + 1.5, h.foot - 3, 3.4).tolist()]
    stage.stamp(quoins, _STONE, rectangle_points(0, 0, 1.5, 1.2))
    stage.stamp([(h.x2 - 0.5, h.eaves) for h in houses], (118, 114, 110), rectangle_points(0, 0, 0.5, 21))


# Where plaster has come off and bricks show through.
_PATCHES: tuple[tuple[Points, ...], ...] = tuple(
    tuple(
        np.add(_BRICK, (2.0 * start + course % 2 + 2.0 * i, course))
        for course, (start, count) in enumerate(rows)
        for i in range(count)
    )
    for rows in (
        ((1, 1), (0, 3), (0, 3), (1, 3), (1, 2), (2, 1)),
        ((0, 2), (0, 3), (1, 2), (3, 1)),
    )
)


def _windows(stage: Stage, houses: list[_House]) -> None:
    """Two floors of windows: frames, panes, curtains, bars, sills, shutters and flower boxes."""
    rng = stage.rng
    spots = np.array([spot for house in houses for spot in _window_spots(house)]).reshape(-1, 2)
    roll = rng.random(len(spots))
    closed = spots[roll < 0.1]
    shutter = _SHUTTERS[int(rng.integers(3))]
    # Both shutters are one contour, whose middle the frame covers.
    stage.stamp(spots, shutter, rectangle_points(-1.75, 0, 5.75, 5.4))
    stage.stamp(spots, shade(shutter, 0.84), _SLATS)
    stage.stamp(spots, _TRIM, rectangle_points(-0.1, -0.3, 4.1, 5.6))
    stage.stamp(spots[roll < 0.82], _PANE, rectangle_points(0.3, 0.3, 3.7, 5.2))
    stage.stamp(spots[roll >= 0.82], (204, 186, 140), rectangle_points(0.3, 0.3, 3.7, 5.2))
    stage.stamp(spots[(roll > 0.25) & (roll < 0.6)], (180, 176, 168), *_CURTAINS)
    stage.stamp(spots[(roll > 0.6) & (roll < 0.7)], (84, 76, 70), _CAT)
    stage.stamp(spots, _TRIM, _BARS)
    stage.stamp(closed, shade(shutter, 0.92), rectangle_points(0.1, 0.1, 3.9, 5.4))
    stage.stamp(spots, shade(_STONE, 0.86), rectangle_points(-0.5, 5.4, 4.5, 6.0))
    _flowers(stage, spots[(roll > 0.3) & (roll < 0.62)])


_CURTAINS = (
    np.array([(0.3, 0.3), (1.6, 0.3), (1.1, 2.6), (0.3, 4.4)]),
    np.array([(3.7, 0.3), (2.4, 0.3), (2.9, 2.6), (3.7, 4.4)]),
)
_BARS = np.array([
    (1.85, 0.3), (2.15, 0.3), (2.15, 1.9), (3.7, 1.9), (3.7, 2.15), (2.15, 2.15), (2.15, 5.2), (1.85, 5.2),
    (1.85, 2.15), (0.3, 2.15), (0.3, 1.9), (1.85, 1.9),
])  # fmt: skip
_SLATS = np.array(
    [(x, 0.6 + 0.95 * i + dy) for i in range(5) for x, dy in ((4.0, 0.0), (5.45, 0.0), (5.45, 0.3), (4.0, 0.3))]
    + [(x, 4.4 - 0.95 * i + dy) for i in range(5) for x, dy in ((0.0, 0.3), (-1.45, 0.3), (-1.45, 0.0), (0.0, 0.0))]
)


_CAT = np.array([
    (0.7, 5.2), (0.6, 4.0), (0.9, 3.3), (0.8, 2.5), (1.05, 2.75), (1.3, 2.75), (1.55, 2.5), (1.5, 3.2), (1.8, 4.1),
    (1.8, 4.8), (2.9, 5.0), (2.9, 5.2),
])  # fmt: skip


def _window_spots(house: _House) -> list[tuple[float, float]]:
    """Left top corners of a house's windows."""
    count = int((house.x2 - house.x1) // 10)
    step = (house.x2 - house.x1) / count
    xs = [house.x1 + (i + 0.5) * step - 2 for i in range(count)]
    middle = (house.eaves + house.foot) / 2
    return [(x, y) for x in xs for y in (house.eaves + 2.2, middle + 2.4)]


def _flowers(stage: Stage, spots: Numbers) -> None:
    """Boxes on the sills, with leaves and blossoms."""
    if not len(spots):
        return
    rng = stage.rng
    stage.stamp(spots, (126, 104, 88), rectangle_points(-0.2, 4.9, 4.2, 6.3))
    stage.stamp(np.add(spots, (-0.2, 4.4)), _LEAF, _LEAVES, np.add(_LEAVES, (2.3, 0.1)))
    for count, colour in ((3, (196, 140, 136)), (2, (214, 198, 150))):
        shape = (count, len(spots))
        around = np.stack([rng.uniform(-0.3, 3.8, shape), rng.uniform(3.9, 4.8, shape)], 2)
        stage.stamp(spots + around, colour, _BLOSSOM)


def _ivy(stage: Stage, houses: list[_House]) -> None:
    """Creepers up the corner of a house here and there."""
    rng = stage.rng
    grown = [house for house in houses if rng.random() < 0.25]
    height = rng.uniform(0, 1, (len(grown), 28))
    at = np.array([(h.x1, h.foot, h.foot - h.eaves) for h in grown]).reshape(-1, 3, 1)
    x = at[:, 0] + rng.normal(0, 1, height.shape) * (1 + 2.2 * height)
    spots = np.stack([x, at[:, 1] - 0.5 - height * (at[:, 2] - 2)], axis=2)
    stage.stamp(spots[:, :17], shade(_LEAF, 0.9), _LEAVES)
    stage.stamp(spots[:, 17:], shade(_LEAF, 1.14), _LEAVES)


def _roofs(stage: Stage, houses: list[_House]) -> None:
    """Tiled roofs with a gutter, their chimneys behind them."""
    rng = stage.rng
    pots = [(float(rng.uniform(h.x1 + 4, h.x2 - 6)), h.ridge) for h in houses if rng.random() < 0.7]
    stage.stamp(pots, (146, 124, 112), rectangle_points(0, -1.4, 2.6, 3))
    caps = (
        rectangle_points(-0.3, -1.8, 2.9, -1.2),
        rectangle_points(0.4, -2.7, 1.1, -1.8),
        rectangle_points(1.5, -2.7, 2.2, -1.8),
    )
    stage.stamp(pots, (120, 104, 96), *caps)
    tiles, tones = _tile_spots(houses)
    roll = rng.random(len(tiles))
    for tone, colour in enumerate(_ROOFS):
        roof = shade(colour, float(rng.uniform(0.95, 1.05)))
        mine = [house for house in houses if house.roof == tone]
        slopes = [
            [(h.x1 - 0.5, h.eaves), (h.x1 + 1.6, h.ridge), (h.x2 - 1.6, h.ridge), (h.x2 + 0.5, h.eaves)] for h in mine
        ]
        if slopes:
            stage.drawing.fill(list(np.array(slopes) * stage.unit), roof)
        stage.stamp(tiles[(tones == tone) & (roll < 0.3)], shade(roof, 0.87), _TILES)
        stage.stamp(tiles[(tones == tone) & (roll > 0.75)], shade(roof, 1.1), _TILES)
    stage.blocks([(h.x1 + 1.4, h.ridge - 0.25, h.x2 - 1.4, h.ridge + 0.35) for h in houses], (104, 92, 88))
    stage.blocks([(h.x1 - 0.5, h.eaves - 0.3, h.x2 + 0.4, h.eaves + 0.5) for h in houses], (104, 100, 98))
    stage.blocks([(h.x1, h.eaves + 0.5, h.x2 - 0.5, h.eaves + 1.1) for h in houses], (140, 132, 122))


def _tile_spots(houses: list[_House]) -> tuple[Numbers, Numbers]:
    """Where three tiles side by side fit on the roofs, and the tone of each one's roof."""
    x1, x2, ridge, eaves, tone = (
        np.array(side).reshape(-1, 1, 1)
        for side in zip(*((h.x1, h.x2, h.ridge, h.eaves, float(h.roof)) for h in houses), strict=True)
    )
    course, step = np.arange(6).reshape(1, 6, 1), np.arange(8).reshape(1, 1, 8)
    y = ridge + 0.5 + 1.15 * course + 0.0 * step
    slope = np.maximum(0, 1.6 - 2.1 * (y - ridge) / (eaves - ridge))
    x = x1 + slope + 0.72 * (course % 3) + 4.4 * step
    fits = (y < eaves - 1.2) & (x < x2 - slope - 4)
    return np.stack([x[fits], y[fits]], axis=1), (tone + 0.0 * y)[fits]


def _strings(stage: Stage, houses: list[_House]) -> None:
    """Washing lines between some houses, and lanterns on brackets."""
    rng = stage.rng
    lines, clothes = [], []
    for h in houses:
        if rng.random() < 0.4:
            x, y, length = h.x2 - float(rng.uniform(7, 10)), h.eaves + 9.6, float(rng.uniform(13, 18))
            lines += [(x, y, x + length / 2, y + 0.8), (x + length / 2, y + 0.8, x + length, y)]
            clothes += [(x + share * length, y + 0.6) for share in (0.15, 0.32, 0.5, 0.66, 0.82) if rng.random() < 0.8]
    stage.lines(lines, 0.16, (104, 100, 98))
    for index, colour in enumerate(_CLOTHES):
        stage.stamp(clothes[index::4], colour, _GARMENTS[index])
    lamps = [(h.x1 + 0.3, (h.eaves + h.foot) / 2 - 2) for h in houses if rng.random() < 0.5]
    arm = np.array([(0, 0), (2.2, 0), (2.2, 0.8), (1.9, 0.8), (1.9, 0.3), (0, 0.3)])
    cage = np.array([(1.5, 0.8), (2.6, 0.8), (3.0, 1.3), (2.6, 3.0), (1.5, 3.0), (1.1, 1.3)])
    stage.stamp(lamps, _IRON, arm, cage)
    stage.stamp(lamps, (214, 200, 150), np.array([(1.5, 1.4), (2.6, 1.4), (2.35, 2.7), (1.75, 2.7)]))


_GARMENTS: tuple[Points, ...] = (
    np.array(
        [
            (-0.6, 0),
            (0.6, 0),
            (1.4, 0.8),
            (1.0, 1.3),
            (0.7, 1.0),
            (0.7, 2.8),
            (-0.7, 2.8),
            (-0.7, 1.0),
            (-1.0, 1.3),
            (-1.4, 0.8),
        ]
    ),
    rectangle_points(-1.0, 0, 1.0, 3.2),
    np.array([(-0.8, 0), (0.8, 0), (1.0, 3.4), (0.2, 3.4), (0, 1.2), (-0.2, 3.4), (-1.0, 3.4)]),
    np.array([(-0.3, 0), (0.3, 0), (0.3, 1.1), (0.9, 1.4), (0.9, 1.8), (-0.3, 1.8)]),
)


def _lane(stage: Stage, base: float, bottom: float) -> None:
    """A pavement of slabs, a kerb, and cobbles down to the roofs of the next row."""
    rng = stage.rng
    slab = varied((166, 160, 152), rng, 4)
    stage.block(0, base - 2.4, stage.width, base + 1.2, slab)
    stage.block(0, base - 2.4, stage.width, base - 2.0, shade(slab, 0.78))
    xs = np.arange(float(rng.uniform(0, 4)), stage.width, 5.2)
    stage.stamp(_along(xs, base), shade(slab, 0.86), _JOINT)
    stage.block(0, base + 1.2, stage.width, base + 1.8, shade(slab, 1.12))
    stage.block(0, base + 1.8, stage.width, bottom + 0.6, (112, 108, 108))
    xs = np.arange(0, stage.width, 2.1)
    spots = np.concatenate([_along(xs, base + 1.95), _along(xs + 1.05, base + 2.85)])
    roll = rng.random(len(spots))
    stage.stamp(spots[roll < 0.28], (130, 126, 124), _COBBLE)
    stage.stamp(spots[roll > 0.85], (98, 95, 96), _COBBLE)
    stage.stamp(_along(rng.uniform(0, stage.width, 14), base - 2.0), _LEAF, _WEED)


_JOINT = np.array([
    (0, -2), (0.2, -2), (0.2, -0.45), (2.8, -0.45), (2.8, 1.2), (2.6, 1.2), (2.6, -0.3), (-2.2, -0.3), (-2.2, -0.45),
    (0, -0.45),
])  # fmt: skip
_WEED = np.array([(-0.6, 0), (-0.8, -1.3), (-0.2, -0.5), (0, -1.8), (0.2, -0.5), (0.9, -1.2), (0.6, 0)])


def _along(x: Numbers, y: float) -> Numbers:
    """Spots in a row."""
    return np.stack([x, np.full(len(x), y)], axis=1)


def _trifle(stage: Stage, place: Box) -> None:
    """One or two small things of a lane."""
    rng = stage.rng
    paints = (_pigeons, _bicycle, _plant, _bench, _stray, _lamp)
    chosen = rng.permutation(len(paints))[:2].tolist()
    width = place.width / 2
    for index, which in enumerate(chosen):
        middle = place.x1 + (index + 0.5) * width + float(rng.uniform(-1, 1))
        paints[which](stage, middle, place.y2 - 3 - float(rng.uniform(0, 1)))


def _pigeons(stage: Stage, x: float, y: float) -> None:
    """Three pigeons picking crumbs."""
    rng = stage.rng
    spots = [
        (x - 4 + 3.4 * i + float(rng.uniform(-0.4, 0.4)), y - 0.3 + float(rng.uniform(-0.6, 0.6))) for i in range(3)
    ]
    stage.stamp(spots, (128, 132, 140), _PIGEON)
    stage.stamp(spots, (98, 102, 112), np.array([(-0.5, -1.0), (0.6, -1.6), (1.4, -1.4), (0.8, -0.9)]))
    beak = np.array([(2.55, -2.4), (3.0, -2.2), (2.55, -2.15)])
    stage.stamp(spots, (190, 150, 116), beak, rectangle_points(1.0, -0.7, 1.2, 0), rectangle_points(1.5, -0.7, 1.7, 0))
    stage.stamp(_along(rng.uniform(x - 5, x + 6, 9), y), _TRIM, rectangle_points(0, 0, 0.25, 0.2))


_PIGEON = np.array([
    (0, -1.2), (0.8, -1.9), (1.6, -1.8), (1.9, -2.6), (2.3, -2.7), (2.6, -2.4), (2.3, -1.6), (1.8, -0.8), (0.9, -0.6),
])  # fmt: skip


def _bicycle(stage: Stage, x: float, y: float) -> None:
    """A bicycle that leans against the wall."""
    u, hub = stage.unit, y - 2.9
    wheels = (x - 3.9, x + 3.9)
    stage.drawing.fill([_disc(w * u, hub * u, r * u) for w in wheels for r in (2.9, 2.5)], (62, 60, 62))
    spokes = (2.5 * _SPOKES).tolist()
    stage.lines([(w, hub, w + dx, hub + dy) for w in wheels for dx, dy in spokes], 0.12, (140, 138, 136))
    # Two shapes: strokes that cross within one would leave holes.
    rear = [(-3.9, 0, -1.4, -3.3), (-0.2, 0.2, 3.0, -3.2), (3.9, 0, 2.8, -4.6)]
    front = [(-3.9, 0, -0.2, 0.2), (-0.2, 0.2, -1.5, -3.8), (-1.4, -3.2, 2.9, -3.4)]
    for half in (rear, front):
        stage.lines([(x + a, hub + b, x + c, hub + d) for a, b, c, d in half], 0.42, (112, 124, 120))
    stage.block(x - 2.5, hub - 4.3, x - 0.6, hub - 3.8, (96, 78, 64))
    stage.lines([(x + 2.8, hub - 4.6, x + 1.6, hub - 5.0)], 0.4, _IRON)
    stage.polygon(
        [(x + 3.2, hub - 4.4), (x + 6.0, hub - 4.4), (x + 5.6, hub - 2.4), (x + 3.6, hub - 2.4)], (158, 134, 102)
    )
    stage.lines([(x + 3.3, hub - 3.9 + 0.5 * i, x + 5.9, hub - 3.9 + 0.5 * i) for i in range(3)], 0.12, (124, 102, 76))


def _plant(stage: Stage, x: float, y: float) -> None:
    """A small tree in a clay pot."""
    rng = stage.rng
    stage.block(x - 0.3, y - 9, x + 0.3, y - 3, (112, 90, 72))
    angle, radius = rng.uniform(0, 2 * math.pi, 90), 3.6 * np.sqrt(rng.random(90))
    spots = np.stack([x - 0.4 + radius * np.cos(angle), y - 10 + 0.9 * radius * np.sin(angle)], axis=1)
    stage.ellipse(x, y - 10, 3.4, 3.1, shade(_LEAF, 0.78))
    stage.stamp(spots[:24], shade(_LEAF, 0.95), _LEAVES)
    stage.stamp(spots[24:48], shade(_LEAF, 1.2), _LEAVES)
    stage.stamp(spots[50:58], (208, 186, 120), _BLOSSOM)
    stage.polygon([(x - 2.4, y - 3.8), (x + 2.4, y - 3.8), (x + 1.7, y), (x - 1.7, y)], (158, 116, 94))
    stage.block(x - 2.7, y - 4.3, x + 2.7, y - 3.3, (172, 130, 106))


def _bench(stage: Stage, x: float, y: float) -> None:
    """A wooden bench on iron legs."""
    wood = varied((138, 112, 86), stage.rng, 5)
    legs = [
        (x - 5, y - 3, x - 4.5, y),
        (x + 4.5, y - 3, x + 5, y),
        (x - 5, y - 6.6, x - 4.6, y - 3.4),
        (x + 4.6, y - 6.6, x + 5, y - 3.4),
    ]
    stage.blocks(legs, _IRON)
    stage.blocks([(x - 5.8, y - 6.4 + 1.1 * i, x + 5.8, y - 5.6 + 1.1 * i) for i in range(3)], wood)
    stage.blocks([(x - 6.2, y - 3.2, x + 6.2, y - 2.5)], shade(wood, 1.14))
    stage.lines(
        [(x - 5 + 2 * i, y - 6.0 + 1.1 * (i % 3), x - 3.6 + 2 * i, y - 6.0 + 1.1 * (i % 3)) for i in range(5)],
        0.12,
        shade(wood, 0.76),
    )
    stage.polygon([(x + 1, y - 3.2), (x + 1.4, y - 3.8), (x + 4, y - 3.7), (x + 3.8, y - 3.2)], _TRIM)


def _stray(stage: Stage, x: float, y: float) -> None:
    """A cat beside its bowl."""
    fur = varied((134, 110, 88), stage.rng, 8)
    cat = np.array([
        (-2.0, 0), (-2.2, -1.6), (-1.4, -3.2), (-0.4, -4.2), (-0.8, -5.0), (-0.7, -6.4), (-0.1, -5.7), (0.7, -5.7),
        (1.3, -6.4), (1.4, -4.8), (0.9, -4.0), (1.1, -2.4), (1.2, 0),
    ])  # fmt: skip
    tail = np.array([(-1.8, 0), (-3.4, -0.2), (-4.0, -1.6), (-3.5, -2.8), (-3.2, -1.6), (-2.8, -0.9), (-1.8, -0.8)])
    stage.stamp([(x - 1, y)], fur, cat, tail)
    stripes = [
        (-1.9, -1.8, -0.9, -1.5),
        (-1.6, -2.6, -0.6, -2.3),
        (-1.1, -3.3, -0.2, -3.0),
        (0, -5.5, 0.05, -5.0),
        (0.5, -5.5, 0.5, -5.0),
    ]
    stage.lines([(x - 1 + a, y + b, x - 1 + c, y + d) for a, b, c, d in stripes], 0.3, shade(fur, 0.66))
    stage.stamp([(x - 1.3, y - 4.9), (x - 0.5, y - 4.9)], (206, 204, 150), rectangle_points(0, 0, 0.3, 0.35))
    stage.polygon([(x + 2.4, y - 1), (x + 5, y - 1), (x + 4.6, y), (x + 2.8, y)], (150, 158, 164))
    stage.ellipse(x + 3.7, y - 1, 1.3, 0.35, (204, 200, 190))


def _lamp(stage: Stage, x: float, y: float) -> None:
    """A street lamp of cast iron."""
    stage.blocks(
        [(x - 0.35, y - 17, x + 0.35, y - 1.2), (x - 1.2, y - 1.2, x + 1.2, y), (x - 0.9, y - 7, x + 0.9, y - 6.4)],
        _IRON,
    )
    stage.lines([(x - 2.2, y - 16, x + 2.2, y - 16)], 0.35, _IRON)
    stage.polygon([(x - 1.3, y - 17), (x - 2, y - 21), (x + 2, y - 21), (x + 1.3, y - 17)], (206, 196, 158))
    stage.lines(
        [(x, y - 17, x, y - 21), (x - 1.3, y - 17, x - 2, y - 21), (x + 1.3, y - 17, x + 2, y - 21)], 0.25, _IRON
    )
    stage.polygon(
        [(x - 2.5, y - 21), (x - 0.5, y - 22.8), (x, y - 23.6), (x + 0.5, y - 22.8), (x + 2.5, y - 21)], _IRON
    )


STREET = Family(
    "street",
    (
        Kind("car", (29, 16), _car),
        Kind("door", (16, 26), _door),
        Kind("sign", (28, 25), _sign),
        Kind("kiosk", (25, 26), _kiosk),
    ),
    Kind("bin", (9, 13), _bin),
    _backdrop,
    _trifle,
)
