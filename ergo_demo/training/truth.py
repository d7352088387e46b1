"""What is in each cell of a view: which thing, whose companion, which characters and marks.

A cell is one vision token, 28 x 28 view px. All arrays are (rows, columns) of classes, IGNORE where a question makes
no sense.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import PATCH, Box, View
from ergo_demo.scenes.families import HOME
from ergo_demo.scenes.plates import CHARACTERS, INKS, SHAPES, Plate
from ergo_demo.scenes.scene import Scene
from ergo_demo.scenes.things import COLOURS, Companion, Thing
from ergo_demo.training.dialogue import COMPANION, SELF, cells_around

IGNORE = -100
KIND_NAMES = tuple(kind.name for family in HOME for kind in family.kinds)
COLOUR_NAMES = tuple(COLOURS)
LEGIBLE_PX = 8.5  # least height of capitals, in view px, that letters are taught at
DISCERNIBLE_PX = 5.5  # the same for marks and stickers
MOST_SIDES = 5  # classes of a relative side of a body, in cells
WRITING: dict[str, int] = {
    **{f"letter{i}": 1 + len(CHARACTERS) for i in range(4)},
    **{f"{ink}_mark": 1 + len(SHAPES) for ink in INKS},
    "sticker": 2 + len(SHAPES),
}
"""What is written in a cell, by channel, with its number of classes; class 0 is "nothing", a sticker's last "lines"."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spot:
    """Something that takes cells: a thing, a thing's companion, or (kind 0) a companion that stands alone."""

    kind: int  # 0, or 1 + index of the thing's kind
    colour: int
    part: int  # SELF or COMPANION
    body: Box
    place: Box


@dataclass(frozen=True)
class Truth:
    """A view's cells. sides: cells from here to the box's left, top, right, bottom; edges: its four fields."""

    owner: Ints  # index of the spot, -1 for none
    kind: Ints
    colour: Ints
    part: Ints
    sides: Ints  # (4, rows, columns)
    edges: Ints  # (4, rows, columns)
    writing: Ints  # (channels, rows, columns)

    def cells_of(self, spots: "dict[Box, int]", body: Box) -> tuple[int, ...]:
        """The cells (row by row) that show the spot with this body."""
        return tuple(np.flatnonzero(self.owner == spots[body]).tolist())


def kind_class(thing: Thing) -> int:
    """The class of a thing's kind; 0 is "nothing"."""
    return 1 + KIND_NAMES.index(thing.kind)


def spots_of(scene: Scene) -> list[Spot]:
    """Everything in a scene that takes cells."""
    spots = []
    for thing in scene.things:
        kind, colour = kind_class(thing), COLOUR_NAMES.index(thing.colour)
        spots.append(Spot(kind, colour, SELF, thing.body, thing.whole))
        if thing.companion:
            spots.append(_companion(thing.companion, kind, colour))
    return spots + [_companion(companion, 0, IGNORE) for companion in scene.companions]


def _companion(companion: Companion, kind: int, colour: int) -> Spot:
    return Spot(kind, colour, COMPANION, companion.body, companion.whole)


def truth_of(scene: Scene, view: View, spots: list[Spot], glyph: float, placed: bool) -> Truth:
    """The truth of a view. `glyph`: height of capitals in source px. `placed`: whether boxes are named on it."""
    columns, rows = view.size.width // PATCH, view.size.height // PATCH
    owner = _owners(spots, view, columns, rows)
    flat = np.full((10, rows, columns), IGNORE, dtype=np.int64)
    kind, colour, part = np.zeros_like(owner), flat[0], np.zeros_like(owner)
    row, column = np.indices((rows, columns))
    for index, spot in enumerate(spots):
        mine = owner == index
        if not mine.any():
            continue
        kind[mine], colour[mine], part[mine] = spot.kind, spot.colour, spot.part
        if placed:
            fields = cells_around(spot.place, view).fields
            distances = (column - fields[0], row - fields[1], fields[2] - column, fields[3] - row)
            for side in range(4):
                flat[1 + side][mine] = np.clip(distances[side][mine], 0, MOST_SIDES - 1)
                flat[5 + side][mine] = fields[side]
    scale = view.size.width / view.region.width
    return Truth(owner, kind, colour, part, flat[1:5], flat[5:9], writing_of(scene, view, glyph * scale))


def _owners(spots: list[Spot], view: View, columns: int, rows: int) -> Ints:
    """Which spot covers most of each cell, a fifth at least; companions are small, so theirs counts half more."""
    owner = np.full((rows, columns), -1, dtype=np.int64)
    best = np.full((rows, columns), 0.2)
    for index, spot in enumerate(spots):
        seen = view.from_source(spot.body)
        x1, x2 = max(0, int(seen.x1 // PATCH)), min(columns, int(seen.x2 // PATCH) + 1)
        y1, y2 = max(0, int(seen.y1 // PATCH)), min(rows, int(seen.y2 // PATCH) + 1)
        if x1 >= x2 or y1 >= y2:
            continue
        across = _along(seen.x1, seen.x2, x1, x2)
        down = _along(seen.y1, seen.y2, y1, y2)
        share = down[:, None] * across[None, :] * (1.5 if spot.part == COMPANION else 1.0)
        # A spot smaller than a fifth of a cell still has the cell that shows most of it.
        share = np.maximum(share, (share == share.max()) * 0.21)
        here = (slice(y1, y2), slice(x1, x2))
        better = share > best[here]
        owner[here][better], best[here][better] = index, share[better]
    return owner


def _along(low: float, high: float, first: int, end: int) -> npt.NDArray[np.float64]:
    """The share of each of the cells first..end that low..high (view px) covers."""
    start = np.arange(first, end) * PATCH
    return np.asarray((np.minimum(high, start + PATCH) - np.maximum(low, start)) / PATCH)


def plates_of(scene: Scene) -> Iterator[Plate]:
    """Every plate of a scene."""
    for thing in scene.things:
        yield thing.plate
        if thing.companion:
            yield thing.companion.plate
    for companion in scene.companions:
        yield companion.plate


def writing_of(scene: Scene, view: View, glyph: float) -> Ints:
    """(channels, rows, columns): what is written in each cell, in capitals `glyph` view px high.

    IGNORE where it is too small to be read.
    """
    columns, rows = view.size.width // PATCH, view.size.height // PATCH
    if glyph < DISCERNIBLE_PX:
        return np.full((len(WRITING), rows, columns), IGNORE, dtype=np.int64)
    found = writing_on(list(plates_of(scene)), view)
    if glyph < LEGIBLE_PX:
        found[[name.startswith("letter") for name in WRITING]] = IGNORE
    return found


def writing_on(plates: list[Plate], view: View) -> Ints:
    """(channels, rows, columns): the characters, marks and stickers whose middle lies in a cell."""
    columns, rows = view.size.width // PATCH, view.size.height // PATCH
    found = np.zeros((len(WRITING), rows, columns), dtype=np.int64)
    channels = {name: index for index, name in enumerate(WRITING)}
    frame = view.region
    for plate in plates:
        if plate.box.intersection(frame) == 0:
            continue
        for name, value, box in _written(plate):
            cell = cell_at(box, view)
            if cell is not None:
                found[channels[name], cell // columns, cell % columns] = value
    return found


def _written(plate: Plate) -> Iterator[tuple[str, int, Box]]:
    for order, (character, box) in enumerate(zip(plate.label, plate.letters, strict=True)):
        yield f"letter{order}", 1 + CHARACTERS.index(character), box
    if plate.content == "lines":
        yield "sticker", 1 + len(SHAPES), plate.box
    for mark in plate.marks:
        name = "sticker" if plate.content == "sticker" else f"{mark.ink}_mark"
        yield name, 1 + SHAPES.index(mark.shape), mark.box


def cell_at(box: Box, view: View) -> int | None:
    """The cell (row by row) of the view that holds the middle of `box` (source px); None where it is outside."""
    seen = view.from_source(box)
    columns, rows = view.size.width // PATCH, view.size.height // PATCH
    column, row = int((seen.x1 + seen.x2) / 2 // PATCH), int((seen.y1 + seen.y2) / 2 // PATCH)
    return row * columns + column if 0 <= column < columns and 0 <= row < rows else None
