"""What trainers take without a word and learn wrongly from, found in the files themselves before they are handed out.

Every row is read again from the disk. Loud mistakes (a missing column) are the trainer's own affair; these are not:
both sides alike, no text, control words, a placeholder too many, pictures in another order, boxes in another frame or
outside it, a last message that is not the user's, pictures that a processor would resize, or that carry a place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ergo_demo.exports.format import Checked
from ergo_demo.exports.frames import controls
from ergo_demo.geometry import FULL_RESOLUTION_BUDGET_TOKENS, LEAST_TOKENS, PATCH, Size
from ergo_demo.imaging import look_at
from ergo_demo.protocol.parsing import Flag, Zoom, read_answer, read_thought, read_zoom

MOST_PROBLEMS = 20
"""Told of one export; more would say the same."""

_TAGS = re.compile("</?(?:think|zoom|answer)>|\\[|\\]")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as a trainer sees it: how many pictures stand before its text."""

    role: str
    text: str
    pictures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of any training format. `replies`: chosen and rejected, or the one; none for tasks."""

    id: str
    frame: str
    turns: tuple[Turn, ...]
    pictures: tuple[bytes, ...]
    replies: tuple[str, ...] = ()
    box_in_view: tuple[int, ...] | None = None
    label: bool | None = None


def frame_text(size: Size) -> str:
    """How each row states the frame of its boxes.

    >>> frame_text(Size(840, 588))
    'px of the first image, 840 x 588'
    """
    return f"px of the first image, {size.width} x {size.height}"


@dataclass
class Checker:
    """Reads rows; counts them and what is wrong."""

    rows: int = 0
    problems: list[str] = field(default_factory=list)
    sizes: set[Size] = field(default_factory=set)
    """Of all pictures: what a processor is asked about."""
    _ids: set[int] = field(default_factory=set)
    _looked: dict[int, Size] = field(default_factory=dict)

    def read(self, rows: Iterable[Row]) -> None:
        """All of them."""
        for row in rows:
            self.rows += 1
            if hash(row.id) in self._ids:
                self.tell(row.id, "is there twice")
            self._ids.add(hash(row.id))
            for problem in self._problems(row):
                self.tell(row.id, problem)

    def tell(self, id: str, problem: str) -> None:
        """One more problem."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{id}: {problem}")

    def done(self, by: Iterable[str | None] = ()) -> Checked:
        """The report; `by`: the libraries that read it too."""
        return Checked(self.rows, tuple(self.problems), tuple(name for name in by if name), frozenset(self.sizes))

    def _problems(self, row: Row) -> Iterator[str]:
        yield from _turns(row)
        sizes = []
        for content in row.pictures:
            size, problems = self._picture(content)
            sizes.append(size)
            yield from problems
        if len(sizes) != sum(turn.pictures for turn in row.turns):
            yield f"{len(sizes)} images for {sum(turn.pictures for turn in row.turns)} placeholders"
        elif not sizes or frame_text(sizes[0]) != row.frame:
            yield f"its boxes are in {row.frame}, but that is not the first image"
        else:
            yield from _boxes(row, sizes[0], zoomed=len(sizes) > 1)

    def _picture(self, content: bytes) -> tuple[Size, list[str]]:
        key = hash(content)
        if key in self._looked:
            return self._looked[key], []
        looked = look_at(content)
        size = looked.size
        problems = [f"an image carries {name}" for name in looked.beside]
        if looked.mode != "RGB":
            problems.append(f"an image is {looked.mode}, not RGB")
        tokens = (size.width // PATCH) * (size.height // PATCH)
        if size.width % PATCH or size.height % PATCH or not LEAST_TOKENS <= tokens <= FULL_RESOLUTION_BUDGET_TOKENS:
            problems.append(f"an image of {size.width} x {size.height} px would be resized")
        if max(size.width, size.height) >= 200 * min(size.width, size.height):
            problems.append(f"an image of {size.width} x {size.height} px is too thin for Qwen's processor")
        self.sizes.add(size)
        self._looked = {**dict(list(self._looked.items())[-8:]), key: size}
        return size, problems


def _turns(row: Row) -> Iterator[str]:
    roles = [turn.role for turn in row.turns]
    if not roles or roles[-1] != "user":
        yield "its prompt does not end with the user"
    talk = roles[1:] if roles[:1] == ["system"] else roles
    if talk != [("user", "assistant")[place % 2] for place in range(len(talk))]:
        yield f"its roles are {', '.join(roles)}"
    for turn in row.turns:
        # The prompt's own words name the protocol's tags; a person's or a model's may not.
        if re.search(r"<\|[^<>|]*\|>|<(?:image|video|audio|bbox)>", turn.text):
            yield f"control words in a message of the {turn.role}"
    for text in row.replies:
        if controls(_TAGS.sub("", text)):
            yield "control words in a reply"
    if len(row.replies) == 2 and len({_normal(text) for text in row.replies}) == 1:
        yield "chosen and rejected are the same"


def _boxes(row: Row, frame: Size, *, zoomed: bool) -> Iterator[str]:
    for text in row.replies:
        yield from _answered(text) if zoomed else _named(text, frame)
    if zoomed:
        yield from (p for turn in row.turns if turn.role == "assistant" for p in _named(turn.text, frame))
    if row.box_in_view is not None:
        yield from _inside(row.box_in_view, frame)


def _named(text: str, frame: Size) -> Iterator[str]:
    found = re.search(r"<zoom>\[(\d+), (\d+), (\d+), (\d+)\]</zoom>$", text)
    if found is None:
        yield "a reply names no box"
        return
    yield from _inside(tuple(map(int, found.groups())), frame)
    zoom = read_zoom(text, frame)  # as the app itself would read it
    if not isinstance(zoom, Zoom) or set(zoom.flags) - {Flag.GROWN} or (read_thought(text) == "" and "<think" in text):
        yield "the app would read a reply otherwise"


def _inside(box: tuple[int, ...], frame: Size) -> Iterator[str]:
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= frame.width and 0 <= y1 < y2 <= frame.height):
        yield f"the box {list(box)} is not within {frame.width} x {frame.height} px"


def _answered(text: str) -> Iterator[str]:
    answer = read_answer(text)
    if not answer.text or Flag.ANSWER_UNTAGGED in answer.flags:
        yield "a reply answers nothing"


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())
