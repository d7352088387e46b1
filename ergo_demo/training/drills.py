"""Drills: the fields of two things and where one is from the other, in words alone.

Which column comes before which has to be learned letter by letter. Behind a photo a comparison costs a view and a
question, and its fields are uncertain; without them thirty tokens are a whole lesson.
"""

import numpy as np

from ergo_demo.scenes.questions import direction_of
from ergo_demo.training.dialogue import Cells, Piece, comparison
from ergo_demo.training.truth import COLOUR_NAMES, KIND_NAMES, Ints

GRID = (7, 26)  # columns and rows of the view that is not there
WIDEST = 3  # fields that a thing covers
FARTHEST = 9  # fields between two things


def drill(rng: np.random.Generator) -> list[Piece]:
    """A random comparison, as the first thought about a relation has it."""
    grid = rng.integers(*GRID, size=2, endpoint=True)
    while True:
        first = _cells(rng, grid, rng.integers(0, grid))
        moved = rng.integers(-FARTHEST, FARTHEST, size=2, endpoint=True)
        second = _cells(rng, grid, np.clip(np.array((first.x1, first.y1)) + moved, 0, grid - 1))
        answer = direction_of(*first.apart(second))
        if answer is not None:
            return comparison([_name(rng), _name(rng)], [first, second], answer)


def _cells(rng: np.random.Generator, grid: Ints, corner: Ints) -> Cells:
    end = np.minimum(corner + rng.integers(1, WIDEST, size=2, endpoint=True), grid)
    return Cells(int(corner[0]), int(corner[1]), int(end[0]), int(end[1]))


def _name(rng: np.random.Generator) -> str:
    return f"{rng.choice(COLOUR_NAMES)} {rng.choice(KIND_NAMES)}"
