"""Water, and the pontoons across it."""

import numpy as np
import numpy.typing as npt

from ergo_demo.scenes.drawing import Colour, rectangle_points
from ergo_demo.scenes.families.harbour.kit import FISH, FOAM, RIPPLES, ROUND
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import shade, varied

Numbers = npt.NDArray[np.float64]


def _along(x: Numbers, y: float) -> Numbers:
    """Spots in a row."""
    return np.stack([x, np.full(len(x), y)], axis=1)


def backdrop(stage: Stage) -> None:
    """Water in slow bands, ripples, shadows of fish, and the pontoons."""
    rng = stage.rng
    water = varied((70, 116, 134), rng, 7)
    stage.block(0, 0, stage.width, stage.height, water)
    stage.stamp(_scattered(stage, 26) - (15, 0), shade(water, 0.95), 5.0 * RIPPLES[3])
    stage.stamp(_scattered(stage, 22) - (15, 0), shade(water, 1.05), 4.0 * RIPPLES[1])
    for index, tone in enumerate((1.13, 0.88, 1.22, 1.1, 0.84, 1.3)):
        stage.stamp(_scattered(stage, (190, 150, 130, 90, 120, 60)[index]), shade(water, tone), RIPPLES[index % 4])
    shoal = np.concatenate([spot + rng.normal(0, 3.2, (5, 2)) for spot in _scattered(stage, 9)])
    stage.stamp(shoal, shade(water, 0.8), FISH)
    nets = np.concatenate([spot + _along(np.arange(0, 15, 1.9), 0.0) for spot in _scattered(stage, 12)])
    nets[:, 1] += 0.6 * np.sin(0.5 * nets[:, 0])
    stage.stamp(nets, (176, 150, 124), ROUND * (0.55, 0.4))
    stage.stamp(nets, shade(water, 0.82), rectangle_points(-0.6, 0.35, 0.6, 0.6))
    for row in range(stage.rows):
        _, base, _ = stage.row(row)
        _pontoon(stage, base, water)


def _scattered(stage: Stage, count: int) -> Numbers:
    return stage.rng.uniform(0, 1, (count, 2)) * (stage.width, stage.height)


def _pontoon(stage: Stage, base: float, water: Colour) -> None:
    """A plank walk across the picture on posts that the water mirrors, with ropes, cleats and tyres at its edge."""
    rng = stage.rng
    wood = shade((150, 126, 100), float(rng.uniform(0.94, 1.06)))
    posts = np.arange(float(rng.uniform(2, 10)), stage.width, 15.0)
    mirrored = np.array(
        [(0, 2), (1.8, 2), (2.2, 2.8), (1.5, 3.4), (2.0, 4.2), (1.2, 5.2), (0.4, 4.5), (0.7, 3.6), (-0.3, 2.8)]
    )
    stage.stamp(_along(posts, base), shade(water, 0.78), mirrored)
    stage.block(0, base + 0.8, stage.width, base + 1.5, shade(water, 0.72))
    stage.stamp(_along(posts, base), shade(wood, 0.52), rectangle_points(0, 0, 1.8, 2.2))
    stage.block(0, base - 3.4, stage.width, base, wood)
    joints = np.arange(float(rng.uniform(0, 3)), stage.width, 2.9)
    stage.stamp(_along(joints, base), shade(wood, 0.74), rectangle_points(0, -3.4, 0.25, 0))
    odd = joints[rng.random(len(joints)) < 0.3]
    stage.stamp(_along(odd, base), shade(wood, 1.09), rectangle_points(0.4, -3.4, 2.8, 0))
    grain = np.stack([rng.uniform(0, stage.width, 90), rng.uniform(base - 3.2, base - 0.3, 90)], axis=1)
    stage.stamp(grain, shade(wood, 0.84), rectangle_points(0, 0, 0.15, 0.9), rectangle_points(0.5, -0.2, 0.6, 0.4))
    stage.block(0, base - 0.1, stage.width, base + 0.9, shade(wood, 0.68))
    stage.stamp(
        _along(joints, base),
        shade(wood, 0.46),
        rectangle_points(1, 0.3, 1.3, 0.6),
        rectangle_points(2, 0.3, 2.3, 0.6),
    )
    _edge(stage, base, posts)


def _edge(stage: Stage, base: float, posts: Numbers) -> None:
    """What hangs along a pontoon: swags of rope, tyres and a frill of foam around the posts."""
    rng = stage.rng
    roped = posts[rng.random(len(posts)) < 0.45]
    swag = np.array(
        [
            (0.9, 0.4),
            (4, 1.7),
            (8.4, 2.2),
            (12.8, 1.7),
            (15.9, 0.4),
            (15.9, 0.8),
            (12.8, 2.1),
            (8.4, 2.6),
            (4, 2.1),
            (0.9, 0.8),
        ]
    )
    stage.stamp(_along(roped, base), (166, 150, 116), swag)
    tyres = posts[rng.random(len(posts)) < 0.3] + 5
    stage.stamp(_along(tyres, base + 1.0), (68, 70, 74), 1.5 * ROUND, 0.8 * ROUND)
    stage.stamp(
        _along(posts, base + 2.2),
        FOAM,
        np.array([(-0.8, 0), (0, -0.25), (0.9, 0), (1.8, -0.25), (2.6, 0), (0.9, 0.3)]),
    )
