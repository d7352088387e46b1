"""The two families of scenes: a harbour and a street. A family paints a backdrop and places things on it.

Lengths are in units (the scene's width / 336; the height is 252 units). A placed thing never covers another's
body, so every plate stays whole; backdrops are only there to be looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ergo_demo.geometry import Box, Size
from ergo_demo.scenes.drawing import Colour, Drawing
from ergo_demo.scenes.things import COLOURS, KINDS, Kind, Thing, add_thing, shade, varied

WIDTH_UNITS, HEIGHT_UNITS = 336.0, 252.0

_PLASTER: tuple[Colour, ...] = ((203, 191, 170), (201, 163, 104), (170, 86, 66), (120, 130, 138), (146, 160, 128))
_ROOFS: tuple[Colour, ...] = ((142, 58, 44), (110, 62, 50), (92, 78, 72))
_PANE: Colour = (66, 84, 100)


@dataclass
class Stage:
    """A scene being painted: in units until `at` turns them into source px."""

    size: Size
    rng: np.random.Generator
    drawing: Drawing = field(default_factory=Drawing)
    things: list[Thing] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)  # bodies placed so far, units

    @property
    def unit(self) -> float:
        """Source px per unit."""
        return self.size.width / WIDTH_UNITS

    def block(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        """A rectangle given in units."""
        self.drawing.rectangle(x1 * self.unit, y1 * self.unit, x2 * self.unit, y2 * self.unit, colour)

    def blocks(self, rectangles: list[tuple[float, float, float, float]], colour: Colour) -> None:
        """Many rectangles of one colour as one shape."""
        corners = [np.array([(a, b), (c, b), (c, d), (a, d)]) * self.unit for a, b, c, d in rectangles]
        if corners:
            self.drawing.fill(corners, colour)

    def is_free(self, body: Box, gap: float = 3.0) -> bool:
        """Whether nothing placed so far comes nearer than `gap` units."""
        return all(body.pad(gap, gap).intersection(other) == 0 for other in self.taken)

    def put(self, kind: Kind, colour: str, body: Box) -> None:
        """Paint a thing whose body is given in units."""
        self.taken.append(body)
        unit = self.unit
        source = Box(body.x1 * unit, body.y1 * unit, body.x2 * unit, body.y2 * unit)
        self.things.append(add_thing(self.drawing, kind, colour, source, unit, self.rng))


Pair = tuple[str, str]  # kind, colour


def random_pairs(kinds: tuple[str, ...], count: int, rng: np.random.Generator) -> list[Pair]:
    """Different (kind, colour) pairs, drawn evenly: a name such as "red boat" means one thing only."""
    pairs = [(kind, colour) for kind in kinds for colour in COLOURS]
    return [pairs[index] for index in rng.permutation(len(pairs))[:count]]


def _body(kind: Kind, rng: np.random.Generator) -> tuple[float, float]:
    width = rng.uniform(*kind.width)
    return width, width * kind.aspect


def _place(stage: Stage, pair: Pair, area: Box, tries: int = 40) -> bool:
    """Put a thing at a random free spot of `area` (units); False where there is none."""
    kind = KINDS[pair[0]]
    width, height = _body(kind, stage.rng)
    for _ in range(tries):
        x = stage.rng.uniform(area.x1, area.x2 - width)
        y = stage.rng.uniform(area.y1, area.y2 - height)
        body = Box(x, y, x + width, y + height)
        if stage.is_free(body):
            stage.put(kind, pair[1], body)
            return True
    return False


def harbour(stage: Stage, pairs: list[Pair]) -> None:
    """Houses on a quay, a pier with crates, boats and buoys on the water."""
    rng = stage.rng
    stage.block(0, 0, WIDTH_UNITS, 40, varied((196, 214, 226), rng, 6))
    quay = float(rng.uniform(44, 56))
    _house_row(stage, quay)
    water = varied((46, 98, 120), rng, 6)
    stage.block(0, quay, WIDTH_UNITS, quay + 4, (128, 122, 114))
    stage.block(0, quay + 4, WIDTH_UNITS, HEIGHT_UNITS, water)
    _waves(stage, quay + 8, shade(water, 1.22))
    pier = float(rng.uniform(quay + 70, 200))
    on_pier = [pair for pair in pairs if pair[0] == "crate"]
    if on_pier:
        _pier(stage, pier, on_pier)
    for pair in sorted((pair for pair in pairs if pair[0] != "crate"), key=lambda pair: pair[0]):
        top = quay + (2 if pair[0] == "buoy" else -8)
        _place(stage, pair, Box(4, top, WIDTH_UNITS - 4, HEIGHT_UNITS - 4))


def _house_row(stage: Stage, bottom: float) -> None:
    rng = stage.rng
    x = float(rng.uniform(-14, 0))
    while x < WIDTH_UNITS:
        width, height = float(rng.uniform(20, 32)), float(rng.uniform(24, bottom - 10))
        wall = varied(_PLASTER[rng.integers(len(_PLASTER))], rng)
        stage.block(x, bottom - height, x + width, bottom, wall)
        unit, top = stage.unit, bottom - height
        roof = [(x - 1, top), (x + width / 2, top - 8), (x + width + 1, top)]
        stage.drawing.polygon([(px * unit, py * unit) for px, py in roof], _ROOFS[rng.integers(len(_ROOFS))])
        _windows(stage, Box(x + 2, top + 3, x + width - 2, bottom - 3), (4.0, 5.5))
        x += width


def _windows(stage: Stage, wall: Box, size: tuple[float, float]) -> None:
    """A regular grid of windows on a wall (units)."""
    width, height = size
    columns = max(1, int(wall.width / (1.9 * width)))
    rows = max(1, int(wall.height / (1.7 * height)))
    step_x, step_y = wall.width / columns, wall.height / rows
    frames, panes = [], []
    for row in range(rows):
        for column in range(columns):
            x = wall.x1 + (column + 0.5) * step_x - width / 2
            y = wall.y1 + (row + 0.5) * step_y - height / 2
            frames.append((x - 0.7, y - 0.7, x + width + 0.7, y + height + 0.7))
            panes.append((x, y, x + width, y + height))
    stage.blocks(frames, (236, 232, 222))
    stage.blocks(panes, varied(_PANE, stage.rng))


def _waves(stage: Stage, top: float, colour: Colour) -> None:
    rng = stage.rng
    count = int(rng.integers(60, 110))
    x, y = rng.uniform(0, WIDTH_UNITS, count), rng.uniform(top, HEIGHT_UNITS, count)
    length = rng.uniform(4, 14, count)
    unit = stage.unit
    lines = [(a * unit, b * unit, (a + c) * unit, b * unit) for a, b, c in zip(x, y, length, strict=True)]
    stage.drawing.strokes(lines, 0.7 * unit, colour)


def _pier(stage: Stage, y: float, crates: list[Pair]) -> None:
    """A wooden pier from one side, as long as its crates need."""
    rng = stage.rng
    from_left = rng.random() < 0.5
    length = min(WIDTH_UNITS, 46.0 * len(crates) + float(rng.uniform(20, 120)))
    x1, x2 = (0.0, length) if from_left else (WIDTH_UNITS - length, WIDTH_UNITS)
    posts = [(x, y + 10, x + 3, y + 18) for x in np.arange(x1 + 6, x2 - 6, 22).tolist()]
    stage.blocks(posts, (84, 58, 40))
    stage.block(x1, y, x2, y + 11, (152, 112, 74))
    stage.blocks([(x, y, x + 0.6, y + 11) for x in np.arange(x1 + 5, x2, 7).tolist()], (124, 88, 58))
    stage.taken.append(Box(x1, y - 2, x2, y + 16))
    slot = (x2 - x1) / len(crates)
    for index, (name, colour) in enumerate(crates):
        kind = KINDS[name]
        width, height = _body(kind, rng)
        width = min(width, slot - 4)
        left = x1 + index * slot + float(rng.uniform(2, max(2.1, slot - width - 2)))
        base = y + float(rng.uniform(3, 8))
        stage.put(kind, colour, Box(left, base - height, left + width, base))


def street(stage: Stage, pairs: list[Pair]) -> None:
    """A row of shops with signs and doors, a pavement, and cars on the road."""
    rng = stage.rng
    stage.block(0, 0, WIDTH_UNITS, HEIGHT_UNITS, varied((216, 224, 230), rng, 5))
    pavement = float(rng.uniform(164, 178))
    signs = [pair for pair in pairs if pair[0] == "sign"]
    doors = [pair for pair in pairs if pair[0] == "door"]
    shops = max(5, len(signs), len(doors))
    edges = np.linspace(0, WIDTH_UNITS, shops + 1)
    edges[1:-1] += rng.uniform(-4, 4, shops - 1)
    sign_at = dict(zip(rng.permutation(shops).tolist(), signs, strict=False))
    door_at = dict(zip(rng.permutation(shops).tolist(), doors, strict=False))
    for index in range(shops):
        left, right = float(edges[index]), float(edges[index + 1])
        _shop(stage, (left, right, pavement), sign_at.get(index), door_at.get(index))
    stage.block(0, pavement, WIDTH_UNITS, pavement + 10, (176, 172, 166))
    stage.block(0, pavement + 10, WIDTH_UNITS, HEIGHT_UNITS, (92, 94, 100))
    stage.blocks([(x, pavement + 40, x + 16, pavement + 41.5) for x in np.arange(6, 330, 30).tolist()], (214, 210, 196))
    for pair in (pair for pair in pairs if pair[0] == "car"):
        _place(stage, pair, Box(3, pavement + 4, WIDTH_UNITS - 3, HEIGHT_UNITS - 3))


def _shop(stage: Stage, ground: tuple[float, float, float], sign: Pair | None, door: Pair | None) -> None:
    """One house from `left` to `right` (units) that stands on `bottom`, with its sign and door."""
    rng = stage.rng
    left, right, bottom = ground
    top = float(rng.uniform(6, 46))
    wall = varied(_PLASTER[rng.integers(len(_PLASTER))], rng)
    stage.block(left, top, right, bottom, wall)
    stage.block(left, top, right, top + 3, shade(wall, 0.8))
    shelf = bottom - float(rng.uniform(58, 66))
    _windows(stage, Box(left + 4, top + 8, right - 4, shelf - 12), (8.0, 12.0))
    stage.block(left, shelf, right, bottom, shade(wall, 0.66))
    door_width, door_height = _body(KINDS["door"], rng)
    at_left = rng.random() < 0.5
    x = left + 5 if at_left else right - 5 - door_width
    body = Box(x, bottom - door_height, x + door_width, bottom)
    window = (x + door_width + 4, right - 4) if at_left else (left + 4, x - 4)
    stage.block(window[0] - 0.8, shelf + 21.2, window[1] + 0.8, bottom - 7.2, (228, 224, 214))
    stage.block(window[0], shelf + 22, window[1], bottom - 8, varied(_PANE, rng))
    if door:
        stage.put(KINDS["door"], door[1], body)
    else:
        stage.block(*body.edges, (88, 70, 56))
    if sign:
        width, height = _body(KINDS["sign"], rng)
        width = min(width, right - left - 8)
        start = float(rng.uniform(left + 4, right - 4 - width))
        y = shelf + float(rng.uniform(-6, 4))
        stage.put(KINDS["sign"], sign[1], Box(start, y, start + width, y + height))


@dataclass(frozen=True)
class Family:
    """A kind of scene: what can stand in it, and who paints it."""

    name: str
    kinds: tuple[str, ...]
    paint: Callable[[Stage, list[Pair]], None]


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("harbour", ("boat", "buoy", "crate"), harbour),
        Family("street", ("car", "door", "sign"), street),
    )
}
