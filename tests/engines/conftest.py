"""One checkpoint of random weights, and one engine on it, for all tests of the local engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ergo_demo.engines.local import LocalEngine
from ergo_demo.settings import Settings
from tests.checkpoints import make_checkpoint


@pytest.fixture(scope="package", autouse=True)
def _one_thread() -> Iterator[None]:
    # So small a network is slower on two threads, and many times slower where another program uses them.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint's folder, to be read only."""
    return make_checkpoint(tmp_path_factory.mktemp("models") / "random")


@pytest.fixture(scope="session")
def engine(made: Path) -> LocalEngine:
    return LocalEngine.load(Settings(model=str(made), device="cpu"))
