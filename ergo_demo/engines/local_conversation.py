"""A conversation as one row of ids: where each stands for the network, and what of it another one shares.

Knows no weights and no torch. Positions are always those of the whole row, counted from its start: nothing depends on
what a network remembers of an earlier request (its rope_deltas), and a kept part continues exactly as it was.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ergo_demo.errors import FrameMismatch
from ergo_demo.geometry import PATCH
from ergo_demo.records import Pixels

Marks = NDArray[np.int64]
"""What stands at each place of a row: a text token's id, or a number below 0 that names the picture shown there."""


@dataclass(frozen=True)
class Shown:
    """One picture in the row: its vision tokens begin at `start`, row by row."""

    start: int
    pixels: Pixels

    @cached_property
    def rows(self) -> int:
        """Rows of vision tokens."""
        return int(self.pixels.shape[0]) // PATCH

    @cached_property
    def columns(self) -> int:
        """Vision tokens a row."""
        return int(self.pixels.shape[1]) // PATCH

    @property
    def end(self) -> int:
        """Where the row goes on behind its vision tokens."""
        return self.start + self.rows * self.columns

    @cached_property
    def mark(self) -> int:
        """A number below 0 for exactly these pixels at this size: 63 bits of a hash."""
        digest = hashlib.blake2b(repr(self.pixels.shape).encode(), digest_size=8)
        digest.update(np.ascontiguousarray(self.pixels).data)
        return -1 - (int.from_bytes(digest.digest()) >> 1)


@dataclass
class Conversation:
    """All that was said and shown so far, as the network reads it."""

    ids: list[int] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)

    def add(self, ids: list[int], vision_start: int = 0, pixels: Pixels | None = None) -> None:
        """Puts `ids` at the end; the vision tokens of `pixels`, if any, begin at `vision_start` of them."""
        if pixels is not None:
            self.shown.append(Shown(len(self.ids) + vision_start, pixels))
        self.ids += ids

    def marks(self) -> Marks:
        """What stands at each place."""
        marks = np.array(self.ids, np.int64)
        for picture in self.shown:
            marks[picture.start : picture.end] = picture.mark
        return marks

    def positions(self) -> NDArray[np.int64]:
        """(3, ids): when, in which row and in which column each id stands (Qwen's mrope). Text counts on in all three.

        A picture takes as many positions as its longer side has tokens, so these are not indices.
        """
        positions = np.empty((3, len(self.ids)), np.int64)
        index = position = 0
        for picture in self.shown:
            text = picture.start - index
            positions[:, index : picture.start] = position + np.arange(text)
            position += text
            rows, columns = np.divmod(np.arange(picture.end - picture.start), picture.columns)
            positions[:, picture.start : picture.end] = position + np.stack([np.zeros_like(rows), rows, columns])
            position += max(picture.rows, picture.columns)
            index = picture.end
        positions[:, index:] = position + np.arange(len(self.ids) - index)
        return positions


def vision_tokens(pixels: Pixels) -> int:
    """How many tokens a view takes. Raises FrameMismatch unless it can be seen at exactly its own size."""
    height, width = map(int, pixels.shape[:2])
    if width % PATCH or height % PATCH:
        raise FrameMismatch(
            f"A view of {width} x {height} px cannot be seen as it is: {PATCH} does not divide both sides.",
            remedy="Report this: views are sized by fit_to_budget, which gives multiples.",
        )
    return (width // PATCH) * (height // PATCH)


def shared(one: Marks, other: Marks) -> int:
    """How many places from the start are the same in both."""
    length = min(len(one), len(other))
    differing = np.flatnonzero(one[:length] != other[:length])
    return int(differing[0]) if len(differing) else length
