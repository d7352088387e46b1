"""What one person did: which index each of their page's counts reads, on SQLite."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ergo_demo.store.looking import Looking
from ergo_demo.store.store import Store, open_store
from tests.store.making import fill, receipt, submission_of

INDEX = "ix_annotation_annotator_project_created_id_item (annotator=? AND project=?)"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        fill(opened)
        receipt(opened.submit(submission_of(), "ada"))
        yield opened


@pytest.mark.parametrize(
    "ask",
    [
        lambda looking: looking.project("p", "ada"),
        lambda looking: looking.last("p", "ada", 10),
        lambda looking: looking.active_ms("p", "ada", 500),
    ],
    ids=["how many", "the last", "how long"],
)
def test_a_persons_page_reads_only_what_is_theirs(store: Store, ask: Callable[[Looking], object]) -> None:
    engine = store.looking._reading
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    ask(store.looking)
    sa.event.remove(engine, "before_cursor_execute", note)
    plans = []
    with engine.connect() as connection:
        for statement, parameters in asked:
            if "FROM annotation" in statement:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
                plans.append(next(row[3] for row in rows if row[3].startswith("SEARCH annotation ")))
    assert plans
    assert [plan for plan in plans if INDEX not in plan] == []
