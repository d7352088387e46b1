"""Photos as files named by the hash of their bytes: `images/ab/abcdef....jpg`. On the disk before their name is.

A file is written beside its place, synced, renamed into it, and the folder synced; only then may a row speak of it.
What is there is never written again. Knows no database.
"""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ergo_demo.errors import NotWritten, StoreDamaged

LEAST_FREE_BYTES = 64_000_000
"""Left free on the disk, so that the last annotations still fit when photos have filled it."""

CHUNK_BYTES = 1 << 20
ORPHAN_SECONDS = 24 * 3600.0
"""A file without a row may belong to an upload in progress for so long."""


def path_of(root: Path, sha256: str, suffix: str) -> Path:
    """Where the photo of this hash lies. Raises ValueError for what is no hash: names become paths only here."""
    if not re.fullmatch("[0-9a-f]{64}", sha256) or suffix not in (".jpg", ".tif"):
        raise ValueError(f"{sha256!r} with {suffix!r} names no photo")
    return root / sha256[:2] / f"{sha256}{suffix}"


def check_room(folder: Path, wanted_bytes: int = 0) -> None:
    """Raises NotWritten when the disk is as good as full."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES + wanted_bytes:
        raise NotWritten(
            f"The disk has {free / 1e6:.0f} MB left; {LEAST_FREE_BYTES / 1e6:.0f} MB stay free.",
            remedy="Free some disk space, then retry: nothing was saved.",
        )


def put(root: Path, file: Path, sha256: str, suffix: str) -> Path:
    """Keeps a copy of `file`. Raises StoreDamaged when its bytes have another hash, NotWritten on a full disk."""
    target = path_of(root, sha256, suffix)
    try:
        if target.exists():
            os.utime(target)  # no orphan (see `sweep`) from here on
            sync_folder(target.parent)  # whoever put it there may not have come so far
            return target
        check_room(root, file.stat().st_size)
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(root)
        _copy(file, target, sha256)
        sync_folder(target.parent)
    except OSError as error:
        raise NotWritten(
            f"The photo could not be kept: {error.strerror}.", remedy="Free some disk space, then retry."
        ) from error
    return target


def _copy(file: Path, target: Path, sha256: str) -> None:
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as copy, file.open("rb") as original:
            while chunk := original.read(CHUNK_BYTES):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != sha256:
            raise StoreDamaged(f"The photo's bytes are not those of {sha256}.", remedy="Upload it again.")
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """The names in `folder` are on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hash_of(file: Path) -> str:
    """SHA-256 of its bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def stored(root: Path) -> Iterator[Path]:
    """Every photo, and what is left of unfinished ones."""
    return (path for path in root.glob("??/*") if path.is_file())


def sweep(root: Path, keep: set[str], now: float | None = None) -> int:
    """Deletes files that no row names and that are a day old; how many. `keep`: the hashes in rows."""
    before = (time.time() if now is None else now) - ORPHAN_SECONDS
    swept = 0
    for path in list(stored(root)):
        if path.stem not in keep and _is_older(path, before):
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:  # another process was about to give it its name, and has
        return False
