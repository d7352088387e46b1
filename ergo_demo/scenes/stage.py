"""A scene being painted: a grid of places, what a family paints around them, and things put into them.

Lengths are in units until they are drawn: a unit is the root of the scene's area / 268, so that a scene of any
size has about 10 x 7 places of 32 x 32 units. Things stand on the base line of their row, and nothing that is put
into one place reaches into another, so every plate stays whole.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ergo_demo.geometry import Box, Size
from ergo_demo.scenes import plates
from ergo_demo.scenes.drawing import Colour, Drawing, Points, strokes_points, text_outline
from ergo_demo.scenes.plates import Content, Plate
from ergo_demo.scenes.things import COLOURS, Companion, Kind, Thing, varied

UNITS = 268.0  # root of a scene's area, in units
PLACE = 32.0  # about the side of a place, in units
BASE = 3.0  # units between a row's base line and the bottom of its places
LEAST_GLYPH_PX = 12.5
GLYPH_UNITS = 2.6  # height of capitals where that is more than LEAST_GLYPH_PX: 18 px at the mean size of V*
STAGGER = 9.0  # most units that a row is moved sideways, so that things do not stand in columns
BESIDE = 11.5  # units that a companion and its gap take from its thing's place

Place = tuple[int, int]  # column, row


def unit_px(size: Size) -> float:
    """Source px per unit in a scene of `size`."""
    return math.sqrt(size.area) / UNITS


def glyph_px(size: Size) -> float:
    """Least height of capitals in a scene of `size`, in source px."""
    return max(LEAST_GLYPH_PX, GLYPH_UNITS * unit_px(size))


@dataclass
class Stage:
    """The drawing under way and its grid; `rng` is the scene's only source of chance."""

    size: Size
    rng: np.random.Generator
    drawing: Drawing = field(default_factory=Drawing)

    def __post_init__(self) -> None:
        shares = self.rng.uniform(0.92, 1.08, self.rows)
        self._row_edges = np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * self.height
        self._row_starts = self.rng.uniform(0, STAGGER, self.rows)

    @property
    def unit(self) -> float:
        """Source px per unit."""
        return unit_px(self.size)

    @property
    def width(self) -> float:
        """The scene's width in units."""
        return self.size.width / self.unit

    @property
    def height(self) -> float:
        """The scene's height in units."""
        return self.size.height / self.unit

    @property
    def columns(self) -> int:
        """Places across."""
        return max(3, round(self.width / PLACE))

    @property
    def rows(self) -> int:
        """Places down."""
        return max(3, round(self.height / PLACE))

    @property
    def glyph(self) -> float:
        """Height of capitals in source px."""
        return glyph_px(self.size)

    def place_box(self, place: Place) -> Box:
        """The place in units."""
        column, row = place
        width = (self.width - STAGGER) / self.columns
        x = float(self._row_starts[row]) + column * width
        return Box(x, float(self._row_edges[row]), x + width, float(self._row_edges[row + 1]))

    def row(self, row: int) -> tuple[float, float, float]:
        """Top, base line and bottom of a row, in units."""
        box = self.place_box((0, row))
        return box.y1, box.y2 - BASE, box.y2

    def block(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        """A rectangle given in units."""
        u = self.unit
        self.drawing.rectangle(x1 * u, y1 * u, x2 * u, y2 * u, colour)

    def blocks(self, rectangles: Sequence[tuple[float, float, float, float]], colour: Colour) -> None:
        """Many rectangles (units) of one colour as one shape: cheap. They must not overlap."""
        if rectangles:
            corners = np.asarray(rectangles, dtype=np.float64)[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
            self.drawing.fill(corners * self.unit, colour)

    def lines(self, lines: Sequence[tuple[float, float, float, float]], width: float, colour: Colour) -> None:
        """Straight strokes (units) of one width as one shape: cheap, for grain, bricks, waves and wires."""
        if lines:
            scaled = np.asarray(lines, dtype=np.float64) * self.unit
            self.drawing.fill(strokes_points(scaled, width * self.unit), colour)

    def stamp(self, spots: Sequence[tuple[float, float]] | Points, colour: Colour, *outlines: Points) -> None:
        """The same outlines (units) at many spots as one shape: cheap for hundreds of bricks."""
        at = np.asarray(spots, dtype=np.float64).reshape(-1, 1, 2)
        if len(at):
            self.drawing.fill([c for outline in outlines for c in (at + outline) * self.unit], colour)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A polygon given in units."""
        self.drawing.polygon([(x * self.unit, y * self.unit) for x, y in points], colour)

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour) -> None:
        """An ellipse given in units."""
        u = self.unit
        self.drawing.ellipse(x * u, y * u, radius_x * u, radius_y * u, colour)


@dataclass(frozen=True)
class Family:
    """A kind of scene: four kinds of things, their companion, and who paints what is around them.

    `backdrop` paints everything behind the things; `trifle` paints something small into an empty place (its box in
    units) that looks like none of the kinds.
    """

    name: str
    kinds: tuple[Kind, ...]
    companion: Kind
    backdrop: Callable[[Stage], None]
    trifle: Callable[[Stage, Box], None]


@dataclass(frozen=True)
class Order:
    """What to put into a place. `sticker`: the shape on the companion, "" for mere lines, None for no companion."""

    kind: Kind
    colour: str
    content: Content
    sticker: str | None = None


def put(stage: Stage, family: Family, place: Place, order: Order) -> Thing:
    """Paint a thing, and its companion beside it, into a place."""
    rng, box = stage.rng, stage.place_box(place).pad(-1.2, -1.2)
    base = box.y2 + 1.2 - BASE - float(rng.uniform(0, 1.2))
    at_left = bool(rng.random() < 0.5)
    room = box
    if order.sticker is not None:
        room = Box(box.x1 + BESIDE, box.y1, box.x2, box.y2) if at_left else Box(box.x1, box.y1, box.x2 - BESIDE, box.y2)
    body = _standing(order.kind, room, base, rng)
    source = _in_source(body, stage.unit)
    middle = order.kind.paint(stage.drawing, source, varied(COLOURS[order.colour], rng), stage.unit)
    plate = _plate(stage, order, middle, _in_source(room, stage.unit))
    companion = None
    if order.sticker is not None:
        beside = Box(box.x1, box.y1, room.x1 - 1, box.y2) if at_left else Box(room.x2 + 1, box.y1, box.x2, box.y2)
        companion = put_companion(stage, family, beside, base, order.sticker)
    return Thing(order.kind.name, order.colour, source, plate, companion)


def put_companion(stage: Stage, family: Family, room: Box, base: float, sticker: str) -> Companion:
    """Paint a companion into `room` (units), standing on `base`, with a sticker or with lines."""
    kind, rng = family.companion, stage.rng
    source = _in_source(_standing(kind, room, base, rng), stage.unit)
    middle = kind.paint(stage.drawing, source, varied(_WOOD[int(rng.integers(len(_WOOD)))], rng), stage.unit)
    glyph = stage.glyph
    half = 0.75 * glyph
    middle = _inside(middle, (half, half), _in_source(room, stage.unit))
    if sticker:
        plate = plates.paint_sticker(stage.drawing, middle, sticker, glyph)
    else:
        plate = plates.paint_lines(stage.drawing, middle, glyph)
    return Companion(kind.name, source, plate)


_WOOD: tuple[Colour, ...] = ((150, 112, 74), (128, 128, 130), (112, 88, 66))


def _standing(kind: Kind, room: Box, base: float, rng: np.random.Generator) -> Box:
    """A body (units) of the kind's proportions, as large as the room allows, standing on `base`."""
    width, height = kind.size
    scale = min(1.0, room.width / width, (base - room.y1) / height) * float(rng.uniform(0.9, 1.0))
    width, height = width * scale, height * scale
    x = room.x1 + float(rng.uniform(0, room.width - width))
    return Box(x, base - height, x + width, base)


def _plate(stage: Stage, order: Order, middle: tuple[float, float], room: Box) -> Plate:
    """Paint the thing's plate around `middle` (source px), moved so that it stays in `room` (source px)."""
    rng, drawing = stage.rng, stage.drawing
    glyph = stage.glyph * float(rng.uniform(1.0, 1.15))
    if order.content == "badge":
        glyph = min(glyph, room.width / 3.2)
        return plates.paint_badge(drawing, _inside(middle, (1.6 * glyph, 1.6 * glyph), room), glyph, rng)
    if order.content == "lines":
        return plates.paint_lines(drawing, _inside(middle, (0.75 * glyph, 0.75 * glyph), room), glyph)
    label = plates.random_label(int(rng.integers(1, 1 + plates.label_room(room.width, glyph))), rng)
    width = text_outline(label)[1] * glyph
    dark = order.colour in ("white", "yellow") or bool(rng.random() < 0.25)
    half = (width / 2 + 0.45 * glyph, 0.9 * glyph)
    return plates.paint_label(drawing, _inside(middle, half, room), label, glyph, dark)


def _inside(middle: tuple[float, float], half: tuple[float, float], room: Box) -> tuple[float, float]:
    """The nearest middle whose plate of these half sides stays in the room."""
    x = min(max(middle[0], room.x1 + half[0]), room.x2 - half[0])
    y = min(max(middle[1], room.y1 + half[1]), room.y2 - half[1])
    return x, y


def _in_source(box: Box, unit: float) -> Box:
    return Box(box.x1 * unit, box.y1 * unit, box.x2 * unit, box.y2 * unit)
