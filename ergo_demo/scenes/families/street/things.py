"""Cars, doors, signs and kiosks, and the bins beside some."""

import math
from collections.abc import Sequence

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points
from ergo_demo.scenes.families.outlines import part, placed
from ergo_demo.scenes.families.street.kit import IRON, LEAF, SPOKES, disc
from ergo_demo.scenes.things import Kind, shade

_GLASS: Colour = (58, 72, 86)


def _car(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    shell = [
        (0, 0.83), (0.005, 0.6), (0.04, 0.5), (0.19, 0.43), (0.27, 0.14), (0.33, 0.03), (0.45, 0), (0.6, 0.01),
        (0.68, 0.07), (0.81, 0.41), (0.93, 0.46), (0.985, 0.55), (1, 0.7), (0.99, 0.83),
    ]  # fmt: skip
    drawing.polygon(placed(body, shell), colour)
    side = [(0.23, 0.41), (0.295, 0.16), (0.34, 0.1), (0.46, 0.08), (0.46, 0.41)]
    front = [(0.5, 0.41), (0.5, 0.08), (0.59, 0.09), (0.645, 0.13), (0.755, 0.41)]
    drawing.fill([placed(body, side), placed(body, front)], _GLASS)
    glints = [
        [(0.3, 0.36), (0.37, 0.12), (0.4, 0.12), (0.33, 0.36)],
        [(0.54, 0.36), (0.6, 0.13), (0.62, 0.14), (0.57, 0.36)],
    ]
    drawing.fill([placed(body, glint) for glint in glints], (120, 140, 152))
    seams = [part(body, 0.48, 0.44, 0.49, 0.79), part(body, 0.17, 0.44, 0.18, 0.6)]
    drawing.fill([part(body, 0.06, 0.465, 0.8, 0.485)], shade(colour, 1.3))
    drawing.fill([*seams, part(body, 0, 0.79, 1, 0.86)], shade(colour, 0.6))
    _wheels(drawing, body, unit)
    lamp = disc(body.x1 + 0.95 * body.width, body.y1 + 0.6 * body.height, unit)
    drawing.fill([part(body, 0.51, 0.52, 0.55, 0.55), part(body, 0.92, 0.72, 1, 0.76), lamp], (240, 230, 190))
    return body.x1 + 0.47 * body.width, body.y1 + 0.63 * body.height


def _wheels(drawing: Drawing, body: Box, unit: float) -> None:
    radius, y = 0.19 * body.height, body.y2 - 0.19 * body.height
    hubs = [body.x1 + share * body.width for share in (0.19, 0.81)]
    drawing.fill([disc(x, y, radius) for x in hubs], (34, 34, 38))
    drawing.fill([disc(x, y, 0.62 * radius) for x in hubs], (188, 188, 186))
    nuts = [_STAR * 0.4 * radius + (x, y) for x in hubs]
    drawing.fill(nuts, (96, 96, 98))


_STAR = np.stack([SPOKES, -0.35 * np.roll(SPOKES, 2, axis=0)], axis=1).reshape(-1, 2)


def _arch(body: Box, inset: float, foot: float) -> Points:
    """A round-headed outline `inset` inside a body."""
    radius = body.width / 2 - inset
    x, y = (body.x1 + body.x2) / 2, body.y1 + body.width / 2
    head = radius * _HEAD + (x, y - 0.1 * body.width)
    return np.concatenate([head, [(x + radius, foot), (x - radius, foot)]])


_HEAD = np.array([(-math.cos(math.pi * i / 12), -0.8 * math.sin(math.pi * i / 12)) for i in range(13)])


def _door(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    step = body.y2 - 1.3 * unit
    drawing.polygon(_arch(body, 0, step), (142, 134, 122))
    drawing.polygon(_arch(body, 1.3 * unit, step), colour)
    light = _arch(body, 2.9 * unit, body.y1 + 0.25 * body.height)
    drawing.polygon(light, (150, 148, 128))
    x, y = (body.x1 + body.x2) / 2, body.y1 + 0.25 * body.height
    drawing.strokes([(x, y, float(px), float(py)) for px, py in light[2:12:2]], 0.4 * unit, colour)
    panels = [(0.22, 0.3, 0.47, 0.46), (0.53, 0.3, 0.78, 0.46), (0.22, 0.71, 0.47, 0.9), (0.53, 0.71, 0.78, 0.9)]
    drawing.fill([part(body, *panel) for panel in panels], shade(colour, 0.68))
    drawing.fill([part(body, a + 0.03, b + 0.02, c, d) for a, b, c, d in panels], shade(colour, 0.9))
    drawing.fill(
        [part(body, 0.09, share, 0.2, share + 0.02) for share in (0.36, 0.8)]
        + [disc(body.x1 + 0.84 * body.width, body.y1 + 0.67 * body.height, 0.7 * unit)],
        (216, 188, 112),
    )
    drawing.rectangle(body.x1, step, body.x2, body.y2, (182, 176, 165))
    return x, body.y1 + 0.57 * body.height


def _sign(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.fill([part(body, 0.47, 0.05, 0.53, 1), part(body, 0.4, 0.965, 0.6, 1)], IRON)
    drawing.fill([disc(body.x1 + 0.5 * body.width, body.y1 + 0.035 * body.height, 0.95 * unit)], (186, 160, 96))
    # Some point left and some right, by where they stand: a painter has no chance of its own.
    mirrored = int(body.x1) % 2 == 0
    board = [(0, 0.1), (0.83, 0.1), (1, 0.35), (0.83, 0.6), (0, 0.6), (0.07, 0.35)]
    inner = [(0.05, 0.135), (0.81, 0.135), (0.955, 0.35), (0.81, 0.565), (0.05, 0.565), (0.11, 0.35)]
    drawing.polygon(_facing(body, board, mirrored), colour)
    drawing.fill(
        [
            _facing(body, inner, mirrored),
            _facing(body, [(0.5 + 0.965 * (x - 0.5), 0.35 + 0.94 * (y - 0.35)) for x, y in inner], mirrored),
        ],
        shade(colour, 1.4 if sum(colour) < 500 else 0.75),
    )
    grain = [
        (0.14, 0.2, 0.36, 0.2),
        (0.6, 0.25, 0.84, 0.25),
        (0.15, 0.5, 0.44, 0.5),
        (0.58, 0.47, 0.8, 0.47),
        (0.2, 0.28, 0.3, 0.28),
    ]
    drawing.fill(
        [_facing(body, [(a, b), (c, b), (c, b + 0.01), (a, b + 0.01)], mirrored) for a, b, c, _ in grain],
        shade(colour, 0.8),
    )
    drawing.fill(
        [
            disc(body.x1 + x * body.width, body.y1 + y * body.height, 0.4 * unit)
            for x in (0.44, 0.56)
            for y in (0.16, 0.53)
        ],
        (190, 186, 176),
    )
    weeds = [
        [(x, 1), (x + d, 0.9 - abs(d)), (x + 0.03, 1)]
        for x, d in ((0.34, -0.03), (0.39, 0.01), (0.58, 0.0), (0.62, 0.04))
    ]
    drawing.fill([placed(body, weed) for weed in weeds], LEAF)
    return (body.x1 + body.x2) / 2, body.y1 + 0.35 * body.height


def _facing(body: Box, points: Sequence[tuple[float, float]], mirrored: bool) -> Points:
    return placed(body, [(1 - x if mirrored else x, y) for x, y in points])


def _kiosk(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.fill([part(body, 0.485, 0, 0.515, 0.1)], IRON)
    drawing.fill([disc(body.x1 + 0.5 * body.width, body.y1 + 0.045 * body.height, 0.8 * unit)], (216, 188, 112))
    dome = [(0.1, 0.3), (0.14, 0.2), (0.26, 0.13), (0.42, 0.09), (0.58, 0.09), (0.74, 0.13), (0.86, 0.2), (0.9, 0.3)]
    drawing.polygon(placed(body, dome), shade(colour, 0.86))
    ribs = [
        placed(body, [(0.5 + 0.09 * i, 0.1), (0.5 + 0.19 * i, 0.3), (0.51 + 0.19 * i, 0.3), (0.51 + 0.09 * i, 0.1)])
        for i in (-2, -1, 0, 1, 2)
    ]
    seams = [part(body, x, 0.64, x + 0.012, 0.94) for x in (0.17, 0.26, 0.74, 0.83)]
    drawing.fill([part(body, 0.12, 0.3, 0.88, 0.95)], colour)
    edges = [part(body, 0.09, 0.95, 0.91, 1), part(body, 0.08, 0.59, 0.92, 0.625)]
    drawing.fill([*ribs, *seams, *edges], shade(colour, 0.6))
    drawing.fill([part(body, 0.19, 0.38, 0.81, 0.59)], (62, 58, 58))
    _wares(drawing, body)
    _awning(drawing, body, colour)
    return body.x1 + 0.5 * body.width, body.y1 + 0.79 * body.height


def _wares(drawing: Drawing, body: Box) -> None:
    """The keeper with papers and jars behind the counter: greyed, so that the kiosk keeps its colour."""
    face = disc(body.x1 + 0.5 * body.width, body.y1 + 0.49 * body.height, 0.045 * body.width)
    papers = [part(body, x, 0.47, x + 0.06, 0.57 - 0.02 * (i % 2)) for i, x in enumerate((0.22, 0.33, 0.62, 0.72))]
    drawing.fill([*papers, face], (200, 178, 154))
    jars = [part(body, x, 0.52, x + 0.04, 0.59) for x in (0.285, 0.395, 0.575, 0.685)]
    coat = placed(body, [(0.445, 0.59), (0.47, 0.535), (0.53, 0.535), (0.555, 0.59)])
    drawing.fill([*jars, coat], (142, 128, 116))


def _awning(drawing: Drawing, body: Box, colour: Colour) -> None:
    """Scalloped stripes in two tones of the kiosk's own colour."""
    for first, tone in ((0, 1.0), (1, 0.72)):
        stripes = []
        for i in range(first, 10, 2):
            left, right, top, end = 0.1 * i, 0.1 * (i + 1), 0.1 + 0.08 * i, 0.18 + 0.08 * i
            hem = [(right, 0.4), (right - 0.025, 0.43), (left + 0.025, 0.43), (left, 0.4)]
            stripes.append(placed(body, [(top, 0.29), (end, 0.29), *hem]))
        drawing.fill(stripes, shade(colour, tone))


def _bin(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.polygon(placed(body, [(0.04, 0.24), (0.96, 0.24), (0.82, 0.95), (0.18, 0.95)]), colour)
    slats = [
        [(x, 0.3), (x + 0.04, 0.3), (0.5 + 0.84 * (x - 0.48), 0.92), (0.5 + 0.84 * (x - 0.5), 0.92)]
        for x in (0.15, 0.32, 0.64, 0.81)
    ]
    bands = [part(body, 0.01, 0.22, 0.99, 0.3), part(body, 0.16, 0.92, 0.84, 1)]
    drawing.fill([*(placed(body, slat) for slat in slats), *bands], shade(colour, 0.62))
    lid = [(0.0, 0.18), (0.12, 0.08), (0.36, 0.03), (0.42, 0), (0.58, 0), (0.64, 0.03), (0.88, 0.08), (1, 0.18)]
    drawing.polygon(placed(body, lid), shade(colour, 0.8))
    drawing.fill([placed(body, [(0.2, 0.12), (0.4, 0.06), (0.44, 0.08), (0.26, 0.14)])], shade(colour, 1.2))
    return (body.x1 + body.x2) / 2, body.y1 + 0.6 * body.height


KINDS = (
    Kind("car", (29, 16), _car),
    Kind("door", (16, 26), _door),
    Kind("sign", (28, 25), _sign),
    Kind("kiosk", (25, 26), _kiosk),
)
COMPANION = Kind("bin", (9, 13), _bin)
