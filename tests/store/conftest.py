"""Stores to test: on SQLite, and the same on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from ergo_demo.store.store import Store, open_store
from tests.store import postgres
from tests.store.making import fill

Opening = Callable[[], Store]
"""Opens the same store once more, as another process would."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    bin = postgres.programs()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql (tests/run does)")
    with postgres.running_cluster(bin) as address:
        yield address


@pytest.fixture
def postgresql(cluster: str, request: pytest.FixtureRequest) -> str:
    """The address of a new, empty database."""
    name = f"t{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(cluster.format("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return cluster.format(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgresql") if request.param == "postgresql" else None


@pytest.fixture
def opening(tmp_path: Path, url: str | None) -> Iterator[Opening]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(open_store(tmp_path / "data", url=url))


@pytest.fixture
def store(opening: Opening) -> Store:
    """One project "p" with ten items, "i0" to "i9", about one photo."""
    store = opening()
    fill(store)
    return store
