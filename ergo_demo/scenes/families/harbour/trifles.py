"""What lies about on the pontoons, and nobody asks about."""

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, rectangle_points
from ergo_demo.scenes.families.harbour.kit import FISH, FOAM, RIPPLES, ROUND, SPAR
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import shade

_ROPE: Colour = (190, 170, 128)


def trifle(stage: Stage, place: Box) -> None:
    """Two small things of a quay."""
    rng = stage.rng
    paints = (_coil, _gull, _lifebuoy, _bollard, _fish_box, _fenders, _pots, _ducks)
    for index, which in enumerate(rng.permutation(len(paints))[:2].tolist()):
        middle = place.x1 + (index + 0.5) * place.width / 2 + float(rng.uniform(-1.5, 1.5))
        paints[which](stage, middle, place.y2 - 3.2 - float(rng.uniform(0, 1)))


def _coil(stage: Stage, x: float, y: float) -> None:
    """A coil of rope with its loose end."""
    stage.lines([(x + 2, y - 0.4, x + 5.4, y - 0.2), (x + 5.3, y - 0.3, x + 6.4, y - 1.2)], 0.5, shade(_ROPE, 0.84))
    for layer in range(3):
        stage.ellipse(x, y - 0.9 - 0.75 * layer, 3.4 - 0.3 * layer, 1.0, shade(_ROPE, 0.74))
        stage.ellipse(x, y - 1.15 - 0.75 * layer, 3.4 - 0.3 * layer, 0.9, _ROPE)
    stage.ellipse(x, y - 2.7, 1.5, 0.4, (106, 90, 66))
    stage.lines(
        [(x - 2.6 + 1.1 * i, y - 0.7 - 0.6 * (i % 2), x - 2.2 + 1.1 * i, y - 1.1 - 0.6 * (i % 2)) for i in range(6)],
        0.15,
        (124, 106, 76),
    )


def _gull(stage: Stage, x: float, y: float) -> None:
    """A gull."""
    stage.lines([(x - 0.3, y, x - 0.2, y - 1.6), (x + 0.7, y, x + 0.6, y - 1.6)], 0.25, (206, 160, 90))
    plumage = [
        (-3.4, -2.4),
        (-1.6, -3.2),
        (0.6, -3.7),
        (1.4, -4.9),
        (2.2, -5.3),
        (3.0, -4.9),
        (2.9, -3.6),
        (2.2, -2.2),
        (0.8, -1.3),
        (-1.0, -1.4),
    ]
    stage.polygon([(x + a, y + b) for a, b in plumage], (228, 229, 228))
    stage.polygon(
        [(x - 4.2, y - 2.2), (x - 1.6, y - 3.2), (x + 0.8, y - 3.1), (x + 0.2, y - 2.1), (x - 1.6, y - 1.8)],
        (150, 158, 166),
    )
    stage.polygon([(x + 2.9, y - 4.8), (x + 4.1, y - 4.3), (x + 2.9, y - 4.1)], (214, 168, 84))
    stage.ellipse(x + 2.35, y - 4.6, 0.22, 0.22, (40, 42, 48))


def _lifebuoy(stage: Stage, x: float, y: float) -> None:
    """A lifebuoy on its post."""
    u, centre = stage.unit, (x, y - 7.4)
    stage.blocks([(x - 0.5, y - 11, x + 0.5, y), (x - 1.6, y - 0.7, x - 0.5, y), (x + 0.5, y - 0.7, x + 1.6, y)], SPAR)
    stage.drawing.fill([(radius * ROUND + centre) * u for radius in (3.2, 1.7)], (222, 216, 204))
    bands = [
        [(a * 3.2, b * 3.2), (c * 3.2, d * 3.2), (c * 1.7, d * 1.7), (a * 1.7, b * 1.7)]
        for (a, b), (c, d) in zip(ROUND[::4], np.roll(ROUND, -2, axis=0)[::4], strict=True)
    ]
    stage.drawing.fill([(np.array(band) + centre) * u for band in bands], (188, 104, 86))


def _bollard(stage: Stage, x: float, y: float) -> None:
    """An iron bollard with a turn of rope."""
    stage.polygon([(x - 1.5, y), (x - 1.1, y - 4), (x + 1.1, y - 4), (x + 1.5, y)], (92, 94, 98))
    stage.polygon([(x - 2.2, y - 4), (x - 1.8, y - 5), (x + 1.8, y - 5), (x + 2.2, y - 4)], (112, 114, 118))
    stage.blocks([(x - 1.6, y - 2.2 + 0.6 * i, x + 1.6, y - 1.8 + 0.6 * i) for i in range(3)], _ROPE)
    stage.lines([(x + 1.4, y - 0.8, x + 4, y - 0.3), (x + 4, y - 0.4, x + 7, y - 0.5)], 0.4, shade(_ROPE, 0.84))
    stage.block(x - 0.8, y - 4.7, x - 0.4, y - 2.6, (136, 138, 142))


def _fish_box(stage: Stage, x: float, y: float) -> None:
    """A low box of fish on ice."""
    stage.polygon([(x - 4.6, y - 2.6), (x - 2, y - 3.9), (x + 2.4, y - 3.8), (x + 4.6, y - 2.6)], (206, 216, 220))
    spots = [(x - 4.2, y - 3.3), (x - 1.2, y - 3.9), (x + 0.4, y - 3.1), (x - 2.4, y - 2.9)]
    stage.stamp(spots, (140, 154, 166), FISH)
    stage.stamp(spots, (112, 124, 138), np.array([(0.9, -0.55), (2.4, -0.5), (3, -0.15), (1, -0.15)]))
    stage.stamp(spots, (236, 234, 224), 0.2 * ROUND + (0.7, -0.1))
    stage.block(x - 5, y - 2.6, x + 5, y, (160, 142, 116))
    stage.blocks(
        [
            (x - 5, y - 1.4, x + 5, y - 1.2),
            (x - 4.6, y - 2.6, x - 4.1, y - 1.4),
            (x + 4.1, y - 2.6, x + 4.6, y - 1.4),
            (x - 4.6, y - 1.2, x - 4.1, y),
            (x + 4.1, y - 1.2, x + 4.6, y),
        ],
        (122, 104, 82),
    )


def _fenders(stage: Stage, x: float, y: float) -> None:
    """Three fenders on a rail."""
    stage.blocks([(x - 4.6, y - 7.4, x - 4.0, y), (x + 4.0, y - 7.4, x + 4.6, y), (x - 4, y - 7, x + 4, y - 6.5)], SPAR)
    spots = [(x - 2.6, y - 4.6), (x, y - 4.2), (x + 2.6, y - 4.7)]
    stage.stamp(spots, _ROPE, rectangle_points(-0.15, -2.2, 0.15, -1))
    stage.stamp(spots, (196, 200, 200), ROUND * (0.95, 1.9))
    stage.stamp(spots, (116, 132, 146), rectangle_points(-0.9, 0.6, 0.9, 1.1), rectangle_points(-0.9, -0.9, 0.9, -0.5))


def _pots(stage: Stage, x: float, y: float) -> None:
    """Three lobster pots of withy and net."""
    spots = [(x - 2.4, y), (x + 3.0, y), (x + 0.4, y - 3.4)]
    dome = np.array(
        [(-2.4, 0), (-2.4, -1.8), (-1.7, -2.9), (-0.6, -3.4), (0.6, -3.4), (1.7, -2.9), (2.4, -1.8), (2.4, 0)]
    )
    stage.stamp(spots, (112, 98, 80), dome)
    stage.stamp(spots, (176, 158, 122), dome, 0.86 * dome - (0, 0.2))
    stage.lines(
        [(a + i, b - 0.3, a + i, b - 2.7) for a, b in spots for i in (-1.3, -0.4, 0.5, 1.4)], 0.16, (160, 142, 110)
    )
    stage.stamp(spots, (70, 62, 54), 0.7 * ROUND - (0, 1.3))


def _ducks(stage: Stage, x: float, y: float) -> None:
    """A duck and her ducklings, out on the water behind the pontoon."""
    y -= 6.0
    body = np.array(
        [
            (-2.4, -0.9),
            (-1.8, 0),
            (1.2, 0),
            (1.9, -0.9),
            (1.7, -1.7),
            (2.3, -2.2),
            (1.9, -2.9),
            (1.1, -2.8),
            (0.9, -1.6),
            (-0.8, -1.5),
            (-1.7, -1.3),
        ]
    )
    young = [(x - 2.6 - 2.4 * i, y + 0.2 * (i % 2)) for i in range(3)]
    stage.stamp([(x + 2, y)], (134, 112, 90), body)
    stage.stamp(young, (196, 180, 132), 0.5 * body)
    stage.stamp([(x + 2, y)], (98, 84, 70), np.array([(-1.6, -1.1), (0.6, -1.2), (0.2, -0.5), (-1.0, -0.4)]))
    stage.stamp([(x + 4.2, y - 2.4)], (206, 160, 84), np.array([(0, 0), (0.9, 0.25), (0, 0.45)]))
    stage.stamp([(x + 0.4, y + 0.2), *young], FOAM, 0.6 * RIPPLES[2])
