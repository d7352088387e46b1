"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")


def insert_for(connection: sa.Connection, table: sa.Table) -> sqlite.Insert:
    """An INSERT that knows ON CONFLICT, of the database at hand; both have the same methods."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)


def add_once(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Adds the rows; one whose key is there already is left out."""
    if rows:
        connection.execute(insert_for(connection, table).on_conflict_do_nothing(), rows)


def chunks(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Lists of at most `size`: few enough for one statement, and for others to get their turn in between."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
