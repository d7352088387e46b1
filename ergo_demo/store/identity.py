"""Names are kept as a keyed hash: the store cannot say who somebody is, only that it is the same person again.

The key is ERGO_SECRET, else made once and kept in the data folder. Without the key nobody can try names.
"""

import hashlib
import hmac
import os
import secrets
import unicodedata
from contextlib import suppress
from pathlib import Path

from ergo_demo.errors import InputError, StoreDamaged
from ergo_demo.store.blobs import sync_folder

KEY_FILE = "secret.key"
LONGEST_NAME = 80


def clean_name(name: str) -> str:
    """A person's name as it is hashed, wherever it was written: composed, on one line. Raises InputError.

    >>> clean_name("  Ada  L. ")
    'Ada L.'
    """
    line = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(line) <= LONGEST_NAME or not line.isprintable():
        raise InputError("This is no name.", remedy=f"Use 1 to {LONGEST_NAME} visible characters.")
    return line


def read_key(folder: Path, secret: str | None = None) -> bytes:
    """The key: `secret` where it is set, else the folder's, made if there is none."""
    if secret:
        return secret.encode()
    file = folder / KEY_FILE
    if not file.exists():
        _make(file)
    key = file.read_bytes().strip()
    if len(key) < 32:
        raise StoreDamaged(
            f"{file} is too short to be a key.", remedy="Put it back from a backup, or set ERGO_SECRET: see the README."
        )
    return key


def _make(file: Path) -> None:
    making = _written_beside(file, secrets.token_hex(32).encode())
    with suppress(FileExistsError):  # another process was first: its key is the one
        os.link(making, file)
    making.unlink()
    sync_folder(file.parent)


def _written_beside(file: Path, content: bytes) -> Path:
    making = file.with_name(f".{KEY_FILE}-{secrets.token_hex(4)}")
    handle = os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    return making


def keyed_hash(key: bytes, name: str) -> str:
    """What stands for `name` in every row. HMAC-SHA-256, 128 bits of it.

    >>> keyed_hash(b"a key", "ada")
    '8e96f535d36ac9bc788fe4d3dcb65f2e'
    """
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def differs(folder: Path, backup: Path) -> bool:
    """Whether both folders have a key, and not the same."""
    ours, theirs = folder / KEY_FILE, backup / KEY_FILE
    return ours.exists() and theirs.exists() and ours.read_bytes().strip() != theirs.read_bytes().strip()


def adopt(folder: Path, backup: Path) -> None:
    """Takes the backup's key: only while nobody is known by the folder's own."""
    making = _written_beside(folder / KEY_FILE, (backup / KEY_FILE).read_bytes())
    os.replace(making, folder / KEY_FILE)
    sync_folder(folder)
