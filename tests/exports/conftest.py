"""A store to export from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ergo_demo.store.store import open_store
from tests.exports.making import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "photos"
    folder.mkdir()
    with open_store(tmp_path / "data", secret="a secret for the tests only") as store:
        yield Shop(store, folder)
