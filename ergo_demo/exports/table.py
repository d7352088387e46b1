"""A CSV table of every decision, for people and spreadsheets: no cell is taken for a formula. Boxes in source px."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ergo_demo.exports.boxed import all_of_them
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.format import Checked, Format, Out
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.said import right_answer, unfit
from ergo_demo.geometry import Box

FILE = "decisions.csv"

MOST_CHARACTERS = 32_000
"""Of a cell: spreadsheets cut at 32,767."""

_FORMULA = re.compile(r"^[\s'\"]*[=+\-@|＝＋－＠]")
# Control characters, and those that turn the direction of writing or hide.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def cell(value: object) -> str:
    """One cell: a number as it is, text on one line that no spreadsheet computes. OWASP, CSV injection.

    >>> cell("=1+1"), cell(" \\t@SUM(A1)"), cell(-0.5), cell(None)
    ("'=1+1", "'@SUM(A1)", '-0.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    text = " ".join(_UNSEEN.sub(" ", str(value)).split())[:MOST_CHARACTERS]
    return f"'{text}" if _FORMULA.match(text) else text


def _columns(corrected: Corrected) -> dict[str, Any]:
    annotation, submission = corrected.annotation, corrected.annotation.submission
    measures, what_if = annotation.measures, submission.what_if
    return {
        "id": corrected.id,
        "project": annotation.project,
        "item": corrected.item.id,
        "version": annotation.version,
        "created": annotation.created,
        "split": corrected.split,
        "question": question_of(corrected),
        "action": submission.action.value,
        "reasons": ", ".join(reason.value for reason in submission.reasons),
        "other": submission.other,
        "confidence": submission.confidence,
        "boxes": len(corrected.boxes),
        **_edges("", corrected.hull),
        **_edges("model_", corrected.suggested),
        "iou": measures.iou if measures else None,
        "answer": right_answer(corrected),
        "model_answer": what_if.model or (corrected.trace.answer if corrected.trace else ""),
        "effect": what_if.effect.value,
        "seconds": submission.effort.active_ms / 1000,
        "blind": "yes" if annotation.blind else "no",
        "queue": annotation.queue.value if annotation.queue else "",
        "annotator": annotation.annotator,
        "model": corrected.trace.model.name if corrected.trace else "",
        "revision": corrected.trace.model.revision if corrected.trace else "",
        "photo_sha256": corrected.image.blob_sha256,
        "photo_width": corrected.image.size.width,
        "photo_height": corrected.image.size.height,
        "label_licence": annotation.licence,
        "image_licence": corrected.image_licence,
    }


def _edges(prefix: str, box: Box | None) -> dict[str, float | None]:
    edges = box.edges if box else (None,) * 4
    return {f"{prefix}{name}": edge for name, edge in zip(("x1", "y1", "x2", "y2"), edges, strict=True)}


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Corrected], None]]:
    with (out.folder / FILE).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        headed = False

        def add(corrected: Corrected) -> None:
            nonlocal headed
            columns = _columns(corrected)
            if not headed:
                lines.writerow(columns)
                headed = True
            lines.writerow([cell(value) for value in columns.values()])

        yield add


def check(folder: Path) -> Checked:
    """Every row as long as the head, and no cell that a spreadsheet would compute."""
    problems = []
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        head, rows = next(lines), 0
        for row in lines:
            rows += 1
            if len(row) != len(head):
                problems.append(f"row {rows} has {len(row)} cells of {len(head)}")
            problems += [f"row {rows}: {text[:20]!r}" for text in row if _FORMULA.match(text) and not _is_safe(text)]
    return Checked(rows, tuple(problems))


def _is_safe(text: str) -> bool:
    return text.startswith("'") or re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text) is not None


CSV = Format(
    name="csv",
    what="a table of every decision for people and spreadsheets; no cell is a formula",
    rows=all_of_them,
    writing=_writing,
    check=check,
    refuses=unfit,
)
