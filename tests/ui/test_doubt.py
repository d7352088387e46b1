"""The sentences about samples: one plain sentence on the place, one on what the region promises."""

from dataclasses import replace

import pytest

from ergo_demo.geometry import Box
from ergo_demo.records import Calibration, Finish, Sample, Sampling, Trace
from ergo_demo.ui import doubt
from ergo_demo.ui.promise import region_label
from ergo_demo.uncertainty.sampled import EDGE_SHARE, heat_map, spread
from tests.ui import runs

HERE, RIGHT = Box(5360, 3040, 6116, 3572), Box(6250, 3040, 7006, 3572)
ABOVE, FAR = Box(5360, 100, 6116, 632), Box(100, 5000, 856, 5532)
CALIBRATION = Calibration(
    model="m", revision="1", samples=8, temperature=1.0, top_p=1.0, coarse_budget_tokens=1280,
    alpha=0.1, n=212, q=0.2, variant="plain", when="2026-11-21", source="a test", edge_share=EDGE_SHARE,
)  # fmt: skip


def trace(*boxes: Box | None, calibration: Calibration | None = None, differ: bool | None = None) -> Trace:
    return replace(
        runs.trace(),
        samples=tuple(Sample("", Finish.STOP, box=box) for box in boxes),
        spread=spread(boxes),
        heat=heat_map(boxes, runs.SIZE),
        region=runs.REGION,
        calibration=calibration,
        answers_differ=differ,
        region_answer=None if differ is None else "K 4l7",
    )


def said(found: Trace) -> list[str]:
    return [f"{line['strong']} {line['rest']}" for line in doubt.lines(found)]


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        pytest.param((HERE,) * 8, "The model is sure of the place. 8 of 8 looks overlap.", id="sure"),
        pytest.param(
            (HERE,) * 5 + (RIGHT,) * 3,
            "The model is split between two places. 5 of 8 looks are at the box, 3 are 890 px to its right.",
            id="two places",
        ),
        pytest.param(
            (HERE,) * 7 + (ABOVE,),
            "The model is split between two places. 7 of 8 looks are at the box, 1 is 2,940 px above it.",
            id="one stray look",
        ),
        pytest.param(
            (HERE, RIGHT, FAR, None),
            "The model is unsure of the place. The 4 looks are spread over 3 % of the photo. "
            "1 of 4 looks named no region.",
            id="many places",
        ),
        pytest.param((None,) * 3, "The model is unsure of the place. 3 of 3 looks named no region.", id="none"),
        pytest.param(
            (HERE, Box(5360, 3040, 8000, 3572), Box(5360, 3040, 8000, 6000)),
            "The model is sure of the place, not of its size. "
            "3 looks meet at one place, but two of them share only 17 %.",
            id="one place, many sizes",
        ),
        pytest.param(
            (RIGHT,) * 8,
            "The model is split between two places. "
            "None of its looks is at the box; 8 of 8 looks are 890 px to its right.",
            id="all elsewhere",
        ),
        pytest.param(
            (RIGHT, ABOVE, FAR, None),
            "The model is unsure of the place. None of its 4 looks is at the box; they are at 3 other places. "
            "1 of 4 looks named no region.",
            id="all elsewhere, many places",
        ),
    ],
)
def test_one_plain_sentence_says_how_sure_the_model_is_of_the_place(boxes: tuple[Box | None, ...], words: str) -> None:
    assert said(trace(*boxes))[0] == words


def test_a_promise_has_its_n_and_its_range_and_there_is_none_below_fifty() -> None:
    promised = trace(HERE, HERE, calibration=CALIBRATION)
    assert said(promised)[1] == "The dashed region holds the target in 90 % of cases (n = 212, 87–93 %)."
    assert region_label(promised) == "Expanded region"
    for calibration, n in ((None, 0), (replace(CALIBRATION, n=23), 23)):
        found = trace(HERE, HERE, calibration=calibration)
        words = f"Sample region, not calibrated (n = {n}; 50 are needed). It promises nothing."
        assert said(found)[1] == words
        assert region_label(found) == "Sample region"


def test_the_layer_of_the_samples_says_how_many_there_are() -> None:
    labels = [doubt.samples_label(found) for found in (None, runs.trace(), trace(HERE), trace(HERE, None))]
    assert labels == ["Samples", "Samples", "1 sample", "2 samples"]


def test_a_third_look_says_whether_the_answer_stays() -> None:
    assert said(trace(HERE, HERE, differ=False))[2] == "Read from the region, the answer is the same."
    assert said(trace(HERE, HERE, differ=True))[2] == "Read from the region, the answer is 'K 4l7'."


def test_without_samples_the_page_says_why() -> None:
    off = "Samples are off: there is no region and no heat map, and nothing is paid for them."
    assert said(runs.trace()) == [off]
    failed = replace(runs.trace(), sampled=Sampling(), samples=(Sample("", None, error="Out of memory."),))
    assert said(failed) == ["No sample was drawn to its end. Out of memory."]


def test_without_a_box_no_look_is_said_to_be_at_it() -> None:
    split = replace(trace(HERE, HERE, FAR), box=None, region=None)
    assert said(split) == ["The model is split between two places. 2 of 3 looks are at one place, 1 at another."]


def test_a_calibration_for_something_else_is_named_as_such() -> None:
    plain = replace(runs.trace(), samples=trace(HERE, HERE).samples, region=runs.REGION)
    other = doubt.lines(plain, CALIBRATION)[1]
    assert other["rest"] == "not calibrated for this model revision (n = 0). It promises nothing."
    same = replace(CALIBRATION, model=plain.model.name, revision=plain.model.revision)
    assert doubt.lines(plain, same)[1]["rest"] == (
        "not calibrated for these settings (n = 0; there is one for 8 samples at temperature 1 and top-p 1, "
        "1,280 coarse tokens). It promises nothing."
    )
    stopped = replace(same, samples=len(plain.samples) + 1)
    fewer = replace(plain, samples=(*plain.samples, Sample("", Finish.CANCELLED)))
    told = f"not calibrated (n = 0; {len(plain.samples)} of {stopped.samples} samples came to an end). "
    assert doubt.lines(fewer, stopped)[1]["rest"] == told + "It promises nothing."


def test_a_calibration_without_end_names_the_whole_photo_and_no_share() -> None:
    endless = trace(HERE, HERE, calibration=replace(CALIBRATION, n=60, alpha=0.01, q=None))
    words = "The dashed region is the whole photo: 60 items are too few to say how far to grow for 99 % of cases."
    assert said(endless)[1] == words


def test_a_region_that_ends_at_the_edge_and_one_found_by_risk_control_say_so() -> None:
    cut = replace(trace(HERE, HERE, calibration=CALIBRATION), region=Box(0, 10, 6116, 3572))
    assert said(cut)[1].endswith("(n = 212, 87–93 %). It ends at the edge of the photo.")
    risk = trace(HERE, HERE, calibration=replace(CALIBRATION, epsilon=0.05))
    words = "The dashed region answers right as often as the target's own box, within 5 points (n = 212)."
    assert said(risk)[1] == words


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (Sample("", Finish.STOP, box=HERE), "756 × 532 px"),
        (Sample("", Finish.STOP), "named no region"),
        (Sample("", Finish.CANCELLED), "stopped"),
        (Sample("", None, error="Out of memory."), "failed: Out of memory."),
    ],
)
def test_a_sample_is_named_by_what_it_named(sample: Sample, words: str) -> None:
    assert doubt.about_sample(sample) == words
