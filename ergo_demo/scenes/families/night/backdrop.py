"""The town behind, the quays and their lamps."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ergo_demo.scenes.drawing import Colour, Points, rectangle_points
from ergo_demo.scenes.families.night.kit import (
    DISC,
    FRONTS,
    GLOW,
    IRON,
    SNOW,
    SNOW_SHADE,
    WATER,
    Spot,
    curve_through,
)
from ergo_demo.scenes.families.outlines import unit_circle
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import mixed, shade

_FOG: tuple[Colour, ...] = ((84, 92, 122), (90, 98, 126), (97, 104, 130), (104, 109, 133))
_COBBLE: Colour = (66, 72, 96)


def backdrop(stage: Stage) -> None:
    """Sky, houses and quays, with snow and the light of lamps."""
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
    stage.stamp(flakes[:110], SNOW, unit_circle(6) * 0.24)
    stage.stamp(flakes[110:], SNOW_SHADE, unit_circle(6) * 0.36)


def _sky(stage: Stage, depth: float) -> None:
    """The moon in its haze and a few stars over the first row."""
    rng = stage.rng
    x, y = float(rng.uniform(20, stage.width - 20)), float(rng.uniform(6, 8))
    for radius, share in ((9.0, 0.1), (6.6, 0.2), (3.2, 0.75)):
        stage.ellipse(x, y, radius, radius, mixed(_FOG[0], (206, 210, 216), share))
    stage.stamp([(x - 0.8, y - 0.6), (x + 1.0, y + 0.9)], (156, 162, 176), DISC * 0.6)
    stars = rng.uniform(0, 1, (40, 2)) * (stage.width, 0.4 * depth)
    stage.stamp(stars, SNOW, np.array([(0, -0.4), (0.1, 0), (0, 0.4), (-0.1, 0)]))


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
    curve_through((0, 0.32), (0.12, 0.3), (0.22, 0.16), (0.34, 0.08), (0.4, 0), (0.6, 0), (0.66, 0.08), (0.78, 0.16),
           (0.88, 0.3), (1, 0.32), closed=False),
    np.array([(0, 0.2), (0.16, 0.04), (0.84, 0.04), (1, 0.2)]),
)  # fmt: skip


_GABLES = tuple(np.concatenate([ridge, [(1, 1), (0, 1)]]) for ridge in _RIDGES)


def _houses(stage: Stage, rows: Sequence[tuple[float, float, float]], lamps: Points) -> None:
    """Rows of narrow gabled houses, so near to the fog in tone that things stand out, some windows lit."""
    rng = stage.rng
    fronts: list[list[Points]] = [[] for _ in FRONTS]
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
    stage.drawing.fill([outline - snow for outlines in fronts for outline in outlines], SNOW_SHADE)
    _chimneys(stage, np.array([outline[0] for outlines in fronts for outline in outlines]) / stage.unit)
    for tone, outlines in zip(FRONTS, fronts, strict=True):
        stage.drawing.fill(outlines, tone)
    _bricks(stage, rows)
    for radius, share in ((9.5, 0.1), (7.2, 0.2), (5.0, 0.33), (3.0, 0.52)):
        stage.stamp(lamps[:, :2], mixed(_FOG[0], GLOW, share), unit_circle(24) * radius)
    _windows(stage, np.array(windows))


_SMOKE = curve_through(
    (0.4, -4.6), (1.1, -5.8), (0.5, -7.0), (1.4, -8.6), (3.6, -9.6), (2.2, -8.2), (1.7, -7.0), (2.1, -5.8), (1.2, -4.6)
)


def _chimneys(stage: Stage, eaves: Points) -> None:
    """A chimney on most houses, given their left eaves, and smoke from some."""
    spots = eaves + np.stack([stage.rng.uniform(1.4, 2.6, len(eaves)), np.zeros(len(eaves))], axis=1)
    roll = stage.rng.random(len(eaves))
    stage.stamp(spots[roll < 0.25], (112, 116, 138), _SMOKE)
    stage.stamp(spots[roll < 0.7], (64, 66, 90), rectangle_points(0, -4.4, 1.6, 0))
    stage.stamp(spots[roll < 0.7], SNOW_SHADE, rectangle_points(-0.2, -4.8, 1.8, -4.3))


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
    stage.stamp(spots[roll > 0.62], SNOW_SHADE, rectangle_points(-0.3, 2.5, 1.9, 2.85))


_STONE = np.array([(0.12, 0.0), (0.12, -0.5), (0.5, -0.86), (1.2, -0.92), (1.9, -0.86), (2.28, -0.5), (2.28, 0.0)])


def _course(width: float) -> Points:
    """A course of cobbles as a single outline, which is far cheaper than many: their feet share one line."""
    shifts = np.stack([np.arange(0, width, 2.4), np.zeros(math.ceil(width / 2.4))], axis=1)
    return (_STONE + shifts[:, None, :]).reshape(-1, 2)


def _quays(stage: Stage, rows: Sequence[tuple[float, float, float]], lamps: Points) -> None:
    """Wet cobbles with a snowy kerb, and a strip of water under it that mirrors the lamps."""
    rng, width = stage.rng, stage.width
    stage.blocks([(0, bottom, width, bottom + 3.2) for _, _, bottom in rows], mixed(WATER, _FOG[0], 0.55))
    stage.blocks([(0, bottom - 1.4, width, bottom + 2.2) for _, _, bottom in rows], WATER)
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
    drift = curve_through((0, 0.8), (1.2, 0.4), (2.6, 0.6), (4.6, 0.3), (5.8, 0.8), (4.0, 1.15), (2.0, 1.05))
    stage.stamp(kerbs[rng.random(len(kerbs)) < 0.7], SNOW_SHADE, drift)


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
        stage.stamp(under + sway, mixed(_COBBLE, GLOW, tone), DISC * (half, 0.3))
    count = 26 * len(rows)
    loose = np.stack(
        [rng.uniform(0, stage.width, count), rng.choice(bases, count) + rng.uniform(2.2, 4.8, count)], axis=1
    )
    stage.stamp(loose[::2], shade(WATER, 1.3), rectangle_points(0, 0, 4.2, 0.3))
    stage.stamp(loose[1::2], (96, 96, 108), rectangle_points(0, 0, 2.4, 0.3))


_LANTERN = np.array([(-0.9, 1.4), (-1.4, -1.2), (1.4, -1.2), (0.9, 1.4)])
_LEADS = rectangle_points(-0.12, -1.2, 0.12, 1.4)
_HOOD_SNOW = np.array([(-1.9, -1.3), (-0.4, -2.6), (0.4, -2.6), (1.9, -1.3), (0.3, -2.1), (-0.3, -2.1)])
_HOOD = np.array([(-1.8, -1.2), (-0.4, -2.4), (0, -3.1), (0.4, -2.4), (1.8, -1.2)])


def _lamps(stage: Stage, lamps: Points) -> None:
    """Iron lamps, and strings of small bulbs from each to the next."""
    for half, above in ((0.3, 99.0), (0.75, 9.0), (1.05, 2.4), (1.5, 0.7)):
        posts = [(x - half, max(y + 1.4, base - above), x + half, base - 0.2) for x, y, base in lamps.tolist()]
        stage.blocks(posts, IRON)
    share = np.linspace(0, 1, 12)[:, None]
    sag = np.array((0.0, 16.0)) * share * (1 - share)
    tops = lamps[:, :2]
    wires = [a + share * (b - a) + sag for a, b in pairwise(tops) if b[0] > a[0]]
    wire_half = np.array((0, 0.1))
    outlines = [np.concatenate([wire - wire_half, (wire + wire_half)[::-1]]) for wire in wires]
    stage.drawing.fill([outline * stage.unit for outline in outlines], IRON)
    bulbs = np.concatenate([wire[1:-1] for wire in wires]) + np.array((0, 0.5))
    stage.stamp(bulbs, (128, 116, 112), unit_circle(10) * 0.75)
    stage.stamp(bulbs, GLOW, unit_circle(8) * 0.42)
    for outline, tone in ((_LANTERN, (244, 222, 170)), (_LEADS, IRON), (_HOOD, IRON), (_HOOD_SNOW, SNOW)):
        stage.stamp(tops, tone, outline)
