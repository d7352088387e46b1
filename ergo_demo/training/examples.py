"""Turns a scene into numbers: pictures, what is in each cell of them, and the tokens of one or both turns.

Everything here is numpy; a batch of examples becomes tensors in batch.py. A scene is shown once and asked about
several of its things: the questions share the coarse view (the trunk) and each has a branch of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ergo_demo.geometry import PATCH, Box, Size, View, fit_to_budget
from ergo_demo.scenes.drawing import Image
from ergo_demo.scenes.scene import Question, Scene, make_scene
from ergo_demo.scenes.things import COLOURS, DIGITS, KINDS, LETTERS, Thing
from ergo_demo.training import dialogue
from ergo_demo.training.dialogue import Cells, Piece, Role
from ergo_demo.training.sheets import reading_sheet

IGNORE = -100
KIND_NAMES = tuple(KINDS)
COLOUR_NAMES = tuple(COLOURS)
CHARACTERS = DIGITS + LETTERS
MOST_SIDES = 4  # classes of a relative side of a taught box, in cells

Ints = npt.NDArray[np.int64]
Encode = Callable[[str], list[int]]


@dataclass(frozen=True)
class CoarseTruth:
    """What is in each cell of the coarse view: arrays (rows, columns), IGNORE where a question makes no sense."""

    kind: Ints  # 0 nothing, else 1 + index of the kind
    colour: Ints
    sides: Ints  # (4, rows, columns): cells from here to the taught box's left, top, right, bottom side
    edges: Ints  # (4, rows, columns): the taught box's first column, first row, last column, last row
    owner: Ints  # index of the thing, -1 for none


@dataclass(frozen=True)
class Zoom:
    """One zoom view: the picture and, by cell, the first and second label character whose middle lies in it."""

    image: Image
    columns: int
    rows: int
    letters: Ints  # (2, rows, columns), 0 nothing, else 1 + index of the character
    places: tuple[int, ...]  # the cell (row by row) of each character of the asked label


@dataclass
class Branch:
    """The tokens of one question behind the shared coarse view; `asked` is the thing's kind and colour (indices)."""

    asked: tuple[int, int]
    ids: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    positions: list[tuple[int, int, int]] = field(default_factory=list)
    pointers: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)  # query, view 0 or 1, cells
    zoom: Zoom | None = None
    zoom_at: int = -1  # where the zoom view's tokens begin


@dataclass(frozen=True)
class Example:
    """One scene's coarse view with its truth and its branches, and a reading sheet beside them."""

    image: Image
    truth: CoarseTruth
    branches: tuple[Branch, ...]
    sheet: Zoom


def coarse_view(scene: Scene) -> View:
    """The view of everything, at the embedded model's budget."""
    return View(Box.of(scene.size), fit_to_budget(scene.size, dialogue.COARSE_BUDGET_TOKENS))


def zoom_view(region: Box) -> View:
    """The view of a box (source px), at the embedded model's budget."""
    whole = Size(max(1, round(region.width)), max(1, round(region.height)))
    return View(region, fit_to_budget(whole, dialogue.ZOOM_BUDGET_TOKENS))


def coarse_truth(scene: Scene, view: View) -> CoarseTruth:
    """Which thing covers each cell, and where its taught box is."""
    columns, rows = view.size.width // PATCH, view.size.height // PATCH
    owner = np.full((rows, columns), -1, dtype=np.int64)
    best = np.full((rows, columns), 0.25)
    for index, thing in enumerate(scene.things):
        share = _cell_share(view.from_source(thing.body), columns, rows)
        share += 2 * _cell_share(view.from_source(thing.plate), columns, rows)
        better = share > best
        owner[better], best[better] = index, share[better]
    kind = np.zeros_like(owner)
    colour = np.full_like(owner, IGNORE)
    sides = np.full((4, rows, columns), IGNORE, dtype=np.int64)
    edges = np.full((4, rows, columns), IGNORE, dtype=np.int64)
    row, column = _places(rows, columns)
    for index, thing in enumerate(scene.things):
        mine = owner == index
        kind[mine] = 1 + KIND_NAMES.index(thing.kind)
        colour[mine] = COLOUR_NAMES.index(thing.colour)
        cells = dialogue.cells_around(thing.plate, view)
        mine = mine & _inside(cells, row, column)
        last = (cells.x2 - 1, cells.y2 - 1)
        distances = (column - cells.x1, row - cells.y1, last[0] - column, last[1] - row)
        for side, (distance, edge) in enumerate(zip(distances, (cells.x1, cells.y1, *last), strict=True)):
            sides[side][mine] = np.minimum(distance[mine], MOST_SIDES - 1)
            edges[side][mine] = edge
    return CoarseTruth(kind, colour, sides, edges, owner)


def _places(rows: int, columns: int) -> tuple[Ints, Ints]:
    """The row and the column of each cell, both (rows, columns)."""
    grid = np.indices((rows, columns))
    return grid[0], grid[1]


def _inside(cells: Cells, row: Ints, column: Ints) -> npt.NDArray[np.bool_]:
    return (column >= cells.x1) & (column < cells.x2) & (row >= cells.y1) & (row < cells.y2)


def _cell_share(box_in_view: Box, columns: int, rows: int) -> npt.NDArray[np.float64]:
    """The share of each cell that a box in view px covers: (rows, columns), 0 to 1."""

    def along(low: float, high: float, count: int) -> npt.NDArray[np.float64]:
        start = np.arange(count) * PATCH
        return np.asarray(np.clip(np.minimum(high, start + PATCH) - np.maximum(low, start), 0, PATCH) / PATCH)

    across, down = along(box_in_view.x1, box_in_view.x2, columns), along(box_in_view.y1, box_in_view.y2, rows)
    return np.asarray(down[:, None] * across[None, :])


def zoom_of(scene: Scene, asked: Thing, view: View) -> Zoom:
    """The zoom view and where every readable character of the scene stands in it."""
    labels = [(thing.label, tuple(view.from_source(box) for box in thing.letters)) for thing in scene.things]
    letters, places = _letter_cells(labels, view.size, scene.things.index(asked))
    return Zoom(scene.render(view.region, view.size), letters.shape[2], letters.shape[1], letters, places)


def sheet(rng: np.random.Generator) -> Zoom:
    """A reading sheet in the shape of a zoom view; nothing on it is asked about."""
    image, labels = reading_sheet(rng)
    letters, _ = _letter_cells(labels, Size(image.shape[1], image.shape[0]), -1)
    return Zoom(image, letters.shape[2], letters.shape[1], letters, ())


def _letter_cells(labels: list[tuple[str, tuple[Box, ...]]], size: Size, asked: int) -> tuple[Ints, tuple[int, ...]]:
    """(2, rows, columns) classes of the characters whose middle lies in a cell, and the cells of label `asked`."""
    columns, rows = size.width // PATCH, size.height // PATCH
    letters = np.zeros((2, rows, columns), dtype=np.int64)
    places: list[int] = []
    for index, (label, boxes) in enumerate(labels):
        for order, box in enumerate(boxes):
            column, row = int((box.x1 + box.x2) / 2 // PATCH), int((box.y1 + box.y2) / 2 // PATCH)
            if 0 <= column < columns and 0 <= row < rows:
                letters[order, row, column] = 1 + CHARACTERS.index(label[order])
                if index == asked:
                    places.append(row * columns + column)
    return letters, tuple(places)


def jittered(cells: Cells, columns: int, rows: int, rng: np.random.Generator, chance: float = 0.12) -> Cells:
    """The taught box, each side moved out by a cell now and then: the reader must bear an inexact box."""
    left, top, right, bottom = (rng.random(4) < chance).tolist()
    return Cells(
        max(0, cells.x1 - left), max(0, cells.y1 - top), min(columns, cells.x2 + right), min(rows, cells.y2 + bottom)
    )


@dataclass(frozen=True)
class Lesson:
    """What examples are made for: how many questions a scene, how many turns, and where the coarse view begins."""

    encode: Encode
    questions: int
    turns: int
    start: int  # position behind the prefix


def make_example(rng: np.random.Generator, lesson: Lesson, things: tuple[int, int]) -> Example:
    """A random scene with `things` (least, most) things, asked about some of them."""
    scene = make_scene(rng, things)
    view = coarse_view(scene)
    truth = coarse_truth(scene, view)
    order = rng.permutation(len(scene.things))
    chosen = [scene.things[int(order[i % len(order)])] for i in range(lesson.questions)]
    branches = []
    for thing in chosen:
        question = scene.question(thing, rng)
        cells = dialogue.cells_around(question.target, view)
        writer = _Writer(lesson.encode, thing, lesson.start + max(truth.kind.shape) + 2)
        _first_turn(writer, question, cells, _cells_of(cells, truth.owner == scene.things.index(thing)))
        if lesson.turns == 2:
            rows, columns = truth.kind.shape
            region = view.to_source(jittered(cells, columns, rows, rng).box_in_view)
            _second_turn(writer, question, zoom_of(scene, thing, zoom_view(region)))
        branches.append(writer.branch)
    return Example(scene.render(view.region, view.size), truth, tuple(branches), sheet(rng))


def _cells_of(cells: Cells, mine: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """The cells (row by row) of the taught box that show the thing itself; all of the box where none does."""
    inside = _inside(cells, *_places(*mine.shape))
    shown = inside & mine
    return tuple(np.flatnonzero(shown if shown.any() else inside).tolist())


def _first_turn(writer: "_Writer", question: Question, cells: Cells, targets: tuple[int, ...]) -> None:
    writer.fixed(dialogue.coarse_request(question.text))
    writer.reply(dialogue.coarse_reply(question, cells), {Role.FIELD: [(0, targets)] * 2})


def _second_turn(writer: "_Writer", question: Question, zoom: Zoom) -> None:
    writer.fixed("\n" + dialogue.USER)
    writer.image(zoom)
    writer.fixed(dialogue.zoom_request(question.text))
    writer.reply(dialogue.zoom_reply(question), {Role.LABEL: [(1, (place,)) for place in zoom.places]})


class _Writer:
    """Appends tokens with their roles and mrope positions to a branch, which begins behind the trunk."""

    def __init__(self, encode: Encode, asked: Thing, position: int) -> None:
        self.branch = Branch((1 + KIND_NAMES.index(asked.kind), COLOUR_NAMES.index(asked.colour)))
        self._encode = encode
        self._position = position

    def fixed(self, text: str) -> None:
        """Given text: no loss."""
        for token in _encoded(self._encode, text):
            self._append(token, Role.FIXED)

    def image(self, zoom: Zoom) -> None:
        """The zoom view's tokens between their two marks."""
        self.fixed("<|vision_start|>")
        branch, at = self.branch, self._position
        branch.zoom, branch.zoom_at = zoom, len(branch.ids)
        pad = _encoded(self._encode, "<|image_pad|>")[0]
        for row in range(zoom.rows):
            for column in range(zoom.columns):
                branch.ids.append(pad)
                branch.roles.append(Role.FIXED)
                branch.positions.append((at, at + row, at + column))
        self._position = at + max(zoom.rows, zoom.columns)
        self.fixed("<|vision_end|>")

    def reply(self, pieces: list[Piece], targets: dict[Role, list[tuple[int, tuple[int, ...]]]]) -> None:
        """Generated text; `targets` says, by role and place, which view's cells its first tokens are read from."""
        for piece in pieces:
            if piece.role in targets:
                view, cells = targets[piece.role][piece.which]
            for token in _encoded(self._encode, piece.text):
                if piece.role in targets:
                    self.branch.pointers.append((len(self.branch.ids) - 1, view, cells))
                self._append(token, piece.role)

    def _append(self, token: int, role: Role) -> None:
        self.branch.ids.append(token)
        self.branch.roles.append(role)
        self.branch.positions.append((self._position,) * 3)
        self._position += 1


@lru_cache(maxsize=65536)
def _encoded(encode: Encode, text: str) -> tuple[int, ...]:
    return tuple(encode(text))
