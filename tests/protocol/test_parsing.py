"""Replies to values or reasons: the measured failures of the reference parser, then 20,000 fuzzed replies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ergo_demo.geometry import PATCH, Box, Size
from ergo_demo.protocol.parsing import MOST_OTHERS, Flag, Unreadable, Why, Zoom, read_answer, read_thought, read_zoom

VIEW = Size(560, 280)
EVERYTHING = Box.of(VIEW)


@pytest.mark.parametrize(
    ("reply", "box", "flags"),
    [
        pytest.param("<think>a</think><zoom>[28, 56, 112, 140]</zoom>", (28, 56, 112, 140), (), id="as taught"),
        pytest.param("<zoom>[112,140,28,56]</zoom>", (28, 56, 112, 140), (Flag.INVERTED,), id="inverted: it raised"),
        pytest.param("<zoom>[50,50,50,50]</zoom>", (36, 36, 64, 64), (Flag.GROWN,), id="no area: it raised"),
        pytest.param(
            "<zoom>[900,900,999,999]</zoom>", (532, 252, 560, 280), (Flag.CLAMPED, Flag.GROWN), id="outside: it raised"
        ),
        pytest.param("<zoom>[-12, 0, 84, 90]</zoom>", (0, 0, 84, 90), (Flag.CLAMPED,), id="negative: whole photo"),
        pytest.param("<zoom>[28.5, 0, 84.25, 90]</zoom>", (28.5, 0, 84.25, 90), (), id="floats: whole photo"),
        pytest.param(
            "<zoom>[0,0,56,56], [100,100,200,200]</zoom>", (0, 0, 56, 56), (Flag.SEVERAL,), id="two: whole photo"
        ),
        pytest.param(
            "<think>use <zoom>[1,1,2,2]</zoom> e.g.</think><zoom>[28,28,84,84]</zoom>",
            (28, 28, 84, 84), (), id="the example in the thought was taken",
        ),
        pytest.param(
            "<think>It is <zoom>[28,28,84,84]</zoom>", (28, 28, 84, 84), (Flag.THOUGHT_UNCLOSED,), id="unclosed thought"
        ),
        pytest.param("</think><zoom>[0,0,9,9]</zoom><zoom>[28,28,84,84]</zoom>", (28, 28, 84, 84), (), id="the last"),
        pytest.param("<zoom>[28,28,84,84]</zoom><zoom>[0,0", (28, 28, 84, 84), (), id="the last complete one"),
        pytest.param('<zoom>{"bbox_2d": [28, 28, 84, 84]}</zoom>', (28, 28, 84, 84), (), id="Qwen's JSON"),
        pytest.param("<zoom> 28, 28, 84, 84 </zoom>", (28, 28, 84, 84), (), id="no brackets"),
        pytest.param("<zoom>\n( 28 ,28,\t84,84)</zoom>", (28, 28, 84, 84), (), id="spaces and parentheses"),
        pytest.param("<zoom>[476, 0, 588, 90]</zoom>", (476, 0, 560, 90), (Flag.CLAMPED,), id="over the border"),
        pytest.param("<zoom>[10, 10, 17, 240]</zoom>", (0, 10, 28, 240), (Flag.GROWN,), id="a sliver became a strip"),
    ],
)  # fmt: skip
def test_regions(reply: str, box: tuple[float, ...], flags: tuple[Flag, ...]) -> None:
    zoom = read_zoom(reply, VIEW)
    assert isinstance(zoom, Zoom)
    assert zoom.box_in_view.edges == pytest.approx(box)
    assert zoom.flags == flags


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param("", Why.NO_ZOOM, id="empty"),
        pytest.param("<think>It is at [28, 28, 84, 84].</think>", Why.NO_ZOOM, id="no tags"),
        pytest.param("<zoom>[28, 28, 84, 84]", Why.NO_ZOOM, id="never closed"),
        pytest.param("[28, 28, 84, 84]</zoom>", Why.NO_ZOOM, id="never opened"),
        pytest.param("<think><zoom>[28,28,84,84]</zoom></think>", Why.NO_ZOOM, id="only in the thought"),
        pytest.param("<zoom>the red boat</zoom>", Why.NOT_FOUR_NUMBERS, id="words"),
        pytest.param("<zoom>[28, 28, 84]</zoom>", Why.NOT_FOUR_NUMBERS, id="three"),
        pytest.param("<zoom>[1,2,3,4,5]</zoom>", Why.NOT_FOUR_NUMBERS, id="five"),
        pytest.param("<zoom>[NaN, 0, Infinity, 1]</zoom>", Why.NOT_FOUR_NUMBERS, id="not finite"),
        pytest.param(f"<zoom>[{'9' * 400}, 0, 5, 5]</zoom>", Why.NOT_FOUR_NUMBERS, id="400 digits: OverflowError"),
        pytest.param("<zoom>[２８, 28, 84, 84]</zoom>", Why.NOT_FOUR_NUMBERS, id="full-width digits"),
        pytest.param("<zoom>[1e3, 0, 5, 5]</zoom>", Why.NOT_FOUR_NUMBERS, id="exponent"),
    ],
)
def test_reasons(reply: str, why: Why) -> None:
    assert read_zoom(reply, VIEW) == Unreadable(why)


def test_other_boxes_are_kept_but_not_without_end() -> None:
    zoom = read_zoom("<zoom>" + "[0,0,56,56]," * 5_000 + "</zoom>", VIEW)
    assert isinstance(zoom, Zoom)
    assert zoom.others_in_view == (Box(0, 0, 56, 56),) * MOST_OTHERS


def test_a_view_of_one_token_has_room_for_no_smaller_box() -> None:
    zoom = read_zoom("<zoom>[5,5,6,6]</zoom>", Size(28, 28))
    assert isinstance(zoom, Zoom)
    assert zoom.box_in_view == Box(0, 0, 28, 28)


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["<think>", "</think>", "<zoom>", "</zoom>", "<answer>", "</answer>", "[", "]", "(", ",", "-", ".", " ",
             "\n", "<zoom>[", "]</zoom>", "1, 2, 3, 4", "[0, 0, 56, 56]", "9999999", "-0", "1e9", "<ZOOM>", "<zo"]
        ),
        st.integers(-(10**9), 10**9).map(str),
        st.floats().map(str),
        st.text(max_size=12),
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=20_000, deadline=None)
@given(pieces, st.integers(1, 40), st.integers(1, 40))
def test_every_text_gives_a_box_inside_or_a_reason(reply: str, columns: int, rows: int) -> None:
    size = Size(columns * PATCH, rows * PATCH)
    zoom = read_zoom(reply, size)
    assert isinstance(zoom, Unreadable) or (
        Box.of(size).contains(zoom.box_in_view) and min(zoom.box_in_view.width, zoom.box_in_view.height) >= PATCH - 1e-9
    )
    assert read_answer(reply).text in reply
    assert read_thought(reply) in reply


@pytest.mark.parametrize("unit", ["<zoom>", "<zoom>[1,", "[1, 2, 3, ", "[" + " " * 1000, "</zoom>", "<think>", "1, "])
def test_a_megabyte_of_hostile_text_is_read_like_any_other(unit: str) -> None:
    hostile = unit * (1_000_000 // len(unit))
    # Quadratic reading would take hours here: ending at all is the check, besides the result.
    assert isinstance(read_zoom(f"<zoom>{hostile}</zoom>", VIEW), Zoom | Unreadable)
    assert read_zoom(hostile, VIEW) == Unreadable(Why.NO_ZOOM)


@pytest.mark.parametrize(
    ("reply", "thought"),
    [
        pytest.param("<think> I look. </think><zoom>[0,0,9,9]</zoom>", "I look.", id="closed"),
        pytest.param("<think>First. <think>\n<answer>7</answer>", "First.", id="the second turn's own way"),
        pytest.param("<think>Cut off in the", "Cut off in the", id="unclosed"),
        pytest.param("<think>No end <zoom>[0,0,9,9]</zoom>", "No end", id="ended by the region"),
        pytest.param("No thought at all", "", id="none"),
    ],
)
def test_thoughts(reply: str, thought: str) -> None:
    assert read_thought(reply) == thought


@pytest.mark.parametrize(
    ("reply", "answer", "flags"),
    [
        pytest.param("<think>a</think><answer> K 417 </answer>", "K 417", (), id="as taught"),
        pytest.param("<answer>A</answer> or <answer>B</answer>", "B", (), id="the last"),
        pytest.param("<answer>cut o", "cut o", (), id="unclosed"),
        pytest.param("<think>a</think> It is 7.", "It is 7.", (Flag.ANSWER_UNTAGGED,), id="after the thought"),
        pytest.param("blue", "blue", (Flag.ANSWER_UNTAGGED,), id="the whole reply"),
        pytest.param("", "", (Flag.ANSWER_UNTAGGED,), id="nothing"),
    ],
)
def test_answers(reply: str, answer: str, flags: tuple[Flag, ...]) -> None:
    found = read_answer(reply)
    assert (found.text, found.flags) == (answer, flags)
