"""What must be true before the store is used: a private folder on a safe disk, a whole database of a known version
whose commits reach the disk."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from ergo_demo.errors import ErgoError, StoreUnsafe
from ergo_demo.store import blobs, mounts, schema, tables
from ergo_demo.store.connection import check_durable, check_whole, open_postgresql, open_sqlite
from ergo_demo.store.copying import DATABASE, PHOTOS, SNAPSHOTS
from ergo_demo.store.forgetting import tombstones
from ergo_demo.store.identity import read_key
from ergo_demo.store.writer import explain


@dataclass(frozen=True, slots=True)
class Parts:
    """What the store is made of. `writing` has one connection, for the one writer."""

    data: Path
    writing: sa.Engine
    reading: sa.Engine
    key: bytes

    @property
    def photos(self) -> Path:
        """The folder of all photos."""
        return self.data / PHOTOS

    def close(self) -> None:
        """Closes every connection."""
        self.reading.dispose()
        self.writing.dispose()


def open_parts(data: Path, *, url: str | None, secret: str | None, served: Iterable[Path]) -> Parts:
    """Opens and checks everything; see `open_store`."""
    data = data.expanduser().absolute()
    refuse_served(data, served)
    (data / PHOTOS).mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    if url is None:
        mounts.refuse_unsafe(data)
    writing = open_postgresql(url) if url else open_sqlite(data / DATABASE)
    reading = open_postgresql(url, read_only=True) if url else open_sqlite(data / DATABASE, read_only=True)
    try:
        _check(writing, data)
        parts = Parts(data, writing, reading, read_key(data, secret))
        _sweep(parts)
    except BaseException as error:
        reading.dispose()
        writing.dispose()
        if isinstance(error, sa.exc.DBAPIError) and isinstance(explained := explain(error), ErgoError):
            raise explained from error
        raise
    return parts


def refuse_served(data: Path, served: Iterable[Path]) -> None:
    """Raises StoreUnsafe where a web server would hand out what is kept."""
    for folder in served:
        if data.resolve().is_relative_to(folder.resolve()):
            raise StoreUnsafe(
                f"The data folder {data} lies in {folder}, which the page serves.",
                remedy="Set ERGO_DATA to a folder elsewhere.",
            )


def _check(engine: sa.Engine, data: Path) -> None:
    check_whole(engine)
    check_durable(engine)
    schema.migrate(engine, before=partial(_snapshot, engine, data))


def _snapshot(engine: sa.Engine, data: Path, version: str) -> None:
    """The database as it is before a new version changes it. PostgreSQL's owners have their own ways."""
    if engine.dialect.name != "sqlite":
        return
    target = data / SNAPSHOTS / f"before-{schema.newest()}-from-{version}.sqlite"
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, exist_ok=True)
    handle, making = tempfile.mkstemp(dir=target.parent)  # SQLite takes an empty file, and leaves its mode
    os.close(handle)
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute("VACUUM INTO ?", (making,))
    os.replace(making, target)


def _sweep(parts: Parts) -> None:
    """Deletes photos that no row names: of uploads that broke off a day ago, and of what was forgotten since."""
    with parts.reading.connect() as connection:
        named = set(connection.execute(sa.select(tables.image.c.blob_sha256)).scalars())
        gone = tombstones(connection, "image")
    blobs.sweep(parts.photos, named)
    for path in blobs.stored(parts.photos):
        if path.stem in gone:
            path.unlink(missing_ok=True)
