"""Tones and outlines that more than one part of this family uses."""

import math

import numpy as np
import numpy.typing as npt

from ergo_demo.scenes.drawing import Colour, Points
from ergo_demo.scenes.families.outlines import unit_circle

TRIM: Colour = (206, 199, 184)
IRON: Colour = (70, 68, 70)
LEAF: Colour = (98, 116, 88)

Numbers = npt.NDArray[np.float64]


_ROUND = unit_circle(16)


def disc(x: float, y: float, radius: float) -> Points:
    """A round outline."""
    return radius * _ROUND + (x, y)


SPOKES = np.array([(math.cos(0.4 * math.pi * i), math.sin(0.4 * math.pi * i)) for i in range(5)])
LEAVES = np.array([
    (0, 0), (0.4, -0.6), (0.8, -0.1), (1.3, -0.8), (1.6, 0), (2.1, 0.2), (1.5, 0.6), (1.3, 1.2), (0.9, 0.7), (0.2, 0.9),
])  # fmt: skip
BLOSSOM = np.array([(0, 0.2), (0.25, 0), (0.5, 0.2), (0.4, 0.5), (0.1, 0.5)])


def along(x: Numbers, y: float) -> Numbers:
    """Spots in a row."""
    return np.stack([x, np.full(len(x), y)], axis=1)
