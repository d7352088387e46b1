"""What the embedded model is taught to say: the text of both turns, in pieces that know what they are for.

A place on the coarse view is named like a field of a chess board: columns are letters, rows are numbers from the
top, and one field is one vision token (28 x 28 view px). The model first writes the fields in words and then the
box, so that every number of the box follows from one word.
"""

import string
from dataclasses import dataclass
from enum import IntEnum

from ergo_demo.geometry import PATCH, Box, Size, View
from ergo_demo.protocol import prompts
from ergo_demo.scenes.scene import Question

COARSE_BUDGET_TOKENS = 112
ZOOM_BUDGET_TOKENS = 84
MARGIN_CELLS = 0.27  # least distance, in cells, that the taught box keeps from its target

USER = "<|im_start|>user\n"
IMAGE = "<|vision_start|>{}<|vision_end|>"
ASSISTANT = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"


class Role(IntEnum):
    """What a piece of text is for; it decides the weight of its loss and where its attention should go."""

    FIXED = 0  # given, never generated
    FILLER = 1
    FIELD = 2  # a column or row of the box, in words
    EDGE = 3  # a number of the box
    LABEL = 4  # a character of the label, first mention
    ANSWER = 5  # a character of the answer


@dataclass(frozen=True)
class Piece:
    """Text with one role. `which`: first and last field (0, 1), or the character's place in the label."""

    text: str
    role: Role
    which: int = 0


@dataclass(frozen=True)
class Cells:
    """A taught box in cells of the coarse view: columns x1..x2 and rows y1..y2, ends excluded."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def box_in_view(self) -> Box:
        """The same box in view px."""
        return Box(self.x1 * PATCH, self.y1 * PATCH, self.x2 * PATCH, self.y2 * PATCH)


def cells_around(target: Box, coarse: View) -> Cells:
    """The smallest box of whole cells that holds `target` (source px) with its margin, inside the view."""
    seen = coarse.from_source(target).pad(MARGIN_CELLS * PATCH, MARGIN_CELLS * PATCH)
    columns, rows = coarse.size.width // PATCH, coarse.size.height // PATCH
    return Cells(
        max(0, int(seen.x1 // PATCH)),
        max(0, int(seen.y1 // PATCH)),
        min(columns, int(-(-seen.x2 // PATCH))),
        min(rows, int(-(-seen.y2 // PATCH))),
    )


def column_name(column: int) -> str:
    """A, B, C ... for columns from the left."""
    return string.ascii_uppercase[column]


def prefix() -> str:
    """Everything before the coarse view."""
    return f"<|im_start|>system\n{prompts.system()}<|im_end|>\n{USER}"


def coarse_request(question: str) -> str:
    """The first turn's text, from behind its image to where the model speaks."""
    return prompts.coarse_turn(question) + ASSISTANT


def coarse_reply(question: Question, cells: Cells) -> list[Piece]:
    """The first reply: where the thing is, in words, then as a box in view px."""
    first, last = (cells.x1, cells.y1), (cells.x2 - 1, cells.y2 - 1)
    pieces = [
        Piece(f"<think>The {question.thing.name} is in", Role.FILLER),
        Piece(" " + column_name(first[0]), Role.FIELD, 0),
        Piece(str(first[1] + 1), Role.FIELD, 0),
        Piece(" to", Role.FILLER),
        Piece(" " + column_name(last[0]), Role.FIELD, 1),
        Piece(str(last[1] + 1), Role.FIELD, 1),
        Piece(".</think><zoom>[", Role.FILLER),
    ]
    for index, edge in enumerate(cells.box_in_view.edges):
        pieces.append(Piece(str(int(edge)), Role.EDGE))
        pieces.append(Piece(", " if index < 3 else "]</zoom>", Role.FILLER))
    return [*pieces, Piece(END, Role.FILLER)]


def zoom_request(question: str) -> str:
    """The second turn's text, from behind its image to where the model speaks."""
    return prompts.zoom_turn(question) + ASSISTANT


def zoom_reply(question: Question) -> list[Piece]:
    """The second reply: what the thing says, then the answer."""
    said = [Piece((" " if i == 0 else "") + c, Role.LABEL, i) for i, c in enumerate(question.answer)]
    answered = [Piece(c, Role.ANSWER, i) for i, c in enumerate(question.answer)]
    return [
        Piece(f"<think>The {question.thing.name} says", Role.FILLER),
        *said,
        Piece(".</think><answer>", Role.FILLER),
        *answered,
        Piece("</answer>", Role.FILLER),
        Piece(END, Role.FILLER),
    ]


def text_of(pieces: list[Piece]) -> str:
    """The pieces as the model would write them."""
    return "".join(piece.text for piece in pieces)


def coarse_size(columns: int = 12, rows: int = 9) -> Size:
    """The coarse view of a scene: all scenes of this version have the same shape."""
    return Size(columns * PATCH, rows * PATCH)
