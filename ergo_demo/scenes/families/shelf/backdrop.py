"""The panel, and books on planks between posts."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ergo_demo.scenes.drawing import Colour, Points, rectangle_points
from ergo_demo.scenes.families.outlines import curve
from ergo_demo.scenes.families.shelf.kit import ellipse, lay, ribbon
from ergo_demo.scenes.stage import Stage
from ergo_demo.scenes.things import shade, varied

Whole = npt.NDArray[np.int64]
_PANELS: tuple[Colour, ...] = ((102, 88, 77), (90, 92, 80), (94, 97, 100))
_BOARD: Colour = (146, 112, 80)
_SPINES: tuple[Colour, ...] = (
    (139, 124, 107),
    (122, 112, 102),
    (150, 139, 121),
    (124, 122, 110),
    (134, 115, 104),
    (116, 116, 117),
)
"""Greyish tones of middle brightness: every strong colour, white and black stand out before them."""


def backdrop(stage: Stage) -> None:
    """The panel with its books, row by row."""
    rng = stage.rng
    panel, wood = varied(_PANELS[int(rng.integers(len(_PANELS)))], rng, 2), varied(_BOARD, rng, 4)
    _panel(stage, panel)
    tones = [varied(tone, rng, 3) for tone in _SPINES]
    posts = np.cumsum(rng.uniform(52, 96, 8)) - 30
    for row in range(stage.rows):
        top, base, bottom = stage.row(row)
        _books(stage, row, tones)
        standing = posts[rng.random(len(posts)) < 0.8].tolist()
        _posts(stage, standing, top, base, shade(wood, 0.82))
        for x in rng.permutation(standing)[: int(rng.integers(2))].tolist():
            _web(stage, x, top)
        _plank(stage, base, bottom, wood)
    for _ in range(int(rng.integers(2, 5))):
        _ivy(stage, float(rng.uniform(8, stage.width - 8)), stage.row(int(rng.integers(stage.rows)))[0])


def _panel(stage: Stage, panel: Colour) -> None:
    """The back of the shelf: upright planks with grain, dark under every board."""
    rng, width, height = stage.rng, stage.width, stage.height
    stage.block(0, 0, width, height, panel)
    edges = np.cumsum(rng.uniform(9, 17, int(width / 9)))
    pairs = zip(edges[::3].tolist(), edges[1::3].tolist(), strict=False)
    stage.blocks([(left, 0, right, height) for left, right in pairs], shade(panel, 1.06))
    tops = [stage.row(row)[0] for row in range(stage.rows)]
    for depth, tone in ((6.5, 0.9), (4.6, 0.82), (2.6, 0.73)):
        stage.blocks([(0, top, width, top + depth) for top in tops], shade(panel, tone))
    stage.blocks([(x, 0, x + 0.35, height) for x in edges.tolist()], shade(panel, 0.62))
    count = 160
    x, y, length = rng.uniform(0, width, count), rng.uniform(0, height, count), rng.uniform(4, 14, count)
    _quads(stage, _grain(x, y, x + rng.uniform(-0.5, 0.5, count), y + length, (0.22, 0)), shade(panel, 0.84))


def _grain(x1: Points, y1: Points, x2: Points, y2: Points, thick: tuple[float, float]) -> Points:
    """Strokes as quadrilaterals (n, 4, 2), `thick` units wide across and down."""
    corners = [(x1, y1), (x2, y2), (x2 + thick[0], y2 + thick[1]), (x1 + thick[0], y1 + thick[1])]
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)


def _books(stage: Stage, row: int, tones: Sequence[Colour]) -> None:
    """The second row of books behind the things, that stand, lean or lie, with tired bands and titles."""
    top, base, _ = stage.row(row)
    at, across, up = _spines(stage, base, base - top)
    patches = at + across * _PATCHES[:, :, :1] + up * _PATCHES[:, :, 1:]
    tone = stage.rng.integers(len(tones), size=len(patches))
    for number, colour in enumerate(tones):
        _quads(stage, patches[tone == number, 0], colour)
    _quads(stage, patches[:, 1], shade(tones[1], 0.74))
    _quads(stage, patches[tone % 2 == 0, 2], shade(tones[2], 1.08))
    for part, light in enumerate((1.2, 0.78, 1.2)):
        bands = patches[tone % 3 == part, 4 + 2 * part : 6 + 2 * part].reshape(-1, 4, 2)
        _quads(stage, bands, shade(tones[part], light))
    titled = (across.max(axis=-1)[:, 0, 0] > 2.2) & (tone < 4)
    _quads(stage, patches[titled, 3], shade(tones[1], 0.72))


_BANDS = ((0.08, 0.12), (0.8, 0.83), (0.16, 0.18), (0.88, 0.93), (0.2, 0.21), (0.7, 0.71))
_PATCHES = np.array(
    [
        rectangle_points(0, 0, 1, 1),
        rectangle_points(0.86, 0, 1, 1),
        rectangle_points(0.1, 0, 0.26, 0.985),
        rectangle_points(0.36, 0.34, 0.6, 0.64),
        *(rectangle_points(0.04, low, 0.86, high) for low, high in _BANDS),
    ]
)
"""Parts of a spine in shares of its width and height: all of it, its shadow, its gleam, its title, three pairs."""


def _runs(stage: Stage, room: float) -> tuple[Whole, Points, Points, Points, npt.NDArray[np.bool_]]:
    """Runs of books along one board: how many each has, its lean (x per y), height, gap before it, whether it lies."""
    rng, runs = stage.rng, int(stage.width / 14)
    leans, tall = _LEANS[rng.integers(len(_LEANS), size=runs)], rng.uniform(0.48, 0.68, runs) * room
    lying = rng.random(runs) < 0.16
    leans[lying] = 0
    counts = np.where(lying, rng.integers(2, 6, runs), rng.integers(4, 13, runs))
    gaps = np.where(rng.random(runs) < 0.5, rng.uniform(1, 9, runs), 0.4) + np.maximum(-leans, 0) * tall
    gaps[1:] += np.where(lying, 1.1 * tall, np.maximum(leans, 0) * tall)[:-1]
    gaps[0] -= float(rng.uniform(4, 12))
    return counts, leans, tall, gaps, lying


def _spines(stage: Stage, base: float, room: float) -> tuple[Points, Points, Points]:
    """Where each spine along a board begins, and its sides as vectors: (n, 1, 1, 2) each, in units."""
    counts, leans, tall, gaps, lying = _runs(stage, room)
    run = np.repeat(np.arange(len(counts)), counts)
    lean, flat, high = leans[run], lying[run], tall[run]
    widths, heights = stage.rng.uniform(1.4, 3.7, len(run)), high * stage.rng.uniform(0.78, 1.1, len(run))
    steps = np.where(flat, 0, widths + 0.08)
    x = np.cumsum(steps) - steps + np.cumsum(gaps)[run]
    piled = np.cumsum(widths)
    piled -= (piled - widths)[np.cumsum(counts) - counts][run]
    standing = (x, np.full(len(x), base)), (widths, lean * widths), (lean * heights, -heights)
    lies = (x + (1.1 * high - heights) / 2, base - piled), (0 * widths, widths), (heights, 0 * heights)
    at, across, up = (
        np.where(flat[:, None], np.stack(b, axis=1), np.stack(a, axis=1))[x < stage.width, None, None]
        for a, b in zip(standing, lies, strict=True)
    )
    return at, across, up


_LEANS = np.array([0.0, 0.0, 0.0, 0.05, 0.13, 0.22, -0.08, -0.18])


def _quads(stage: Stage, shapes: Points, colour: Colour) -> None:
    """Many polygons (n, corners, 2), in units, as one shape."""
    if len(shapes):
        stage.drawing.fill(list(shapes * stage.unit), colour)


def _posts(stage: Stage, xs: Sequence[float], top: float, base: float, wood: Colour) -> None:
    """Uprights between bays, with flutes, a capital and a shadow to their right."""
    stage.blocks([(x + 3.4, top, x + 4.6, base) for x in xs], (66, 60, 55))
    stage.blocks([(x, top, x + 3.4, base) for x in xs], wood)
    stage.blocks([(x + dx, top + 5, x + dx + 0.3, base - 5) for x in xs for dx in (0.9, 1.6, 2.3)], shade(wood, 0.74))
    light = [(x - 0.6, top + 2.2, x + 4, top + 3.4) for x in xs] + [(x, top + 3.4, x + 0.3, base) for x in xs]
    stage.blocks(light, shade(wood, 1.14))
    stage.blocks([(x - 0.6, top, x + 4, top + 2.2) for x in xs], shade(wood, 0.6))


def _plank(stage: Stage, base: float, bottom: float, wood: Colour) -> None:
    """A board: the top that things stand on, its front edge with grain, knots and a moulding."""
    rng, width = stage.rng, stage.width
    front = base + 0.5
    stage.block(0, base - 2.1, width, front, shade(wood, 0.9))
    stage.block(0, front, width, bottom + 0.5, wood)
    stage.blocks([(0, front, width, front + 0.3), (0, bottom - 0.75, width, bottom - 0.55)], shade(wood, 1.2))
    dark = [(0, base - 2.1, width, base - 1.5), (0, bottom - 0.55, width, bottom - 0.35)]
    stage.blocks([*dark, (0, bottom + 0.1, width, bottom + 0.5)], shade(wood, 0.6))
    grain = []
    for low, high, count in ((base - 1.3, front - 0.3, 26), (front + 0.5, bottom - 1.0, 40)):
        x, y = rng.uniform(-5, width, count), rng.uniform(low, high, count)
        grain.append(_grain(x, y, x + rng.uniform(4, 22, count), y + rng.uniform(-0.12, 0.12, count), (0, 0.16)))
    _quads(stage, np.concatenate(grain), shade(wood, 0.8))
    knots = [(x, (front + bottom) / 2) for x in rng.uniform(0, width, 3).tolist()]
    lay(stage, [_KNOT + at for at in knots], 0, 0, shade(wood, 0.74))
    lay(stage, [0.5 * _KNOT + at for at in knots], 0, 0, shade(wood, 0.9))


_KNOT = ellipse(0, 0, 1.1, 0.42)


def _web(stage: Stage, x: float, y: float) -> None:
    """A cobweb in the corner between a post and the board above it."""
    corner, turns = (x + 3.4, y + 0.5), np.linspace(0.05, math.pi / 2 - 0.05, 5)
    reach = stage.rng.uniform(5, 8, 5)
    ends = np.stack([corner[0] + reach * np.cos(turns), corner[1] + reach * np.sin(turns)], axis=1)
    lines = [(*corner, *end) for end in ends.tolist()]
    for share in (0.35, 0.6, 0.85):
        knots = (np.array(corner) + (ends - corner) * share).tolist()
        lines += [(*a, *b) for a, b in pairwise(knots)]
    stage.lines(lines, 0.1, (150, 142, 134))


def _ivy(stage: Stage, x: float, y: float) -> None:
    """Ivy that hangs over the edge of a board, in a dusty green that is no thing's green."""
    rng = stage.rng
    paths = []
    for start in rng.uniform(-6, 6, 5).tolist():
        length = float(rng.uniform(5, 15))
        ends = ((x + start, y - 2.4), (x + 1.3 * start, y + length / 2), (x + 1.1 * start, y + length))
        paths.append(curve(ends, closed=False))
    lay(stage, [ribbon(path, 0.3) for path in paths], 0, 0, (82, 82, 66))
    spots = np.concatenate([path[1:] for path in paths])
    scale = rng.uniform(0.7, 1.15, (len(spots), 1, 1)) * np.ones(2)
    scale[::2, :, 0] *= -1
    leaves = _LEAF * scale + spots[:, None]
    for part, tone in enumerate(((104, 112, 88), (120, 126, 100), (92, 100, 80))):
        _quads(stage, leaves[part::3], tone)


_LEAF = curve([(0.0, 0.0), (0.5, -0.5), (1.1, -0.2), (1.7, 0.35), (1.0, 0.6), (0.6, 1.0), (0.1, 0.6)], steps=2)
