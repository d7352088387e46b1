"""Memory: what an export holds does not grow with the items, and one that was killed goes on without loss or double."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.store.store import open_store
from tests.exports.making import SIZE, Shop, many
from tests.exports.measuring import SECRET

MEGABYTE = 1_000_000

COMMAND = [sys.executable, "-m", "tests.exports.measuring"]


def build(folder: Path, items: int) -> Path:
    """A store with that many decided items, on photos of two sizes."""
    (folder / "photos").mkdir()
    with open_store(folder / "data", secret=SECRET) as store:
        many(Shop(store, folder / "photos"), items, larger=SIZE)
    return folder / "data"


def measured(name: str, data: Path, out: Path) -> dict[str, Any]:
    ran = subprocess.run([*COMMAND, name, str(data), str(out)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def killed(name: str, data: Path, out: Path, at: int) -> None:
    ran = subprocess.run([*COMMAND, name, str(data), str(out), str(at)], capture_output=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert not out.exists()


def test_what_is_held_does_not_grow_with_the_items(tmp_path: Path) -> None:
    """A thirtieth of what `--all` exports (see below), within the same bar: most of it is paid by the first items."""
    found = measured("trl-dpo", build(tmp_path, 300), tmp_path / "out")
    assert found["rows"] == found["giving"] == 300
    assert found["most"] < 200 * MEGABYTE


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("ten-thousand"), 10_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["trl-dpo", "coco", "log", "log-parquet", "llamafactory-sft"])
def test_ten_thousand_items_take_less_than_200_mb_killed_and_resumed(
    ten_thousand: Path, tmp_path: Path, name: str
) -> None:
    killed(name, ten_thousand, tmp_path / "out", at=6_000)
    found = measured(name, ten_thousand, tmp_path / "out")
    assert found["most"] < 200 * MEGABYTE
    # The check finds a row that is there twice; so many rows of so many decisions are each once.
    assert found["rows"] == found["giving"] == 10_000
    assert found["taken"] == (1_500 if name in ("trl-dpo", "llamafactory-sft") else 0), "these have views, made once"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
