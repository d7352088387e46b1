"""`bench engines` on a checkpoint of random weights: every key is there, the same tokens, no judgement of times."""

import json
from pathlib import Path

import pytest

from ergo_demo.__main__ import main
from ergo_demo.bench import engines, engines_overhead, engines_shapes
from ergo_demo.engines import local_speed
from ergo_demo.geometry import Size
from tests.checkpoints import make_checkpoint

RATIOS = {
    "two_looks_over_reference",
    "second_look_first_token_over_reference",
    "forked_over_ask",
    "forked_over_separate",
    "whatif_over_fresh",
}


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines_shapes.SHAPES, "1000/300", engines_shapes.Shape(Size(140, 84), Size(84, 56), 12))
    monkeypatch.setattr(engines_overhead, "MEGAPIXELS", 0.2)
    monkeypatch.setattr(local_speed, "GRIDS", ((6, 10),))
    monkeypatch.setattr(local_speed, "BATCHES", (2,))


@pytest.mark.usefixtures("_small")
def test_the_measurement_prints_every_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = make_checkpoint(tmp_path / "random")
    flags = ["--model", str(model), "--device", "cpu", "--rounds", "1", "--shapes", "1000/300", "--json"]
    assert main(["bench", "engines", *flags]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert numbers.keys() >= RATIOS | {"overhead_share", "vision_speedup", "shape", "gpu"}
    assert numbers["vision_speedup"].keys() == {"60"}
    assert numbers["vision_batch_speedup"].keys() == {"2"}
    (shape,) = numbers["shapes"].values()
    assert shape["same_greedy_output"] is True
    assert shape["ratios"].keys() == RATIOS
    assert shape["words"] == numbers["shape"] == "15 coarse and 6 crop tokens, 12 output tokens a stage"
    assert 0 < numbers["overhead_share"] < 1
    shown = engines.table(numbers)
    assert "same greedy output: True" in shown
    assert "what-if on a warm dialogue" in shown


@pytest.mark.parametrize("wrong", [["--shapes", "1/1"], ["--rounds", "0"]], ids=" ".join)
def test_a_wrong_option_has_a_remedy(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "engines", *wrong]) == 2
    assert "one round at least" in capsys.readouterr().err
