"""The words and numbers of the gallery. Pure: rows -> plain values, none of them markup; the page sets them as text."""

import math
from collections.abc import Sequence
from typing import Literal, TypedDict

from ergo_demo.batch.rows import Row
from ergo_demo.geometry import Box, Size
from ergo_demo.protocol.parsing import Flag
from ergo_demo.records import Outcome, Trace
from ergo_demo.ui.gallery.index import NO_BOX, RIGHT, SIZES, UNASKED, UNKNOWN, WRONG, Filter, is_right, share

PER_PAGE = 12

LONGEST_WORDS = 400
"""Characters of a question or an answer on a card."""

SURROUNDINGS = 1.1
"""Of a box on its card: how far the picture goes beyond it on each side, in sizes of the box."""

LEAST_SHARE = 0.2
"""Of the photo's sides: less on a card would not say where the box is."""

CARD_ASPECT = 16 / 9

ANY = "any"

OUTCOME_WORDS = {
    Outcome.ANSWERED.value: "answered",
    Outcome.NO_ZOOM.value: "no region",
    Outcome.UNREADABLE.value: "region not readable",
    Outcome.CANCELLED.value: "stopped",
    Outcome.FAILED.value: "failed",
    UNASKED: "not asked",
}

FLAG_WORDS = {
    Flag.INVERTED.value: "edges swapped",
    Flag.CLAMPED.value: "cut at the edge",
    Flag.GROWN.value: "grown to one token",
    Flag.SEVERAL.value: "several boxes",
    Flag.THOUGHT_UNCLOSED.value: "thought without end",
    Flag.ANSWER_UNTAGGED.value: "no answer marked",
    Flag.CUT_OFF.value: "cut off",
}

SIZE_WORDS = ("under 0.1 %", "0.1 to 1 %", "1 to 5 %", "5 to 25 %", "25 % and more")

Sign = Literal["good", "bad", "none"]

Choices = list[tuple[str, str]]
"""(what is shown, what it stands for), as a drop-down takes them."""


class Card(TypedDict):
    """One row on a page. `box` is x, y, width and height in shares of the picture, `ratio` its width over height."""

    row: int
    picture: str
    box: list[float] | None
    ratio: float
    question: str
    answer: str
    sign: Sign
    note: str


class Shown(TypedDict):
    """What the component shows: a page of cards, or the head of one item."""

    heading: str
    range: str
    page: int
    pages: int
    cards: list[Card]
    item: "Item | None"


class Item(TypedDict):
    """The head of an item. `before` and `next` are rows, None at the ends of what is filtered; `shown`: its run is."""

    place: str
    question: str
    expected: str
    verdict: str
    sign: Sign
    problem: str
    shown: bool
    before: int | None
    next: int | None


def outcome_choices() -> Choices:
    """For the drop-down of outcomes."""
    return [(ANY, ANY), *((words, value) for value, words in OUTCOME_WORDS.items())]


def flag_choices() -> Choices:
    """For the drop-down of flags."""
    return [(ANY, ANY), ("none", ""), *((words, value) for value, words in FLAG_WORDS.items())]


def size_choices() -> Choices:
    """For the drop-down of box sizes."""
    return [(ANY, ANY), ("no box", str(NO_BOX)), *((words, str(at)) for at, words in enumerate(SIZE_WORDS))]


def right_choices() -> Choices:
    """For the drop-down of right and wrong."""
    return [(ANY, ANY), ("right", str(RIGHT)), ("wrong", str(WRONG)), ("not known", str(UNKNOWN))]


def read_filter(outcome: object, flag: object, size: object, right: object, answer: object) -> Filter:
    """What the controls say; whatever they cannot say counts as anything."""
    sizes, rights = ({value: int(value) for _, value in choices[1:]} for choices in (size_choices(), right_choices()))
    return Filter(
        outcome=outcome if isinstance(outcome, str) and outcome in OUTCOME_WORDS else None,
        flag=flag if isinstance(flag, str) and flag in ("", *FLAG_WORDS) else None,
        size=sizes.get(str(size)),
        right=rights.get(str(right)),
        answer=answer[:LONGEST_WORDS] if isinstance(answer, str) else "",
    )


def framing(box: Box | None, source: Size, aspect: float = CARD_ASPECT) -> Box:
    """What a card shows of a photo (source px): the box with its surroundings, in the shape of a card.

    Of a view (its px and its size) alike. `aspect`: of the card, width over height.
    """
    whole = Box.of(source)
    if box is None:
        return whole
    wide = box.clip(whole).pad(SURROUNDINGS * box.width, SURROUNDINGS * box.height)
    width = max(wide.width, wide.height * aspect, LEAST_SHARE * source.width)
    height = max(width / aspect, LEAST_SHARE * source.height)
    return wide.clip(whole).grow_to(max(width, height * aspect), height, whole)


def within(box: Box, frame: Box) -> list[float]:
    """A box as x, y, width and height in shares of `frame`, for drawing over its picture."""
    x, y = (box.x1 - frame.x1) / frame.width, (box.y1 - frame.y1) / frame.height
    return [round(value, 5) for value in (x, y, box.width / frame.width, box.height / frame.height)]


def card(place: int, row: Row, trace: Trace | None, picture: str) -> Card:
    """One row as it stands on a page."""
    box = trace.box if trace else None
    frame = framing(box, trace.source) if trace else None
    return {
        "row": place,
        "picture": picture if trace else "",
        "box": within(box, frame) if box and frame else None,
        "ratio": frame.width / frame.height if frame else CARD_ASPECT,
        "question": question(row),
        "answer": verdict(row, trace)[:LONGEST_WORDS],
        "sign": sign(row),
        "note": note(row, trace),
    }


def page_of(places: Sequence[int], total: int, page: int) -> tuple[list[int], Shown]:
    """The rows of a page (from 0; the nearest one that there is), and what stands above them."""
    pages = max(1, math.ceil(len(places) / PER_PAGE))
    page = min(max(0, page), pages - 1)
    here = list(places[page * PER_PAGE : (page + 1) * PER_PAGE])
    first = page * PER_PAGE
    counted = f"{total:,} questions" if len(places) == total else f"{len(places):,} of {total:,} questions"
    shown: Shown = {
        "heading": counted if total != 1 else "1 question",
        "range": f"{first + 1:,}–{first + len(here):,} shown" if here else "",
        "page": page,
        "pages": pages,
        "cards": [],
        "item": None,
    }
    return here, shown


def item(place: int, row: Row, trace: Trace | None, places: Sequence[int], problem: str) -> Item:
    """The head of an opened item; `problem` says why its photo cannot be shown."""
    at = places.index(place) if place in places else None
    expected = str((row["item"] or {}).get("answer") or "")[:LONGEST_WORDS]
    return {
        "place": f"{at + 1:,} of {len(places):,}" if at is not None else "",
        "question": question(row),
        "expected": expected,
        "verdict": {RIGHT: "right", WRONG: "wrong", UNKNOWN: ""}[is_right(row)] or _outcome(trace),
        "sign": sign(row),
        "problem": problem or (str(row["error"] or "") if trace is None else ""),
        "shown": trace is not None and not problem,
        "before": places[at - 1] if at else None,
        "next": places[at + 1] if at is not None and at + 1 < len(places) else None,
    }


def question(row: Row) -> str:
    """What was asked, or what stood in its place."""
    asked = (row["trace"] or {}).get("question") or (row["item"] or {}).get("question")
    words = str(asked or "").strip()
    return words[:LONGEST_WORDS] if words else f"Line {row['line']:,} of the questions"


def verdict(row: Row, trace: Trace | None) -> str:
    """The answer, or why there is none."""
    return trace.answer if trace and trace.answer else _outcome(trace)


def _outcome(trace: Trace | None) -> str:
    return OUTCOME_WORDS[trace.outcome.value if trace else UNASKED]


def sign(row: Row) -> Sign:
    """Right, wrong, or nobody knows."""
    signs: dict[int, Sign] = {RIGHT: "good", WRONG: "bad", UNKNOWN: "none"}
    return signs[is_right(row)]


def note(row: Row, trace: Trace | None) -> str:
    """The size of the box, or that there is none."""
    if trace is None or trace.box is None:
        return "no box" if trace else ""
    percent = share(row["trace"] or {}) * 100
    return f"box {percent:.2g} %" if percent < 10 else f"box {percent:.0f} %"


assert len(SIZE_WORDS) == len(SIZES) - 1
