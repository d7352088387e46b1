"""What is written on things: plates with a label, a badge of four marks, a sticker with one shape, or mere lines.

From far away they all look alike: a small pale or dark spot. Lengths are in source px. Knows nothing about things.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, Points, rectangle_points, text_outline, text_spans

DIGITS = "0123456789"
LETTERS = "ACEFHKLMNPRTUXY"  # without those that a small font confuses with digits or each other
CHARACTERS = DIGITS + LETTERS
SHAPES = ("circle", "square", "triangle", "cross")
INKS: dict[str, Colour] = {
    "red": (206, 36, 36),
    "blue": (30, 80, 190),
    "green": (24, 140, 70),
    "yellow": (240, 190, 20),
    "purple": (140, 60, 170),
    "black": (24, 24, 30),
}
"""The colours of marks; each differs from the paper they are on."""

PAPER: Colour = (250, 250, 246)
DARK: Colour = (22, 26, 34)

Content = Literal["label", "badge", "sticker", "lines"]


@dataclass(frozen=True)
class Mark:
    """One shape of one ink, and where it is (source px)."""

    shape: str
    ink: str
    box: Box


@dataclass(frozen=True)
class Plate:
    """A plate and what is on it: `letters` holds the box of each character of `label`."""

    content: Content
    box: Box
    label: str = ""
    letters: tuple[Box, ...] = ()
    marks: tuple[Mark, ...] = ()
    paper: Colour = PAPER


def label_room(width: float, glyph: float) -> int:
    """How many characters, 1 to 4, of height `glyph` surely fit on a plate of `width`."""
    return int(np.clip((width - 0.7 * glyph) // (1.1 * glyph), 1, 4))


def random_label(length: int, rng: np.random.Generator) -> str:
    """A label in which each character is drawn evenly: no answer is likelier than another."""
    return "".join(CHARACTERS[int(i)] for i in rng.integers(len(CHARACTERS), size=length))


def paint_label(drawing: Drawing, middle: tuple[float, float], label: str, glyph: float, dark: bool) -> Plate:
    """A plate with `label` in capitals `glyph` high, as wide as it needs."""
    width = text_outline(label)[1] * glyph
    x, y = middle
    paper, ink = (DARK, PAPER) if dark else (PAPER, DARK)
    box = Box(x - width / 2 - 0.35 * glyph, y - 0.8 * glyph, x + width / 2 + 0.35 * glyph, y + 0.8 * glyph)
    _board(drawing, box, paper, ink, glyph)
    drawing.text(label, x, y, glyph, ink)
    left = x - width / 2
    letters = tuple(
        Box(left + start * glyph, y - glyph / 2, left + end * glyph, y + glyph / 2) for start, end in text_spans(label)
    )
    return Plate("label", box, label, letters, paper=paper)


def paint_badge(drawing: Drawing, middle: tuple[float, float], glyph: float, rng: np.random.Generator) -> Plate:
    """A pale plate with four marks, two by two: each shape once, four different inks."""
    x, y = middle
    half = 1.5 * glyph
    box = Box(x - half, y - half, x + half, y + half)
    _board(drawing, box, PAPER, DARK, glyph)
    inks = list(INKS)
    chosen = [inks[int(i)] for i in rng.permutation(len(inks))[:4]]
    shapes = [SHAPES[int(i)] for i in rng.permutation(4)]
    marks = []
    for place, (shape, ink) in enumerate(zip(shapes, chosen, strict=True)):
        centre = (x + (place % 2 - 0.5) * 1.6 * glyph, y + (place // 2 - 0.5) * 1.6 * glyph)
        marks.append(_paint_mark(drawing, centre, shape, ink, glyph))
    return Plate("badge", box, marks=tuple(marks))


def paint_sticker(drawing: Drawing, middle: tuple[float, float], shape: str, glyph: float) -> Plate:
    """A small pale plate with one black shape."""
    box = _sticker_box(middle, glyph)
    _board(drawing, box, PAPER, DARK, glyph)
    return Plate("sticker", box, marks=(_paint_mark(drawing, middle, shape, "black", 0.88 * glyph),))


def paint_lines(drawing: Drawing, middle: tuple[float, float], glyph: float) -> Plate:
    """The same small plate with three lines of writing too fine to be read."""
    box = _sticker_box(middle, glyph)
    _board(drawing, box, PAPER, DARK, glyph)
    x, y = middle
    lines = [(x - 0.42 * glyph, y + dy * glyph, x + 0.42 * glyph, y + dy * glyph) for dy in (-0.29, 0.0, 0.29)]
    drawing.strokes(lines, 0.11 * glyph, DARK)
    return Plate("lines", box)


def paint_over(drawing: Drawing, plate: Plate) -> None:
    """Cover what is on a plate with its own paper."""
    drawing.rectangle(*plate.box.edges, plate.paper)


def _sticker_box(middle: tuple[float, float], glyph: float) -> Box:
    x, y = middle
    return Box(x - 0.65 * glyph, y - 0.65 * glyph, x + 0.65 * glyph, y + 0.65 * glyph)


def _board(drawing: Drawing, box: Box, paper: Colour, ink: Colour, glyph: float) -> None:
    drawing.rectangle(*box.pad(0.1 * glyph, 0.1 * glyph).edges, ink)
    drawing.rectangle(*box.edges, paper)


def _paint_mark(drawing: Drawing, middle: tuple[float, float], shape: str, ink: str, size: float) -> Mark:
    x, y = middle
    drawing.fill(_OUTLINES[shape](x, y, size / 2), INKS[ink])
    return Mark(shape, ink, Box(x - size / 2, y - size / 2, x + size / 2, y + size / 2))


def _circle(x: float, y: float, r: float) -> list[Points]:
    angle = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    return [np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], axis=1)]


def _square(x: float, y: float, r: float) -> list[Points]:
    return [rectangle_points(x - 0.9 * r, y - 0.9 * r, x + 0.9 * r, y + 0.9 * r)]


def _triangle(x: float, y: float, r: float) -> list[Points]:
    return [np.array([(x, y - r), (x + r, y + 0.85 * r), (x - r, y + 0.85 * r)])]


def _cross(x: float, y: float, r: float) -> list[Points]:
    arm = 0.36 * r
    return [
        np.array(
            [
                (x - arm, y - r), (x + arm, y - r), (x + arm, y - arm), (x + r, y - arm), (x + r, y + arm),
                (x + arm, y + arm), (x + arm, y + r), (x - arm, y + r), (x - arm, y + arm), (x - r, y + arm),
                (x - r, y - arm), (x - arm, y - arm),
            ]
        )
    ]  # fmt: skip


_OUTLINES: dict[str, Callable[[float, float, float], list[Points]]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
}
