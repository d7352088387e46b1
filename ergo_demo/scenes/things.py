"""What questions are asked about: coloured things, each with a small plate to read.

A thing is drawn in a unit that is the scene's width / 336, about one px of the embedded model's coarse view. Its
plate is 5 to 6 units high, so it shows there as a pale or dark spot that cannot be read. Knows nothing about where
a family puts its things.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour, Drawing, text_outline, text_spans

COLOURS: dict[str, Colour] = {
    "red": (196, 44, 40),
    "blue": (38, 84, 170),
    "green": (44, 130, 74),
    "yellow": (236, 196, 52),
    "orange": (230, 126, 34),
    "purple": (126, 64, 150),
    "white": (238, 236, 228),
    "black": (40, 40, 46),
}
DIGITS = "0123456789"
LETTERS = "ACEFHKLMNPRTUXY"  # without those that a small font confuses with digits or each other

_WHITE: Colour = (250, 250, 246)
_INK: Colour = (22, 26, 34)
_GLASS: Colour = (52, 66, 82)


@dataclass(frozen=True)
class Kind:
    """A kind of thing: its word, its label's pattern (9 a digit, A a letter) and its size in units."""

    name: str
    pattern: str
    width: tuple[float, float]  # least and most, units
    aspect: float  # height / width
    paint: Callable[[Drawing, Box, Colour, float], Box]  # draws inside the box (source px), returns the plate


@dataclass(frozen=True)
class Thing:
    """One thing of a scene: `body` and `plate` in source px, and the middle of each character of its label."""

    kind: str
    colour: str
    label: str
    body: Box
    plate: Box
    letters: tuple[Box, ...]

    @property
    def name(self) -> str:
        """What a question calls it, such as "red boat"."""
        return f"{self.colour} {self.kind}"


def random_label(pattern: str, rng: np.random.Generator) -> str:
    """A label in which each character is drawn evenly: no answer is likelier than another."""
    alphabets = {"9": DIGITS, "A": LETTERS}
    return "".join(str(rng.choice(list(alphabets[place]))) for place in pattern)


def shade(colour: Colour, factor: float) -> Colour:
    """A darker (below 1) or lighter (above 1) tone."""
    red, green, blue = (int(min(255, max(0, channel * factor))) for channel in colour)
    return red, green, blue


def varied(colour: Colour, rng: np.random.Generator, spread: float = 12) -> Colour:
    """The colour, a little off, so that no two red things are quite alike."""
    red, green, blue = (int(np.clip(c + d, 0, 255)) for c, d in zip(colour, rng.normal(0, spread, 3), strict=True))
    return red, green, blue


def add_thing(drawing: Drawing, kind: Kind, colour: str, body: Box, unit: float, rng: np.random.Generator) -> Thing:
    """Paint a thing with a new random label and say where everything on it is."""
    label = random_label(kind.pattern, rng)
    plate = kind.paint(drawing, body, varied(COLOURS[colour], rng), unit)
    dark = colour in ("white", "yellow") or rng.random() < 0.25
    return Thing(kind.name, colour, label, body, plate, paint_plate(drawing, plate, label, dark, unit))


def paint_plate(drawing: Drawing, plate: Box, label: str, dark: bool, unit: float) -> tuple[Box, ...]:
    """Paint a plate with its label and a thin frame; returns where each character stands (source px)."""
    paper, ink = (_INK, _WHITE) if dark else (_WHITE, _INK)
    drawing.rectangle(*plate.pad(0.5 * unit, 0.5 * unit).edges, ink)
    drawing.rectangle(*plate.edges, paper)
    x, y = (plate.x1 + plate.x2) / 2, (plate.y1 + plate.y2) / 2
    height = 0.68 * plate.height
    drawing.text(label, x, y, height, ink)
    left = x - text_outline(label)[1] * height / 2
    return tuple(
        Box(left + start * height, y - height / 2, left + end * height, y + height / 2)
        for start, end in text_spans(label)
    )


def plate_around(x: float, y: float, unit: float) -> Box:
    """A plate of two characters around (x, y)."""
    return Box(x - 6.5 * unit, y - 3.8 * unit, x + 6.5 * unit, y + 3.8 * unit)


def _boat(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Box:
    x1, x2, bottom, width, height = body.x1, body.x2, body.y2, body.width, body.height
    deck = bottom - 0.40 * height
    mast = x1 + 0.66 * width
    drawing.strokes([(mast, body.y1, mast, deck), (mast, body.y1, x1 + 0.97 * width, deck)], 0.9 * unit, (84, 72, 62))
    roof = bottom - 0.80 * height
    drawing.rectangle(x1 + 0.24 * width, roof, x1 + 0.54 * width, deck, (240, 238, 230))
    drawing.rectangle(x1 + 0.22 * width, roof - 0.06 * height, x1 + 0.56 * width, roof, shade(colour, 0.8))
    for window in (0.28, 0.41):
        left = x1 + window * width
        drawing.rectangle(left, roof + 0.10 * height, left + 0.08 * width, deck - 0.10 * height, _GLASS)
    hull = [
        (x1, deck - 0.06 * height),
        (x2, deck - 0.10 * height),
        (x2 - 0.12 * width, bottom),
        (x1 + 0.1 * width, bottom),
    ]
    drawing.polygon(hull, colour)
    drawing.polygon(
        [(x1 + 0.06 * width, bottom - 0.1 * height), (x2 - 0.09 * width, bottom - 0.1 * height), hull[2], hull[3]],
        shade(colour, 0.66),
    )
    return plate_around(x1 + 0.5 * width, deck + 0.12 * height, unit)


def _buoy(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Box:
    x1, x2, y1, _y2, width, height = body.x1, body.x2, body.y1, body.y2, body.width, body.height
    middle = (x1 + x2) / 2
    drawing.strokes([(middle, y1, middle, y1 + 0.3 * height)], 1.4 * unit, shade(colour, 0.6))
    drawing.ellipse(middle, y1 + 0.05 * height, 1.8 * unit, 1.8 * unit, (250, 220, 90))
    drawing.polygon(
        [
            (middle - 0.2 * width, y1 + 0.22 * height),
            (middle + 0.2 * width, y1 + 0.22 * height),
            (x2, y1 + 0.86 * height),
            (x1, y1 + 0.86 * height),
        ],
        colour,
    )
    drawing.ellipse(middle, y1 + 0.88 * height, width / 2, 0.12 * height, shade(colour, 0.7))
    return plate_around(middle, y1 + 0.62 * height, unit)


def _crate(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Box:
    x1, x2, y1, y2, height = body.x1, body.x2, body.y1, body.y2, body.height
    drawing.rectangle(x1, y1, x2, y2, shade(colour, 0.72))
    for board in range(4):
        top = y1 + (board + 0.06) * height / 4
        drawing.rectangle(x1 + 0.6 * unit, top, x2 - 0.6 * unit, top + 0.21 * height, colour)
    for corner in (x1, x2 - 2 * unit):
        drawing.rectangle(corner, y1, corner + 2 * unit, y2, shade(colour, 0.84))
    return plate_around((x1 + x2) / 2, (y1 + y2) / 2, unit)


def _car(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Box:
    x1, y1, y2, width, height = body.x1, body.y1, body.y2, body.width, body.height
    waist = y1 + 0.42 * height
    drawing.polygon(
        [(x1 + 0.16 * width, waist), (x1 + 0.28 * width, y1), (x1 + 0.68 * width, y1), (x1 + 0.84 * width, waist)],
        colour,
    )
    drawing.polygon(
        [
            (x1 + 0.21 * width, waist),
            (x1 + 0.30 * width, y1 + 0.07 * height),
            (x1 + 0.46 * width, y1 + 0.07 * height),
            (x1 + 0.46 * width, waist),
        ],
        _GLASS,
    )
    drawing.polygon(
        [
            (x1 + 0.50 * width, waist),
            (x1 + 0.50 * width, y1 + 0.07 * height),
            (x1 + 0.66 * width, y1 + 0.07 * height),
            (x1 + 0.77 * width, waist),
        ],
        _GLASS,
    )
    drawing.polygon(
        [
            (x1, y2 - 0.18 * height),
            (x1 + 0.03 * width, waist + 0.06 * height),
            (x1 + 0.16 * width, waist),
            (x1 + 0.84 * width, waist),
            (x1 + 0.98 * width, waist + 0.1 * height),
            (x1 + width, y2 - 0.18 * height),
        ],
        colour,
    )
    drawing.rectangle(x1 + 0.02 * width, y2 - 0.22 * height, x1 + 0.98 * width, y2 - 0.14 * height, shade(colour, 0.7))
    for wheel in (0.2, 0.8):
        drawing.ellipse(x1 + wheel * width, y2 - 0.16 * height, 0.17 * height, 0.17 * height, (28, 28, 32))
        drawing.ellipse(x1 + wheel * width, y2 - 0.16 * height, 0.08 * height, 0.08 * height, (176, 178, 182))
    return plate_around(x1 + 0.5 * width, y1 + 0.62 * height, unit)


def _door(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Box:
    x1, x2, y1, y2, height = body.x1, body.x2, body.y1, body.y2, body.height
    drawing.rectangle(x1 - unit, y1 - unit, x2 + unit, y2, (226, 220, 206))
    drawing.rectangle(x1, y1, x2, y2, colour)
    for top in (0.56, 0.77):
        drawing.rectangle(
            x1 + 3 * unit, y1 + top * height, x2 - 3 * unit, y1 + (top + 0.16) * height, shade(colour, 0.74)
        )
    drawing.ellipse(x2 - 2 * unit, y1 + 0.54 * height, 0.9 * unit, 0.9 * unit, (232, 200, 110))
    return plate_around((x1 + x2) / 2, y1 + 0.28 * height, unit)


def _sign(drawing: Drawing, body: Box, colour: Colour, unit: float) -> Box:
    x1, x2, y1, y2 = body.x1, body.x2, body.y1, body.y2
    drawing.rectangle(x1, y1, x2, y2, shade(colour, 0.7))
    drawing.rectangle(x1 + unit, y1 + unit, x2 - unit, y2 - unit, colour)
    return plate_around((x1 + x2) / 2, (y1 + y2) / 2, unit)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("boat", "99", (54, 72), 0.72, _boat),
        Kind("buoy", "A9", (20, 24), 1.45, _buoy),
        Kind("crate", "A9", (22, 28), 0.74, _crate),
        Kind("car", "A9", (50, 62), 0.46, _car),
        Kind("door", "99", (19, 22), 1.7, _door),
        Kind("sign", "A9", (30, 46), 0.40, _sign),
    )
}
