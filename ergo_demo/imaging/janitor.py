"""The folders under the door's root: make one, count them, delete them. Touches no other file there."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

_IN_THE_MAKING = "making-"
_NAMES = re.compile(rf"({_IN_THE_MAKING})?[0-9a-f]{{32}}")


def new_folder(root: Path) -> Path:
    """A fresh folder that nobody can guess, still marked as in the making. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{_IN_THE_MAKING}{secrets.token_hex(16)}"
    folder.mkdir(mode=0o700)
    return folder


def finish(folder: Path) -> Path:
    """Give a folder its final name, in one step: a photo is there whole, or not at all. Raises OSError."""
    return folder.rename(folder.with_name(folder.name.removeprefix(_IN_THE_MAKING)))


def forget(folder: Path) -> None:
    """Delete a photo's folder; it may be gone already."""
    if _NAMES.fullmatch(folder.name):
        shutil.rmtree(folder, ignore_errors=True)


def expire(root: Path, older_than_seconds: float) -> int:
    """Delete the folders that nobody used for so long; their number. Leftovers of a killed process count too."""
    before = time.time() - older_than_seconds
    old = [folder for folder in _folders(root) if _used_at(folder) <= before]
    for folder in old:
        forget(folder)
    return len(old)


def used_bytes(root: Path) -> int:
    """What all photos, their tiles and the folders themselves take, bytes."""
    # os.walk passes over a folder that somebody else deletes meanwhile; rglob raises.
    walked = (found for folder in _folders(root) for found in os.walk(folder))
    return sum(_bytes_of(Path(folder, name)) for folder, _folders_in_it, names in walked for name in ("", *names))


def _folders(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield from (path for path in root.iterdir() if _NAMES.fullmatch(path.name))


def _used_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # Somebody else deleted it meanwhile.
        return time.time()


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
