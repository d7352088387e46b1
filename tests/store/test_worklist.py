"""The next item of a worklist: which index each order reads, on SQLite."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from ergo_demo.store import worklist
from ergo_demo.store.connection import open_sqlite
from ergo_demo.store.records import Order, Plan
from ergo_demo.store.store import open_store
from tests.store.making import fill, item_of

ITEMS = 2_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A project half of whose items are as uncertain as each other. SQLite plans the same for any number of them."""
    folder = tmp_path_factory.mktemp("long")
    with open_store(folder) as store:
        image = fill(store, items=0)
        spread = [number % 2 and number / ITEMS for number in range(ITEMS)]
        store.add_items([item_of(image, f"n{at}", position=at, uncertainty=its) for at, its in enumerate(spread)])
    engine = open_sqlite(folder / "store.sqlite")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("draws_random", [False, True])
@pytest.mark.parametrize("order", Order)
def test_no_order_sorts(engine: sa.Engine, order: Order, draws_random: bool) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    with engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        lease = worklist.take(connection, "p", "ada", Plan(order=order), draws_random, 0.0)
        sa.event.remove(connection, "before_cursor_execute", note)
        (chosen,) = [each for each in asked if each[0].startswith("SELECT item.") and "JOIN" not in each[0]]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {chosen[0]}", chosen[1]).all()  # type: ignore[arg-type]
        connection.rollback()
    assert lease is not None
    column = "shuffled" if draws_random or order is Order.RANDOM else {"file": "position"}.get(order, order.value)
    said = "\n".join(row[3] for row in plan)
    assert f"ix_item_project_open_{column}_id" in said
    assert "TEMP B-TREE" not in said
