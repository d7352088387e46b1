"""Parquet files that `datasets` reads with its own types, written a group of rows at a time. pyarrow only here."""

import glob
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ergo_demo.errors import InputError

GROUP_BYTES = 8_000_000
"""Of pictures, in memory at once and in one row group: a reader holds as much, and writing one takes several times so
much."""

GROUP_ROWS = 100

AT_ONCE = 16
"""Rows that a reader of ours holds."""

TEXT = {"dtype": "string", "_type": "Value"}
NUMBER = {"dtype": "float64", "_type": "Value"}
WHOLE = {"dtype": "int64", "_type": "Value"}
FLAG = {"dtype": "bool", "_type": "Value"}
IMAGE = {"_type": "Image"}


def listed(feature: object) -> dict[str, object]:
    """The feature of a list."""
    return {"feature": feature, "_type": "List"}


MESSAGES = listed({"role": TEXT, "content": listed({"type": TEXT, "text": TEXT})})
"""Messages with typed content, as TRL takes them."""


class ParquetFiles:
    """One file per name (a split, say), all of the same columns. `features` are written as `datasets` writes them."""

    def __init__(self, folder: Path, features: Mapping[str, Any]) -> None:
        _require()
        self._folder, self._features = folder, features
        self._groups: dict[str, _Group] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for group in self._groups.values():
            group.close(whole=kind is None)

    def add(self, name: str, row: dict[str, Any]) -> None:
        """One more row; pictures are bytes."""
        if name not in self._groups:
            path = self._folder / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._groups[name] = _Group(path, _schema(self._features))
        self._groups[name].add(row)


class _Group:
    """Rows that wait to be written together."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self._bytes += sum(_weight(value) for value in row.values())
        if self._bytes >= GROUP_BYTES or len(self._rows) >= GROUP_ROWS:
            self._write()

    def close(self, *, whole: bool) -> None:
        if whole and self._rows:
            self._write()
        self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._bytes = [], 0


def _weight(value: Any) -> int:
    match value:
        case bytes() | str():
            return len(value)
        case list():
            return sum(map(_weight, value))
        case dict():
            return sum(map(_weight, value.values()))
    return 8


def _schema(features: Mapping[str, Any]) -> Any:
    import pyarrow as pa

    fields = [pa.field(name, _type(feature)) for name, feature in features.items()]
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": dict(features)}})})


def _type(feature: Any) -> Any:
    import pyarrow as pa

    match feature.get("_type") if "_type" in feature else None:
        case "Value":
            return {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}[
                feature["dtype"]
            ]
        case "Image":
            return pa.struct({"bytes": pa.binary(), "path": pa.string()})
        case "List":
            return pa.list_(_type(feature["feature"]))
    return pa.struct({name: _type(inner) for name, inner in feature.items()})


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, a few at a time; none where it was never made."""
    if not file.exists():
        return
    import pyarrow.parquet as pq

    # As it comes it would read far ahead and keep that: with every row of the file more.
    with pq.ParquetFile(file, pre_buffer=False) as opened:
        for batch in opened.iter_batches(batch_size=AT_ONCE, use_threads=False):
            yield from batch.to_pylist()


def count_with_datasets(files: Mapping[str, Path], column: str) -> int:
    """How many rows `datasets` reads out of these splits, those that there are, and copies nothing into its cache.

    `column` has lists of pictures: of them it opens the first row's, the others are for `rows`.
    """
    import datasets
    from pyarrow.dataset import ParquetFragmentScanOptions

    # It reads a path as a pattern: in a folder of the name "signs [2]" it would find nothing, or others.
    there = {split: glob.escape(str(file)) for split, file in files.items() if file.exists()}
    scan = {"fragment_scan_options": ParquetFragmentScanOptions(pre_buffer=False), "batch_size": AT_ONCE}
    loaded = datasets.load_dataset("parquet", data_files=there, streaming=True, **scan)
    firsts = [next(iter(part)) for part in loaded.values()]
    assert all(shown.mode == "RGB" for first in firsts for shown in first[column]), "pictures come as pictures"
    others = [name for name in firsts[0] if name != column]
    texts = datasets.load_dataset("parquet", data_files=there, streaming=True, columns=others, **scan)
    return sum(1 for part in texts.values() for _ in part)


def picture(content: bytes) -> dict[str, object]:
    """A picture in a row: its bytes travel with it, and no path of this machine."""
    return {"bytes": content, "path": None}


def _require() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        raise InputError("Parquet needs pyarrow.", remedy="pip install 'pyarrow>=21', or export as JSON lines.")
