"""The measurement of the store: every acknowledgement is a row, and the keys are the promised ones."""

import json
import shutil

import pytest

from ergo_demo.__main__ import main
from ergo_demo.bench import store
from ergo_demo.errors import EngineUnavailable


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed: apt-get install wrk (tests/run does)")
def test_it_measures_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "store", "--connections", "4", "--seconds", "4", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert {"acks_per_s", "p99_s", "over_bare_insert"} <= set(numbers)
    assert numbers["acks"] >= 4
    assert 0 < numbers["p50_s"] <= numbers["p99_s"]


def test_without_its_client_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineUnavailable, match="apt-get install wrk"):
        store.measure(1, 1)
