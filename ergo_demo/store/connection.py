"""Engines for SQLite and PostgreSQL whose commits are on the disk when they return: asked of the database, not assumed.

Knows no table.
"""

import json
import os
import sqlite3
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from ergo_demo.errors import StoreDamaged, StoreUnreachable, StoreUnsafe

BUSY_SECONDS = 10.0
READERS = 40
"""Connections that are kept for reading: one for each thread that answers people. Opening one takes longer than what
most of them ask."""

APPLICATION_ID = 0x4552474F
"""Marks the file as ours ("ERGO"), for `file` and for whoever finds it."""

_dumps = partial(json.dumps, allow_nan=False)


def open_sqlite(file: Path, *, read_only: bool = False) -> sa.Engine:
    """An engine on `file`. The writing one takes the write lock when a transaction begins, so it never fails later."""
    if not read_only:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(
        f"sqlite:///{file}",
        json_serializer=_dumps,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=READERS if read_only else 1,
        max_overflow=20 if read_only else 0,
    )
    event.listen(engine, "connect", partial(_prepare_sqlite, read_only=read_only))
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any, *, read_only: bool) -> None:
    # The driver's own BEGIN comes late and not before DDL: transactions are begun by the listener above.
    connection.isolation_level = None
    if read_only:
        connection.execute("PRAGMA query_only=ON")
        return
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten with zeros: whoever asks to be forgotten is not left in free pages.
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


def postgresql_address(url: str) -> sa.URL:
    """SQLAlchemy's form of a libpq address, with the driver that we install."""
    try:
        return sa.make_url(url).set(drivername="postgresql+psycopg")
    except sa.exc.ArgumentError:
        # Not chained: it quotes the address, which may hold a password.
        pass
    raise StoreUnreachable("ERGO_STORE is no address.", remedy="Give postgresql://user:password@host/database.")


def open_postgresql(url: str, *, read_only: bool = False) -> sa.Engine:
    """An engine on a PostgreSQL database. The reading one sees one moment per transaction, as SQLite's does."""
    if find_spec("psycopg") is None:
        raise StoreUnreachable(
            "ERGO_STORE needs a driver that is not installed.", remedy='pip install "psycopg[binary]>=3.3,<4"'
        )
    options = "-c synchronous_commit=on" + (" -c default_transaction_read_only=on" if read_only else "")
    return sa.create_engine(
        postgresql_address(url),
        json_serializer=_dumps,
        connect_args={"options": options, "connect_timeout": int(BUSY_SECONDS)},
        pool_pre_ping=True,
        pool_size=20 if read_only else 1,
        max_overflow=10 if read_only else 0,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
    )


def check_durable(engine: sa.Engine) -> None:
    """Raises StoreUnsafe unless a commit of `engine` is on the disk when it returns."""
    wanted: dict[str, tuple[str, ...]]
    if engine.dialect.name == "sqlite":
        wanted = {"PRAGMA journal_mode": ("wal",), "PRAGMA synchronous": ("2", "3"), "PRAGMA foreign_keys": ("1",)}
    else:
        wanted = {"SHOW synchronous_commit": ("on", "remote_apply"), "SHOW fsync": ("on",)}
    with engine.connect() as connection:
        for question, right in wanted.items():
            answer = str(connection.exec_driver_sql(question).scalar_one())
            if answer not in right:
                raise StoreUnsafe(
                    f"{question} is {answer}, not {right[0]}: a power cut could take what was acknowledged.",
                    remedy="Put the data folder on a local disk, or set that in the database's configuration.",
                )


def check_whole(engine: sa.Engine) -> None:
    """Raises StoreDamaged where SQLite finds its own file broken; other errors, of a full disk, say, are no such
    finding and come through as they are. PostgreSQL checks itself when it starts."""
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
    except sa.exc.DatabaseError as error:
        name = getattr(error.orig, "sqlite_errorname", "")
        if not name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise
        found = [str(error.orig)]
    if list(found) != ["ok"]:
        raise StoreDamaged(
            f"The database {engine.url.database} is damaged: {found[0]}.",
            remedy="Keep a copy of it, move it aside and restore a backup: python -m ergo_demo restore FOLDER.",
        )
