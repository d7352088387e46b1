"""What is kept of each answer, and the file it is kept in: a line each, so that an interrupted run continues."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ergo_demo.bench.scenes_items import Item
from ergo_demo.geometry import Box, Size
from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import Look, Outcome, from_json, to_json
from ergo_demo.scenes import Question, Type
from ergo_demo.scoring import answer_matches, covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One method's answer to one item. Boxes in source px.

    `box` is what was looked at second, None where there was no second look or no box was named. `tokens_by_stage`
    are vision tokens of each view that the model saw, `reply_tokens` those that it wrote. `candidates_covered`: in
    how many of the k places of *hidden* the box would have held the target. `first` is ERGO's first look, which
    other methods continue.
    """

    method: str
    type: Type
    number: int
    source: Size
    question: str
    truth: str
    target: Box
    k: int = 1
    cover: bool = False
    outcome: Outcome
    answer: str = ""
    right: bool = False
    covered: bool = False
    candidates_covered: int = 0
    box: Box | None = None
    tokens_by_stage: dict[str, int] = field(default_factory=dict)
    reply_tokens: int = 0
    seconds: float = 0.0
    why: Why | None = None
    flags: tuple[Flag, ...] = ()
    error: str | None = None
    first: Look | None = None

    @property
    def item(self) -> Item:
        """What was asked."""
        return Item(self.type, self.number)

    @property
    def tokens(self) -> int:
        """Vision tokens of all views."""
        return sum(self.tokens_by_stage.values())

    @property
    def box_share(self) -> float:
        """The box's share of the photo's area; 1 where no box was named, because the whole photo was read."""
        return 1.0 if self.box is None else self.box.area / self.source.area


def scored(
    method: str, item: Item, question: Question, source: Size, box: Box | None, *, outcome: Outcome, **more: Any
) -> Sample:
    """A sample with its score: wrong unless the model came to an end and said the truth."""
    ended = outcome not in (Outcome.FAILED, Outcome.CANCELLED)
    plates = [thing.companion.plate.box for thing in question.subjects if thing.companion]
    return Sample(
        method=method,
        type=question.type,
        number=item.number,
        source=source,
        question=question.text,
        truth=question.answer,
        target=question.target,
        k=question.k,
        cover=question.cover,
        outcome=outcome,
        right=ended and answer_matches(more.get("answer", ""), question.answer),
        covered=covered(box, question.target),
        candidates_covered=sum(covered(box, plate) for plate in plates) if question.type == "hidden" else 0,
        box=box,
        **more,
    )


class Samples:
    """The samples of one stream and model, in one file; each is on the disk before the next is asked."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known = {(sample.method, sample.item): sample for sample in _read(file)}

    def find(self, method: str, item: Item) -> Sample | None:
        """The sample, or None where it has not been asked."""
        return self._known.get((method, item))

    def add(self, sample: Sample) -> None:
        """Keep a sample."""
        line = json.dumps(to_json(sample), ensure_ascii=False, separators=(",", ":")) + "\n"
        with self.file.open("a", encoding="utf-8") as file:
            file.write(line)
        self._known[sample.method, sample.item] = sample

    def of(self, method: str, items: Iterable[Item]) -> list[Sample]:
        """The method's samples of those of `items` that were asked."""
        return [sample for item in items if (sample := self.find(method, item))]


def _read(file: Path) -> list[Sample]:
    """The samples of a file. A last line that was cut off by whatever ended the run is removed."""
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        return []
    text = file.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if whole != text:
        file.write_bytes(whole)
    return [sample for line in whole.splitlines() if (sample := _sample(line))]


def _sample(line: bytes) -> Sample | None:
    """A line's sample; None for one of another version, which is asked again."""
    try:
        return from_json(Sample, json.loads(line))
    except (ValueError, ValidationError):
        return None
