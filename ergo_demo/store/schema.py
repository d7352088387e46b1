"""The schema's version: Alembic's table holds it, each step is one transaction, a newer one is refused.

Alembic's usual env.py is not used: it acts when it is imported.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from ergo_demo.errors import DatabaseTooNew

FOLDER = Path(__file__).parent / "migrations"

LOCK = 6_374_660_001
"""Names this schema among PostgreSQL's advisory locks: two servers that start at once migrate one after the other."""


def newest() -> str:
    """The version that this program writes."""
    return _scripts().get_current_head() or ""


def migrate(engine: sa.Engine, to: str = "head", before: Callable[[str], None] = lambda version: None) -> None:
    """Brings the database up to `to`. `before` is called with the old version when an old database is about to change.

    Raises DatabaseTooNew.
    """
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    _refuse_newer(current)
    if current is not None and _next_step(current, to):
        before(current)
    going = True
    while going:
        with engine.begin() as connection:
            going = _step(connection, to)


def _refuse_newer(current: str | None) -> None:
    try:
        _scripts().get_revision(current or "base")
    except CommandError as error:
        raise DatabaseTooNew(
            f"The store's schema is version {current}; this program knows versions up to {newest()}.",
            remedy="Use the newer ERGO Demo that wrote it, or another ERGO_DATA.",
        ) from error


def _next_step(current: str | None, to: str) -> str | None:
    steps = [script.revision for script in _scripts().iterate_revisions(to, current or "base")]
    return steps[-1] if steps else None


def _step(connection: sa.Connection, to: str) -> bool:
    """The next version in this transaction; False when there is none. Read anew: another process may have been here."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    context = MigrationContext.configure(connection)
    current = context.get_current_revision()
    _refuse_newer(current)
    step = _next_step(current, to)
    if step is None:
        return False
    with Operations.context(context):
        _scripts().get_revision(step).module.upgrade()
    context.stamp(_scripts(), step)
    return True


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))
