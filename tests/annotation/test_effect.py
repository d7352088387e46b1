"""What a correction did to the answer: the vectors that the page's rule passes as well (tests/js)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.annotation.effect import effect_of
from ergo_demo.scoring import answer_matches

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "effects.json").read_text("utf-8"))


@pytest.mark.parametrize("row", VECTORS["effects"], ids=str)
def test_the_effect_that_is_stored_is_the_one_that_was_shown(row: dict[str, Any]) -> None:
    assert effect_of(row["model"], row["corrected"], row["right"]).value == row["effect"]


@pytest.mark.parametrize("row", VECTORS["answers"], ids=str)
def test_answers_are_the_same_here_and_on_the_page(row: dict[str, Any]) -> None:
    assert answer_matches(row["answer"], row["truth"]) is row["same"]
