"""What questions are asked about: coloured things with a plate, and the small companions that stand beside some.

Knows how a kind is described, not how each looks (families/) nor where it stands (stage.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ergo_demo.geometry import Box, hull
from ergo_demo.scenes.drawing import Colour, Drawing
from ergo_demo.scenes.plates import Plate

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

Paint = Callable[[Drawing, Box, Colour, float], tuple[float, float]]
"""Draws a thing inside `body` (source px) in a colour, with source px per unit; returns its plate's middle."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing: its word, the most it takes of its place (units: width, height) and how it is drawn."""

    name: str
    size: tuple[float, float]
    paint: Paint


@dataclass(frozen=True)
class Companion:
    """The small thing that stands beside another and may carry a sticker. `body` in source px."""

    kind: str
    body: Box
    plate: Plate

    @property
    def whole(self) -> Box:
        """The companion with its plate."""
        return hull([self.body, self.plate.box])


@dataclass(frozen=True)
class Thing:
    """One thing of a scene; `companion` stands beside it, or None. Boxes in source px."""

    kind: str
    colour: str
    body: Box
    plate: Plate
    companion: Companion | None = None

    @property
    def name(self) -> str:
        """What a question calls it, such as "red boat"."""
        return f"{self.colour} {self.kind}"

    @property
    def whole(self) -> Box:
        """The thing with its plate."""
        return hull([self.body, self.plate.box])

    @property
    def place(self) -> Box:
        """The thing, its plate and its companion together: what has to be looked at to see all of it."""
        return hull([self.whole, self.companion.whole]) if self.companion else self.whole


def shade(colour: Colour, factor: float) -> Colour:
    """A darker (below 1) or lighter (above 1) tone."""
    red, green, blue = (int(min(255, max(0, channel * factor))) for channel in colour)
    return red, green, blue


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in the first."""
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def varied(colour: Colour, rng: np.random.Generator, spread: float = 7) -> Colour:
    """The colour, a little off, so that no two red things are quite alike."""
    # Mostly lighter or darker: a white thing with a tint would be a pink one.
    off = rng.normal(0, spread) + rng.normal(0, spread / 3, 3)
    red, green, blue = (int(np.clip(c + d, 0, 255)) for c, d in zip(colour, off, strict=True))
    return red, green, blue
