"""One scorer: what counts as the truth, as inside, as the protocol's form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ergo_demo.geometry import Box, Size
from ergo_demo.scoring import answer_matches, covered, format_score, iou, target_share

VIEW = Size(280, 224)
ZOOM, ANSWER = "<think>There.</think><zoom>[28, 28, 84, 84]</zoom>", "<think>Red.</think><answer>red</answer>"


@pytest.mark.parametrize(
    ("answer", "truth", "right"),
    [
        ("red", "red", True),
        (" Red. ", "red", True),
        ("the red", "red", True),
        ('"K417"', "K417", True),
        ("k417", "K417", True),
        ("K 417", "K417", False),
        ("A", "A", True),
        ("a circle", "circle", True),
        ("circle or cross", "circle", False),
        ("left", "below", False),
        ("", "red", False),
        ("", "", False),
    ],
)
def test_only_the_truth_matches_in_whatever_dress(answer: str, truth: str, right: bool) -> None:
    assert answer_matches(answer, truth) is right


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_have_a_verdict_and_it_is_mutual(one: str, other: str) -> None:
    assert answer_matches(one, other) == answer_matches(other, one)


def test_a_target_may_stick_out_by_half_a_px_and_no_more() -> None:
    box = Box(10, 10, 50, 50)
    assert covered(box, Box(9.5, 10, 50.5, 50))
    assert not covered(box, Box(9.4, 10, 50, 50))
    assert not covered(None, Box(20, 20, 30, 30))


def test_without_a_box_nothing_is_shared() -> None:
    target = Box(0, 0, 10, 10)
    assert (iou(None, target), target_share(None, target)) == (0, 0)
    assert iou(Box(0, 0, 10, 20), target) == 0.5
    assert target_share(Box(5, 0, 100, 100), target) == 0.5
    assert target_share(Box(0, 0, 9, 9), Box(3, 3, 3, 3)) == 0


@pytest.mark.parametrize(
    ("first", "second", "score"),
    [
        (ZOOM, ANSWER, 1.0),
        ("<zoom>[84, 28, 28, 84]</zoom>", ANSWER, 0.75),
        ("I cannot see it.", ANSWER, 0.5),
        (ZOOM, "red", 0.5),
        (ZOOM, "<answer></answer>", 0.5),
        ("", "", 0.0),
    ],
)
def test_the_form_counts_half_for_the_box_and_half_for_the_answer(first: str, second: str, score: float) -> None:
    assert format_score(first, VIEW, second) == score
