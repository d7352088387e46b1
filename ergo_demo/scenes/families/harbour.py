"""A harbour seen from a hill: pontoons one behind another, boats, buoys, crates and huts, barrels beside some."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points
from ergo_demo.scenes.families.outlines import part, placed, unit_circle
from ergo_demo.scenes.stage import Family, Stage
from ergo_demo.scenes.things import Kind, shade, varied

_GLASS: Colour = (52, 66, 82)
_CABIN: Colour = (216, 204, 182)
_RAIL: Colour = (198, 194, 184)
_SPAR: Colour = (92, 76, 62)
_BRASS: Colour = (200, 176, 112)
_FOAM: Colour = (128, 162, 172)
_ROPE: Colour = (190, 170, 128)
_IRON: Colour = (74, 76, 80)

_ROUND = unit_circle(14)

Numbers = npt.NDArray[np.float64]


def _disc(body: Box, x: float, y: float, radius: float) -> Points:
    """A disc around a share of a body; its radius in source px."""
    return radius * _ROUND + (body.x1 + x * body.width, body.y1 + y * body.height)


def _rig(
    drawing: Drawing, body: Box, lines: Sequence[tuple[float, float, float, float]], width: float, colour: Colour
) -> None:
    """Strokes between shares of a body."""
    x, y, w, h = body.x1, body.y1, body.width, body.height
    drawing.strokes([(x + a * w, y + b * h, x + c * w, y + d * h) for a, b, c, d in lines], width, colour)


def _boat(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _masts(drawing, body, colour, unit)
    drawing.fill([part(body, 0.2, 0.2, 0.52, 0.6)], _CABIN)
    drawing.fill([placed(body, [(0.16, 0.2), (0.19, 0.13), (0.55, 0.13), (0.57, 0.2)])], shade(colour, 0.8))
    drawing.fill([part(body, 0.24, 0.26, 0.33, 0.42), part(body, 0.38, 0.26, 0.48, 0.42)], _GLASS)
    drawing.fill(
        [placed(body, [(x, 0.4), (x + 0.05, 0.27), (x + 0.07, 0.27), (x + 0.02, 0.4)]) for x in (0.25, 0.39)],
        (122, 142, 154),
    )
    drawing.polygon(placed(body, _HULL), colour)
    drawing.polygon(
        placed(body, [*_SHEER, *((x, y + 0.035) for x, y in reversed(_SHEER))]),
        shade(colour, 1.3 if sum(colour) < 560 else 0.84),
    )
    seams = [(x1, y1 + dy, x2, y2 + dy) for dy in (0.13, 0.24) for (x1, y1), (x2, y2) in pairwise(_SHEER[1:-1])]
    _rig(drawing, body, seams, 0.2 * unit, shade(colour, 0.78))
    drawing.polygon(placed(body, [(0.04, 0.84), (0.915, 0.84), (0.87, 0.97), (0.09, 0.97)]), shade(colour, 0.6))
    ports = ((0.12, 0.7), (0.22, 0.71), (0.78, 0.69), (0.88, 0.66))
    drawing.fill([_disc(body, x, y, 0.85 * unit) for x, y in ports], _BRASS)
    drawing.fill([_disc(body, x, y, 0.55 * unit) for x, y in ports], _GLASS)
    foam = [
        (0.0, 0.985),
        (0.06, 0.95),
        (0.12, 0.975),
        (0.2, 0.945),
        (0.3, 0.97),
        (0.4, 0.945),
        (0.5, 0.97),
        (0.6, 0.945),
        (0.7, 0.97),
        (0.8, 0.945),
        (0.88, 0.965),
        (0.95, 0.94),
        (1, 0.985),
        (0.9, 1),
        (0.08, 1),
    ]
    drawing.polygon(placed(body, foam), _FOAM)
    return body.x1 + 0.5 * body.width, body.y1 + 0.72 * body.height


_SHEER = [(0.0, 0.54), (0.12, 0.565), (0.3, 0.58), (0.5, 0.575), (0.7, 0.55), (0.86, 0.5), (1.0, 0.43)]
_HULL = [*_SHEER, (0.985, 0.58), (0.95, 0.74), (0.87, 0.97), (0.09, 0.97), (0.03, 0.78)]


def _masts(drawing: Drawing, body: Box, colour: Colour, unit: float) -> None:
    """Mast and boom with their rigging, the rail of the foredeck, and a pennant of the boat's colour."""
    ropes = [(0.66, 0.02, 0.98, 0.45), (0.66, 0.02, 0.53, 0.15), (0.66, 0.24, 0.9, 0.34), (0.18, 0.2, 0.02, 0.54)]
    _rig(drawing, body, ropes, 0.22 * unit, (176, 168, 150))
    posts = [
        (x, y, x, 0.56) for x, y in ((0.74, 0.42), (0.82, 0.39), (0.9, 0.36), (0.03, 0.44), (0.1, 0.45), (0.16, 0.45))
    ]
    _rig(drawing, body, [*posts, (0.71, 0.43, 0.97, 0.34), (0.02, 0.44, 0.2, 0.455)], 0.3 * unit, _RAIL)
    _rig(drawing, body, [(0.66, 0, 0.66, 0.58)], 0.75 * unit, _SPAR)
    _rig(drawing, body, [(0.665, 0.46, 0.92, 0.2)], 0.5 * unit, _SPAR)
    drawing.polygon(placed(body, [(0.67, 0.01), (0.83, 0.06), (0.67, 0.11)]), colour)


def _buoy(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    _rig(drawing, body, [(0.5, 0.06, 0.5, 0.24)], 1.2 * unit, shade(colour, 0.6))
    _rig(drawing, body, [(0.4, 0.24, 0.45, 0.1), (0.6, 0.24, 0.55, 0.1)], 0.35 * unit, _IRON)
    drawing.fill([_disc(body, 0.5, 0.06, 1.6 * unit)], (246, 222, 130))
    drawing.fill([_disc(body, 0.47, 0.05, 0.6 * unit)], (255, 246, 208))
    middle, foot = (body.x1 + body.x2) / 2, body.y1 + 0.88 * body.height
    drawing.ellipse(middle, foot, body.width / 2, 0.1 * body.height, shade(colour, 0.66))
    drawing.polygon(
        placed(body, [(0.3, 0.22), (0.7, 0.22), (0.99, 0.86), (0.9, 0.9), (0.5, 0.92), (0.1, 0.9), (0.01, 0.86)]),
        colour,
    )
    drawing.fill(
        [placed(body, [(0.7, 0.22), (0.99, 0.86), (0.9, 0.9), (0.62, 0.22)]), part(body, 0.27, 0.22, 0.62, 0.25)],
        shade(colour, 0.8),
    )
    drawing.fill([placed(body, [(0.35, 0.27), (0.39, 0.27), (0.2, 0.84), (0.14, 0.83)])], shade(colour, 1.22))
    rivets = [
        _disc(body, x, y, 0.32 * unit)
        for x, y in ((0.3, 0.32), (0.5, 0.32), (0.62, 0.32), (0.12, 0.8), (0.3, 0.83), (0.5, 0.84), (0.7, 0.83))
    ]
    drawing.fill(rivets, shade(colour, 0.6))
    drawing.polygon(
        placed(
            body,
            [
                (0.0, 0.95),
                (0.15, 0.925),
                (0.35, 0.955),
                (0.5, 0.94),
                (0.65, 0.955),
                (0.85, 0.925),
                (1, 0.95),
                (0.8, 1),
                (0.2, 1),
            ],
        ),
        _FOAM,
    )
    return middle, body.y1 + 0.6 * body.height


def _crate(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.fill([part(body, 0, 0, 1, 1)], shade(colour, 0.62))
    drawing.fill([part(body, 0.02, 0.25 * i + 0.02, 0.98, 0.25 * i + 0.23) for i in range(4)], colour)
    grain = [
        (0.12, 0.07, 0.4, 0.08), (0.5, 0.15, 0.86, 0.14), (0.14, 0.18, 0.3, 0.17), (0.11, 0.33, 0.28, 0.34),
        (0.68, 0.41, 0.88, 0.4), (0.12, 0.43, 0.33, 0.42), (0.7, 0.57, 0.87, 0.58), (0.13, 0.66, 0.3, 0.65),
        (0.15, 0.83, 0.5, 0.84), (0.6, 0.92, 0.88, 0.91), (0.2, 0.92, 0.36, 0.93), (0.66, 0.82, 0.8, 0.82),
    ]  # fmt: skip
    _rig(drawing, body, grain, 0.22 * unit, shade(colour, 0.78))
    drawing.fill([part(body, 0, 0, 0.085, 1), part(body, 0.915, 0, 1, 1)], shade(colour, 0.84))
    _rig(drawing, body, [(0.005, 0, 0.005, 1), (0.92, 0, 0.92, 1)], 0.25 * unit, shade(colour, 1.2))
    corners = [
        [(x, y), (x + dx, y), (x + dx, y + 0.3 * dy), (x + 0.3 * dx, y + dy), (x, y + dy)]
        for x, dx in ((0, 0.13), (1, -0.13))
        for y, dy in ((0, 0.17), (1, -0.17))
    ]
    drawing.fill([placed(body, corner) for corner in corners], _IRON)
    nails = [_disc(body, x, 0.25 * i + 0.125, 0.28 * unit) for x in (0.042, 0.958) for i in range(4)]
    drawing.fill(nails, (178, 176, 170))
    return (body.x1 + body.x2) / 2, (body.y1 + body.y2) / 2


def _hut(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    drawing.fill([part(body, 0.7, 0.04, 0.78, 0.26), part(body, 0.69, 0.03, 0.79, 0.06)], (122, 106, 98))
    drawing.fill([part(body, 0.1, 0.34, 0.9, 1)], colour)
    _rig(
        drawing,
        body,
        [(0.18 + 0.08 * i, 0.34, 0.18 + 0.08 * i, 0.97) for i in range(9)],
        0.28 * unit,
        shade(colour, 0.8),
    )
    drawing.fill([part(body, 0.1, 0.34, 0.9, 0.385), part(body, 0.1, 0.965, 0.9, 1)], shade(colour, 0.62))
    drawing.polygon(
        placed(body, [(0, 0.36), (0.5, 0), (1, 0.36), (0.97, 0.385), (0.5, 0.05), (0.03, 0.385)]), (82, 62, 54)
    )
    drawing.polygon(placed(body, [(0.05, 0.34), (0.5, 0.03), (0.95, 0.34)]), (112, 86, 72))
    shingles = [
        (0.5 - 1.4 * (y - 0.04) + 0.09 * i, y, 0.5 - 1.4 * (y - 0.04) + 0.09 * i + 0.07, y)
        for y in (0.14, 0.2, 0.26, 0.32)
        for i in range(int(31 * (y - 0.04)))
    ]
    _rig(drawing, body, shingles, 0.3 * unit, (92, 70, 60))
    drawing.fill([part(body, 0.17, 0.64, 0.36, 0.965)], shade(colour, 0.5))
    _rig(drawing, body, [(0.235, 0.65, 0.235, 0.96), (0.3, 0.65, 0.3, 0.96)], 0.2 * unit, shade(colour, 0.66))
    drawing.fill([part(body, 0.65, 0.68, 0.83, 0.86), _disc(body, 0.33, 0.81, 0.4 * unit)], (222, 204, 150))
    _rig(
        drawing,
        body,
        [(0.74, 0.68, 0.74, 0.86), (0.65, 0.765, 0.735, 0.765), (0.745, 0.765, 0.83, 0.765)],
        0.3 * unit,
        shade(colour, 0.5),
    )
    drawing.fill([part(body, 0.62, 0.865, 0.86, 0.89)], shade(colour, 0.55))
    return body.x1 + 0.54 * body.width, body.y1 + 0.52 * body.height


def _barrel(drawing: Drawing, body: Box, colour: Colour, unit: float) -> tuple[float, float]:
    side = [
        (0.14, 0.02), (0.86, 0.02), (0.96, 0.25), (1, 0.5), (0.96, 0.75), (0.86, 1), (0.14, 1), (0.04, 0.75), (0, 0.5),
        (0.04, 0.25),
    ]  # fmt: skip
    drawing.polygon(placed(body, side), colour)
    staves = [(0.5 + 0.72 * d, 0.02, 0.5 + d, 0.5) for d in (-0.34, -0.16, 0.16, 0.34)]
    _rig(drawing, body, staves + [(c, 0.5, a, 0.99) for a, _, c, _ in staves], 0.22 * unit, shade(colour, 0.74))
    drawing.fill(
        [placed(body, [(0.2, 0.05), (0.27, 0.05), (0.2, 0.5), (0.27, 0.97), (0.2, 0.97), (0.11, 0.5)])],
        shade(colour, 1.14),
    )
    _rig(
        drawing,
        body,
        [(0.1, 0.09, 0.9, 0.09), (0.05, 0.25, 0.95, 0.25), (0.05, 0.77, 0.95, 0.77), (0.1, 0.93, 0.9, 0.93)],
        0.7 * unit,
        shade(colour, 0.5),
    )
    drawing.fill(
        [placed(body, [(0.14, 0.02), (0.3, 0), (0.7, 0), (0.86, 0.02), (0.7, 0.045), (0.3, 0.045)])],
        shade(colour, 0.68),
    )
    return (body.x1 + body.x2) / 2, (body.y1 + body.y2) / 2


def _along(x: Numbers, y: float) -> Numbers:
    """Spots in a row."""
    return np.stack([x, np.full(len(x), y)], axis=1)


_RIPPLES = (
    np.array([(0, 0), (1.2, -0.5), (2.6, -0.6), (4, -0.4), (5.2, 0.1), (4, -0.1), (2.6, -0.25), (1.2, -0.15)]),
    np.array([(0, 0), (1.5, 0.35), (3.5, 0.3), (5, -0.2), (6.6, 0.1), (5, 0.15), (3.5, 0.65), (1.5, 0.7)]),
    np.array([(0, 0), (0.8, -0.35), (1.8, 0), (2.8, -0.35), (3.8, 0), (2.8, -0.05), (1.8, 0.3), (0.8, -0.05)]),
    np.array([(0, 0.1), (4, -0.1), (8.5, 0), (11, 0.2), (8, 0.35), (3, 0.35)]),
)
_FISH = np.array(
    [(0, 0), (1, -0.6), (2.4, -0.5), (3.2, -0.1), (4, -0.6), (3.9, 0.5), (3.2, 0.1), (2.4, 0.45), (1, 0.5)]
)


def _backdrop(stage: Stage) -> None:
    """Water in slow bands, ripples, shadows of fish, and the pontoons."""
    rng = stage.rng
    water = varied((70, 116, 134), rng, 7)
    stage.block(0, 0, stage.width, stage.height, water)
    stage.stamp(_scattered(stage, 26) - (15, 0), shade(water, 0.95), 5.0 * _RIPPLES[3])
    stage.stamp(_scattered(stage, 22) - (15, 0), shade(water, 1.05), 4.0 * _RIPPLES[1])
    for index, tone in enumerate((1.13, 0.88, 1.22, 1.1, 0.84, 1.3)):
        stage.stamp(_scattered(stage, (190, 150, 130, 90, 120, 60)[index]), shade(water, tone), _RIPPLES[index % 4])
    shoal = np.concatenate([spot + rng.normal(0, 3.2, (5, 2)) for spot in _scattered(stage, 9)])
    stage.stamp(shoal, shade(water, 0.8), _FISH)
    nets = np.concatenate([spot + _along(np.arange(0, 15, 1.9), 0.0) for spot in _scattered(stage, 12)])
    nets[:, 1] += 0.6 * np.sin(0.5 * nets[:, 0])
    stage.stamp(nets, (176, 150, 124), _ROUND * (0.55, 0.4))
    stage.stamp(nets, shade(water, 0.82), rectangle_points(-0.6, 0.35, 0.6, 0.6))
    for row in range(stage.rows):
        _, base, _ = stage.row(row)
        _pontoon(stage, base, water)


def _scattered(stage: Stage, count: int) -> Numbers:
    return stage.rng.uniform(0, 1, (count, 2)) * (stage.width, stage.height)


def _pontoon(stage: Stage, base: float, water: Colour) -> None:
    """A plank walk across the picture on posts that the water mirrors, with ropes, cleats and tyres at its edge."""
    rng = stage.rng
    wood = shade((150, 126, 100), float(rng.uniform(0.94, 1.06)))
    posts = np.arange(float(rng.uniform(2, 10)), stage.width, 15.0)
    mirrored = np.array(
        [(0, 2), (1.8, 2), (2.2, 2.8), (1.5, 3.4), (2.0, 4.2), (1.2, 5.2), (0.4, 4.5), (0.7, 3.6), (-0.3, 2.8)]
    )
    stage.stamp(_along(posts, base), shade(water, 0.78), mirrored)
    stage.block(0, base + 0.8, stage.width, base + 1.5, shade(water, 0.72))
    stage.stamp(_along(posts, base), shade(wood, 0.52), rectangle_points(0, 0, 1.8, 2.2))
    stage.block(0, base - 3.4, stage.width, base, wood)
    joints = np.arange(float(rng.uniform(0, 3)), stage.width, 2.9)
    stage.stamp(_along(joints, base), shade(wood, 0.74), rectangle_points(0, -3.4, 0.25, 0))
    odd = joints[rng.random(len(joints)) < 0.3]
    stage.stamp(_along(odd, base), shade(wood, 1.09), rectangle_points(0.4, -3.4, 2.8, 0))
    grain = np.stack([rng.uniform(0, stage.width, 90), rng.uniform(base - 3.2, base - 0.3, 90)], axis=1)
    stage.stamp(grain, shade(wood, 0.84), rectangle_points(0, 0, 0.15, 0.9), rectangle_points(0.5, -0.2, 0.6, 0.4))
    stage.block(0, base - 0.1, stage.width, base + 0.9, shade(wood, 0.68))
    stage.stamp(
        _along(joints, base),
        shade(wood, 0.46),
        rectangle_points(1, 0.3, 1.3, 0.6),
        rectangle_points(2, 0.3, 2.3, 0.6),
    )
    _edge(stage, base, posts)


def _edge(stage: Stage, base: float, posts: Numbers) -> None:
    """What hangs along a pontoon: swags of rope, tyres and a frill of foam around the posts."""
    rng = stage.rng
    roped = posts[rng.random(len(posts)) < 0.45]
    swag = np.array(
        [
            (0.9, 0.4),
            (4, 1.7),
            (8.4, 2.2),
            (12.8, 1.7),
            (15.9, 0.4),
            (15.9, 0.8),
            (12.8, 2.1),
            (8.4, 2.6),
            (4, 2.1),
            (0.9, 0.8),
        ]
    )
    stage.stamp(_along(roped, base), (166, 150, 116), swag)
    tyres = posts[rng.random(len(posts)) < 0.3] + 5
    stage.stamp(_along(tyres, base + 1.0), (68, 70, 74), 1.5 * _ROUND, 0.8 * _ROUND)
    stage.stamp(
        _along(posts, base + 2.2),
        _FOAM,
        np.array([(-0.8, 0), (0, -0.25), (0.9, 0), (1.8, -0.25), (2.6, 0), (0.9, 0.3)]),
    )


def _trifle(stage: Stage, place: Box) -> None:
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
    stage.blocks([(x - 0.5, y - 11, x + 0.5, y), (x - 1.6, y - 0.7, x - 0.5, y), (x + 0.5, y - 0.7, x + 1.6, y)], _SPAR)
    stage.drawing.fill([(radius * _ROUND + centre) * u for radius in (3.2, 1.7)], (222, 216, 204))
    bands = [
        [(a * 3.2, b * 3.2), (c * 3.2, d * 3.2), (c * 1.7, d * 1.7), (a * 1.7, b * 1.7)]
        for (a, b), (c, d) in zip(_ROUND[::4], np.roll(_ROUND, -2, axis=0)[::4], strict=True)
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
    stage.stamp(spots, (140, 154, 166), _FISH)
    stage.stamp(spots, (112, 124, 138), np.array([(0.9, -0.55), (2.4, -0.5), (3, -0.15), (1, -0.15)]))
    stage.stamp(spots, (236, 234, 224), 0.2 * _ROUND + (0.7, -0.1))
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
    stage.blocks(
        [(x - 4.6, y - 7.4, x - 4.0, y), (x + 4.0, y - 7.4, x + 4.6, y), (x - 4, y - 7, x + 4, y - 6.5)], _SPAR
    )
    spots = [(x - 2.6, y - 4.6), (x, y - 4.2), (x + 2.6, y - 4.7)]
    stage.stamp(spots, _ROPE, rectangle_points(-0.15, -2.2, 0.15, -1))
    stage.stamp(spots, (196, 200, 200), _ROUND * (0.95, 1.9))
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
    stage.stamp(spots, (70, 62, 54), 0.7 * _ROUND - (0, 1.3))


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
    stage.stamp([(x + 0.4, y + 0.2), *young], _FOAM, 0.6 * _RIPPLES[2])


HARBOUR = Family(
    "harbour",
    (
        Kind("boat", (29, 24), _boat),
        Kind("buoy", (17, 25), _buoy),
        Kind("crate", (25, 19), _crate),
        Kind("hut", (26, 26), _hut),
    ),
    Kind("barrel", (9, 13), _barrel),
    _backdrop,
    _trifle,
)
