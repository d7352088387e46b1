"""Tones and outlines that more than one part of this family uses."""

import numpy as np

from ergo_demo.scenes.drawing import Colour, Points
from ergo_demo.scenes.families.outlines import curve, unit_circle

SNOW: Colour = (166, 178, 204)
SNOW_SHADE: Colour = (124, 138, 172)
GLOW: Colour = (226, 190, 128)
IRON: Colour = (34, 38, 56)
WOOD: Colour = (62, 54, 62)
FRONTS: tuple[Colour, ...] = ((70, 77, 106), (76, 80, 104), (66, 76, 98), (80, 80, 108))
WATER: Colour = (50, 62, 92)

Spot = tuple[float, float]


def curve_through(*points: Spot, closed: bool = True) -> Points:
    """A smooth outline, or with `closed` off a smooth path, through the points."""
    return curve(points, closed)


def band_along(path: Points, size: Spot, width: float) -> Points:
    """The outline, in shares of a body of `size` units, of a bent stroke of `width` units."""
    path = path * size
    along = np.gradient(path, axis=0)
    normal = along[:, ::-1] * (-1, 1) / np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    return np.concatenate([path + normal * width / 2, (path - normal * width / 2)[::-1]]) / size


DISC = unit_circle(14)
