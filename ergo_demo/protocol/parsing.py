"""From what the model wrote to a value or a reason: thought, zoom, answer. Total and linear in the text's length.

Every text gives a result; nothing here raises on what a model wrote, evaluates it, or follows it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from ergo_demo.geometry import PATCH, Box, Size

# ASCII digits only, at most seven: longer runs are no pixel of any view. Possessive, so that nothing backtracks.
_NUMBER = r"[+-]?(?:[0-9]{1,7}+(?:\.[0-9]{0,9}+)?+|\.[0-9]{1,9}+)"
_FOUR = rf"\s*+({_NUMBER})\s*+,\s*+({_NUMBER})\s*+,\s*+({_NUMBER})\s*+,\s*+({_NUMBER})\s*+"
_BRACKETED = re.compile(rf"[\[(]{_FOUR}[\])]")
_BARE = re.compile(_FOUR)


MOST_OTHERS = 16
"""Boxes that are kept beside the first."""


class Flag(StrEnum):
    """What had to be repaired in what the model wrote; kept in the trace and said on the page."""

    INVERTED = "inverted"
    """Two edges were swapped."""
    CLAMPED = "clamped"
    """The box left the view and was cut at its edge."""
    GROWN = "grown"
    """The box was smaller than one vision token and was grown to it."""
    SEVERAL = "several"
    """More than one box was named; the first is used, the others are kept."""
    THOUGHT_UNCLOSED = "thought_unclosed"
    """The thought has no end tag, so the box may stand in it."""
    ANSWER_UNTAGGED = "answer_untagged"
    """No answer tags: the whole reply counts as the answer, as in ERGO's scorer."""
    CUT_OFF = "cut_off"
    """The reply ended at its token limit."""


class Why(StrEnum):
    """Why a reply names no region."""

    NO_ZOOM = "no_zoom"
    """There is no complete <zoom>...</zoom>."""
    NOT_FOUR_NUMBERS = "not_four_numbers"
    """The tags hold something else than four numbers."""


@dataclass(frozen=True, slots=True)
class Zoom:
    """The region that a reply names, inside its view: at least 28 view px wide and high."""

    box_in_view: Box
    others_in_view: tuple[Box, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reply names no region, and why."""

    why: Why


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the second turn; "" when the model wrote nothing."""

    text: str
    flags: tuple[Flag, ...] = ()


def read_zoom(reply: str, view_size: Size) -> Zoom | Unreadable:
    """The region of the last complete <zoom> after the thought (anywhere, if the thought never ends), in view px.

    >>> read_zoom("<think>There.</think><zoom>[28, 56, 112, 140]</zoom>", Size(280, 224))
    Zoom(box_in_view=Box(x1=28.0, y1=56.0, x2=112.0, y2=140.0), others_in_view=(), flags=())
    """
    flags: list[Flag] = []
    thought_end = reply.find("</think>")
    if thought_end < 0 and "<think>" in reply:
        flags.append(Flag.THOUGHT_UNCLOSED)
    end = reply.rfind("</zoom>")
    start = reply.rfind("<zoom>", max(thought_end, 0), end) if end >= 0 else -1
    if start < 0:
        return Unreadable(Why.NO_ZOOM)
    span = reply[start + len("<zoom>") : end]
    # A reply can name thousands; what is kept of them must stay small enough for a trace.
    quadruples = [four.groups() for four in islice(_BRACKETED.finditer(span), 1 + MOST_OTHERS)]
    if not quadruples and (bare := _BARE.fullmatch(span)):
        quadruples = [bare.groups()]
    if not quadruples:
        return Unreadable(Why.NOT_FOUR_NUMBERS)
    first, first_flags = _box_inside(quadruples[0], view_size)
    others = tuple(_box_inside(four, view_size)[0] for four in quadruples[1:])
    several = [Flag.SEVERAL] if others else []
    return Zoom(first, others, tuple(flags + several + first_flags))


def _box_inside(four: tuple[str, ...], view_size: Size) -> tuple[Box, list[Flag]]:
    x1, y1, x2, y2 = (float(number) for number in four)
    flags = []
    if x2 < x1 or y2 < y1:
        flags.append(Flag.INVERTED)
    written = Box.between(x1, y1, x2, y2)
    frame = Box.of(view_size)
    inside = written.clip(frame)
    if inside != written:
        flags.append(Flag.CLAMPED)
    grown = inside.grow_to(PATCH, PATCH, frame)
    if grown != inside:
        flags.append(Flag.GROWN)
    return grown, flags


def read_thought(reply: str) -> str:
    """The text of the thought: from <think> to whatever ends it. "" when there is none.

    The second turn's prompt shows an unclosed pair of tags, so a second <think> ends a thought too.
    """
    start = reply.find("<think>")
    if start < 0:
        return ""
    start += len("<think>")
    ends = [reply.find(tag, start) for tag in ("</think>", "<think>", "<zoom>", "<answer>")]
    return reply[start : min((end for end in ends if end >= 0), default=len(reply))].strip()


def read_answer(reply: str) -> Answer:
    """The text of the last <answer>; without tags, what stands after the thought (then the whole reply).

    >>> read_answer("<think>K and 4.</think><answer> K 417 </answer>").text
    'K 417'
    """
    start = reply.rfind("<answer>")
    if start >= 0:
        end = reply.find("</answer>", start)
        return Answer(reply[start + len("<answer>") : end if end >= 0 else len(reply)].strip())
    after_thought = reply.rpartition("</think>")[2].strip()
    return Answer(after_thought or reply.strip(), (Flag.ANSWER_UNTAGGED,))
