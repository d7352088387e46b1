"""`bench corrections`: the oracle's noise, its hours, the numbers by hand; and the whole of it, once, in small."""

import argparse
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ergo_demo.__main__ import main
from ergo_demo.asking import run_settings
from ergo_demo.bench import corrections
from ergo_demo.bench.corrections_conditions import MEASURED_SEED, Bench, Condition, Measured
from ergo_demo.bench.corrections_figures import draw_figure
from ergo_demo.bench.corrections_looks import Look
from ergo_demo.bench.corrections_measures import answered, judged_by_answers, numbers_of
from ergo_demo.bench.corrections_person import Asked, Decision, Person, Seconds, decide, drawn, with_fields
from ergo_demo.bench.corrections_telling import as_text
from ergo_demo.bench.scenes_items import Stream
from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.engines import Engine, EngineInfo
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Door
from ergo_demo.records import Outcome
from ergo_demo.scenes import WORLDS, Question, Type
from ergo_demo.settings import Settings
from ergo_demo.store.records import Action
from ergo_demo.store.store import open_store
from tests.bench.knowing import INFO, KnowingEngine, asked_of

VIEW = View(Box(0, 0, 2240, 1680), Size(448, 336))
PLACE, OTHER = Box(600, 600, 900, 800), Box(1500, 1200, 1800, 1400)
EXACT = Person(jitter=0, looseness=0, wrong=0, rejects=0)


def asked(suggested: Box | None, thought: str = "The red boat is in A1 to B2.") -> Asked:
    return Asked(suggested, thought, PLACE, (OTHER,), VIEW)


def decisions(person: Person, suggested: Box | None, count: int = 400) -> list[Decision]:
    return [decide(person, asked(suggested), np.random.default_rng([7, number])) for number in range(count)]


@pytest.mark.parametrize(
    ("suggested", "action", "seconds"),
    [
        (PLACE, Action.ACCEPT, 2),
        (Box(600, 600, 900, 950), Action.EDIT, 12),
        (OTHER, Action.REDRAW, 11),
        (None, Action.REDRAW, 11),
    ],
)
def test_who_is_exact_does_what_the_overlap_says(suggested: Box | None, action: Action, seconds: float) -> None:
    decision = decide(EXACT, asked(suggested), np.random.default_rng(1))
    assert decision.action is action
    assert decision.box == (None if action is Action.ACCEPT else PLACE)
    assert Seconds().of(decision.counts) == seconds


def test_who_is_not_exact_is_so_by_the_stated_shares() -> None:
    person = Person()
    made = decisions(person, OTHER)
    actions = Counter(decision.action for decision in made)
    # One in twenty means the other thing, where the model's box is; of the rest one in ten only says no.
    assert actions[Action.ACCEPT] + actions[Action.EDIT] == pytest.approx(20, abs=12)
    assert actions[Action.REJECT] == pytest.approx(38, abs=18)
    boxes = [drawn(person, PLACE, VIEW.region, np.random.default_rng([3, number])) for number in range(400)]
    left, right = (np.array([getattr(box, edge) for box in boxes]) for edge in ("x1", "x2"))
    width = PLACE.width * 1.06
    assert left.mean() == pytest.approx(PLACE.x1 - 0.03 * PLACE.width, abs=3)
    assert right.mean() == pytest.approx(PLACE.x2 + 0.03 * PLACE.width, abs=3)
    assert left.std() == pytest.approx(0.04 * width, rel=0.2)
    assert decisions(person, OTHER) == made


def test_the_words_are_put_right_with_the_box() -> None:
    # 5 source px for one of the view, fields of 28: columns 4.3 to 6.4 and rows 4.3 to 5.7, nearly 4 to 6.
    assert with_fields("The red boat is in A1 to B2.", [OTHER, PLACE], VIEW) == "The red boat is in E5 to F6."
    both = "The boat is in A1 to A1 and the cup is in B1 to B1, so I look at both, in A1 to B1."
    assert with_fields(both, [PLACE, OTHER, PLACE], VIEW) == (
        "The boat is in E5 to F6 and the cup is in L10 to M10, so I look at both, in E5 to F6."
    )
    assert with_fields(both, [PLACE], VIEW) is None
    assert with_fields("I see nothing.", [PLACE], VIEW) is None
    alone = decide(replace(EXACT, puts_thoughts_right=False), asked(OTHER), np.random.default_rng(1))
    assert (alone.thought, Seconds().of(alone.counts)) == (None, 7)


def look(type: str, coverage: float) -> Look:
    return Look(type, coverage, 0.5 * coverage, 0.1)


def test_gains_are_means_over_types_of_the_same_scenes_and_over_seeds() -> None:
    was = [look("read", 0), look("read", 0), look("hidden", 1), look("hidden", 0)]
    better = [look("read", 1), look("read", 1), look("hidden", 1), look("hidden", 0)]
    best = [look("read", 1), look("read", 1), look("hidden", 1), look("hidden", 1)]
    counts = {"redraw": 10, "thought": 10, "accept": 5}
    found = [
        Measured(Condition(), was, was),
        Measured(Condition("sft", "random", 15, 0), better, was, counts, rows=14, steps=5),
        Measured(Condition("sft", "random", 15, 1), best, was, counts, rows=14, steps=5),
    ]
    numbers = numbers_of(found, Seconds())
    (row,) = numbers["conditions"]
    assert numbers["before"]["shifted"]["coverage"] == 0.25
    assert row["coverage"] == pytest.approx((0.75 + 1.0) / 2)
    assert row["coverage_gain"] == pytest.approx(0.625)
    assert row["coverage_gain_by_seed"] == pytest.approx([0.5, 0.75])
    low, high = row["coverage_gain_ci"]
    assert low < row["coverage_gain"] < high
    assert row["hours"] == pytest.approx((10 * 7 + 10 * 4 + 5 * 2) / 3600)
    assert row["home"]["coverage_gain"] == 0
    assert numbers["bar"]["gain_is_enough"]
    assert numbers["bar"]["home_loses_little"]
    assert len(draw_figure(numbers).png) > 5_000


class Trained(KnowingEngine):
    """Another model: what one has answered is kept under its name."""

    @property
    def info(self) -> EngineInfo:
        return replace(INFO, model=replace(INFO.model, revision="trained"))


@dataclass
class Answering(Bench):
    """Whose trained model answers, and whose model as it is fails at every second look; nothing is trained."""

    trained: Engine | None = None

    def measure(self) -> list[Measured]:
        looks = [look("read", 0), look("hidden", 1)]
        counts = {"redraw": 15}
        trained = Measured(Condition("sft", "random", 15), looks, looks, counts, rows=15, steps=5, wall_seconds=30.0)
        return [Measured(Condition(), looks, looks, wall_seconds=12.5), trained]

    def _engine(self, condition: Condition) -> Engine:
        assert self.trained is not None
        return self.trained if condition.method else self.engine


def test_answers_are_paired_and_the_home_world_is_judged_by_them(tmp_path: Path) -> None:
    options = argparse.ArgumentParser()
    corrections.add_arguments(options)
    words = ["--quick", "--answers", "8", "--megapixels", "0.24"]
    plan = corrections.plan_of(options.parse_args(words))
    known: dict[str, tuple[Question, Size]] = {}
    for world in WORLDS:
        known |= asked_of(Stream(MEASURED_SEED, world, 0.24), 2)
    failing, knowing = KnowingEngine(known, fails="second"), Trained(known)
    settings = run_settings(failing.info, Settings(), samples=0)
    (tmp_path / "door").mkdir()
    with open_store(tmp_path / "data", secret="a secret for the tests only") as store, Door(tmp_path / "door") as door:
        bench = Answering(plan, Path("none"), failing, settings, store, door, tmp_path / "run", trained=knowing)
        numbers = corrections.measure(bench)
    assert numbers["answers"].keys() == set(WORLDS)
    for part in numbers["answers"].values():
        assert part == {"n": 8, "before": 0.0, "after": 1.0, "gain": 1.0, "gain_ci": [1.0, 1.0]}
    assert {name: value for name, value in numbers["bar"].items() if name.startswith("home")} == {
        "home_measure": "answers", "home_n": 8, "home_gain": 1.0, "home_gain_ci": [1.0, 1.0], "home_loses_little": True,
    }  # fmt: skip
    assert numbers["wall_seconds_of_conditions"] == 42.5
    assert numbers["wall_seconds_of_this_run"] > 0
    said = as_text(numbers)
    assert "right answers, home: 0.0% before, 100.0% after, +100.0 (+100.0 to +100.0), paired, n 8" in said
    assert "home +100.0 (+100.0 to +100.0) of answers, n 8: met" in said
    assert json.loads(json.dumps(numbers))["random_share_of_uncertainty"] == 0.2


@pytest.mark.parametrize(("after", "gain", "enough"), [([1, 1, 1, 1], 0.25, True), ([1, 0, 0, 1], -0.25, False)])
def test_paired_answers_by_hand(after: list[int], gain: float, enough: bool) -> None:
    def samples(right: list[int]) -> list[Sample]:
        kinds: list[Type] = ["read", "read", "hidden", "hidden"]
        return [
            Sample(
                method="ergo", type=kind, number=place, source=Size(9, 9), question="?", truth="x",
                target=Box(0, 0, 1, 1), outcome=Outcome.ANSWERED, right=bool(value),
            )
            for place, (kind, value) in enumerate(zip(kinds, right, strict=True))
        ]  # fmt: skip

    found = answered(samples([1, 1, 0, 1]), samples(after))
    assert (found["n"], found["before"], found["gain"]) == (4, 0.75, gain)
    assert judged_by_answers({"gain": 1}, found)["home_loses_little"] is enough
    low, high = found["gain_ci"]
    assert low <= gain <= high


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--n", "0"], "Correct at least 1"),
        (["--n", "50", "--pool", "20"], "the pool has 20"),
        (["--seeds", "0"], "seeds"),
        (["--known-share", "-1"], "known_share is -1"),
        (["--grid", "0"], "grid is 0"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "corrections", *words]) == 2
    assert why in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")  # the trainers' own, about themselves
def test_the_quick_run_corrects_exports_trains_measures_and_is_not_done_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bench", "corrections", "--quick", "--json", "--run", str(tmp_path / "run")]
    assert main([*command, "--report", str(tmp_path / "report")]) == 0
    numbers: dict[str, Any] = json.loads(capsys.readouterr().out)
    (row,) = numbers["conditions"]
    assert (row["method"], row["n"], row["seeds"]) == ("sft", 50, 1)
    assert sum(count for name, count in row["counts"].items() if name != "thought") == 75, "half as many known"
    assert row["counts"]["accept"] >= 4, "what it knows is mostly right"
    assert 0 < row["rows"] <= 75 + row["counts"]["accept"], "what was accepted may hold an answer, too"
    assert row["steps"] == pytest.approx(min(20, 3 * row["rows"] / 8), abs=1)
    assert row["hours"] == pytest.approx(Seconds().of(row["counts"]) / 3600)
    for world in ("shifted", "home"):
        assert 0 <= numbers["before"][world]["coverage"] <= 1
    assert (numbers["bar"]["home_measure"], numbers["bar"]["home_n"]) == ("coverage", 16)
    assert 0 < row["wall_seconds"] < numbers["wall_seconds_of_conditions"] <= numbers["wall_seconds_of_this_run"] + 0.2
    assert (tmp_path / "report" / "gain_per_hour.png").stat().st_size > 5_000
    model = next((tmp_path / "run").glob("*/sft-random-n50-seed0/model"))
    written = {file: file.stat().st_mtime_ns for file in model.iterdir()}
    # The same again takes what is there; other costs are only counted otherwise.
    assert main([*command, "--redraw-seconds", "70", "--edit-seconds", "80"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["conditions"][0]["coverage"] == row["coverage"]
    assert again["conditions"][0]["hours"] > row["hours"]
    assert {file: file.stat().st_mtime_ns for file in model.iterdir()} == written
