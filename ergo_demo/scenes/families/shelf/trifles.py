"""What lies about on the planks, and nobody asks about."""

import math
from collections.abc import Callable

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.families.outlines import curve
from ergo_demo.scenes.families.shelf.kit import INK, brush, ellipse, lay, ribbon
from ergo_demo.scenes.stage import BASE, Stage
from ergo_demo.scenes.things import shade, varied


def trifle(stage: Stage, place: Box) -> None:
    """One of the odd things that lie about, or two small ones."""
    rng, y = stage.rng, place.y2 - BASE - 0.5
    middle = (place.x1 + place.x2) / 2
    if rng.random() < 0.3:
        _cat(stage, middle + float(rng.uniform(-5, 5)), y)
        return
    first, second = (_SMALL[int(i)] for i in rng.permutation(len(_SMALL))[:2])
    first(stage, middle + float(rng.uniform(-8.5, -5)), y)
    if rng.random() < 0.9:
        second(stage, middle + float(rng.uniform(5.5, 8.5)), y)


def _cat(stage: Stage, x: float, y: float) -> None:
    rng = stage.rng
    fur = varied(((126, 122, 118), (146, 124, 102), (108, 100, 97))[int(rng.integers(3))], rng, 4)
    flip = 1 if rng.random() < 0.5 else -1
    lay(stage, [_CAT_BODY], x, y, fur, flip)
    lay(stage, _CAT_STRIPES, x, y, shade(fur, 0.8), flip)
    lay(stage, _CAT_EARS, x, y, shade(fur, 0.9), flip)
    lay(stage, [_CAT_HEAD], x, y, shade(fur, 1.1), flip)
    lay(stage, [_CAT_TAIL], x, y, shade(fur, 0.86), flip)
    lay(stage, _CAT_FACE, x, y, shade(fur, 0.42), flip)
    lay(stage, _CAT_WHISKERS, x, y, shade(fur, 1.45), flip)


_CAT_BODY = curve(
    [(-9, -0.2), (-9.6, -3), (-7.6, -6.4), (-3, -8.1), (2, -7.2), (6, -4.6), (7.5, -1.2), (5, 0.1), (-4, 0.2)]
)
_CAT_HEAD = curve([(2.2, -2.6), (2.9, -5.2), (5.8, -6.1), (8.7, -5.2), (9.5, -2.6), (8, -0.4), (5.8, 0.1), (3.6, -0.4)])
_CAT_EARS = [np.array([(2.7, -4.2), (2.6, -8.0), (5.3, -5.8)]), np.array([(6.4, -5.8), (9.0, -8.0), (9.1, -4.2)])]
_CAT_TAIL = ribbon(curve([(-9.1, -2.8), (-8.6, -0.8), (-5, -0.6), (-1, -1.2), (2.4, -0.5)], False), 1.9)
_CAT_STRIPES = [
    ribbon(curve([(x, top), (x - 0.7, top + 1.6), (x - 0.4, top + 3.0)], False), 0.8)
    for x, top in ((-6.2, -6.9), (-4.0, -7.6), (-1.7, -7.9), (0.6, -7.4))
]
_CAT_FACE = [
    ribbon(curve([(x - 0.8, -3.2), (x, -2.7), (x + 0.8, -3.2)], False), 0.3) for x in (4.3, 7.4)
] + [np.array([(5.45, -2.3), (6.25, -2.3), (5.85, -1.75)])]  # fmt: skip
_CAT_WHISKERS = [
    ribbon(curve([(5.85 + s * 0.9, y), (5.85 + s * 2.6, y + dy), (5.85 + s * 4.2, y + 2 * dy)], False), 0.14)
    for s in (1, -1) for y, dy in ((-1.8, -0.2), (-1.5, 0.1))
]  # fmt: skip


def _papers(stage: Stage, x: float, y: float) -> None:
    """A pile of old letters, tied up, with a quill on top."""
    rng = stage.rng
    for sheet in range(7):
        dx, half = float(rng.uniform(-0.7, 0.7)), float(rng.uniform(4.0, 4.8))
        top = y - 0.55 * (sheet + 1)
        stage.block(
            x + dx - half, top, x + dx + half, top + 0.5, ((186, 178, 160), (170, 160, 142), (196, 188, 172))[sheet % 3]
        )
    stage.blocks([(x - 0.4, y - 3.9, x + 0.2, y)], (122, 98, 88))
    lay(stage, [_QUILL], x, y - 4.0, (176, 172, 166))
    lay(stage, [_QUILL_SHAFT], x, y - 4.0, (112, 106, 102))


_QUILL_SHAFT = ribbon(curve([(-3.6, 0.0), (-0.5, -1.4), (2.4, -3.6), (4.4, -6.4)], False), 0.3)
_QUILL = curve([(-1.4, -0.8), (-0.4, -2.4), (1.6, -4.4), (4.4, -6.6), (4.2, -4.6), (2.6, -2.6), (0.6, -1.2)])


def _globe(stage: Stage, x: float, y: float) -> None:
    sea = varied((122, 132, 134), stage.rng, 4)
    stage.ellipse(x, y - 0.6, 3.0, 0.7, (104, 82, 62))
    stage.blocks([(x - 0.4, y - 3.0, x + 0.4, y - 0.8)], (104, 82, 62))
    lay(stage, [_GLOBE_ARM], x, y, (160, 136, 92))
    stage.ellipse(x, y - 6.8, 3.9, 3.9, shade(sea, 0.8))
    stage.ellipse(x - 0.25, y - 6.95, 3.55, 3.55, sea)
    lay(stage, _GLOBE_LANDS, x, y - 6.8, (152, 144, 114))
    lay(stage, _GLOBE_LINES, x, y - 6.8, shade(sea, 0.82))


_GLOBE_ARM = ribbon(curve([(-1.2, -12.2), (3.2, -10.9), (4.9, -7.4), (3.8, -3.8), (0, -2.4)], False), 0.7)
_GLOBE_LANDS = [
    curve([(-2.6, -1.9), (-0.8, -2.8), (0.2, -1.8), (-0.9, -0.9), (-0.6, 0.2), (-1.6, 1.8), (-2.2, 0.4)]),
    curve([(1.2, -2.4), (2.4, -1.6), (2.8, 0), (1.9, 1.6), (1.3, 0.4), (0.7, -0.9)]),
]
_GLOBE_LINES = [
    ribbon(curve([(-3.5, dy), (0, dy + 0.7), (3.4, dy)], False), 0.16) for dy in (-1.6, 0.4, 2.0)
]  # fmt: skip


def _candle(stage: Stage, x: float, y: float) -> None:
    """A burning candle in a dish, its glow a faint ring on the wood behind."""
    tall = float(stage.rng.uniform(5, 9))
    stage.ellipse(x, y - 0.7, 3.2, 0.8, (128, 108, 72))
    stage.ellipse(x, y - 1.0, 2.6, 0.5, (158, 136, 94))
    stage.block(x - 1.1, y - 1 - tall, x + 1.1, y - 1, (200, 190, 168))
    stage.blocks([(x + 0.5, y - 0.8 - tall, x + 1.1, y - 1)], (172, 160, 138))
    lay(stage, [_WAX], x, y - 1 - tall, (212, 204, 186))
    stage.lines([(x, y - 1.9 - tall, x, y - 0.9 - tall)], 0.22, INK)
    lay(stage, [_FLAME], x, y - 1.5 - tall, (222, 164, 92))
    lay(stage, [_FLAME * 0.5], x, y - 1.6 - tall, (250, 232, 176))


_WAX = curve(
    [(-1.2, -0.2), (0, 0.25), (1.2, -0.2), (1.35, 1.2), (0.9, 2.6), (0.6, 1.2), (-0.2, 1.0), (-0.7, 3.6), (-1.25, 1.6)]
)
_FLAME = curve([(0.0, 0.0), (0.75, -0.9), (0.45, -1.9), (0.1, -3.2), (-0.5, -1.9), (-0.75, -0.9)])


def _spectacles(stage: Stage, x: float, y: float) -> None:
    """Spectacles left on a thin open notebook."""
    lay(stage, [_NOTEBOOK], x, y, (184, 176, 160))
    lay(stage, _NOTES, x, y, (150, 142, 130))
    lay(
        stage,
        [ring * scale + (dx, -2.6) for dx in (-2.1, 2.1) for ring, scale in ((_RING, 1.75), (_RING, 1.4))],
        x,
        y,
        INK,
    )
    lay(stage, _GLASSES, x, y, INK)


_RING = ellipse(0, 0, 1, 1)
_NOTEBOOK = np.array([(-6.0, 0.3), (-4.6, -1.3), (0, -0.9), (4.6, -1.3), (6.0, 0.3), (0, 0.7)])
_NOTES = [
    np.array([(s * 1.0, y), (s * 3.9, y - 0.2), (s * 4.0, y - 0.05), (s * 1.0, y + 0.15)])
    for s in (1, -1)
    for y in (-0.6, -0.1)
]
_GLASSES = [
    ribbon(curve([(-0.5, -2.9), (0, -3.2), (0.5, -2.9)], False), 0.4),
    ribbon(curve([(3.8, -3.0), (5.4, -3.2), (6.0, -1.6)], False), 0.4),
    ribbon(curve([(-3.8, -3.0), (-5.4, -3.2), (-6.0, -1.6)], False), 0.4),
]


def _plant(stage: Stage, x: float, y: float) -> None:
    """A fern in a clay pot."""
    rng = stage.rng
    pot = varied((142, 112, 96), rng, 4)
    for tone in ((94, 102, 82), (110, 118, 94), (122, 128, 104)):
        chosen = zip(rng.permutation(len(_FRONDS))[:4].tolist(), rng.uniform(0.6, 1.0, 4).tolist(), strict=True)
        lay(stage, [_FRONDS[number] * scale for number, scale in chosen], x, y - 4.4, tone)
    lay(stage, [np.array([(-2.6, -4.2), (2.6, -4.2), (1.9, 0), (-1.9, 0)])], x, y, pot)
    lay(stage, [np.array([(1.3, -4.2), (2.6, -4.2), (1.9, 0), (1.0, 0)])], x, y, shade(pot, 0.82))
    stage.block(x - 3.0, y - 5.2, x + 3.0, y - 3.9, shade(pot, 1.1))


_FRONDS = [
    brush(1.7, (0, 0), (4.2 * math.sin(turn), -6.2 * math.cos(turn)), (9 * math.sin(turn), 0.6 - 7 * math.cos(turn)))
    for turn in np.linspace(-1.2, 1.2, 9).tolist()
]


def _mouse(stage: Stage, x: float, y: float) -> None:
    """A mouse that has found a crumb of cheese."""
    fur = varied((126, 120, 116), stage.rng, 5)
    flip = 1 if stage.rng.random() < 0.5 else -1
    lay(stage, [_MOUSE_TAIL], x, y, (160, 138, 128), flip)
    lay(stage, [_MOUSE], x, y, fur, flip)
    lay(stage, [_RING * 0.9 + (0.9, -3.2)], x, y, shade(fur, 1.2), flip)
    lay(stage, [_RING * 0.5 + (0.9, -3.1)], x, y, (172, 148, 140), flip)
    lay(stage, [_RING * 0.22 + (2.1, -2.1), _RING * 0.25 + (3.3, -1.3)], x, y, INK, flip)
    lay(stage, [np.array([(4.0, 0), (6.6, 0), (6.6, -1.5)])], x, y, (196, 168, 104), flip)


_MOUSE = curve([(-3, 0), (-3.4, -1.6), (-1.6, -3.4), (0.8, -3.2), (2.4, -2.6), (3.4, -1.3), (2.4, -0.4), (0.6, 0)])
_MOUSE_TAIL = ribbon(curve([(-2.6, -0.4), (-4.6, -0.1), (-5.4, -1.2), (-6.8, -0.9)], False), 0.4)

_SMALL: tuple[Callable[[Stage, float, float], None], ...] = (_papers, _globe, _candle, _spectacles, _plant, _mouse)
