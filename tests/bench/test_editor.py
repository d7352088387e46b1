"""The measurement of the editor: a real Chromium, and the keys that are promised."""

import json

import pytest

from ergo_demo.__main__ import main


@pytest.mark.browser
def test_it_measures_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "editor", "--items", "2", "--moves", "20", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert {"first_view_s", "drag_p95_ms", "next_item_ms"} <= set(numbers)
    assert numbers["first_view_s"] > numbers["door_s"] > 0
    assert numbers["frames"] > 2
    assert all(value > 0 for value in numbers.values())
