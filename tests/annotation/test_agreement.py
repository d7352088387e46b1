"""Agreement against counting by hand: pairs, shares, alpha with its two ends and an oracle in between."""

from itertools import combinations
from random import Random

import pytest

from ergo_demo.annotation import agreement
from ergo_demo.annotation.agreement import alpha, between_people, overlaps, same_decision, with_oneself
from ergo_demo.geometry import Box, Size
from ergo_demo.store.looking import Decision
from tests.annotation.deciding import FRAME, decision


def scattered(items: int, people: int, noise: float, seed: int = 0) -> list[Decision]:
    """Boxes anywhere; each person's is off by up to `noise` of its side."""
    random, found = Random(seed), []
    for item in range(items):
        x, y, side = random.uniform(0, 700), random.uniform(0, 500), random.uniform(50, 250)
        for person in range(people):
            dx, dy = (random.uniform(-noise, noise) * side for _ in "xy")
            found.append(decision(f"i{item}", f"p{person}", Box(x + dx, y + dy, x + dx + side, y + dy + side)))
    return found


def test_pairs_are_of_two_people_on_one_item() -> None:
    some = [
        decision("a", "ada", Box(0, 0, 10, 10)),
        decision("a", "bo", Box(0, 0, 10, 5)),
        decision("a", "cy", None, action="full_image"),
        decision("b", "ada"),
    ]
    assert [(pair.one.annotator, pair.other.annotator, pair.iou) for pair in between_people(some)] == [
        ("ada", "bo", 0.5)
    ]
    assert same_decision(some) == (1, 3)


def test_a_repeat_is_compared_with_the_same_persons_first_time() -> None:
    again = decision("a2", "ada", Box(0, 0, 10, 5), repeat_of="a")
    others = decision("a3", "bo", Box(0, 0, 10, 5), repeat_of="a")
    (pair,) = with_oneself([decision("a", "ada", Box(0, 0, 10, 10)), again, others])
    assert (pair.one.item, pair.other.item, pair.iou) == ("a", "a2", 0.5)


def test_shares_hold_their_threshold_and_nothing_is_none() -> None:
    assert overlaps([0.5, 0.75, 0.9, 0.2]).shares == (0.75, 0.5, 0.25)
    assert (overlaps([]).n, overlaps([]).mean, overlaps([]).shares) == (0, None, (None, None, None))


def by_hand(some: list[Decision]) -> float:
    """1 - (each box's mean distance to its item's others, averaged) / (the mean of all pairs), with plain loops."""
    items: dict[str, list[Box]] = {}
    for one in some:
        assert one.box is not None
        x1, y1, x2, y2 = one.box.edges
        items.setdefault(one.item, []).append(
            Box(x1 / one.frame.width, y1 / one.frame.height, x2 / one.frame.width, y2 / one.frame.height)
        )
    groups = [boxes for boxes in items.values() if len(boxes) > 1]
    within = [
        sum(1 - box.iou(other) for other in boxes if other is not box) / (len(boxes) - 1)
        for boxes in groups
        for box in boxes
    ]
    everything = [box for boxes in groups for box in boxes]
    apart = [1 - one.iou(other) for one, other in combinations(everything, 2)]
    return 1 - (sum(within) / len(within)) / (sum(apart) / len(apart))


@pytest.mark.parametrize("noise", [0.05, 0.3, 1.0])
def test_alpha_is_what_counting_by_hand_gives(noise: float) -> None:
    some = scattered(30, 3, noise)[:-1]  # one item has two boxes only
    found = alpha(some)
    assert found is not None
    assert found.value == pytest.approx(by_hand(some))
    assert found.low <= found.value <= found.high
    assert (found.items, found.boxes) == (30, 89)


def test_alpha_is_1_for_the_same_boxes_and_about_0_for_any_boxes() -> None:
    same = alpha(scattered(20, 2, 0.0))
    assert same is not None
    assert same.value == pytest.approx(1)
    random = Random(1)
    boxes = [one.box for one in scattered(400, 2, 0.0)]
    random.shuffle(boxes)
    nothing = alpha([decision(f"i{number // 2}", f"p{number % 2}", box) for number, box in enumerate(boxes)])
    assert nothing is not None
    assert abs(nothing.value) < 0.02


def test_photos_of_other_sizes_are_compared_in_shares() -> None:
    some = scattered(20, 2, 0.1)
    larger = []
    for one in some:
        assert one.box is not None
        box, frame = one.box, one.frame
        if int(one.item[1:]) % 2:
            box, frame = Box(*(edge * 8 for edge in box.edges)), Size(FRAME.width * 8, FRAME.height * 8)
        larger.append(decision(one.item, one.annotator, box, frame=frame))
    first, second = alpha(some), alpha(larger)
    assert first is not None
    assert second is not None
    assert first.value == pytest.approx(second.value)


def test_many_boxes_are_drawn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    some = scattered(200, 2, 0.2)
    exact = alpha(some)
    monkeypatch.setattr(agreement, "MOST_PAIRS", 20_000)
    drawn = alpha(some)
    assert exact is not None
    assert drawn is not None
    assert drawn.value != exact.value
    assert drawn.value == pytest.approx(exact.value, abs=0.01)


def test_too_little_has_no_alpha() -> None:
    assert alpha([]) is None
    assert alpha(scattered(1, 2, 0.1)) is None
    assert alpha(scattered(5, 1, 0.1)) is None
