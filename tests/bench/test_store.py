"""The measurement of the store: every acknowledgement is a row, and the keys are the promised ones."""

import json

import pytest

from ergo_demo.__main__ import main


def test_it_measures_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "store", "--threads", "4", "--seconds", "0.4", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert {"acks_per_s", "p99_s", "over_bare_insert"} <= set(numbers)
    assert numbers["acks"] >= 4
    assert 0 < numbers["p50_s"] <= numbers["p99_s"]
