"""House walls with windows and roofs, and the lanes before them."""

from dataclasses import dataclass

import numpy as np

from ergo_demo.scenes.drawing import Colour, Points, rectangle_points
from ergo_demo.scenes.families.street.kit import BLOSSOM, IRON, LEAF, LEAVES, TRIM, Numbers, along
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import shade, varied

# Pale, greyed tones only: the houses must stay calmer than what stands before them.
_WALLS: tuple[Colour, ...] = ((194, 182, 160), (186, 168, 148), (180, 162, 154), (160, 166, 168), (168, 172, 154))
_ROOFS: tuple[Colour, ...] = ((142, 110, 96), (118, 114, 116), (130, 112, 98))
_SHUTTERS: tuple[Colour, ...] = ((116, 128, 118), (126, 114, 104), (112, 120, 130))
_CLOTHES: tuple[Colour, ...] = ((206, 200, 190), (170, 156, 160), (150, 164, 172), (186, 170, 140))
_PANE: Colour = (104, 114, 122)
_STONE: Colour = (168, 161, 149)


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


def backdrop(stage: Stage) -> None:
    """From the top down, a row of houses and the lane before it."""
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
    stage.stamp(spots, TRIM, rectangle_points(-0.1, -0.3, 4.1, 5.6))
    stage.stamp(spots[roll < 0.82], _PANE, rectangle_points(0.3, 0.3, 3.7, 5.2))
    stage.stamp(spots[roll >= 0.82], (204, 186, 140), rectangle_points(0.3, 0.3, 3.7, 5.2))
    stage.stamp(spots[(roll > 0.25) & (roll < 0.6)], (180, 176, 168), *_CURTAINS)
    stage.stamp(spots[(roll > 0.6) & (roll < 0.7)], (84, 76, 70), _CAT)
    stage.stamp(spots, TRIM, _BARS)
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
    stage.stamp(np.add(spots, (-0.2, 4.4)), LEAF, LEAVES, np.add(LEAVES, (2.3, 0.1)))
    for count, colour in ((3, (196, 140, 136)), (2, (214, 198, 150))):
        shape = (count, len(spots))
        around = np.stack([rng.uniform(-0.3, 3.8, shape), rng.uniform(3.9, 4.8, shape)], 2)
        stage.stamp(spots + around, colour, BLOSSOM)


def _ivy(stage: Stage, houses: list[_House]) -> None:
    """Creepers up the corner of a house here and there."""
    rng = stage.rng
    grown = [house for house in houses if rng.random() < 0.25]
    height = rng.uniform(0, 1, (len(grown), 28))
    at = np.array([(h.x1, h.foot, h.foot - h.eaves) for h in grown]).reshape(-1, 3, 1)
    x = at[:, 0] + rng.normal(0, 1, height.shape) * (1 + 2.2 * height)
    spots = np.stack([x, at[:, 1] - 0.5 - height * (at[:, 2] - 2)], axis=2)
    stage.stamp(spots[:, :17], shade(LEAF, 0.9), LEAVES)
    stage.stamp(spots[:, 17:], shade(LEAF, 1.14), LEAVES)


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
    stage.stamp(lamps, IRON, arm, cage)
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
    stage.stamp(along(xs, base), shade(slab, 0.86), _JOINT)
    stage.block(0, base + 1.2, stage.width, base + 1.8, shade(slab, 1.12))
    stage.block(0, base + 1.8, stage.width, bottom + 0.6, (112, 108, 108))
    xs = np.arange(0, stage.width, 2.1)
    spots = np.concatenate([along(xs, base + 1.95), along(xs + 1.05, base + 2.85)])
    roll = rng.random(len(spots))
    stage.stamp(spots[roll < 0.28], (130, 126, 124), _COBBLE)
    stage.stamp(spots[roll > 0.85], (98, 95, 96), _COBBLE)
    stage.stamp(along(rng.uniform(0, stage.width, 14), base - 2.0), LEAF, _WEED)


_JOINT = np.array([
    (0, -2), (0.2, -2), (0.2, -0.45), (2.8, -0.45), (2.8, 1.2), (2.6, 1.2), (2.6, -0.3), (-2.2, -0.3), (-2.2, -0.45),
    (0, -0.45),
])  # fmt: skip
_WEED = np.array([(-0.6, 0), (-0.8, -1.3), (-0.2, -0.5), (0, -1.8), (0.2, -0.5), (0.9, -1.2), (0.6, 0)])
