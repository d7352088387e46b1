"""From samples to numbers, on samples made by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ergo_demo.bench import scenes_measures as measures
from ergo_demo.bench import scenes_sizes as sizes
from ergo_demo.bench.scenes_baselines import TEXT_ONLY, best_guess, learn_guesses, majority
from ergo_demo.bench.scenes_items import Item, Stream, draw
from ergo_demo.bench.scenes_methods import PAINTED_OUT, moved_box, oracle_box
from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.geometry import PATCH, Box, Size, full_resolution_tokens, view_of
from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import Outcome
from ergo_demo.scenes import TYPES, Type, random_size
from ergo_demo.scoring import answer_matches

SIZE = Size(1000, 800)


def sample(type: Type = "read", number: int = 0, *, right: bool = True, method: str = "ergo") -> Sample:
    return Sample(
        method=method,
        type=type,
        number=number,
        source=SIZE,
        question="What does the red boat say?",
        truth="K4",
        target=Box(10, 10, 20, 20),
        outcome=Outcome.ANSWERED,
        answer="K4" if right else "K7",
        right=right,
        covered=True,
        box=Box(0, 0, 100, 80),
        tokens_by_stage={"coarse": 100, "zoom": 50},
        seconds=2.0,
    )


def rights(type: Type, flags: Sequence[bool]) -> list[Sample]:
    return [sample(type, number, right=right) for number, right in enumerate(flags)]


def test_the_interval_is_the_normal_one_where_that_is_known() -> None:
    values = [1.0] * 300 + [0.0] * 100
    interval = measures.bootstrap([values])
    assert interval is not None
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert interval == pytest.approx([0.75 - half, 0.75 + half], abs=0.004)


def test_types_are_resampled_on_their_own() -> None:
    # One type always right, one never: the mean is 0.5 whatever is drawn.
    assert measures.bootstrap([[1.0] * 50, [0.0] * 50]) == [0.5, 0.5]
    half = 1.96 * np.sqrt(0.25 / 100) / 2
    assert measures.bootstrap([[1.0, 0.0] * 50, [1.0] * 10]) == pytest.approx([0.75 - half, 0.75 + half], abs=0.006)
    assert measures.bootstrap([]) is None
    assert measures.bootstrap([[-1.0, 0.0, 1.0] * 40]) == measures.bootstrap([[-1.0, 0.0, 1.0] * 40])


def test_the_total_is_the_mean_over_types_not_over_samples() -> None:
    samples = [*rights("read", [True] * 9), *rights("hidden", [False] * 3)]
    numbers = measures.method_numbers(samples, "ergo")
    assert numbers["accuracy"] == 0.5
    assert numbers["accuracy_by_type"] == {"read": 1.0, "hidden": 0.0}


def test_no_box_is_the_whole_photo_and_a_repair_is_no_failure() -> None:
    missing = replace(sample(), box=None, covered=False, why=Why.NO_ZOOM, outcome=Outcome.NO_ZOOM)
    repaired = replace(sample(number=1), flags=(Flag.CLAMPED,))
    untagged = replace(sample(number=2), flags=(Flag.ANSWER_UNTAGGED,))
    numbers = measures.method_numbers([missing, repaired, untagged, sample(number=3)], "ergo")
    assert (numbers["parse_failures"], numbers["repairs"], numbers["coverage"]) == (0.5, 0.25, 0.75)
    assert numbers["box_area"] == pytest.approx((1 + 3 * 0.01) / 4)
    assert (numbers["vision_tokens"], numbers["tokens_by_stage"]) == (150, {"coarse": 100, "zoom": 50})


def test_by_k_is_the_half_that_is_asked_to_cover_and_pairs_with_the_painted_out() -> None:
    hidden = [
        replace(sample("hidden", number), k=k, cover=cover, covered=cover, candidates_covered=1)
        for number, (k, cover) in enumerate([(1, False), (2, False), (1, True), (2, True)])
    ]
    painted = [replace(s, method=PAINTED_OUT, covered=s.number == 2) for s in hidden]
    numbers = measures.summary({"ergo": hidden, PAINTED_OUT: painted})
    assert numbers["coverage_by_k"] == {"1": 1.0, "2": 1.0}
    assert numbers["coverage_painted_out_by_k"] == {"1": 1.0, "2": 0.0}
    assert numbers["coverage_painted_out"] == 0.5
    assert numbers["hidden"]["find"]["coverage"] == 0
    assert numbers["hidden"]["find"]["one_place_covered"] == 1
    assert numbers["coverage"] == 0.5


def test_one_look_is_compared_on_the_scenes_that_both_were_asked() -> None:
    ergo = rights("read", [True, True, False, False])
    direct = [
        replace(s, method="direct_full", right=False, seconds=8.0, tokens_by_stage={"direct": 600}) for s in ergo[:2]
    ]
    against = measures.against(ergo, direct)
    assert against is not None
    assert (against["n"], against["accuracy_gain"]) == (2, 1.0)
    assert (against["vision_tokens_share"], against["times_faster"]) == (0.25, 4.0)
    assert measures.against(ergo, []) is None


def test_without_samples_there_is_no_number_rather_than_zero() -> None:
    numbers = measures.summary({})
    assert (numbers["coverage"], numbers["coverage_painted_out"], numbers["coverage_by_k"]) == (None, None, {})


def test_the_majority_is_the_most_frequent_truth() -> None:
    samples = [replace(sample(number=n, method=TEXT_ONLY), truth=truth) for n, truth in enumerate("AABC")]
    assert majority(samples) == {"read": 0.5}


def test_the_guess_finds_what_the_text_gives_away_and_no_more() -> None:
    guesses = learn_guesses("home", 12)
    for type in TYPES:
        question = draw(Stream(1), Item(type, 3))[1]
        guess = guesses[type](question)
        # Alternatives stand in the question: who only reads the text still keeps to them.
        assert guess in question.alternatives or not question.alternatives
        assert isinstance(answer_matches(guess, question.answer), bool)
    question = draw(Stream(1), Item("attribute", 0))[1]
    told = [replace(question, text=f"{answer}?", answer=answer) for answer in ("red", "blue")] * 40
    assert [best_guess(told)(q) for q in told[:2]] == ["red", "blue"]


@pytest.mark.parametrize("number", range(8))
def test_the_oracle_s_box_is_of_whole_fields_and_holds_the_target(number: int) -> None:
    for type in TYPES:
        scene, question = draw(Stream(4), Item(type, number))
        coarse = view_of(Box.of(scene.size), 192)
        box = oracle_box(question, coarse)
        assert box.contains(question.target, tolerance=0.5)
        assert box.area < 0.5 * scene.size.area
        fields = np.array(coarse.from_source(box).edges) / PATCH
        assert np.allclose(fields, fields.round(), atol=1e-6)


def test_other_boxes_are_as_large_and_inside() -> None:
    from random import Random

    named, frame = Box(900, 700, 1000, 800), Box.of(SIZE)
    assert moved_box(named, SIZE, None) == Box(450, 350, 550, 450)
    boxes = [moved_box(named, SIZE, Random(seed)) for seed in range(50)]
    assert all(frame.contains(box) and box.area == pytest.approx(named.area) for box in boxes)
    assert len(set(boxes)) == 50


def test_the_two_smallest_sizes_fit_into_the_budgets_that_they_stand_for() -> None:
    small, long = sizes.MEGAPIXELS[:2]
    for megapixels, most in ((small, 320), (long, 1280)):
        for number in range(40):
            size = random_size(np.random.default_rng(number), megapixels)
            assert 0.85 * most < full_resolution_tokens(size) <= most


def test_a_row_says_where_one_look_is_longer_than_it_was_trained_on() -> None:
    direct = [replace(sample(number=n), method="direct_full", tokens_by_stage={"direct": 1281}) for n in range(2)]
    row = sizes.row(1.2, {"ergo": rights("read", [True, False]), "direct_full": direct}, 1280)
    assert row["longer_than_trained"]
    assert row["methods"]["ergo"]["accuracy"] == 0.5
    assert not sizes.row(1.2, {"direct_full": direct}, 1281)["longer_than_trained"]
    assert not sizes.row(1.2, {"direct_full": direct}, None)["longer_than_trained"]


def test_large_photos_are_read_whole_only_a_few_times() -> None:
    by_size = {plan.stream.megapixels: plan for plan in sizes.plans(Stream(3, "shifted"), 5)}
    assert list(by_size) == list(sizes.MEGAPIXELS)
    assert by_size[48.0].asked_with(Item("read", 0)) == ["ergo", "direct_full"]
    assert by_size[48.0].asked_with(Item("read", 1)) == ["ergo"]
    assert by_size[0.98].asked_with(Item("hidden", 4)) == ["ergo", "direct_full"]
    assert {plan.stream.world for plan in by_size.values()} == {"shifted"}
