"""The cost card where more than two looks are paid for: samples, and the third look at their region."""

from dataclasses import replace

import pytest

from ergo_demo.events import Answered, Event, RegionReady, Sampled, Spoke
from ergo_demo.geometry import Box, Size, View
from ergo_demo.records import Finish, Sample, Sampling, Token, Trace
from ergo_demo.ui.cost import Card, card
from ergo_demo.ui.present import Page, screen
from ergo_demo.ui.progress import Progress
from tests.ui import runs

AROUND = View(Box(5000, 2800, 6680, 3976), Size(840, 588))
"""The view of the expanded region: 30 x 21 = 630 tokens."""


def with_samples(count: int, seconds: float) -> Trace:
    samples = (Sample("", Finish.STOP, box=runs.REGION),) * count
    return replace(runs.trace(), sampled=Sampling(), samples=samples, sample_seconds=seconds, region=AROUND.region)


def card_of(trace: Trace) -> Card:
    return card(runs.PHOTO, runs.finished(trace))


def test_two_looks_alone_have_nothing_to_add() -> None:
    assert (card_of(runs.trace())["tokens"], card_of(runs.trace())["note"]) == ("1,784", "")


def test_samples_cost_seconds_and_no_vision_tokens() -> None:
    found = card_of(with_samples(8, 0.5))
    assert (found["tokens"], found["seconds"], found["note"]) == ("1,784", "2.2", "8 samples: 0.5 s more.")


def test_a_third_look_is_counted_and_said() -> None:
    looked = runs.look(AROUND, "seven eight", "It reads K 417.", 0.4)
    found = card_of(replace(with_samples(8, 0.5), region_look=looked, region_answer="K 417", answers_differ=False))
    assert found["note"] == "8 samples: 0.5 s more. Third look: 630 tokens, 0.4 s more."
    # 1,271 + 513 + 630 tokens; 1.1 + 0.6 + 0.5 + 0.4 s.
    assert (found["tokens"], found["of"], found["seconds"]) == ("2,414", "of 16,170", "2.6")
    assert found["about"] == "2,414 of 16,170 vision tokens"
    assert (found["coarse"], found["zoom"]) == pytest.approx((1271 / 16170, (513 + 630) / 16170))


LOOKED = [*runs.AT_SECOND_LOOK, (Answered("K 417"), 101.7), (Sampled(8, 8), 101.8)]


def asked_for_three(*events: tuple[Event, float]) -> Progress:
    progress = replace(runs.started(), chosen=replace(runs.CHOSEN, samples=8, region_look=True))
    for event, now in events:
        progress = progress.after(event, now)
    return progress


def test_a_third_look_is_part_of_the_most_that_a_run_may_cost() -> None:
    before_zoom = card(runs.PHOTO, asked_for_three(*runs.AT_FIRST_LOOK))
    assert before_zoom["note"] == "At most 2,560 tokens more."
    before_region = card(runs.PHOTO, asked_for_three(*LOOKED))
    assert before_region["note"] == "At most 1,280 tokens more."
    assert before_region["maybe"] == pytest.approx(1280 / 16170)
    # Without a region there is nothing to read again.
    assert card(runs.PHOTO, asked_for_three(*runs.WITHOUT_REGION))["note"] == ""
    off = replace(asked_for_three(*LOOKED), chosen=replace(runs.CHOSEN, samples=0, region_look=True))
    assert card(runs.PHOTO, off)["note"] == ""


def test_while_the_third_look_reads_the_page_says_so_and_counts_on() -> None:
    shown = asked_for_three(
        *LOOKED, (RegionReady(AROUND.region, 0.1, calibrated=False), 102.3), (Spoke("region", Token("<think>")), 102.5)
    )
    page = screen(Page(photo=runs.PHOTO, shown=shown, now=102.7))
    assert [f"{line['strong']} {line['rest']}" for line in page["sentences"]] == [
        "Third look: %s s, 1 token written. Is the answer the same when the region is read?"
    ]
    assert (page["steps"][2]["state"], page["steps"][2]["note"]) == ("now", "third look")
    assert page["status"] == "Answer: K 417. Third look."
    assert (page["region"], page["region_label"]) == (list(AROUND.region.edges), "Sample region")
    promised = replace(shown, calibrated=True)
    assert screen(Page(photo=runs.PHOTO, shown=promised, now=102.7))["region_label"] == "Expanded region"
    # 1.1 s, 0.6 s, 0.5 s of samples; the page counts the 0.4 s of this look on top.
    assert page["cost"]["seconds"] == "2.2"
    assert page["seconds"] == pytest.approx(0.4)


def test_where_no_third_look_is_wanted_the_samples_are_the_last() -> None:
    shown = replace(asked_for_three(*LOOKED), chosen=replace(runs.CHOSEN, samples=8))
    assert shown.after(RegionReady(AROUND.region, 0.1, calibrated=False), 102.3).stage == "samples"
    assert asked_for_three(*LOOKED, (RegionReady(None, 1.0, calibrated=False), 102.3)).stage == "samples"
