"""`bench uncertainty`: its numbers against boxes whose faults are known, its command with a scripted engine."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from ergo_demo.__main__ import main
from ergo_demo.bench.uncertainty import as_text, write_report
from ergo_demo.bench.uncertainty_measures import Seen, area_by_k, area_over_margin, auc, summary
from ergo_demo.geometry import Box, Size

KEYS = (
    "realised_coverage", "single_split", "area_over_calibrated_margin", "auc", "auc_logprob", "region_area_by_k",
    "samples_over_ask",
)  # fmt: skip


def seen(number: int, rng: np.random.Generator, *, lost: bool = False) -> Seen:
    """A target, and looks that scatter about it as far as the greedy one does; `lost`: half of them elsewhere."""
    x, y = rng.uniform(200, 1500, 2)
    target = Box(x, y, x + 100, y + 80)
    unsure = rng.uniform(2, 60)

    def look(aside: float = 0.0) -> Box:
        dx, dy = rng.normal(0, unsure, 2)
        return Box(x - 30 + dx + aside, y - 30 + dy, x + 130 + dx + aside, y + 110 + dy)

    boxes = tuple(look(400.0 if lost and number % 2 else 0.0) for number in range(8))
    return Seen(
        type="hidden", number=number, k=8 if lost else 1, cover=False, source=Size(2000, 1800), target=target,
        coarse=Size(280, 252), box=look(400.0 if lost else 0.0), boxes=boxes, logprob=-unsure / 60,
        ask_seconds=1.0, sample_seconds=0.5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def items() -> list[Seen]:
    rng = np.random.default_rng(4)
    return [seen(number, rng, lost=number % 10 == 0) for number in range(800)]


def test_the_promise_is_kept_and_the_keys_are_those_of_the_issue(items: list[Seen]) -> None:
    numbers = summary(items, items, seed=1)
    assert set(KEYS) <= set(numbers)
    assert set(numbers["realised_coverage"]) == {"80", "90", "95"}
    for name, share in numbers["realised_coverage"].items():
        assert abs(share - numbers["promised_coverage"][name]) < 0.01
        assert set(numbers["single_split"][name]) == {"coverage", "low", "high", "inside"}
    assert numbers["samples_over_ask"] == pytest.approx(0.5)
    assert numbers["auc"] > 0.6
    calibrated = numbers["by_type"]["all"]["calibrated_region"]
    assert calibrated["coverage"] == pytest.approx(0.9, abs=0.05)
    few, many = (numbers["by_type_and_k"]["hidden"][k] for k in "18")
    assert few["n"] + many["n"] == numbers["by_type"]["hidden"]["n"] == 400
    assert few["box"]["coverage"] > many["box"]["coverage"]
    assert json.loads(json.dumps(numbers)) == numbers
    said = as_text({**numbers, "n": 800, "seed": 1, "model": {"name": "none"}})
    assert "hidden (n = 400), target held (area): box " in said


def test_samples_that_reach_the_target_give_smaller_regions_than_one_margin(items: list[Seen]) -> None:
    assert area_over_margin(items, 0.05, seed=1) < 0.95


def test_without_a_box_an_item_counts_as_missed_wrong_and_doubtful(items: list[Seen]) -> None:
    silent = [replace(one, box=None, boxes=(None,) * 8, logprob=None) for one in items[:40]]
    numbers = summary([*silent, *items[40:400]], [*silent, *items[40:400]], seed=1)
    assert numbers["auc_wrong"] >= 40
    assert silent[0].doubt == 1.0
    assert area_by_k([replace(one, k=4) for one in silent], fmean) == {"4": 1.0}
    for name, share in numbers["realised_coverage"].items():
        assert share >= numbers["promised_coverage"][name] - 0.01


def test_the_report_has_a_figure_for_each_measurement(items: list[Seen], tmp_path: Path) -> None:
    numbers = summary(items[:200], items[:200], seed=1)
    write_report(tmp_path, numbers)
    names = {"coverage", "area", "hidden_coverage", "hidden_area", "promise", "roc", "area_by_k"}
    assert {file.stem for file in tmp_path.glob("*.png")} == names
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["auc_scenes"] == 200


def test_auc_is_the_share_of_pairs_in_order() -> None:
    assert auc([3, 1, 2, 2], [True, False, True, False]) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert auc([1.0], [True]) is None


def test_the_command_with_a_scripted_engine_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bench", "uncertainty", "--n", "2", "--seed", "3", "--wrong", "1", "--json", "--engine", "scripted"]
    assert main([*command, "--run", str(tmp_path)]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert set(KEYS) <= set(numbers)
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert main([*command, "--run", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["realised_coverage"] == numbers["realised_coverage"]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == files
