"""What trainers take without a word and learn wrongly from, found in the files themselves before they are handed out.

Every row is read again from the disk. Loud mistakes (a missing column) are the trainer's own affair; these are not:
both sides alike, no text, control words, a placeholder too many, pictures in another order, boxes in another frame or
outside it, a last message that is not the user's, pictures that a processor would resize, or that carry a place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ergo_demo.exports.flaws import Told, Turn, of_size, of_texts
from ergo_demo.exports.format import Checked
from ergo_demo.geometry import Size
from ergo_demo.imaging import look_at

MOST_PROBLEMS = 20
"""Told of one export; more would say the same."""


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
        sizes = []
        for content in row.pictures:
            size, problems = self._picture(content)
            sizes.append(size)
            yield from problems
        placeholders = sum(turn.pictures for turn in row.turns)
        if len(sizes) != placeholders:
            yield f"{len(sizes)} images for {placeholders} placeholders"
        elif not sizes or frame_text(sizes[0]) != row.frame:
            yield f"its boxes are in {row.frame}, but that is not the first image"
        else:
            zoomed = len(sizes) > 1
            told = Told(
                turns=row.turns, replies=row.replies, frame=sizes[0], zoomed=zoomed, box_in_view=row.box_in_view
            )
            yield from map(str, of_texts(told))

    def _picture(self, content: bytes) -> tuple[Size, list[str]]:
        key = hash(content)
        if key in self._looked:
            return self._looked[key], []
        looked = look_at(content)
        problems = [f"an image carries {name}" for name in looked.beside]
        if looked.mode != "RGB":
            problems.append(f"an image is {looked.mode}, not RGB")
        problems += map(str, of_size(looked.size))
        self.sizes.add(looked.size)
        self._looked = {**dict(list(self._looked.items())[-8:]), key: looked.size}
        return looked.size, problems
