"""Where deleted text still stands after its rows are gone, and how it goes from there, too."""

import secrets
import shutil
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from ergo_demo.store import copying
from ergo_demo.store.opening import Parts

EXPORTS, OUTBOX, QUEUED = "exports", "outbox", "queued"


def wipe(parts: Parts) -> None:
    """Removes deleted text from SQLite's log, snapshots, exports and what waits to be sent."""
    shutil.rmtree(parts.data / OUTBOX / QUEUED, ignore_errors=True)
    with suppress(FileNotFoundError):
        # Under another name first: an export that is being written then fails, and nobody gets its beginning.
        (parts.data / EXPORTS).rename(parts.data / f".{EXPORTS}-{secrets.token_hex(8)}")
    for folder in parts.data.glob(f".{EXPORTS}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    for snapshot in (parts.data / copying.SNAPSHOTS).glob("*"):
        snapshot.unlink()
    if parts.writing.dialect.name == "sqlite":
        with suppress(sa.exc.OperationalError), parts.reading.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
