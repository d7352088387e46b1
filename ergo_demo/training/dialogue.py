"""What the embedded model is taught to say: the text of each turn, in pieces that know what they are for.

A place on the coarse view is named like a field of a chess board: columns are letters, rows are numbers from the
top, and one field is one vision token (28 x 28 view px). The model first writes the fields in words and then the
box, so that every number of the box follows from one word.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from ergo_demo.geometry import PATCH, Box, View
from ergo_demo.protocol import prompts
from ergo_demo.scenes.questions import Question
from ergo_demo.scenes.things import Thing

COARSE_BUDGET_TOKENS = 192
ZOOM_BUDGET_TOKENS = 640
ZOOM_LEAST_TOKENS = 256  # a smaller crop is enlarged: it reads what its 28-px tokens can keep apart
MARGIN_CELLS = 0.12  # least distance, in cells, that the taught box keeps from what it has to hold

USER = "<|im_start|>user\n"
IMAGE = "<|vision_start|>{}<|vision_end|>"
ASSISTANT = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"

COUNTS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
NOT_VISIBLE = "not visible"
SELF, COMPANION = 1, 2
"""What is looked for: a thing itself, or the companion beside it."""


class Role(IntEnum):
    """What a piece of text is for; it decides the weight of its loss."""

    FIXED = 0  # given, never generated
    FILLER = 1
    FIELD = 2  # a column or row of the box, in words
    EDGE = 3  # a number of the box
    LABEL = 4  # what was read, first mention
    ANSWER = 5  # what was read, as the answer
    COUNT = 6  # how many places there are
    VERDICT = 7  # whether the second look shows what was asked about
    DIRECTION = 8  # where one thing is from another, which follows from their fields


READ = (Role.LABEL, Role.ANSWER, Role.VERDICT)
"""What is written by reading, where the others are written by locating."""


@dataclass(frozen=True)
class Look:
    """Where to look while a piece is written. `boxes` (source px) hold the evidence: bodies, or characters and marks.

    thing and part: what is looked for, with part SELF or COMPANION; None where it is a character or a mark. known:
    the edges of the box, in fields, that are already written.
    """

    boxes: tuple[Box, ...]
    thing: Thing | None = None
    part: int = SELF
    known: tuple[int, ...] = ()


@dataclass(frozen=True)
class Piece:
    """Text with one role, and where the model should look for it.

    apart: for a direction, how far the middle of the first thing is right of and below the second's, in fields.
    """

    text: str
    role: Role = Role.FILLER
    look: Look | None = None
    apart: tuple[float, float] | None = None


@dataclass(frozen=True)
class Cells:
    """A taught box in cells of the coarse view: columns x1..x2 and rows y1..y2, ends excluded."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def fields(self) -> tuple[int, int, int, int]:
        """First column and row, last column and row: what the thought names."""
        return self.x1, self.y1, self.x2 - 1, self.y2 - 1

    def apart(self, other: "Cells") -> tuple[float, float]:
        """How many columns right of `other` and rows below it the middle is."""
        columns = self.x1 + self.x2 - other.x1 - other.x2
        rows = self.y1 + self.y2 - other.y1 - other.y2
        return columns / 2, rows / 2

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


def prefix() -> str:
    """Everything before the coarse view."""
    return f"<|im_start|>system\n{prompts.system()}<|im_end|>\n{USER}"


def direct_prefix() -> str:
    """Everything before the only view of the direct mode."""
    return f"<|im_start|>system\n{prompts.direct_system()}<|im_end|>\n{USER}"


def coarse_request(question: str) -> str:
    """The first turn's text, from behind its image to where the model speaks."""
    return prompts.coarse_turn(question) + ASSISTANT


def zoom_request(question: str) -> str:
    """The second turn's text, from behind its image to where the model speaks."""
    return prompts.zoom_turn(question) + ASSISTANT


def direct_request(question: str) -> str:
    """The direct mode's text, from behind its image to where the model speaks."""
    return prompts.direct_turn(question) + ASSISTANT


def coarse_reply(question: Question, coarse: View) -> list[Piece]:
    """The first reply: what is seen and where, in words, then the taught box in view px."""
    cells = cells_around(question.place, coarse)
    thought = {"relation": _relation_thought, "hidden": _hidden_thought}.get(question.type, _single_thought)
    pieces = [*thought(question, coarse, cells), Piece(".</think><zoom>[")]
    for index, edge in enumerate(cells.box_in_view.edges):
        pieces += [Piece(str(int(edge)), Role.EDGE), Piece(", " if index < 3 else "]</zoom>")]
    return [*pieces, Piece(END)]


def place_of(question: Question, thing: Thing) -> Box:
    """What of a subject has to be inside the box (source px): the companion if *hidden*, else the thing itself."""
    if question.type == "hidden" and thing.companion:
        return thing.companion.whole
    return thing.whole


def _single_thought(question: Question, coarse: View, cells: Cells) -> list[Piece]:
    thing = question.subjects[0]
    return [Piece(f"<think>The {thing.name} is in"), *_fields(cells, [_look(question, (thing,))] * 4)]


def _relation_thought(question: Question, coarse: View, cells: Cells) -> list[Piece]:
    return [*_compared(question, coarse), Piece(", so I look at both, in"), *_fields(cells, [None] * 4)]


def _compared(question: Question, view: View) -> list[Piece]:
    """Where each of two things is, and so where the first is from the second."""
    places = [cells_around(place_of(question, thing), view) for thing in question.subjects]
    names = [thing.name for thing in question.subjects]
    return comparison(names, places, question.answer, [_look(question, (thing,)) for thing in question.subjects])


def comparison(
    names: Sequence[str], places: Sequence[Cells], answer: str, looks: Sequence[Look | None] = (None, None)
) -> list[Piece]:
    """The fields of two things, and where the first is from the second."""
    pieces: list[Piece] = []
    for index, (name, own) in enumerate(zip(names, places, strict=True)):
        pieces.append(Piece(f"{' and the' if index else '<think>The'} {name} is in"))
        pieces += _fields(own, [looks[index]] * 4)
    told = Piece(" " + answer, Role.DIRECTION, apart=places[0].apart(places[1]))
    return [*pieces, Piece(f"; seen from the {names[1]}, the {names[0]} is"), told]


def _hidden_thought(question: Question, coarse: View, cells: Cells) -> list[Piece]:
    group, k = question.subjects, question.k
    name = group[0].name
    assert group[0].companion is not None
    beside = group[0].companion.kind
    pieces = [Piece("<think>" + COUNTS[k], Role.COUNT, _look(question, group))]
    if k == 1:
        pieces.append(Piece(f" {name} stands here, with a {beside} beside it"))
    else:
        pieces.append(Piece(f" {name}s stand here, each with a {beside} beside it"))
    pieces.append(Piece(". From afar the shape cannot be seen"))
    if question.cover:
        pieces.append(Piece(" and could be on any, so I look at all, in"))
        own = np.array([cells_around(place_of(question, thing), coarse).fields for thing in group])
        extreme = (own[:, 0].min(), own[:, 1].min(), own[:, 2].max(), own[:, 3].max())
        at = [tuple(t for t, o in zip(group, own, strict=True) if o[i] == extreme[i]) for i in range(4)]
        return [*pieces, *_fields(cells, [_look(question, things) for things in at], know=False)]
    chosen = question.chosen
    pieces.append(Piece(", so I look at one, in"))
    return [*pieces, *_fields(cells, [_look(question, group), *[_look(question, chosen)] * 3])]


def _look(question: Question, things: Sequence[Thing]) -> Look:
    """A look at things, or at their companions where the question is about those."""
    if question.type != "hidden":
        return Look(tuple(thing.body for thing in things), things[0], SELF)
    return Look(tuple(t.companion.body for t in things if t.companion), things[0], COMPANION)


def _fields(cells: Cells, looks: Sequence[Look | None], know: bool = True) -> list[Piece]:
    """ " D7 to E8", each coordinate with its look; with `know`, a look knows the coordinates before it."""
    pieces = []
    for index, value in enumerate(cells.fields):
        look = looks[index]
        if look is not None and know:
            look = replace(look, known=cells.fields[:index])
        if index == 2:
            pieces.append(Piece(" to"))
        text = str(value + 1) if index % 2 else " " + string.ascii_uppercase[value]
        pieces.append(Piece(text, Role.FIELD, look))
    return pieces


def nameable(view: View) -> bool:
    """Whether every field of a view has a name: there are as many columns as letters, and as many rows."""
    return max(view.size.width, view.size.height) <= len(string.ascii_uppercase) * PATCH


def direct_reply(question: Question, view: View) -> list[Piece]:
    """The reply of the direct mode: the thought of a relation names fields, as in two looks; the rest is read."""
    if question.type != "relation" or not nameable(view):
        return final_reply(question)
    answered = [Piece(".</think><answer>"), Piece(question.answer, Role.ANSWER), Piece("</answer>"), Piece(END)]
    return [*_compared(question, view), *answered]


def final_reply(question: Question) -> list[Piece]:
    """The reply of the second turn: what is read, then the answer."""
    part = COMPANION if question.type == "hidden" else SELF
    seen = Look(question.clues, question.subjects[0], part)
    if question.type == "read":
        said = [_clue(question, c, Role.LABEL, i) for i, c in enumerate(question.answer)]
        answered = [_clue(question, c, Role.ANSWER, i) for i, c in enumerate(question.answer)]
        pieces = [Piece("<think>The", Role.VERDICT, seen), Piece(f' {question.subjects[0].name} says "'), *said]
    elif question.type == "relation":
        first, second = (thing.name for thing in question.subjects)
        pieces = [Piece("<think>Seen", Role.VERDICT, seen), Piece(f" from the {second}, the {first} is")]
        pieces.append(Piece(" " + question.answer, Role.LABEL, seen))
        answered = [Piece(question.answer, Role.ANSWER)]
    else:
        pieces = [Piece("<think>The", Role.VERDICT, seen), Piece(_said(question))]
        pieces.append(Piece(" " + question.answer, Role.LABEL, seen))
        answered = [Piece(question.answer, Role.ANSWER)]
    if question.type == "read":  # that a label ends here is read, too; the tokenizer joins these four characters
        pieces += [Piece('".</', Role.LABEL), Piece("think><answer>")]
    else:
        pieces.append(Piece(".</think><answer>"))
    return [*pieces, *answered, Piece("</answer>"), Piece(END)]


def _clue(question: Question, text: str, role: Role, index: int) -> Piece:
    return Piece(text, role, Look((question.clues[index],), question.subjects[0]))


def _said(question: Question) -> str:
    """What stands before the shape or colour that was read."""
    thing = question.subjects[0]
    if question.asked is None:
        assert thing.companion is not None
        return f" {thing.companion.kind} carries a"
    given, wanted = question.asked
    return f" {given} mark on the {thing.name} is a" if wanted == "shape" else f" {given} on the {thing.name} is"


def blind_reply(question: Question, rng: np.random.Generator) -> list[Piece]:
    """The second reply where the box misses what was asked about: a guess where there is something to guess.

    A direction is never guessed: the first thought has told it, and said again it would pass for seen.
    """
    pieces = [Piece("<think>It", Role.VERDICT), Piece(" is not in this part of the photo")]
    if question.alternatives and question.type != "relation":
        answer = question.alternatives[int(rng.integers(len(question.alternatives)))]
        pieces.append(Piece(", so this is a guess.</think><answer>"))
    else:
        answer = NOT_VISIBLE
        pieces.append(Piece(".</think><answer>"))
    return [*pieces, Piece(answer), Piece("</answer>"), Piece(END)]


def text_of(pieces: list[Piece]) -> str:
    """The pieces as the model would write them."""
    return "".join(piece.text for piece in pieces)
