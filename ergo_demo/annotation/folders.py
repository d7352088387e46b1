"""What a path holds, whatever it is: a table, Label Studio's tasks, or a folder of photos with or without a table.

A Hugging Face image folder has metadata.jsonl or metadata.csv beside its photos, one for each split; other datasets
of theirs are Parquet files, with the photos in them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from ergo_demo.annotation.found import IMAGE_SUFFIXES, Found, Place, Problem, Rows
from ergo_demo.annotation.label_studio import read_tasks
from ergo_demo.annotation.parquet import read_parquet
from ergo_demo.annotation.tables import read_csv, read_jsonl
from ergo_demo.errors import SourceInvalid

TABLES = ("questions.jsonl", "questions.csv", "metadata.jsonl", "metadata.csv")
Fetch: TypeAlias = Callable[[str], Path]

SPLITS = frozenset({"train", "test", "validation", "val", "dev"})


def read_source(path: Path, question: str = "", *, inside: bool = False, fetch: Fetch | None = None) -> Rows:
    """The rows of a file or folder. `question` is asked where nothing else is; `inside`: a stranger made this;
    `fetch` gets the files of addresses, which are refused without it.

    Raises SourceInvalid when it is nothing that can be imported, OSError.
    """
    if path.is_dir():
        return _read_folder(path, question, Place(path, inside, path, fetch))
    if path.suffix.lower() == ".parquet" and not inside:
        return _read_parquets([path], question, Place(path.parent, fetch=fetch))
    readers = {".jsonl": read_jsonl, ".ndjson": read_jsonl, ".csv": read_csv, ".json": read_tasks}
    reader = readers.get(path.suffix.lower())
    if reader is not None:
        return reader(path, Place(path.parent, inside, fetch=fetch), question)
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return _photos([path], question)
    raise SourceInvalid(
        f"{path.name} is nothing that can be imported.",
        remedy="Give a .jsonl, .csv, .parquet, .zip, Label Studio's .json, a photo, or a folder of them.",
    )


def _read_folder(folder: Path, question: str, place: Place) -> Rows:
    tables = [path for name in TABLES for path in sorted(folder.rglob(name))]
    if not tables:
        tables = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".jsonl", ".csv", ".json"))
    parquets = [] if tables else sorted(folder.rglob("*.parquet"))
    if parquets and place.inside:
        raise SourceInvalid(
            f"{folder.name} holds Parquet files, which are read from the command line only.",
            remedy="python -m ergo_demo import FOLDER --project NAME",
        )
    if parquets:
        return _read_parquets(parquets, question, place)
    if tables:
        return _read_tables(tables, question, place)
    return _photos(sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES), question)


def _read_tables(tables: list[Path], question: str, place: Place) -> Rows:
    for table in tables:
        reader = {".csv": read_csv, ".json": read_tasks}.get(table.suffix.lower(), read_jsonl)
        name = table.relative_to(place.folder).as_posix()
        try:
            for row in reader(table, replace(place, folder=table.parent), question):
                where = f"{name}, {row.where}" if len(tables) > 1 else row.where
                if isinstance(row, Problem):
                    yield Problem(where, row.text)
                else:
                    yield _in_split(row, where, table.parent.name)
        except SourceInvalid as error:
            yield Problem(name, str(error))


def _read_parquets(files: list[Path], question: str, place: Place) -> Rows:
    for path in files:
        # Theirs are named train-00000-of-00004.parquet.
        split = path.stem.partition("-")[0]
        try:
            for row in read_parquet(path, replace(place, folder=path.parent), question):
                where = f"{path.name}, {row.where}" if len(files) > 1 else row.where
                if isinstance(row, Problem):
                    yield Problem(where, row.text)
                else:
                    yield _in_split(row, where, split if split in SPLITS else path.parent.name)
        except SourceInvalid as error:
            yield Problem(path.name, str(error))


def _in_split(row: Found, where: str, folder: str) -> Found:
    split = row.split or (folder if folder in SPLITS else "")
    return replace(row, where=where, split=split)


def _photos(photos: list[Path], question: str) -> Iterator[Found | Problem]:
    if not photos:
        raise SourceInvalid("There is no photo and no table.", remedy="Give photos, or a .jsonl that names them.")
    if not question.strip():
        raise SourceInvalid("Photos alone ask nothing.", remedy="Give --question, or a questions.jsonl beside them.")
    for path in photos:
        yield Found(where=path.name, image=path, question=question.strip())
