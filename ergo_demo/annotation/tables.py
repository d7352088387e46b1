"""Rows of JSONL and CSV: questions as `scenes` writes them, what `batch` answered, and a dataset's metadata.

A row names its photo ("image", or "file_name" as Hugging Face's image folders do) and asks ("question"); "options",
"box" (or x1, y1, x2, y2), "answer", "target", "id", "split", "licence" and "source" are taken where they are there,
and everything else is carried along. One bad row is one problem.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ergo_demo.annotation.found import Found, Place, Problem, Row, Rows, edges_of, shortened
from ergo_demo.batch.questions import read_lines
from ergo_demo.errors import ErgoError, SourceInvalid

CARRIED_CHARACTERS = 20_000
"""Of everything else in one row."""

LONGEST_LINE = 20_000_000
"""Bytes: a trace with samples is some 100 kB."""

_TAKEN = frozenset(
    {
        *("image", "file_name", "question", "options", "box", "id", "split", "licence", "license", "source"),
        *("x1", "y1", "x2", "y2"),
    }
)


def read_jsonl(path: Path, place: Place, question: str = "") -> Rows:
    """A row a line. `question` is asked where a row asks nothing itself."""
    for line in read_lines(path):
        where = f"line {line.number}"
        try:
            if len(line.content) > LONGEST_LINE:
                raise SourceInvalid("The line is too long.", remedy=f"{LONGEST_LINE:,} bytes is the most.")
            yield _json_row(line.content, where, place, question)
        except ErgoError as error:
            yield Problem(where, str(error))


def read_csv(path: Path, place: Place, question: str = "") -> Rows:
    """A row a line, below a line of names; options are separated by |."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file)
        while True:
            where = f"line {reader.line_num + 1}"
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Problem(where, f"The line cannot be read: {error}.")
                continue
            if cells is None:
                return
            try:
                yield row_of(_named(cells), f"line {reader.line_num}", place, question)
            except ErgoError as error:
                yield Problem(f"line {reader.line_num}", str(error))


def row_of(row: Mapping[str, Any], where: str, place: Place, question: str = "", **more: Any) -> Found:
    """What a row says. Raises SourceInvalid, BoxInvalid."""
    image, asked = row.get("image") or row.get("file_name"), row.get("question") or question
    if not isinstance(image, str) or not isinstance(asked, str) or not asked.strip():
        raise SourceInvalid('The row lacks an "image" or a "question".', remedy="Give both as text.")
    box = row.get("box") if row.get("box") else [row.get(edge) for edge in ("x1", "y1", "x2", "y2")]
    return Found(
        where=where,
        image=place.resolve(image),
        question=asked.strip(),
        options=_options(row.get("options")),
        suggested=None if box == [None] * 4 or box == [""] * 4 else edges_of(box),
        id=_text(row, "id"),
        split=_text(row, "split"),
        licence=_text(row, "licence") or _text(row, "license"),
        source=_text(row, "source"),
        extra=_extra(row),
        **more,
    )


def _json_row(content: bytes, where: str, place: Place, question: str) -> Row:
    try:
        row = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise SourceInvalid("The line is no JSON object.", remedy="Write one object a line.")
    if "digest" not in row or "trace" not in row:
        return row_of(row, where, place, question)
    item = row["item"] if isinstance(row.get("item"), dict) else {}
    trace = row["trace"] if isinstance(row["trace"], dict) else None
    return row_of({**item, "image": row.get("image") or item.get("image")}, where, place, question, trace=trace)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _named(cells: Mapping[str | None, Any]) -> dict[str, Any]:
    """Without the cells beyond the last name, and without empty ones; options as a list, a target as numbers."""
    named: dict[str, Any] = {name.strip(): cell for name, cell in cells.items() if name and cell not in (None, "")}
    if "options" in named:
        named["options"] = [option.strip() for option in named["options"].split("|")]
    for name in ("box", "target"):
        if name in named:
            named[name] = named[name].strip("[]() ").replace(";", ",").split(",")
    return named


def _options(value: object) -> tuple[str, ...]:
    if value is None or value in ("", []):
        return ()
    if not isinstance(value, list) or len(value) > 26 or not all(isinstance(option, str) for option in value):
        raise SourceInvalid('The "options" are no list of texts.', remedy='Write them as ["red", "blue"].')
    return tuple(value)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return shortened(str(value), 200) if isinstance(value, str | int) else ""


def _extra(row: Mapping[str, Any]) -> dict[str, Any]:
    extra = {str(name): value for name, value in row.items() if name not in _TAKEN}
    if "target" in extra and (target := edges_of(extra["target"])):
        extra["target"] = list(target.numbers)
    if len(json.dumps(extra, default=str)) > CARRIED_CHARACTERS:
        raise SourceInvalid(f"The row carries more than {CARRIED_CHARACTERS:,} characters.", remedy="Shorten it.")
    return extra
