"""100,000 items: the pages of Annotate and Review ask for pages, whatever there is. What is read is counted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.ui.annotate.serving import Serving, decision, serving, take

ITEMS, DECISIONS = 100_000, 3_000
FEW_ROWS = 60
A_PAGE_OF_BYTES = 60_000
"""With its styles and figures, which are of the same size for any number of decisions."""


@dataclass
class Read:
    """What the store's reading connections have asked and got."""

    statements: int = 0
    rows: int = 0


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A project of so many items; somebody has decided so many of them."""
    with serving(tmp_path_factory.mktemp("many")) as running:
        running.project("signs", items=1)
        ada = running.person("ada", "signs")
        sent = decision(take(ada)["id"], effort={"active_ms": 4_000})
        assert ada.post("/annotate/submit", json=sent).status_code == 200
        with closing(sqlite3.connect(running.folder / "data" / "store.sqlite")) as connection:
            multiply(connection)
        yield running


def multiply(connection: sqlite3.Connection) -> None:
    """The one item and its decision, many times over."""
    order = "(n * 7919 % 100000) / 100000.0"
    copy(connection, "item", ITEMS, id="'i' || n", position="n", shuffled=order, uncertainty=order, done="0", open="1")
    copy(
        connection, "annotation", DECISIONS, id="'a' || n", item="'i' || n",
        created="strftime('%Y-%m-%dT%H:%M:%f+00:00', 1700000000 + n, 'unixepoch')",
    )  # fmt: skip
    copy(connection, "annotation_box", DECISIONS, annotation="'a' || n")
    connection.commit()


def copy(connection: sqlite3.Connection, table: str, times: int, **changed: str) -> None:
    """The first row of `table` again and again; `changed`: what is another one each time (SQL, of the number n)."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {times})"
    values = ", ".join(changed.get(name, f"first.{name}") for name in names)
    first = f"(SELECT * FROM {table} LIMIT 1) AS first"
    connection.execute(f"{numbers} INSERT INTO {table} SELECT {values} FROM numbers CROSS JOIN {first}")


@pytest.fixture(scope="module")
def read(many: Serving) -> Iterator[Read]:
    engine, counted = many.store.looking._reading, Read()

    def counting(connection: sqlite3.Connection, *_rest: object) -> None:
        def row(_cursor: object, values: Any) -> Any:
            counted.rows += 1
            return values

        connection.row_factory = row

    def asked(*_rest: object) -> None:
        counted.statements += 1

    sa.event.listen(engine, "checkout", counting)
    sa.event.listen(engine, "before_cursor_execute", asked)
    yield counted
    sa.event.remove(engine, "checkout", counting)
    sa.event.remove(engine, "before_cursor_execute", asked)


def fetched(read: Read, client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
    """An answer that was small, and made from few rows."""
    read.rows = read.statements = 0
    got = client.request(method, f"/annotate/{path}", **more)
    assert got.status_code == 200, got.text
    assert 0 < read.statements < 20
    assert 0 < read.rows < FEW_ROWS, path
    assert len(got.content) < A_PAGE_OF_BYTES
    return got


def test_an_annotators_page_is_an_item_at_a_time(many: Serving, read: Read) -> None:
    bo = many.person("bo", "signs")
    projects = fetched(read, bo, "GET", "projects").json()["projects"]
    assert projects[0]["items"] == ITEMS + 1
    for _ in range(3):
        item = fetched(read, bo, "POST", "take", json={"project": "signs"}).json()["item"]
        assert bo.post("/annotate/submit", json=decision(item["id"])).status_code == 200
        assert fetched(read, bo, "GET", "panel", params={"project": "signs"}).json()["items"] == ITEMS + 1
    assert len(fetched(read, bo, "GET", "mine", params={"project": "signs"}).json()["decisions"]) == 3


@pytest.mark.parametrize("path", ["review/part", "review"])
def test_a_page_of_the_review_is_a_page(many: Serving, read: Read, path: str) -> None:
    owner = many.owner()
    first = owner.get("/annotate/review/part", params={"project": "signs"})  # reads all decisions, once
    assert first.text.count('class="e-card"') == 12
    for page in (0, 1, 200):
        shown = fetched(read, owner, "GET", path, params={"project": "signs", "page": page, "iou_least": "0.5"})
        assert shown.text.count('class="e-card"') == 12


def test_after_a_new_decision_only_what_came_since_is_read(many: Serving, read: Read) -> None:
    owner, cy = many.owner(), many.person("cy", "signs")
    before = owner.get("/annotate/review/summary", params={"project": "signs"}).json()["decisions"]
    assert cy.post("/annotate/submit", json=decision(take(cy)["id"])).status_code == 200
    got = fetched(read, owner, "GET", "review/items", params={"project": "signs"}).json()
    assert (got["total"], len(got["cards"])) == (before + 1, 12)
