"""A zip of a stranger, unpacked within limits: entries, bytes, names. Nothing in its directory is believed."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ergo_demo.annotation.found import Problem, shortened
from ergo_demo.errors import SourceInvalid

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of one zip. `file_bytes` is what the door takes of one photo."""

    entries: int = 10_000
    file_bytes: int = 100_000_000
    all_bytes: int = 4_000_000_000


def unpack(file: Path, folder: Path, limits: Limits | None = None) -> list[Problem]:
    """Writes the files of a zip into `folder`, which is empty; what was left out, and why.

    Raises SourceInvalid when it is no zip, or one with too many entries or bytes.
    """
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise SourceInvalid(
                    f"The zip has {len(entries):,} entries; {limits.entries:,} is the most.", remedy="Split it."
                )
            return list(_unpacked(archive, entries, folder, limits))
    except zipfile.BadZipFile as error:
        raise SourceInvalid(
            f"{shortened(file.name)} is no zip that can be read.", remedy="Pack it again, without a password."
        ) from error


def _unpacked(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path, limits: Limits
) -> Iterator[Problem]:
    left = limits.all_bytes
    for entry in entries:
        if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
            continue
        target = _target(entry, folder)
        if isinstance(target, str):
            yield Problem(shortened(entry.filename), target)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            written = _copy(archive, entry, target, min(limits.file_bytes, left))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            target.unlink(missing_ok=True)
            yield Problem(shortened(entry.filename), f"It cannot be unpacked: {shortened(str(error))}.")
            continue
        if written is None:
            target.unlink(missing_ok=True)
            if left < limits.file_bytes:
                raise SourceInvalid(f"The zip unpacks to more than {limits.all_bytes:,} bytes.", remedy="Split it.")
            yield Problem(shortened(entry.filename), f"It has more than {limits.file_bytes:,} bytes.")
        else:
            left -= written


def _target(entry: zipfile.ZipInfo, folder: Path) -> Path | str:
    """Where an entry is written, or why it is not."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "It is a link."
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or re.match("[A-Za-z]:", entry.filename):
        return "Its name leads out of the zip."
    if any(len(part.encode(errors="replace")) > 200 or not part.isprintable() for part in name.parts):
        return "Its name is no file's."
    target = folder.joinpath(*name.parts)
    if len(name.parts) > 20 or target.exists() or any(parent.is_file() for parent in target.parents):
        return "Another entry has its name."
    return target


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> int | None:
    """Bytes written, None when there are more than `most`: the size that an entry says of itself may be a lie."""
    written = 0
    with archive.open(entry) as packed, target.open("xb") as file:
        while chunk := packed.read(CHUNK_BYTES):
            written += len(chunk)
            if written > most:
                return None
            file.write(chunk)
    return written
