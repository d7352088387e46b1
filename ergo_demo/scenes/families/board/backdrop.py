"""The board itself: its mask, traces, vias and print."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ergo_demo.scenes.drawing import Colour, Points
from ergo_demo.scenes.families.board.kit import COPPER, GOLD, TIN, Spot, discs, ribbons, strokes
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import mixed, shade, varied

_SILK: Colour = (222, 226, 214)
_MASKS: tuple[Colour, ...] = ((86, 110, 96), (74, 108, 112), (116, 102, 84), (96, 112, 82))


def backdrop(stage: Stage) -> None:
    """The solder mask, and what is etched and printed on it."""
    mask = varied(_MASKS[int(stage.rng.integers(len(_MASKS)))], stage.rng, 5)
    stage.block(0, 0, stage.width, stage.height, mask)
    _weave(stage, mask)
    for row in range(stage.rows):
        _hatch(stage, row, mask)
    _avenues(stage, mask)
    for row in range(stage.rows):
        _street(stage, row, mask)
    _vias(stage, mask)
    _silk(stage, mask)
    _grains(stage, mask)
    fingers = np.arange(1.0, stage.width - 1, 2.0).tolist()
    stage.blocks([(x, stage.height - 1.5, x + 1.3, stage.height) for x in fingers], mixed(mask, GOLD, 0.7))


def _weave(stage: Stage, mask: Colour) -> None:
    """The glass cloth that shows faintly through the board."""
    xs, ys = np.arange(1.5, stage.width, 3.0).tolist(), np.arange(1.5, stage.height, 3.0).tolist()
    _lines(stage, np.array([(x, 0, x, stage.height) for x in xs]), 0.3, shade(mask, 1.03))
    _lines(stage, np.array([(0, y, stage.width, y) for y in ys]), 0.3, shade(mask, 0.975))


def _hatch(stage: Stage, row: int, mask: Colour) -> None:
    """One or two patches of copper ground, drawn as a slanted grid."""
    rng, (top, base, _) = stage.rng, stage.row(row)
    for _ in range(int(rng.integers(1, 3))):
        x1, y1 = float(rng.uniform(0, stage.width - 20)), float(rng.uniform(top, top + 8))
        x2, y2 = x1 + float(rng.uniform(16, 40)), float(rng.uniform(base - 10, base))
        stage.block(x1, y1, x2, y2, shade(mask, 0.95))
        sums = np.arange(x1 + y1 + 1, x2 + y2, 2.2)
        left, right = np.maximum(x1, sums - y2), np.minimum(x2, sums - y1)
        falling = np.stack([left, sums - left, right, sums - right], axis=1)
        rising = falling * (-1, 1, -1, 1) + (x1 + x2, 0, x1 + x2, 0)
        for lines in (falling, rising):
            _lines(stage, lines, 0.35, shade(mask, 1.07))


def _avenues(stage: Stage, mask: Colour) -> None:
    """Bundles of traces from each row's street to the one above, bent by 45 degrees on the way: one shape."""
    rng = stage.rng
    outlines: list[Points] = []
    for row in range(stage.rows):
        top, base, _ = stage.row(row)
        xs = np.arange(float(rng.uniform(6, 20)), stage.width - 6, 35.0)
        xs += rng.uniform(-4, 4, len(xs))
        asides = rng.choice((-1, 1), len(xs)) * rng.uniform(3, 9, len(xs))
        bends = rng.uniform(top + 6, base - 14, len(xs))
        ys = np.stack([0 * xs + top - 2, bends, bends + abs(asides), 0 * xs + base], axis=1)
        paths = np.stack([np.stack([xs, xs, xs + asides, xs + asides], axis=1), ys], axis=2)
        outlines += _lanes(paths, np.sign(asides), rng.integers(2, 6, len(xs)))
    stage.drawing.fill([outline * stage.unit for outline in outlines], shade(mask, 1.2))


def _lanes(paths: Points, turns: Points, counts: npt.NDArray[np.int64]) -> list[Points]:
    """The outlines of `counts` parallel traces along each path (n, 4, 2) of two downward runs and a slant between."""
    slope = math.tan(math.pi / 8)
    mitres = (
        np.array([(1.0, 0.0), (1.0, -slope), (1.0, -slope), (1.0, 0.0)])
        * np.stack([abs(turns), turns], axis=1)[:, None]
    )
    found: list[Points] = []
    for lane in range(5):
        aside = (0.95 * (lane - (counts - 1) / 2))[:, None, None]
        left, right = paths + mitres * (aside - 0.21), paths + mitres * (aside + 0.21)
        found += list(np.concatenate([left, right[:, ::-1]], axis=1)[counts > lane])
    return found


def _street(stage: Stage, row: int, mask: Colour) -> None:
    """A broad bus across the board, jogging up and down, on a darker bed."""
    rng = stage.rng
    x, low = -float(rng.uniform(4, 20)), stage.row(row)[2] - 0.6
    path = [(x, low)]
    while x < stage.width:
        rise = float(rng.uniform(3, 8))
        across = float(rng.uniform(10, 30))
        flat = float(rng.uniform(20, 60))
        x += flat + rise
        path += [(x - rise, low), (x, low - rise), (x + across, low - rise), (x + across + rise, low)]
        x += across + rise
    path.append((stage.width + 40, low))
    _traces(stage, path, [0.0], 5.6, shade(mask, 0.88))
    copper = mixed(mask, COPPER, 0.42)
    _traces(stage, path, [-2.0, -1.0, 0.0], 0.5, copper)
    _traces(stage, path, [1.5], 1.0, shade(copper, 1.1))


def _vias(stage: Stage, mask: Colour) -> None:
    """Plated holes all over the board, and rows of larger ones: a ring of copper around a dark middle."""
    rng = stage.rng
    loose = rng.uniform(0, 1, (110, 2)) * (stage.width, stage.height)
    rows = []
    for row in range(stage.rows):
        top, base, _ = stage.row(row)
        start = rng.uniform(0, 1, (3, 2)) * (stage.width - 16, base - top - 8) + (0, top)
        rows.append((start[:, None, :] + np.arange(5)[None, :, None] * (2.5, 0)).reshape(-1, 2))
    for spots, radius in ((loose, 0.6), (np.concatenate(rows), 0.85)):
        source = [(x, y) for x, y in (spots * stage.unit).tolist()]
        stage.drawing.fill(discs(source, radius * stage.unit), mixed(mask, GOLD, 0.55))
        stage.drawing.fill(discs(source, 0.5 * radius * stage.unit), shade(mask, 0.6))


def _silk(stage: Stage, mask: Colour) -> None:
    """White print: the corners of a frame around each place, a mark for the first pin, and dots between."""
    pale, corners, dots = mixed(mask, _SILK, 0.4), [], []
    for row in range(stage.rows):
        first = stage.place_box((0, row))
        y1, y2 = first.y1 + 0.8, first.y2 - 0.8
        for left in (first.x1 + 1 + column * first.width for column in range(stage.columns)):
            for x, inward in ((left, 1), (left + first.width - 2, -1)):
                corners += [(x, y1, x + 3 * inward, y1), (x, y1 + 0.3, x, y1 + 4), (x, y2 - 9, x, y2 - 5)]
            dots += [(left + 5 + 1.4 * i, y1, left + 5.5 + 1.4 * i, y1) for i in range(3 + row % 3)]
    _lines(stage, np.array(corners), 0.34, pale)
    _lines(stage, np.array(dots), 0.5, pale)


def _grains(stage: Stage, mask: Colour) -> None:
    """The smallest parts, lying and standing in little ranks all over: dull bodies between two tin ends."""
    rng = stage.rng
    starts = rng.uniform(0, 1, (54, 1, 2)) * (stage.width - 8, stage.height - 6)
    for part, tone in enumerate(((150, 136, 112), (70, 72, 74), (120, 124, 126))):
        upright = part == 1
        ranks = starts[part::3] + np.arange(3)[None, :, None] * ((1.9, 0) if upright else (0, 1.9))
        spots = ranks.reshape(-1, 2)
        half = np.array((0, 1.0) if upright else (1.0, 0))
        _lines(stage, np.concatenate([spots - 1.6 * half, spots + 1.6 * half], axis=1), 1.1, mixed(mask, TIN, 0.6))
        _lines(stage, np.concatenate([spots - half, spots + half], axis=1), 1.2, mixed(mask, tone, 0.75))


def _traces(stage: Stage, path: Sequence[Spot], lanes: Sequence[float], width: float, colour: Colour) -> None:
    """Parallel traces along a path (units) as one shape."""
    line = np.array(path) * stage.unit
    stage.drawing.fill(ribbons(line, [lane * stage.unit for lane in lanes], width * stage.unit), colour)


def _lines(stage: Stage, lines: Points, width: float, colour: Colour) -> None:
    """Straight strokes (rows of x1, y1, x2, y2 in units) as one shape."""
    strokes(stage.drawing, lines * stage.unit, width * stage.unit, colour)
