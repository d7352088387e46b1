"""Boxes as browsers send them: the vectors by which the editor repairs them as well (tests/js/box_editor.test.mjs)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.annotation.boxes import CUT, TURNED, read_boxes
from ergo_demo.errors import BoxInvalid
from ergo_demo.geometry import Size

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "geometry.json").read_text("utf-8"))


@pytest.mark.parametrize("row", VECTORS["repaired"], ids=str)
def test_a_box_is_repaired_as_the_editor_repairs_it(row: dict[str, Any]) -> None:
    boxes, words = read_boxes([row["box"]], Size(*row["photo"]))
    assert [list(box.edges) for box in boxes] == [row["expected"]]
    assert words == tuple(word for word, said in ((TURNED, row["turned"]), (CUT, row["cut"])) if said)


@pytest.mark.parametrize("row", VECTORS["not_repaired"], ids=lambda row: str(row["why"]))
def test_what_the_editor_refuses_is_refused_here_too(row: dict[str, Any]) -> None:
    with pytest.raises(BoxInvalid):
        read_boxes([row["box"]], Size(*row["photo"]))


def test_no_number_of_digits_is_too_many_to_refuse() -> None:
    with pytest.raises(BoxInvalid):
        read_boxes([[0, 0, 10**400, 100]], Size(100, 80))
