"""Files that the owner uploads into a project: photos, a zip, a table with the photos that it names.

They lie in a folder of their own while they are imported; a name leads nowhere outside it, and no address is fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.requests import Request

from ergo_demo.annotation.folders import read_source
from ergo_demo.annotation.found import IMAGE_SUFFIXES, Problem, Row, shortened
from ergo_demo.annotation.zips import Limits, unpack
from ergo_demo.errors import InputError, SourceInvalid
from ergo_demo.imaging import clean_name

MOST_FILES = 500
"""Of one upload; more come in a zip, or in another upload."""

MOST_FIELDS = 20
ZIP_LIMITS = Limits(entries=5_000, all_bytes=1_000_000_000)
CHUNK_BYTES = 1 << 20
TABLES = frozenset({".jsonl", ".ndjson", ".csv", ".json"})


@dataclass(frozen=True, slots=True)
class Received:
    """The fields of a form, and the folder with its files."""

    fields: dict[str, str]
    folder: Path


async def receive(request: Request, folder: Path) -> Received:
    """Reads a form into `folder`. Raises InputError; HTTPException for what is beyond the limits."""
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        for upload in form.getlist("files"):
            if not isinstance(upload, UploadFile):
                raise InputError('"files" is no file.', remedy="Send files as multipart/form-data.")
            target = folder / clean_name(upload.filename or "photo")
            if target.exists():
                raise InputError(f"{target.name} is there twice.", remedy="Rename one of them.")
            with target.open("xb") as file:
                while chunk := await upload.read(CHUNK_BYTES):
                    file.write(chunk)
    return Received(fields, folder)


def rows_of(folder: Path, question: str) -> Iterator[Row]:
    """The rows of what was uploaded: of its tables; else of its zips; else a row a photo. Raises SourceInvalid."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    zips, tables, photos = (
        [path for path in files if path.suffix.lower() in suffixes] for suffixes in ({".zip"}, TABLES, IMAGE_SUFFIXES)
    )
    for path in files:
        if path not in (*zips, *tables, *photos):
            yield Problem(shortened(path.name), "It is no photo, table or zip.")
    if not zips and not tables and not photos:
        raise SourceInvalid("Nothing was uploaded.", remedy="Choose photos, a zip, or a .jsonl with its photos.")
    for path in zips:
        # A photo that a table names may lie in the zip beside it.
        target = folder if tables else folder / f"{path.name}.unpacked"
        target.mkdir(exist_ok=True)
        yield from unpack(path, target, ZIP_LIMITS)
        if not tables:
            yield from read_source(target, question, inside=True)
    for path in tables:
        yield from read_source(path, question, inside=True)
    if not tables:
        for path in photos:
            yield from read_source(path, question, inside=True)
