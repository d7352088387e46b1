"""Everything: each decision ever made, whole, with its item, photo, model run, prompts and project. For archives.

One line for each, in `log.jsonl`, or the same line in a Parquet file beside columns to search by. `import-log` puts it
back into a store: exported again it is the same, byte for byte. It holds more than any other format (a visit's id, the
name of the uploaded file), so it is for its owner.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ergo_demo.errors import RowsInvalid
from ergo_demo.exports import parquet
from ergo_demo.exports.boxed import all_of_them
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.folder import JsonLines, dumps
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.said import unfit
from ergo_demo.protocol import prompts
from ergo_demo.records import Trace, from_json, to_json
from ergo_demo.store.blobs import hash_of
from ergo_demo.store.records import Annotation, Image, Item, Plan

NAME = "log"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Project:
    """Of a line: where its item is worked on."""

    id: str
    name: str
    plan: Plan


KINDS: dict[str, Any] = {"project": Project, "image": Image, "item": Item, "trace": Trace, "annotation": Annotation}

_FEATURES: dict[str, Any] = {
    **dict.fromkeys(("id", "project", "item", "annotator", "action", "created", "split", "question"), parquet.TEXT),
    "version": parquet.WHOLE,
    "photo_sha256": parquet.TEXT,
    "photo": parquet.TEXT,
    "record": parquet.TEXT,
}


def record(corrected: Corrected, photo: str) -> dict[str, Any]:
    """One line. `photo`: where its file lies in the export."""
    return {
        "schema": SCHEMA,
        "project": to_json(Project(corrected.item.project, corrected.project_name, corrected.plan)),
        "image": to_json(corrected.image),
        "photo": photo,
        "item": to_json(corrected.item),
        "trace": to_json(corrected.trace) if corrected.trace else None,
        "annotation": to_json(corrected.annotation),
        "split": corrected.split,
        "prompts_sha256": corrected.trace.prompts_sha256 if corrected.trace else "",
        "prompts": _prompts(corrected.trace.prompts_sha256) if corrected.trace else None,
    }


def _prompts(sha256: str) -> dict[str, str] | None:
    """The texts that a run was asked with, the question's place left open; None where they are not this program's."""
    if sha256 != prompts.sha256():
        return None
    place = "{Question}"
    turns = {"coarse_turn": prompts.coarse_turn(place), "zoom_turn": prompts.zoom_turn(place)}
    return {"system": prompts.system(), **turns}


@contextmanager
def _writing_lines(out: Out) -> Iterator[Callable[[Corrected], None]]:
    with JsonLines(out.folder) as lines:
        yield lambda it: lines.add(NAME, record(it, out.pictures.stored(it.photo)))


@contextmanager
def _writing_parquet(out: Out) -> Iterator[Callable[[Corrected], None]]:
    with parquet.ParquetFiles(out.folder, _FEATURES) as rows:

        def add(corrected: Corrected) -> None:
            photo, annotation = out.pictures.stored(corrected.photo), corrected.annotation
            columns = {
                "id": corrected.id,
                "project": annotation.project,
                "item": corrected.item.id,
                "annotator": annotation.annotator,
                "action": annotation.submission.action.value,
                "created": annotation.created,
                "split": corrected.split,
                "question": question_of(corrected),
                "version": annotation.version,
                "photo_sha256": corrected.image.blob_sha256,
                "photo": photo,
            }
            rows.add(NAME, {**columns, "record": dumps(record(corrected, photo))})

        yield add


def records(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of an export, from either file. Raises RowsInvalid where there is none, or one that cannot be read."""
    if not any((folder / f"{NAME}{suffix}").exists() for suffix in (".jsonl", ".parquet")):
        raise RowsInvalid(f"{folder} holds no {NAME}.jsonl.", remedy="Name a folder that `export log` wrote.")
    yield from lines_of(folder / f"{NAME}.jsonl")
    yield from _rows_of(folder / f"{NAME}.parquet")


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file, none where it was never made. Raises RowsInvalid, which names the line."""
    if not file.exists():
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            where = f"{file.name}, line {number}"
            try:
                read = json.loads(line)
            except ValueError as error:
                raise _cut(where) from error
            yield _checked(read, where)


def _rows_of(file: Path) -> Iterator[dict[str, Any]]:
    rows, number = parquet.rows(file), 0
    while True:
        number += 1
        try:
            row = next(rows, None)
            read = None if row is None else json.loads(row["record"])
        except (ValueError, KeyError) as error:  # pyarrow's own errors, too
            raise _cut(f"{file.name}, row {number}") from error
        if read is None:
            return
        yield _checked(read, f"{file.name}, row {number}")


def _cut(where: str) -> RowsInvalid:
    problem = f"{where} cannot be read: it was cut short, or changed."
    return RowsInvalid(problem, remedy="Take the export once more. What stands before this line is here now.")


def _checked(line: Any, where: str) -> dict[str, Any]:
    """The line, if this program can read it."""
    if not isinstance(line, dict) or not {"schema", "photo", *KINDS} <= line.keys():
        raise RowsInvalid(f"{where} is none of `export log`.", remedy=f"Each has {', '.join(KINDS)} and a photo.")
    if line["schema"] != SCHEMA:
        raise RowsInvalid(f"{where} has schema {line['schema']!r}.", remedy=f"This program reads schema {SCHEMA}.")
    return {**line, "photo": str(line["photo"])}


def restored(line: dict[str, Any], kind: str) -> Any:
    """One of a line's records. Raises RowsInvalid, which names the field."""
    try:
        return from_json(KINDS[kind], line[kind])
    except (ValidationError, KeyError) as error:
        what = f"{error.errors()[0]['loc']}" if isinstance(error, ValidationError) else str(error)
        raise RowsInvalid(f"A line's {kind} cannot be read: {what}.", remedy="Export it again.") from error


def check(folder: Path) -> Checked:
    """Every record can be read as what it was, every photo has the bytes that it is named by."""
    rows, problems, hashed = 0, [], ""
    for line in records(folder):
        rows += 1
        name, sha256 = line["photo"], line["image"]["blob_sha256"]
        if name != hashed and (not (folder / name).is_file() or hash_of(folder / name) != sha256):
            problems.append(f"{name} is not the photo {sha256}")
        hashed = name
        problems += [f"line {rows}: {kind} would come back otherwise" for kind in _unlike(line)]
    by = library("pyarrow") if (folder / f"{NAME}.parquet").exists() else None
    return Checked(rows, tuple(problems), (by,) if by else ())


def _unlike(line: dict[str, Any]) -> list[str]:
    return [kind for kind in KINDS if line[kind] is not None and to_json(restored(line, kind)) != line[kind]]


LOG = Format(
    name="log",
    what="everything: each decision ever made with all that it is about, JSON lines; import-log puts it back",
    rows=all_of_them,
    writing=_writing_lines,
    check=check,
    refuses=unfit,
    every_version=True,
)
LOG_PARQUET = Format(
    name="log-parquet",
    what="the same in Parquet, with columns to search by",
    rows=all_of_them,
    writing=_writing_parquet,
    check=check,
    refuses=unfit,
    every_version=True,
)
