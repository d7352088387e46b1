"""Boats, buoys, crates and huts, and the barrels beside some."""

from collections.abc import Sequence
from itertools import pairwise

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points
from ergo_demo.scenes.families.harbour.kit import FOAM, ROUND, SPAR
from ergo_demo.scenes.families.outlines import part, placed
from ergo_demo.scenes.things import Kind, shade

_GLASS: Colour = (52, 66, 82)
_CABIN: Colour = (216, 204, 182)
_RAIL: Colour = (198, 194, 184)
_BRASS: Colour = (200, 176, 112)
_IRON: Colour = (74, 76, 80)


def _disc(body: Box, x: float, y: float, radius: float) -> Points:
    """A disc around a share of a body; its radius in source px."""
    return radius * ROUND + (body.x1 + x * body.width, body.y1 + y * body.height)


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
    drawing.polygon(placed(body, foam), FOAM)
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
    _rig(drawing, body, [(0.66, 0, 0.66, 0.58)], 0.75 * unit, SPAR)
    _rig(drawing, body, [(0.665, 0.46, 0.92, 0.2)], 0.5 * unit, SPAR)
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
        FOAM,
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


KINDS = (
    Kind("boat", (29, 24), _boat),
    Kind("buoy", (17, 25), _buoy),
    Kind("crate", (25, 19), _crate),
    Kind("hut", (26, 26), _hut),
)
COMPANION = Kind("barrel", (9, 13), _barrel)
