"""How likely each edge of the model box was, in source px, as the page shows it."""

from dataclasses import replace

import pytest

from ergo_demo.records import Coordinate, Range, Trace
from ergo_demo.ui.edges import edges
from tests.ui import runs

# The coarse view of the runs is 1,148 x 868 px of 8,000 x 6,000.
SURE = Coordinate(574, (Range(574, 574, 1.0),))
LEFT = Coordinate(287, (Range(200, 286, 0.002), Range(287, 287, 0.7), Range(300, 399, 0.25), Range(1000, 1999, 0.02)))


def trace(*coordinates: Coordinate) -> Trace:
    return replace(runs.trace(), coordinates=coordinates)


def test_what_was_written_and_what_else_could_have_been_is_in_source_px() -> None:
    left, top, right, bottom = edges(trace(LEFT, SURE, SURE, SURE))
    assert [edge["name"] for edge in (left, top, right, bottom)] == ["Left", "Top", "Right", "Bottom"]
    assert (left["written"], left["share"]) == ("2,000 px", "70 %")
    assert left["others"] == "or 2,091 to 2,780, 25 %; or 6,969 to 8,000, 2 %"
    assert (bottom["written"], bottom["share"], bottom["others"]) == ("3,968 px", "100 %", "")


def test_bars_lie_within_the_photo_whatever_the_digits_say() -> None:
    left, *_ = edges(trace(LEFT, SURE, SURE, SURE))
    assert [bar["written"] for bar in left["bars"]] == [False, True, False, False]
    assert left["bars"][1]["start"] == pytest.approx(0.25)
    assert left["bars"][3]["end"] == 1.0
    beyond = Coordinate(2000, (Range(2000, 2000, 1.0),))
    (*_, right, _bottom) = edges(trace(LEFT, SURE, beyond, SURE))
    assert (right["written"], right["bars"][0]["start"], right["bars"][0]["end"]) == ("8,000 px", 1.0, 1.0)


def test_edges_that_were_written_in_the_wrong_order_have_their_right_names() -> None:
    left, _top, right, _bottom = edges(trace(SURE, SURE, LEFT, SURE))
    assert (left["written"], right["written"]) == ("2,000 px", "4,000 px")


def test_where_nothing_is_known_nothing_is_shown() -> None:
    assert edges(None) == []
    assert edges(runs.trace()) == []
