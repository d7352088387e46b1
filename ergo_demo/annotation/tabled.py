"""The review's tables: one kind, for the page and as CSV that no spreadsheet takes for a formula. Pure."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TypeAlias

from ergo_demo.annotation import agreement, counting
from ergo_demo.annotation.agreement import THRESHOLDS, Alpha, Overlaps
from ergo_demo.store.looking import Decision

Cell: TypeAlias = str | int | float | None

SHOWN_LETTERS = 6
"""Of a person's hash: enough to tell people apart on a page."""


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is in its address, `title` above it."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def csv(self) -> str:
        """Every text quoted; what a spreadsheet would compute begins with an apostrophe."""
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerows([self.columns, *([_plain(cell) for cell in row] for row in self.rows)])
        return text.getvalue()


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str) and re.match(r"[\s;]*[=+\-@|＝＋－＠\t\r\n]", cell):
        return f"'{cell}"
    return "" if cell is None else cell


def tables(decisions: Sequence[Decision], alpha: Alpha | None) -> list[Table]:
    """All of them. `alpha` is that of these decisions: it takes seconds of work for many, so it is given."""
    return [
        overlap_table(decisions),
        alpha_table(alpha),
        model_table(decisions),
        speed_table(decisions),
        action_table(decisions),
    ]


def overlap_table(decisions: Sequence[Decision]) -> Table:
    """Overlap of boxes: people with people, with themselves, and the model with people, blind items apart."""
    shown, blind = ([one for one in decisions if one.blind is hidden] for hidden in (False, True))
    rows = {
        "people, box shown": [pair.iou for pair in agreement.between_people(shown)],
        "people, blind": [pair.iou for pair in agreement.between_people(blind)],
        "oneself, again": [pair.iou for pair in agreement.with_oneself(decisions)],
    }
    lines = [(name, *_cells(agreement.overlaps(ious))) for name, ious in rows.items()]
    lines += [
        ("model and people, box shown", *_cells(counting.against_model(shown).overlaps)),
        ("model and people, blind", *_cells(counting.against_model(blind).overlaps)),
    ]
    shares = tuple(f"IoU at least {least:g}" for least in THRESHOLDS)
    return Table("overlap", "Overlap of boxes (IoU)", ("pairs", "n", "mean", "median", *shares), tuple(lines))


def _cells(found: Overlaps) -> tuple[Cell, ...]:
    return (found.n, found.mean, found.median, *found.shares)


def alpha_table(found: Alpha | None) -> Table:
    """How far people agree beyond chance; a row of nothing where too few items were done by several."""
    line = (None, None, None, 0, 0) if found is None else astuple(found)
    title, columns = "Agreement (Krippendorff's alpha, 1 - IoU)", ("people", "alpha", "low", "high", "items", "boxes")
    return Table("alpha", title, columns, (("people and people", *line),))


def model_table(decisions: Sequence[Decision]) -> Table:
    """The model's box against people's, blind items apart."""
    lines = []
    for name, hidden in (("box shown", False), ("blind", True)):
        some = [one for one in decisions if one.blind is hidden]
        found = counting.against_model(some)
        lines.append((name, found.overlaps.n, found.overlaps.mean, found.covered, found.accepted))
    columns = ("items", "boxes", "mean IoU", "coverage", "accepted")
    return Table("model", "The model against people", columns, tuple(lines))


def speed_table(decisions: Sequence[Decision]) -> Table:
    """Seconds by action, and by person."""
    groups = counting.grouped(decisions, lambda one: one.action)
    people = counting.grouped(decisions, lambda one: f"person {one.annotator[:SHOWN_LETTERS]}")
    lines = []
    for name, some in [("all", list(decisions)), *groups.items(), *people.items()]:
        found = counting.speed(some)
        lines.append((name, found.n, found.median, found.tenth))
    columns = ("decisions", "n", "median seconds", "slowest tenth from")
    return Table("speed", "Seconds of a decision", columns, tuple(lines))


def action_table(decisions: Sequence[Decision]) -> Table:
    """What was decided, why, and what it did to the answer."""
    actions = {name: len(some) for name, some in counting.grouped(decisions, lambda one: one.action).items()}
    lines = [
        (kind, name, number)
        for kind, counted in (
            ("action", actions),
            ("reason", counting.reasons(decisions)),
            ("effect", counting.effects(decisions)),
        )
        for name, number in counted.items()
    ]
    return Table("decisions", "Decisions", ("kind", "which", "n"), tuple(lines))
