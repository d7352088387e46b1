"""What is wrong with one row for a trainer: asked before it is written, and again of what is read from the disk.

Before, it is a reason to leave the row out and to count it: one odd decision must not keep all others from leaving.
Afterwards (checking.py) it is a mistake of ours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ergo_demo.exports.frames import controls, folded
from ergo_demo.exports.lessons import Demonstration, Lesson, Pair, Prompt, Task, Verdict, pictures_of
from ergo_demo.geometry import FULL_RESOLUTION_BUDGET_TOKENS, LEAST_TOKENS, PATCH, Size
from ergo_demo.protocol.parsing import Flag, Zoom, read_answer, read_thought, read_zoom

LEAST_THIN = 200
"""From this ratio of its sides on, Qwen's processor refuses a picture (smart_resize in transformers)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as a trainer sees it: how many pictures stand before its text."""

    role: str
    text: str
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, in the same words whatever the row; and what exactly in this one."""

    what: str
    exactly: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.exactly}" if self.exactly else self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The texts of a row. `frame`: its first picture's size, view px; `zoomed`: whether there is a second picture."""

    turns: Sequence[Turn]
    replies: Sequence[str]
    frame: Size
    zoomed: bool
    box_in_view: tuple[int, ...] | None = None


def of_lesson(lesson: Lesson) -> Flaw | None:
    """Why a trainer could not take this lesson, or would learn wrongly from it; None where it may have it."""
    return next(chain.from_iterable(_of_prompt(lesson, prompt, said) for prompt, said in _sides(lesson)), None)


def _sides(lesson: Lesson) -> Iterator[tuple[Prompt, tuple[str, ...]]]:
    """The dialogues of a lesson, each with the replies to it."""
    if isinstance(lesson, Pair):
        yield lesson.prompt, (lesson.chosen, lesson.rejected)
        if lesson.rejected_prompt is not None:
            yield lesson.rejected_prompt, (lesson.rejected,)
    else:
        yield lesson.prompt, (lesson.completion,) if isinstance(lesson, Verdict | Demonstration) else ()


def _of_prompt(lesson: Lesson, prompt: Prompt, replies: tuple[str, ...]) -> Iterator[Flaw]:
    sizes = [picture.view.size for picture in pictures_of(prompt)]
    yield from chain.from_iterable(map(of_size, sizes))
    yield from of_texts(
        Told(
            turns=[Turn(said.role, said.text, int(said.picture is not None)) for said in prompt],
            replies=replies,
            frame=sizes[0],
            zoomed=len(sizes) > 1,
            box_in_view=lesson.box_in_view if isinstance(lesson, Task) else None,
        )
    )


def of_size(size: Size) -> Iterator[Flaw]:
    """Of one picture, view px: what Qwen's processor would resize, or refuse."""
    said = f"{size.width} x {size.height} px"
    tokens = (size.width // PATCH) * (size.height // PATCH)
    if size.width % PATCH or size.height % PATCH or not LEAST_TOKENS <= tokens <= FULL_RESOLUTION_BUDGET_TOKENS:
        yield Flaw("an image would be resized", said)
    if max(size.width, size.height) >= LEAST_THIN * min(size.width, size.height):
        yield Flaw("an image is too thin for Qwen's processor", said)


def of_texts(told: Told) -> Iterator[Flaw]:
    """Of what a row says, and of the boxes in it."""
    yield from _of_turns(told.turns)
    if any(controls(text, tags=False) for text in told.replies):
        yield Flaw("control words in a reply")
    if len(told.replies) == 2 and len(set(map(folded, told.replies))) == 1:
        yield Flaw("chosen and rejected are the same")
    first_replies = [turn.text for turn in told.turns if turn.role == "assistant"] if told.zoomed else told.replies
    for text in first_replies:
        yield from _of_named(text, told.frame)
    for text in told.replies if told.zoomed else ():
        answer = read_answer(text)
        if not answer.text or Flag.ANSWER_UNTAGGED in answer.flags:
            yield Flaw("a reply answers nothing")
    if told.box_in_view is not None:
        yield from _of_box(told.box_in_view, told.frame)


def _of_turns(turns: Sequence[Turn]) -> Iterator[Flaw]:
    roles = [turn.role for turn in turns]
    if not roles or roles[-1] != "user":
        yield Flaw("its prompt does not end with the user")
    talk = roles[1:] if roles[:1] == ["system"] else roles
    if talk != [("user", "assistant")[place % 2] for place in range(len(talk))]:
        yield Flaw("its roles do not take turns", ", ".join(roles))
    for turn in turns:
        # The prompt's own words name the protocol's tags; a person's or a model's may not.
        if controls(turn.text, tags=False):
            yield Flaw(f"control words in a message of the {turn.role}")


def _of_named(text: str, frame: Size) -> Iterator[Flaw]:
    found = re.search(r"<zoom>\[(\d+), (\d+), (\d+), (\d+)\]</zoom>$", text)
    if found is None:
        yield Flaw("a reply names no box")
        return
    yield from _of_box(tuple(map(int, found.groups())), frame)
    zoom = read_zoom(text, frame)  # as the app itself would read it
    if not isinstance(zoom, Zoom) or set(zoom.flags) - {Flag.GROWN} or (read_thought(text) == "" and "<think" in text):
        yield Flaw("the app would read a reply otherwise")


def _of_box(box: tuple[int, ...], frame: Size) -> Iterator[Flaw]:
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= frame.width and 0 <= y1 < y2 <= frame.height):
        yield Flaw("a box is not within its picture", f"{list(box)} of {frame.width} x {frame.height} px")
