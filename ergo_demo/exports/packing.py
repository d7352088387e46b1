"""An export's folder as one zip: the same folder gives the same bytes, and nothing in it points outside."""

import os
import zipfile
from pathlib import Path

MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every entry: a file's own time would differ from one export of the same data to the next."""

PACKED_ALREADY = frozenset({".png", ".jpg", ".parquet"})
"""Compressed by themselves: packing them again costs time and wins nothing."""


def pack(folder: Path, target: Path) -> None:
    """Writes `target`, whole or not at all; entries lie in a folder of the export's name. Raises OSError."""
    making = target.with_name(f".{target.name}.new")
    with zipfile.ZipFile(making, "w") as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{target.stem}/{path.relative_to(folder).as_posix()}", MOMENT)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if path.suffix in PACKED_ALREADY else zipfile.ZIP_DEFLATED
            # Said in advance: a file of unknown size has no room for more than 2 GiB.
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, packed.open(entry, "w") as written:
                while block := source.read(1 << 20):
                    written.write(block)
    os.replace(making, target)
