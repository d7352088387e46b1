"""A store to export from; and a fake of the Hub, to send to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.store.store import Store, open_store
from tests.exports.fake_hub import TOKEN, FakeHub, serving
from tests.exports.making import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "photos"
    folder.mkdir()
    with open_store(tmp_path / "data", secret="a secret for the tests only") as store:
        yield Shop(store, folder)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with serving() as running:
        yield running


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def dataset(hub: FakeHub, waited: list[float]) -> HubDataset:
    return HubDataset("ada/corrections", endpoint=hub.url, token=TOKEN, wait=waited.append)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """An empty store elsewhere, as on a Space that was started again."""
    with open_store(tmp_path / "other", secret="a secret for the tests only") as store:
        yield store
