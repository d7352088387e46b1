"""Writes tests/store/data/VERSION.sql, a database as this program's version of the schema holds it.

python -m tests.store.old_databases    once, when a version is new; a file that is there is never written again
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from ergo_demo.store import schema
from ergo_demo.store.connection import open_sqlite
from ergo_demo.store.records import Action, Draft, Reason
from ergo_demo.store.store import open_store
from tests.store.making import fill, item_of, submission_of, trace_of

DATA = Path(__file__).parent / "data"


def write(version: str) -> None:
    """All that this version's tables can hold of the newest one's rows."""
    with tempfile.TemporaryDirectory() as folder:
        now, then = Path(folder, "now"), Path(folder, "then.sqlite")
        fill_all(now)
        engine = open_sqlite(then)
        schema.migrate(engine, to=version)
        tables = [name for name in sa.inspect(engine).get_table_names() if name != "alembic_version"]
        columns = {name: [column["name"] for column in sa.inspect(engine).get_columns(name)] for name in tables}
        engine.dispose()
        with closing(sqlite3.connect(then)) as connection:
            connection.execute("ATTACH ? AS now", (str(now / "store.sqlite"),))
            for name, names in columns.items():
                listed = ", ".join(f'"{column}"' for column in names)
                connection.execute(f"INSERT INTO main.{name} ({listed}) SELECT {listed} FROM now.{name}")
            connection.commit()
            (DATA / f"{version}.sql").write_text("\n".join(connection.iterdump()) + "\n", "utf-8")


def fill_all(folder: Path) -> None:
    with open_store(folder) as store:
        image = fill(store, items=2)
        trace = trace_of(image, id="trace", created="2026-11-21T10:00:00.000+00:00")
        store.put_trace(trace, asked_by="ada")
        store.add_items([item_of(image, "traced", trace="trace")])
        store.add_member("p", "ada", "annotator", agreement="1")
        store.submit(submission_of(), "ada")
        store.submit(submission_of(base=1, action=Action.REJECT, boxes=(), reasons=(Reason.TOO_TIGHT,)), "ada")
        store.submit(submission_of("traced", action=Action.ACCEPT, boxes=()), "bo")
        store.submit(submission_of(), "ada")
        store.save_draft(Draft("i1", 0, 1, {"boxes": [[1.5, 2, 3, 4]]}), "ada")


if __name__ == "__main__":
    for revision in ("0001", "0002", "0003", "0004"):
        if not (DATA / f"{revision}.sql").exists():
            write(revision)
