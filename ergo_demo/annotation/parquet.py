"""Rows of Parquet files, as Hugging Face datasets hold them: a photo's bytes stand in its row.

The columns are those of the other tables ("image", "question", "options", "box", ...); what JSON has no word for is
left out of what is carried along. A photo is a file of its own only while its row is read.
"""

import hashlib
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ergo_demo.annotation.found import Place, Problem, Row, Rows
from ergo_demo.annotation.tables import row_of
from ergo_demo.errors import ErgoError, SourceInvalid

if TYPE_CHECKING:
    import pyarrow.parquet as pq

AT_ONCE = 16
"""Rows in memory, with their photos."""


def read_parquet(path: Path, place: Place, question: str = "") -> Rows:
    """A row a row. Raises SourceInvalid for what is no Parquet file, or has no photos."""
    file = _opened(path)
    try:
        if "image" not in file.schema_arrow.names:
            names = ", ".join(file.schema_arrow.names[:12])
            raise SourceInvalid(
                f'{path.name} has no column "image", only {names}.', remedy="Rename the column that holds the photos."
            )
        with tempfile.TemporaryDirectory(prefix="ergo-parquet-") as scratch:
            # A dataset is a stranger's: a photo that it only names lies in its folder, or nowhere.
            yield from _rows(file, path.name, replace(place, inside=True), question, Path(scratch))
    finally:
        file.close()


def _opened(path: Path) -> "pq.ParquetFile":
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise SourceInvalid(
            f"{path.name} is a Parquet file.", remedy='pip install "pyarrow>=21", then again.'
        ) from error
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise SourceInvalid(f"{path.name} cannot be read as Parquet.", remedy="Download it again.") from error


def _rows(file: "pq.ParquetFile", name: str, place: Place, question: str, scratch: Path) -> Iterator[Row]:
    import pyarrow as pa

    number = 0
    try:
        for batch in file.iter_batches(batch_size=AT_ONCE):
            for cells in batch.to_pylist():
                number += 1
                yield _row(cells, f"row {number}", place, question, scratch)
    except (pa.ArrowException, OSError) as error:
        yield Problem(f"row {number + 1}", f"{name} cannot be read from here on: {error}")


def _row(cells: Mapping[str, Any], where: str, place: Place, question: str, scratch: Path) -> Row:
    try:
        image, kept = _image(cells["image"], scratch)
        plain = {name: _plain(value) for name, value in cells.items() if name != "image"}
        carried = {name: value for name, value in plain.items() if value is not None}
        return row_of({**carried, "image": image}, where, Place(scratch) if kept else place, question)
    except ErgoError as error:
        return Problem(where, str(error))


def _image(cell: object, scratch: Path) -> tuple[str | None, bool]:
    """The name of the file with the photo of a row, and whether it was made in `scratch`, where the photo of the row
    before goes, unless it is the same."""
    if isinstance(cell, Mapping):
        content, name = cell.get("bytes"), cell.get("path")
    else:
        content, name = (cell, None) if isinstance(cell, bytes) else (None, cell)
    if not isinstance(content, bytes):
        return (name if isinstance(name, str) else None), False
    suffix = Path(name).suffix[:8] if isinstance(name, str) else ""
    file = scratch / f"{hashlib.sha256(content).hexdigest()}{suffix}"
    if not file.exists():
        for before in scratch.iterdir():
            before.unlink()
        file.write_bytes(content)
    return file.name, True


def _plain(value: object) -> Any:
    """The value as JSON has it; None for bytes and whatever else it has no word for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else None
