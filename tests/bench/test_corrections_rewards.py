"""`bench rewards`: the paper's ablation, once, in small; its weights are the paper's."""

import json
from pathlib import Path

import pytest

from ergo_demo.__main__ import main
from ergo_demo.bench.corrections_rewards import STEPS, as_text
from ergo_demo.training.rewards import Scores


def test_each_step_of_the_ablation_counts_what_the_paper_s_does() -> None:
    whole_photo = Scores(region=1, box=0, accuracy=0, format=1)
    right_region = Scores(region=1, box=1, accuracy=0, format=1)
    gained = {name: right_region.total(weights) - whole_photo.total(weights) for name, weights in STEPS.items()}
    assert gained == {"accuracy": 0, "region": 0, "region+box": 1, "weighted": 0.5, "full": 0.5}


@pytest.mark.filterwarnings("ignore")  # the trainer's own, about itself
def test_a_small_run_trains_once_and_measures_both_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [
        "bench", "rewards", "--rewards", "full", "--n", "6", "--scenes", "4", "--steps", "1", "--groups", "4",
        "--json", "--run", str(tmp_path),
    ]  # fmt: skip
    assert main(command) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert set(numbers["rewards"]) == {"as it is", "full"}
    for part in numbers["rewards"].values():
        assert 0 <= part["accuracy"] <= 1
        assert 0 < part["box_area"] <= 1
    assert numbers["weights"]["full"] == {"region": 1.0, "box": 0.5, "accuracy": 1.0, "format": 1.0}
    (model,) = tmp_path.glob("*/*/full/model.safetensors")
    log = json.loads(model.with_name("train.json").read_text("utf-8"))["log"]
    assert {"rewards/region/mean", "rewards/box/mean", "rewards/accuracy/mean"} <= set(log[0])
    written = model.stat().st_mtime_ns
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["rewards"] == numbers["rewards"]
    assert model.stat().st_mtime_ns == written
    assert "full" in as_text(numbers)
