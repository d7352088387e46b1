"""Tones and outlines that more than one part of this family uses."""

import math
from collections.abc import Sequence

import numpy as np

from ergo_demo.scenes.drawing import Colour, Points
from ergo_demo.scenes.families.outlines import curve
from ergo_demo.scenes.stage import Stage

INK: Colour = (62, 54, 50)


def ribbon(path: Points, width: float) -> Points:
    """The outline of a stroke along a path, fullest in its middle and thin at its ends."""
    along = np.gradient(path, axis=0)
    normal = along[:, ::-1] * (-1, 1) / np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    half = 0.5 * width * np.sin(np.linspace(0.12, math.pi - 0.12, len(path)))[:, None] ** 0.5
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])


def brush(width: float, *points: tuple[float, float]) -> Points:
    """A smooth stroke through the points."""
    return ribbon(curve(points, closed=False), width)


def rounded(x1: float, y1: float, x2: float, y2: float, radius_x: float, radius_y: float) -> Points:
    """A rectangle with round corners; an ellipse where the radii are half its sides."""
    angle = np.linspace(0, math.pi / 2, 6)
    arc = np.stack([radius_x * np.cos(angle), radius_y * np.sin(angle)], axis=1)
    back = arc[::-1]
    corners = (
        arc + np.array((x2 - radius_x, y2 - radius_y)),
        back * (-1, 1) + (x1 + radius_x, y2 - radius_y),
        -arc + (x1 + radius_x, y1 + radius_y),
        back * (1, -1) + (x2 - radius_x, y1 + radius_y),
    )
    return np.concatenate(corners)


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> Points:
    """An ellipse around (x, y)."""
    return rounded(x - radius_x, y - radius_y, x + radius_x, y + radius_y, radius_x, radius_y)


def lay(stage: Stage, outlines: Sequence[Points], x: float, y: float, colour: Colour, flip: int = 1) -> None:
    """Outlines in units around (0, 0), put at (x, y), as one shape."""
    scale, at = np.array((flip * stage.unit, stage.unit)), np.array((x, y)) * stage.unit
    stage.drawing.fill([outline * scale + at for outline in outlines], colour)
