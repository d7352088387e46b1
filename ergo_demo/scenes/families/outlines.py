"""Outlines that the families draw with: given in shares of a body, round, or smooth through points."""

import math
from collections.abc import Sequence

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Points, rectangle_points


def placed(body: Box, points: Sequence[tuple[float, float]] | Points) -> Points:
    """Points given as shares of a body's width and height, in source px."""
    shares = np.asarray(points, dtype=np.float64)
    return np.asarray(shares * (body.width, body.height) + (body.x1, body.y1))


def part(body: Box, x1: float, y1: float, x2: float, y2: float) -> Points:
    """A rectangle given as shares of a body, in source px."""
    return placed(body, rectangle_points(x1, y1, x2, y2))


def unit_circle(corners: int) -> Points:
    """A circle of radius 1 around 0, 0."""
    angle = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def curve(points: Sequence[tuple[float, float]], closed: bool = True, steps: int = 5) -> Points:
    """A smooth line through the points (Catmull-Rom); a point given twice is a corner."""
    given = np.array(points, dtype=np.float64)
    ends = (given[-1:], given[:2]) if closed else (given[:1], given[-1:])
    padded = np.concatenate([ends[0], given, ends[1]])
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    smooth = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d)))
    flat = smooth.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, given[-1:]])
