"""What stands about on the quay, and nobody asks about."""

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.families.night.kit import (
    DISC,
    FRONTS,
    GLOW,
    IRON,
    SNOW,
    SNOW_SHADE,
    WATER,
    WOOD,
    band_along,
    curve_through,
)
from ergo_demo.scenes.families.outlines import unit_circle
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import mixed, shade


def trifle(stage: Stage, place: Box) -> None:
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
    stage.stamp(spot, IRON, np.array([(-1.4, 0), (-1.0, -3.2), (-1.7, -4.6), (1.7, -4.6), (1.0, -3.2), (1.4, 0)]))
    stage.stamp([(x, y - 1.2), (x, y - 2.2)], (112, 104, 104), DISC * (1.7, 0.4))
    stage.stamp(spot, (112, 104, 104), curve_through((1.4, -1.2), (3.4, -0.6), (5.0, 0.2), (3.2, -0.2), (1.4, -0.7)))
    stage.stamp([(x, y - 4.7)], SNOW, DISC * (1.6, 0.6))


_CAT = curve_through(
    (-2.2, 0), (-2.2, -1.6), (-1.6, -3.0), (-1.2, -3.8), (-1.5, -4.6), (-1.4, -5.9), (-1.4, -5.9), (-0.6, -5.2),
    (0.2, -5.2), (1.0, -5.9), (1.0, -5.9), (1.1, -4.6), (0.8, -3.8), (1.2, -2.4), (1.4, 0), (1.4, 0),
)  # fmt: skip


_TAIL = curve_through((-1.6, -0.2), (-3.6, -0.4), (-4.6, -1.8), (-4.0, -2.6), (-3.8, -1.4), (-1.8, -0.9))


def _cat(stage: Stage, x: float, y: float) -> None:
    """A cat that looks at you."""
    stage.stamp(
        [(x, y)],
        (48, 48, 62),
        _TAIL,
    )
    stage.stamp([(x, y)], (48, 48, 62), _CAT)
    stage.stamp([(x - 0.75, y - 4.5), (x + 0.35, y - 4.5)], (206, 200, 130), DISC * (0.34, 0.3))
    stage.stamp([(x - 0.75, y - 4.5), (x + 0.35, y - 4.5)], IRON, DISC * (0.1, 0.28))


def _brazier(stage: Stage, x: float, y: float) -> None:
    """A basket of embers on three legs, in its own small glow."""
    for radius, share in ((5.4, 0.14), (3.8, 0.3)):
        stage.ellipse(x, y - 4.6, radius, 0.8 * radius, mixed(FRONTS[0], (220, 140, 84), share))
    stage.lines([(x - 1.2, y - 2.4, x - 2.2, y), (x, y - 2.4, x, y), (x + 1.2, y - 2.4, x + 2.2, y)], 0.45, IRON)
    stage.polygon([(x - 2.4, y - 5), (x + 2.4, y - 5), (x + 1.6, y - 2.2), (x - 1.6, y - 2.2)], IRON)
    stage.lines([(x - 1.6 + 0.8 * i, y - 4.7, x - 1.2 + 0.6 * i, y - 2.6) for i in range(5)], 0.25, (188, 104, 70))
    flame = curve_through((-1.5, -5), (-1.6, -6.2), (-0.7, -7.0), (-0.4, -8.2), (0.4, -7.0), (1.3, -6.8), (1.5, -5))
    stage.stamp([(x, y)], (206, 132, 78), flame)
    stage.stamp([(x, y - 2.4)], GLOW, 0.5 * flame)


def _snowman(stage: Stage, x: float, y: float) -> None:
    """A small snowman that nobody will count."""
    stage.stamp([(x + 0.25, y - 1.7)], SNOW_SHADE, DISC * (2.2, 1.8))
    stage.stamp([(x, y - 1.8)], SNOW, DISC * (1.9, 1.7))
    stage.stamp([(x, y - 4.4)], SNOW, DISC * 1.3)
    stage.lines([(x - 1.6, y - 2.6, x - 3.4, y - 4.0), (x + 1.6, y - 2.6, x + 3.3, y - 3.6)], 0.25, WOOD)
    stage.stamp([(x - 0.45, y - 4.7), (x + 0.4, y - 4.7), (x, y - 2.5), (x, y - 1.6)], IRON, unit_circle(8) * 0.2)
    stage.polygon([(x - 0.1, y - 4.4), (x - 1.5, y - 4.1), (x - 0.1, y - 4.0)], (188, 116, 78))
    stage.blocks([(x - 1.3, y - 5.8, x + 1.3, y - 5.4), (x - 0.8, y - 7.2, x + 0.8, y - 5.8)], IRON)


def _puddle(stage: Stage, x: float, y: float) -> None:
    """A puddle with a lamp in it."""
    rim = curve_through((-5, 0), (-3.2, -0.9), (0, -0.7), (2.4, -1.1), (5.2, -0.2), (3.6, 0.8), (0.6, 0.6), (-2.6, 1.0))
    stage.stamp([(x, y + 0.6)], shade(WATER, 0.8), rim)
    stage.stamp([(x, y + 0.65)], shade(WATER, 1.25), 0.8 * rim)
    stage.stamp([(x + 1, y + 0.2), (x + 0.7, y + 0.8), (x + 1.2, y + 1.1)], GLOW, DISC * (1.2, 0.2))


_RUNNER = band_along(curve_through((-4.4, 0), (3.4, 0), (4.6, -0.9), (4.4, -2.0), closed=False), (1.0, 1.0), 0.4)


def _sledge(stage: Stage, x: float, y: float) -> None:
    """A child's sledge leaning on nothing in particular."""
    stage.stamp([(x, y)], IRON, _RUNNER)
    stage.lines([(x + dx, y, x + dx, y - 1.6) for dx in (-3, 0, 2.6)], 0.45, WOOD)
    stage.blocks([(x - 4, y - 2.2, x + 3.8, y - 1.5)], (116, 98, 92))
    stage.lines([(x + 4.2, y - 1.9, x + 6.4, y - 0.2)], 0.2, (112, 104, 104))
