"""The region that is drawn: grown as worked out by hand, and as often around the target as the calibration says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ergo_demo.geometry import Box, Size, View
from ergo_demo.records import Calibration, Finish, Generation, Look, ModelInfo, Outcome, Sample, Sampling, Trace
from ergo_demo.uncertainty.calibrating import Variant, calibration_of, score_of
from ergo_demo.uncertainty.conformal import LEAST_ITEMS, promised, quantile
from ergo_demo.uncertainty.measuring import expanded_region, measured, region_of_samples
from ergo_demo.uncertainty.sampled import EDGE_SHARE, edge_share_for

SOURCE = Size(1000, 800)
FRAME = Box.of(SOURCE)
COARSE = View(FRAME, Size(560, 448))
"""0.56 view px to a source px."""
CALIBRATION = Calibration(
    model="m", revision="1", samples=2, temperature=1.0, top_p=1.0, coarse_budget_tokens=320,
    alpha=0.1, n=200, q=0.0, variant="plain", when="2026-11-22", source="a test", edge_share=EDGE_SHARE,
)  # fmt: skip


def trace(box: Box, *samples: Box, calibration: Calibration | None = None) -> Trace:
    """What a run with this box and these samples leaves, in source px."""
    asked = Trace(
        source=SOURCE, upload_sha256="", blob_sha256="", question="?", outcome=Outcome.ANSWERED,
        model=ModelInfo("m", "1", "cpu", "float32"), sampling=Sampling(), sampled=Sampling(temperature=1.0),
        coarse_budget_tokens=320, zoom_budget_tokens=320, version="1",
        coarse=Look(COARSE, Generation((), Finish.STOP), "", 0.0), box=box,
    )  # fmt: skip
    return measured(asked, [Sample("", Finish.STOP, box=sample) for sample in samples], calibration)


BOX = Box(100, 100, 300, 200)
"""Around both samples: the sample region is this box, whatever share of the samples it may leave out."""
HALVES = (Box(100, 100, 200, 200), Box(150, 100, 250, 200))
"""They share a third of what they cover: the spread is 2/3."""


def region(q: float, variant: Variant, *samples: Box) -> Box:
    found = trace(BOX, *samples, calibration=replace(CALIBRATION, q=q, variant=variant, samples=len(samples))).region
    assert found is not None
    return found


def test_the_sample_region_of_the_examples_is_their_box() -> None:
    assert region_of_samples(trace(BOX, *HALVES)) == BOX
    assert trace(BOX, *HALVES).spread == pytest.approx(2 / 3)
    assert trace(BOX, BOX, BOX).spread == 0


@pytest.mark.parametrize(
    ("target", "plain", "adaptive"),
    [
        # 20 px too far left of 200 px of width; over 2/3.
        pytest.param(Box(80, 100, 300, 200), 0.1, 0.15, id="to the left"),
        # 30 px too low of 100 px of height, and 10 px too far right of 200.
        pytest.param(Box(150, 150, 310, 230), 0.3, 0.45, id="below, and a little to the right"),
        # 20 px to spare at the nearest edge, the right one.
        pytest.param(Box(150, 130, 280, 170), -0.1, -0.15, id="well inside"),
    ],
)
def test_scores_are_those_worked_out_by_hand(target: Box, plain: float, adaptive: float) -> None:
    looked = trace(BOX, *HALVES)
    assert score_of(looked, target, "plain") == pytest.approx(plain)
    assert score_of(looked, target, "adaptive") == pytest.approx(adaptive)


def test_samples_that_agree_count_as_one_model_pixel_apart() -> None:
    # The shorter side of the region is 100 source px, which are 56 view px: the spread counts as 1/56.
    assert score_of(trace(BOX, BOX, BOX), Box(80, 100, 300, 200), "adaptive") == pytest.approx(0.1 * 56)
    assert region(5.6, "adaptive", BOX, BOX).edges == pytest.approx((80, 90, 320, 210))


@pytest.mark.parametrize(
    ("q", "variant", "edges"),
    [
        pytest.param(0.1, "plain", (80, 90, 320, 210), id="plain, wider"),
        pytest.param(0.15, "adaptive", (80, 90, 320, 210), id="adaptive, wider"),
        pytest.param(1.0, "plain", (0, 0, 500, 300), id="plain, cut at the photo's corner"),
        pytest.param(-0.1, "plain", (120, 110, 280, 190), id="plain, smaller than the chosen box"),
        pytest.param(-0.15, "adaptive", (120, 110, 280, 190), id="adaptive, smaller than the chosen box"),
    ],
)
def test_regions_are_those_worked_out_by_hand(q: float, variant: Variant, edges: tuple[float, ...]) -> None:
    assert region(q, variant, *HALVES).edges == pytest.approx(edges)


@pytest.mark.parametrize("q", [-0.4, -0.5, -0.75, -3.0])
@pytest.mark.parametrize("variant", ["plain", "adaptive"])
def test_a_region_shrinks_inside_its_box_and_never_inverts(variant: Variant, q: float) -> None:
    shrunk = region(q, variant, *HALVES)
    assert shrunk.has_area
    assert BOX.contains(shrunk)
    assert not shrunk.contains(BOX), "it need not hold the chosen box"


def looks(n: int, inwards: float, seed: int, *, at_edges: bool = True) -> list[tuple[Trace, Box]]:
    """Runs with their targets: boxes off by noise, each edge moved `inwards` by that share."""
    rng = np.random.default_rng(seed)
    room = 0 if at_edges else 200
    found = []
    for _ in range(n):
        width, height = rng.uniform(40, 200, 2)
        x, y = rng.uniform(room, SOURCE.width - room - width), rng.uniform(room, SOURCE.height - room - height)
        target = Box(x, y, x + width, y + height)
        wander = rng.uniform(0.02, 0.25)
        box, *samples = (_moved(target, inwards, rng.normal(0, wander, 4).tolist()) for _ in range(3))
        found.append((trace(box, *samples), target))
    return found


def _moved(target: Box, inwards: float, noise: Sequence[float]) -> Box:
    dx, dy = target.width, target.height
    x1, x2 = sorted((target.x1 + (inwards + noise[0]) * dx, target.x2 - (inwards + noise[2]) * dx))
    y1, y2 = sorted((target.y1 + (inwards + noise[1]) * dy, target.y2 - (inwards + noise[3]) * dy))
    return Box(x1, y1, x2 + 1, y2 + 1).clip(FRAME)


def held(items: list[tuple[Trace, Box]], variant: Variant, alpha: float) -> float:
    """Calibrated on one half, drawn and clipped for the other: the share of targets held, over 80 random halves."""
    rng = np.random.default_rng(2)
    shares = []
    for _ in range(80):
        order = rng.permutation(len(items))
        known, new = ([items[at] for at in half] for half in np.split(order, 2))
        found = calibration_of(known, alpha=alpha, variant=variant, source="a test", when="now")
        drawn = [(expanded_region(replace(run, calibration=found)), target) for run, target in new]
        assert all(region is not None and FRAME.contains(region) for region, _target in drawn)
        shares.append(np.mean([region.contains(target, tolerance=1e-6) for region, target in drawn if region]))
    return float(np.mean(shares))


def test_a_calibrated_region_grows_from_the_samples_that_its_calibration_holds() -> None:
    """Eight looks, three of them elsewhere: at a half they do not count, at a quarter or a tenth they do."""
    there = Box(600, 100, 700, 200)
    looked = trace(BOX, *[BOX] * 5, *[there] * 3)
    assert expanded_region(looked) == Box(BOX.x1, BOX.y1, there.x2, BOX.y2)
    for share, right in ((0.5, BOX.x2), (0.25, there.x2), (0.1, there.x2)):
        asked = replace(CALIBRATION, samples=8, edge_share=share)
        assert expanded_region(replace(looked, calibration=asked)) == Box(BOX.x1, BOX.y1, right, BOX.y2)
        few = replace(asked, n=LEAST_ITEMS - 1)
        assert expanded_region(replace(looked, calibration=few)) == expanded_region(looked)


@pytest.mark.parametrize("alpha", [0.02, 0.1])
def test_what_is_left_out_follows_from_how_often_the_region_may_miss(alpha: float) -> None:
    items = looks(60, 0.0, seed=1)
    found = calibration_of(items, alpha=alpha, variant="plain", source="a test", when="now")
    assert found.edge_share == edge_share_for(alpha) == 5 * alpha
    assert found.q == quantile([score_of(run, target, "plain", 5 * alpha) for run, target in items], alpha)


@pytest.mark.parametrize("inwards", [0.0, 0.1, -0.1], ids=["unbiased", "10 % too small", "10 % too large"])
@pytest.mark.parametrize("variant", ["plain", "adaptive"])
def test_regions_as_they_are_drawn_hold_the_target_as_often_as_promised(variant: Variant, inwards: float) -> None:
    items = looks(200, inwards, seed=11)
    assert held(items, variant, alpha=0.1) == pytest.approx(promised(100, 0.1), abs=0.015)


@pytest.mark.parametrize("variant", ["plain", "adaptive"])
def test_regions_that_shrink_hold_it_as_often(variant: Variant) -> None:
    items = looks(200, -0.4, seed=4, at_edges=False)
    found = calibration_of(items, alpha=0.2, variant=variant, source="a test", when="now")
    assert found.q is not None
    assert found.q < 0
    assert held(items, variant, alpha=0.2) == pytest.approx(promised(100, 0.2), abs=0.015)
