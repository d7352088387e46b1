"""Tones and outlines that more than one part of this family uses."""

from collections.abc import Sequence

import numpy as np

from ergo_demo.scenes.drawing import Colour, Drawing, Points
from ergo_demo.scenes.families.outlines import unit_circle

TIN: Colour = (178, 180, 176)
GOLD: Colour = (176, 154, 108)
COPPER: Colour = (176, 124, 88)

Spot = tuple[float, float]


ROUND, _SMALL_ROUND = unit_circle(36), unit_circle(12)


def ribbons(path: Points, lanes: Sequence[float], width: float) -> list[Points]:
    """The outlines of bent strokes beside a path: whole ones, since strokes that overlap would leave holes."""
    steps = path[1:] - path[:-1]
    steps /= np.hypot(steps[:, 0], steps[:, 1])[:, None]
    normals = steps[:, ::-1] * (-1, 1)
    before, after = np.concatenate([normals[:1], normals]), np.concatenate([normals, normals[-1:]])
    mitre = (before + after) / (1 + np.sum(before * after, axis=1, keepdims=True))
    back, back_mitre = np.concatenate([path, path[::-1]]), np.concatenate([mitre, mitre[::-1]])
    sides = np.repeat((width / 2, -width / 2), len(path))[:, None]
    return [back + back_mitre * (lane + sides) for lane in lanes]


def strokes(drawing: Drawing, lines: Points, width: float, colour: Colour) -> None:
    """Straight strokes (rows of x1, y1, x2, y2 in source px) as one shape, all computed at once for speed."""
    along = lines[:, 2:] - lines[:, :2]
    across = along[:, ::-1] * (-1, 1) * (width / 2 / np.hypot(along[:, 0], along[:, 1])[:, None])
    corners = [lines[:, :2] + across, lines[:, 2:] + across, lines[:, 2:] - across, lines[:, :2] - across]
    drawing.fill(list(np.stack(corners, axis=1)), colour)


def discs(spots: Sequence[Spot], radius: float) -> list[Points]:
    """Many small round outlines at once."""
    return list(np.array(spots)[:, None, :] + radius * _SMALL_ROUND)
