"""Turns a scene into numbers: pictures, what is in each cell of them, and the tokens of the turns.

Everything here is numpy; a batch of examples becomes tensors in batch.py. A scene is shown once and asked about
several times: the questions share its view (the trunk) and each has a branch of its own.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ergo_demo.geometry import PATCH, Box, Size, View, view_of
from ergo_demo.imaging import Kernel
from ergo_demo.scenes.drawing import Image
from ergo_demo.scenes.questions import TYPES, Question, Type
from ergo_demo.scenes.scene import ASPECTS, V_STAR, Scene, make_scene
from ergo_demo.scenes.stage import glyph_px
from ergo_demo.training import dialogue
from ergo_demo.training.branches import Branch, Encode, Picture, Writer
from ergo_demo.training.closeups import close_question, close_view
from ergo_demo.training.dialogue import COARSE_BUDGET_TOKENS
from ergo_demo.training.photographs import photographed
from ergo_demo.training.sheets import reading_sheet
from ergo_demo.training.truth import (
    Truth,
    cell_at,
    spots_of,
    truth_of,
    writing_of,
    writing_on,
)

Mode = Literal["tower", "coarse", "both", "direct", "close"]

COARSE_BUDGETS = (80, 320)
CLOSE_BUDGETS = (80, 280)
DIRECT_BUDGETS = (80, 1280)  # the last is L: the longest view that the direct mode is trained at
SMALL_PX = (0.2e6, 1e6)
LEAN_GLYPH_PX = (18.0, 30.0)  # height of capitals in most zoom views of training
COARSER: dict[Type, float] = {"read": 1.0, "attribute": 1.2, "hidden": 1.6, "relation": 2.5}
"""How many times larger than a letter is what has to be seen."""
TYPE_SHARES: dict[Mode, tuple[float, ...]] = {
    "coarse": (0.16, 0.1, 0.46, 0.28),  # relations take the most practice there: each names twelve fields
    "both": (0.4, 0.12, 0.26, 0.22),
    "direct": (0.28, 0.22, 0.2, 0.3),
}
"""Shares of TYPES in the questions about whole scenes."""
MISSED = 0.15  # share of second looks at a box that misses what was asked about


@dataclass(frozen=True)
class Example:
    """One scene's trunk view with its truth and its branches, and reading sheets beside them."""

    image: Image
    truth: Truth
    branches: tuple[Branch, ...]
    sheets: tuple[Picture, ...]


@dataclass(frozen=True)
class Lesson:
    """What examples are made for. `start`: the position behind the prefix; `budget`: tokens of the trunk view."""

    encode: Encode
    mode: Mode
    questions: int
    sheets: int
    start: int
    size: Size
    budget: int

    @property
    def direct(self) -> bool:
        """Whether the trunk view is the only look."""
        return self.mode in ("direct", "close")


def lesson_shape(rng: np.random.Generator, mode: Mode) -> tuple[Size, int]:
    """A random size of scene (source px) and budget of its trunk view, for all scenes of one batch."""
    aspect = float(rng.choice(ASPECTS))
    if mode == "direct":
        budget = round(_log_uniform(rng, *DIRECT_BUDGETS))
        shrunk = _log_uniform(rng, 1.0, 4.0) if rng.random() < 0.2 else 1.0
        return _sized(budget * PATCH**2 * shrunk, aspect), budget
    if mode == "close":
        return _sized(_log_uniform(rng, 0.5e6, 16e6), aspect), round(_log_uniform(rng, *CLOSE_BUDGETS))
    budget = COARSE_BUDGET_TOKENS if rng.random() < 0.4 else round(_log_uniform(rng, *COARSE_BUDGETS))
    return _sized(_area(rng), aspect), budget


def _area(rng: np.random.Generator) -> float:
    """Source px of a scene for two looks: mostly about V*'s; small ones have a share of their own, for their plates
    are as large as what carries them.
    """
    share = rng.random()
    if share < 0.5:
        return V_STAR * float(rng.uniform(0.75, 1.25))
    return _log_uniform(rng, 0.2e6, 48e6) if share < 0.75 else _log_uniform(rng, *SMALL_PX)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def _sized(area: float, aspect: float) -> Size:
    return Size(round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect)))


def zoom_view(region: Box, scale: float = 1.0) -> View:
    """The view of a box (source px), within the embedded model's limits, or of a size `scale` times its own."""
    if scale == 1.0:
        return view_of(region, dialogue.ZOOM_BUDGET_TOKENS, dialogue.ZOOM_LEAST_TOKENS)
    scaled = Box(0, 0, region.width * scale, region.height * scale)
    return View(region, view_of(scaled, dialogue.ZOOM_BUDGET_TOKENS).size)


def _lean_scale(glyph: float, rng: np.random.Generator) -> float:
    """Scale of a training zoom view: for speed, mostly just so that capitals of `glyph` source px can be read."""
    return 1.0 if rng.random() < 0.15 else float(rng.uniform(*LEAN_GLYPH_PX)) / glyph


def make_example(rng: np.random.Generator, lesson: Lesson) -> Example:
    """A random scene, asked about several times."""
    scene = make_scene(rng, lesson.size)
    view = view_of(Box.of(scene.size), lesson.budget)
    if lesson.mode == "close":
        view = close_view(scene, view.size, rng)
    spots = spots_of(scene)
    glyph = glyph_px(scene.size)
    truth = truth_of(scene, view, spots, glyph, placed=lesson.mode != "close" and dialogue.nameable(view))
    teacher = _Teacher(scene, view, truth, {spot.body: index for index, spot in enumerate(spots)}, lesson, rng)
    branches = tuple(teacher.branch(teacher.question()) for _ in range(lesson.questions))
    image = photographed(scene.drawing, view, Kernel.LANCZOS if lesson.mode == "close" else Kernel.BICUBIC)
    return Example(image, truth, branches, tuple(_sheet(rng) for _ in range(lesson.sheets)))


def _sheet(rng: np.random.Generator) -> Picture:
    plates, image, view = reading_sheet(rng)
    return Picture(image, writing_on(plates, view))


@dataclass(frozen=True)
class _Teacher:
    """Makes the branches of one scene."""

    scene: Scene
    view: View
    truth: Truth
    spots: dict[Box, int]
    lesson: Lesson
    rng: np.random.Generator

    def question(self) -> Question:
        if self.lesson.mode == "close":
            return close_question(self.scene, self.view.region, self.rng)
        while True:
            kind: Type = TYPES[int(self.rng.choice(4, p=TYPE_SHARES[self.lesson.mode]))]
            question = self.scene.question(kind, self.rng)
            if question is not None:
                return question

    def branch(self, question: Question) -> Branch:
        rows, columns = self.truth.owner.shape
        writer = Writer(self.lesson.encode, self.lesson.start + max(rows, columns) + 2)
        if self.lesson.direct:
            writer.fixed(dialogue.direct_request(question.text))
            near = self.lesson.mode == "close"  # things fill many fields there, and their places are no lesson
            reply = dialogue.final_reply(question) if near else dialogue.direct_reply(question, self.view)
            writer.reply(reply, 0, self._trunk_cells)
            return writer.branch
        writer.fixed(dialogue.coarse_request(question.text))
        writer.reply(dialogue.coarse_reply(question, self.view), 0, self._trunk_cells)
        if self.lesson.mode == "both":
            self._second_turn(writer, question)
        return writer.branch

    def _trunk_cells(self, box: Box) -> tuple[int, ...]:
        if box in self.spots:
            return self.truth.cells_of(self.spots, box)
        cell = cell_at(box, self.view)
        return () if cell is None else (cell,)

    def _second_turn(self, writer: Writer, question: Question) -> None:
        region, glyph = self._region(question), glyph_px(self.scene.size)
        zoom = zoom_view(region, _lean_scale(COARSER[question.type] * glyph, self.rng))
        writer.fixed("\n" + dialogue.USER)
        glyph *= zoom.size.width / zoom.region.width
        picture = Picture(photographed(self.scene.drawing, zoom, Kernel.LANCZOS), writing_of(self.scene, zoom, glyph))
        writer.image(picture)
        writer.fixed(dialogue.zoom_request(question.text))
        if all(zoom.region.contains(clue, tolerance=0.5) for clue in question.clues):
            writer.reply(dialogue.final_reply(question), 1, lambda box: cells_in_zoom(box, zoom))
        else:
            writer.reply(dialogue.blind_reply(question, self.rng), 1, lambda box: ())

    def _region(self, question: Question) -> Box:
        """The taught box, its sides moved out by a field now and then; or, now and then, one that misses."""
        rows, columns = self.truth.owner.shape
        cells = jittered(dialogue.cells_around(question.place, self.view), columns, rows, self.rng)
        if self.rng.random() < MISSED:
            cells = _moved(cells, columns, rows, self.rng)
        return self.view.to_source(cells.box_in_view)


def jittered(
    cells: dialogue.Cells, columns: int, rows: int, rng: np.random.Generator, chance: float = 0.12
) -> dialogue.Cells:
    """The taught box, each side moved out by a cell now and then: the second look must bear an inexact box."""
    left, top, right, bottom = (rng.random(4) < chance).tolist()
    return dialogue.Cells(
        max(0, cells.x1 - left), max(0, cells.y1 - top), min(columns, cells.x2 + right), min(rows, cells.y2 + bottom)
    )


def _moved(cells: dialogue.Cells, columns: int, rows: int, rng: np.random.Generator) -> dialogue.Cells:
    """A box of the same size anywhere."""
    width, height = cells.x2 - cells.x1, cells.y2 - cells.y1
    x, y = int(rng.integers(columns - width + 1)), int(rng.integers(rows - height + 1))
    return dialogue.Cells(x, y, x + width, y + height)


def cells_in_zoom(box: Box, view: View) -> tuple[int, ...]:
    """The cell that holds the middle of a small box (source px), or those that a large one covers the middle of."""
    seen = view.from_source(box)
    columns, rows = view.size.width // PATCH, view.size.height // PATCH
    row, column = np.indices((rows, columns))
    x, y = (column + 0.5) * PATCH, (row + 0.5) * PATCH
    inside = (x > seen.x1) & (x < seen.x2) & (y > seen.y1) & (y < seen.y2)
    cell = cell_at(box, view)
    if cell is None or (inside.any() and box.width > 3 * PATCH):
        return tuple(np.flatnonzero(inside).tolist())
    return (cell,)
