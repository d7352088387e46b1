"""The review's numbers: the model against people, speed, effects, filters; tables as CSV, figures as SVG."""

import csv
import io
import xml.etree.ElementTree as ElementTree

import pytest

from ergo_demo.annotation import counting, figures, tabled
from ergo_demo.annotation.agreement import Alpha
from ergo_demo.annotation.effect import effect_of
from ergo_demo.annotation.filtering import Filter, disagreeing, matching
from ergo_demo.geometry import Box
from ergo_demo.store.records import Effect
from tests.annotation.deciding import SUGGESTED, decision

HALF = Box(100, 100, 200, 200)
LARGER = Box(50, 50, 400, 400)

SOME = [
    decision("a", "ada", SUGGESTED, action="accept", active_ms=2_000, iou=1.0, uncertainty=0.1),
    decision("a", "bo", HALF, active_ms=6_000, iou=0.5, effect="wrong_to_right", uncertainty=0.1),
    decision("b", "ada", LARGER, active_ms=10_000, iou=0.16, blind=True, reasons=("too_tight",), uncertainty=0.8),
    decision("c", "ada", None, action="full_image", active_ms=4_000),
    decision("c", "bo", HALF, active_ms=0, suggested=None),
    decision("d", "bo", None, action="skip"),
]


def test_the_model_against_people() -> None:
    found = counting.against_model(SOME)
    assert found.overlaps.n == 3
    assert found.overlaps.mean == pytest.approx((1 + 0.5 + SUGGESTED.iou(LARGER)) / 3)
    # Covered: the accepted one and its half, not what is larger. Accepted: of what had a suggestion, skips left out.
    assert (found.covered, found.accepted) == (2 / 3, 1 / 4)
    nothing = counting.against_model([])
    assert (nothing.covered, nothing.accepted, nothing.overlaps.mean) == (None, None, None)


def test_speed_leaves_out_what_was_not_measured() -> None:
    found = counting.speed(SOME)
    assert (found.n, found.median, found.tenth) == (4, 5.0, 6.0)
    assert counting.speed([]).median is None


def test_effects_and_reasons_are_counted() -> None:
    assert counting.effects(SOME)["wrong_to_right"] == 1
    assert counting.reasons(SOME) == {"too_tight": 1}
    assert list(counting.grouped(SOME, lambda one: one.annotator)) == ["ada", "bo"]


@pytest.mark.parametrize(
    ("model", "corrected", "right", "effect"),
    [
        ("red", "blue", "Blue.", Effect.WRONG_TO_RIGHT),
        ("red", "blue", "red", Effect.RIGHT_TO_WRONG),
        ("red", "blue", "green", Effect.UNCHANGED),
        ("red", "The red", None, Effect.UNCHANGED),
        ("red", "blue", None, Effect.UNKNOWN),
        ("red", "blue", " ", Effect.UNKNOWN),
        ("red", None, "red", Effect.UNKNOWN),
        ("", "blue", "blue", Effect.UNKNOWN),
    ],
)
def test_what_a_correction_did(model: str, corrected: str | None, right: str | None, effect: Effect) -> None:
    assert effect_of(model, corrected, right) is effect


def test_people_disagree_by_little_overlap_or_by_kind() -> None:
    far = decision("e", "ada", Box(600, 600, 700, 700)), decision("e", "bo", SUGGESTED)
    assert disagreeing([*SOME, *far]) == {"c", "e"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["d-bo", "c-bo", "c-ada", "b-ada", "a-bo", "a-ada"]),
        (Filter(annotator="a"), ["c-ada", "b-ada", "a-ada"]),
        (Filter(action="accept"), ["a-ada"]),
        (Filter(reason="too_tight"), ["b-ada"]),
        (Filter(effect="wrong_to_right"), ["a-bo"]),
        (Filter(iou_least=0.5), ["a-bo", "a-ada"]),
        (Filter(iou_most=0.5), ["b-ada", "a-bo"]),
        (Filter(spread_least=0.5), ["b-ada"]),
        (Filter(disagreement=True), ["c-bo", "c-ada"]),
        (Filter(disagreement=False, blind=False), ["d-bo", "a-bo", "a-ada"]),
    ],
)
def test_filters(wanted: Filter, found: list[str]) -> None:
    assert [one.id for one in matching(SOME, wanted, disagreeing(SOME))] == found


def test_tables_say_the_same_as_csv() -> None:
    alpha = Alpha(0.75, 0.5, 0.875, 12, 24)
    tables = tabled.tables(SOME, alpha)
    assert [table.name for table in tables] == ["overlap", "alpha", "model", "speed", "decisions"]
    for table in tables:
        read = list(csv.reader(io.StringIO(table.csv())))
        assert read[0] == list(table.columns)
        assert len(read) == len(table.rows) + 1
    shown, blind = (row for row in tables[0].rows if str(row[0]).startswith("model"))
    assert (shown[1], blind[1]) == (2, 1), "blind items stand apart"
    assert tables[1].csv().splitlines()[1] == '"people and people",0.75,0.5,0.875,12,24'
    assert tabled.alpha_table(None).csv().splitlines()[1] == '"people and people","","","",0,0'


def test_a_cell_is_no_formula() -> None:
    cells = ("=1+1", "+1", "-1", "@x", "\t=1", " =1", ";=1", "＝1", "|x", "plain", -1.5, None)
    read = next(csv.reader(io.StringIO(tabled.Table("t", "T", ("a",), (cells,)).csv().partition("\r\n")[2])))
    assert all(cell.startswith("'") for cell in read[:9])
    assert read[9:] == ["plain", "-1.5", ""]


def test_figures_are_svg_with_all_shares_in_them() -> None:
    drawn = figures.overlap_figure("Overlap <b>", {"people & people": [0.0, 0.05, 0.95, 1.0], "none": []})
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label") == "Overlap <b>"
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles.count("people & people: 50.0 %") == 2
    assert titles.count("none: 0.0 %") == 10
    slow = figures.seconds_figure("Seconds", {"all": [1, 100, 29.9]})
    assert "all: 66.7 %" in slow
