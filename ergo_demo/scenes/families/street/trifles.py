"""What stands about in the lanes, and nobody asks about."""

import math

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import rectangle_points
from ergo_demo.scenes.families.street.kit import BLOSSOM, IRON, LEAF, LEAVES, SPOKES, TRIM, along, disc
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import shade, varied


def trifle(stage: Stage, place: Box) -> None:
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
    stage.stamp(along(rng.uniform(x - 5, x + 6, 9), y), TRIM, rectangle_points(0, 0, 0.25, 0.2))


_PIGEON = np.array([
    (0, -1.2), (0.8, -1.9), (1.6, -1.8), (1.9, -2.6), (2.3, -2.7), (2.6, -2.4), (2.3, -1.6), (1.8, -0.8), (0.9, -0.6),
])  # fmt: skip


def _bicycle(stage: Stage, x: float, y: float) -> None:
    """A bicycle that leans against the wall."""
    u, hub = stage.unit, y - 2.9
    wheels = (x - 3.9, x + 3.9)
    stage.drawing.fill([disc(w * u, hub * u, r * u) for w in wheels for r in (2.9, 2.5)], (62, 60, 62))
    spokes = (2.5 * SPOKES).tolist()
    stage.lines([(w, hub, w + dx, hub + dy) for w in wheels for dx, dy in spokes], 0.12, (140, 138, 136))
    # Two shapes: strokes that cross within one would leave holes.
    rear = [(-3.9, 0, -1.4, -3.3), (-0.2, 0.2, 3.0, -3.2), (3.9, 0, 2.8, -4.6)]
    front = [(-3.9, 0, -0.2, 0.2), (-0.2, 0.2, -1.5, -3.8), (-1.4, -3.2, 2.9, -3.4)]
    for half in (rear, front):
        stage.lines([(x + a, hub + b, x + c, hub + d) for a, b, c, d in half], 0.42, (112, 124, 120))
    stage.block(x - 2.5, hub - 4.3, x - 0.6, hub - 3.8, (96, 78, 64))
    stage.lines([(x + 2.8, hub - 4.6, x + 1.6, hub - 5.0)], 0.4, IRON)
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
    stage.ellipse(x, y - 10, 3.4, 3.1, shade(LEAF, 0.78))
    stage.stamp(spots[:24], shade(LEAF, 0.95), LEAVES)
    stage.stamp(spots[24:48], shade(LEAF, 1.2), LEAVES)
    stage.stamp(spots[50:58], (208, 186, 120), BLOSSOM)
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
    stage.blocks(legs, IRON)
    stage.blocks([(x - 5.8, y - 6.4 + 1.1 * i, x + 5.8, y - 5.6 + 1.1 * i) for i in range(3)], wood)
    stage.blocks([(x - 6.2, y - 3.2, x + 6.2, y - 2.5)], shade(wood, 1.14))
    stage.lines(
        [(x - 5 + 2 * i, y - 6.0 + 1.1 * (i % 3), x - 3.6 + 2 * i, y - 6.0 + 1.1 * (i % 3)) for i in range(5)],
        0.12,
        shade(wood, 0.76),
    )
    stage.polygon([(x + 1, y - 3.2), (x + 1.4, y - 3.8), (x + 4, y - 3.7), (x + 3.8, y - 3.2)], TRIM)


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
        IRON,
    )
    stage.lines([(x - 2.2, y - 16, x + 2.2, y - 16)], 0.35, IRON)
    stage.polygon([(x - 1.3, y - 17), (x - 2, y - 21), (x + 2, y - 21), (x + 1.3, y - 17)], (206, 196, 158))
    stage.lines(
        [(x, y - 17, x, y - 21), (x - 1.3, y - 17, x - 2, y - 21), (x + 1.3, y - 17, x + 2, y - 21)], 0.25, IRON
    )
    stage.polygon([(x - 2.5, y - 21), (x - 0.5, y - 22.8), (x, y - 23.6), (x + 0.5, y - 22.8), (x + 2.5, y - 21)], IRON)
