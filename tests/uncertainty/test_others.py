"""Risk control, the order of a worklist, and what the tokens of a box say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ergo_demo.records import Alternative, Finish, Generation, Range, Token
from ergo_demo.uncertainty.coordinates import box_logprob, coordinates
from ergo_demo.uncertainty.ordering import by_uncertainty
from ergo_demo.uncertainty.risk import least_growth


def test_the_least_growth_is_the_first_that_loses_little_enough() -> None:
    right = np.zeros((99, 3), dtype=bool)
    right[:50, 0] = right[:90, 1] = right[:95, 2] = True
    oracle = np.ones(99, dtype=bool)
    found = least_growth([0.0, 0.2, 0.4], right, oracle, epsilon=0.1)
    assert (found.growth, found.n) == (0.2, 99)
    assert found.losses == pytest.approx((49 / 99, 9 / 99, 4 / 99))
    assert least_growth([0.0, 0.2, 0.4], right, oracle, epsilon=0.09).growth == 0.4
    assert least_growth([0.0, 0.2, 0.4], right, oracle, epsilon=0.01).growth is None


def test_items_that_the_oracle_box_loses_too_are_no_loss() -> None:
    right = np.zeros((100, 1), dtype=bool)
    assert least_growth([0.0], right, np.zeros(100, dtype=bool), epsilon=0.02).growth == 0.0
    assert least_growth([0.0], right[:0], np.zeros(0, dtype=bool), epsilon=0.5).growth is None


spreads = st.dictionaries(st.integers(0, 999), st.none() | st.floats(0, 1), max_size=60)


@settings(deadline=None, max_examples=50)
@given(spreads, st.floats(0, 1), st.integers(0, 9))
def test_every_item_comes_once_and_the_rest_from_the_widest(
    widths: dict[int, float | None], share: float, seed: int
) -> None:
    order = by_uncertainty(widths, random_share=share, seed=seed)
    assert sorted(place.id for place in order) == sorted(widths)
    known = [math.inf if widths[place.id] is None else widths[place.id] for place in order if not place.random]
    assert known == sorted(known, key=lambda width: -(width or 0.0))
    for end in range(1, len(order) + 1):
        assert sum(place.random for place in order[:end]) <= math.ceil(share * end) or not [
            place for place in order[end:] if not place.random
        ]


@settings(deadline=None, max_examples=50)
@given(spreads, st.integers(0, 9))
def test_what_is_random_does_not_depend_on_the_spreads(widths: dict[int, float | None], seed: int) -> None:
    turned: dict[int, float | None] = dict.fromkeys(widths, 0.5)
    first = {place.id for place in by_uncertainty(widths, seed=seed) if place.random}
    assert first == {place.id for place in by_uncertainty(turned, seed=seed) if place.random}
    assert len(first) == math.ceil(0.2 * len(widths))


def token(text: str, *others: tuple[str, float]) -> Token:
    shares = [(text, 1 - sum(share for _, share in others)), *others]
    return Token(text, math.log(shares[0][1]), None, tuple(Alternative(each, math.log(p)) for each, p in shares))


def said(*tokens: Token) -> Generation:
    return Generation(tokens, Finish.STOP)


WRITTEN = [
    token("<think>"), token("28"), token("</think>"), token("<zoom>"), token("["),
    token("1", ("2", 0.25)), token("4", ("9", 0.5)), token(","),
    token("7"), token(","), token("5"), token("6", ("0", 0.5)), token(","), token("8"), token("]"), token("</zoom>"),
]  # fmt: skip


def test_each_edge_has_the_values_that_its_digits_could_have_made() -> None:
    x1, y1, x2, y2 = coordinates(said(*WRITTEN))
    assert (x1.written, y1.written, x2.written, y2.written) == (14, 7, 56, 8)
    assert [(each.low, each.high) for each in x1.ranges] == [(14, 14), (19, 19), (20, 29)]
    assert [each.share for each in x1.ranges] == pytest.approx([0.375, 0.375, 0.25])
    assert y1.ranges == (Range(7, 7, 1.0),)
    assert [(each.low, round(each.share, 9)) for each in x2.ranges] == [(50, 0.5), (56, 0.5)]


def test_the_boxs_logprob_is_that_of_what_stands_between_the_tags() -> None:
    assert box_logprob(said(*WRITTEN)) == pytest.approx(math.log(0.75 * 0.5 * 0.5))


def test_where_nothing_is_known_nothing_is_said() -> None:
    bare = said(*(Token(each.text) for each in WRITTEN))
    assert box_logprob(bare) is None
    assert coordinates(bare) == ()
    assert box_logprob(said(token("no box"))) is None
    assert coordinates(said(token("<zoom>"), token("[14,7,"), token("5"), token("</zoom>"))) == ()
    parts = [token(part) for part in ("<zoom>", "[", "1", ".", "5", ",", "2", ",", "3", ",", "4", "]", "</zoom>")]
    assert coordinates(said(*parts)) == (), "1.5 is neither 1 nor 5"
