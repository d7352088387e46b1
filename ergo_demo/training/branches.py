"""What follows a view as tokens: given and generated text, with its roles, its positions and where to look."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Image
from ergo_demo.training import dialogue
from ergo_demo.training.dialogue import READ, Piece, Role
from ergo_demo.training.drills import drill
from ergo_demo.training.truth import COLOUR_NAMES, Ints, kind_class

Encode = Callable[[str], list[int]]

DRILL_STARTS = (30, 110)  # positions behind the prefix at which drills begin


@dataclass(frozen=True)
class Picture:
    """A zoom view or a reading sheet, and what is written in its cells: (channels, rows, columns)."""

    image: Image
    writing: Ints


@dataclass(frozen=True)
class Pointer:
    """The token `at` of a branch is written by looking at `cells` of view 0 (trunk) or 1 (zoom).

    reading: whether that is for what is written there, not for where it is; asked: kind, colour and part of what is
    looked for, or None; known: the edges of the box already written.
    """

    at: int
    view: int
    cells: tuple[int, ...]
    reading: bool
    asked: tuple[int, int, int] | None
    known: tuple[int, ...]


@dataclass
class Branch:
    """The tokens of one question behind the trunk."""

    ids: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    positions: list[tuple[int, int, int]] = field(default_factory=list)
    pointers: list[Pointer] = field(default_factory=list)
    apart: list[tuple[int, float, float]] = field(default_factory=list)  # a token, and Piece.apart of the next
    zoom: Picture | None = None
    zoom_at: int = -1  # where the zoom view's tokens begin


class Writer:
    """Appends tokens with their roles and mrope positions to a branch, which begins behind the trunk."""

    def __init__(self, encode: Encode, position: int) -> None:
        self.branch = Branch()
        self._encode = encode
        self._position = position

    def fixed(self, text: str) -> None:
        """Given text: no loss."""
        for token in _encoded(self._encode, text):
            self._append(token, Role.FIXED)

    def image(self, zoom: Picture) -> None:
        """The zoom view's tokens between their two marks."""
        self.fixed("<|vision_start|>")
        branch, at = self.branch, self._position
        branch.zoom, branch.zoom_at = zoom, len(branch.ids)
        pad = _encoded(self._encode, "<|image_pad|>")[0]
        _, rows, columns = zoom.writing.shape
        branch.ids += [pad] * (rows * columns)
        branch.roles += [Role.FIXED] * (rows * columns)
        branch.positions += [(at, at + row, at + column) for row in range(rows) for column in range(columns)]
        self._position = at + max(rows, columns)
        self.fixed("<|vision_end|>")

    def reply(self, pieces: list[Piece], view: int, cells_of: Callable[[Box], tuple[int, ...]]) -> None:
        """Generated text; each token of a piece with a look is to be written by looking there."""
        for piece in pieces:
            tokens = _encoded(self._encode, piece.text)
            if piece.look is not None:
                self._point(piece, len(tokens), view, cells_of)
            if piece.apart is not None:
                self.branch.apart.append((len(self.branch.ids) - 1, *piece.apart))
            for token in tokens:
                self._append(token, piece.role)

    def _point(self, piece: Piece, count: int, view: int, cells_of: Callable[[Box], tuple[int, ...]]) -> None:
        look = piece.look
        assert look is not None
        cells = tuple(cell for box in look.boxes for cell in cells_of(box))
        if not cells:
            return
        asked = None
        if look.thing is not None and view == 0:
            asked = (kind_class(look.thing), COLOUR_NAMES.index(look.thing.colour), look.part)
        first = len(self.branch.ids) - 1
        self.branch.pointers += [
            Pointer(first + i, view, cells, piece.role in READ, asked, look.known) for i in range(count)
        ]

    def _append(self, token: int, role: Role) -> None:
        self.branch.ids.append(token)
        self.branch.roles.append(role)
        self.branch.positions.append((self._position,) * 3)
        self._position += 1


@lru_cache(maxsize=65536)
def _encoded(encode: Encode, text: str) -> tuple[int, ...]:
    return tuple(encode(text))


def drill_branch(rng: np.random.Generator, encode: Encode, start: int) -> Branch:
    """A drill as a branch, about where it would stand behind a photo."""
    writer = Writer(encode, start + int(rng.integers(*DRILL_STARTS)))
    writer.fixed(dialogue.ASSISTANT)
    writer.reply(drill(rng), 0, lambda box: ())
    return writer.branch
