"""The bench on engines whose answers are known: numbers, failures, going on after an interruption, the command line."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ergo_demo.asking import run_settings
from ergo_demo.bench import scenes
from ergo_demo.bench.scenes_items import Item, Stream, draw, items
from ergo_demo.bench.scenes_methods import METHODS, PAINTED_OUT, Asker, Method
from ergo_demo.bench.scenes_run import Plan, ask_all, samples_file
from ergo_demo.bench.scenes_samples import Samples
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door
from ergo_demo.scenes import TYPES
from ergo_demo.settings import Settings
from tests.bench.knowing import INFO, KnowingEngine, asked_of

ROOT = Path(__file__).parents[2]
STREAM = Stream(seed=14, megapixels=0.3)
N = 8
EVERY: tuple[Method, ...] = tuple(METHODS)
PLAN = Plan(STREAM, N, EVERY, guess_scenes=3)
CHOSEN = run_settings(INFO, Settings(), samples=0)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with Door(tmp_path_factory.mktemp("photos")) as door:
        yield door


@pytest.fixture(scope="module")
def knowing() -> KnowingEngine:
    return KnowingEngine(asked_of(STREAM, N))


def measured(engine: KnowingEngine, door: Door, folder: Path, plan: Plan = PLAN) -> dict[str, Any]:
    numbers, _ = scenes.Bench(engine, CHOSEN, folder, door).measure(plan)
    as_json: dict[str, Any] = json.loads(json.dumps(numbers))
    return as_json


@pytest.fixture(scope="module")
def right(knowing: KnowingEngine, door: Door, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return measured(knowing, door, tmp_path_factory.mktemp("right"))


def test_who_knows_the_answers_is_right_with_every_method(right: dict[str, Any]) -> None:
    assert {name: part["accuracy"] for name, part in right["methods"].items()} == dict.fromkeys(METHODS, 1.0)
    assert right["methods"]["ergo"]["accuracy_by_type"] == dict.fromkeys(TYPES, 1.0)
    assert right["methods"]["ergo"]["accuracy_ci"] == [1.0, 1.0]
    assert right["methods"]["ergo"]["n"] == N * len(TYPES)
    assert right["parse_failures"] == right["repairs"] == 0


def test_the_keys_are_those_of_the_issue(right: dict[str, Any]) -> None:
    named = "n seed model methods coverage coverage_by_k coverage_painted_out box_area box_area_by_k parse_failures"
    assert set(named.split()) <= set(right)
    of_a_method = "accuracy accuracy_ci accuracy_by_type vision_tokens seconds tokens_by_stage"
    for part in right["methods"].values():
        assert set(of_a_method.split()) <= set(part)
    assert set(right["methods"]["ergo"]["tokens_by_stage"]) == {"coarse", "zoom"}
    assert set(right["coverage_by_k"]) == set(right["box_area_by_k"]) == {"1", "2", "4", "8"}


def test_asked_to_cover_every_target_is_covered_painted_out_as_well(right: dict[str, Any]) -> None:
    assert set(right["coverage_by_k"].values()) == {1.0}
    assert right["coverage_painted_out"] == 1.0
    assert right["hidden"]["cover"]["by_k"]["8"]["box_area"] > right["hidden"]["cover"]["by_k"]["1"]["box_area"]
    assert right["hidden"]["find"]["one_place_covered"] == 1.0


def test_both_views_count_and_the_oracle_s_box_holds_the_target(right: dict[str, Any]) -> None:
    ergo, oracle = right["methods"]["ergo"], right["methods"]["oracle_box"]
    assert ergo["vision_tokens"] == pytest.approx(sum(ergo["tokens_by_stage"].values()))
    assert oracle["tokens_by_stage"]["coarse"] == ergo["tokens_by_stage"]["coarse"]
    assert oracle["coverage"] == 1.0
    random, centre = (right["methods"][name] for name in ("random_box", "centre_crop"))
    assert random["box_area"] == pytest.approx(ergo["box_area"])
    assert centre["box_area"] == pytest.approx(ergo["box_area"])
    assert random["coverage"] < 1
    assert right["methods"]["direct_full"]["vision_tokens"] > right["methods"]["direct_coarse"]["vision_tokens"]


@pytest.mark.parametrize(
    ("fails", "failing"), [("all", set(METHODS)), ("second", {"ergo", "oracle_box", "random_box", "centre_crop"})]
)
def test_what_fails_stays_in_the_denominator(
    knowing: KnowingEngine, door: Door, tmp_path: Path, fails: str, failing: set[str]
) -> None:
    numbers = measured(KnowingEngine(knowing.known, fails), door, tmp_path, Plan(STREAM, 2, EVERY, guess_scenes=1))
    methods = numbers["methods"]
    assert {name for name, part in methods.items() if part["failed"] == 1.0 and part["accuracy"] == 0.0} == failing
    assert {part["n"] for part in methods.values()} == {2 * len(TYPES)}


def test_without_a_box_nothing_is_covered_and_the_whole_photo_was_read(
    knowing: KnowingEngine, door: Door, tmp_path: Path
) -> None:
    plan = Plan(STREAM, 1, ("ergo", "random_box"), guess_scenes=1)
    numbers = measured(KnowingEngine(knowing.known, silent=True), door, tmp_path, plan)
    assert (numbers["coverage"], numbers["box_area"], numbers["parse_failures"]) == (0, 1, 1)
    methods = numbers["methods"]
    assert methods["ergo"]["accuracy"] == methods["random_box"]["accuracy"] == 1


class _Interrupted(Exception):
    pass


def test_an_interrupted_run_goes_on_and_asks_nothing_twice(knowing: KnowingEngine, door: Door, tmp_path: Path) -> None:
    plan = Plan(STREAM, 2, EVERY, guess_scenes=1)
    whole = KnowingEngine(knowing.known)
    expected = measured(whole, door, tmp_path / "whole", plan)

    class Breaking(KnowingEngine):
        def dialogue(self, *given: object) -> object:  # type: ignore[override]
            if len(self.asked) >= 17:
                raise _Interrupted
            return super().dialogue(*given)  # type: ignore[arg-type]

    first = Breaking(knowing.known)
    with pytest.raises(_Interrupted):
        measured(first, door, tmp_path / "broken", plan)
    file = next((tmp_path / "broken").glob("*.jsonl"))
    with file.open("a", encoding="utf-8") as torn:
        torn.write('{"method":"ergo","type":"re')  # the power went while a line was written
    second = KnowingEngine(knowing.known)
    got = measured(second, door, tmp_path / "broken", plan)
    assert len(first.asked) == 17
    # Only the method under way is asked from its start again, and nothing of it was kept.
    assert len(second.asked) - (len(whole.asked) - 17) in (0, 1)
    assert without_seconds(got) == without_seconds(expected)
    third = KnowingEngine(knowing.known)
    assert without_seconds(measured(third, door, tmp_path / "broken", plan)) == without_seconds(expected)
    assert third.asked == []


def without_seconds(numbers: object) -> object:
    if isinstance(numbers, dict):
        return {key: without_seconds(part) for key, part in numbers.items() if key not in ("seconds", "times_faster")}
    return numbers


def test_a_longer_run_begins_with_the_items_of_a_shorter_one(
    knowing: KnowingEngine, door: Door, tmp_path: Path
) -> None:
    engine = KnowingEngine(knowing.known)
    measured(engine, door, tmp_path, Plan(STREAM, 1, ("ergo",), guess_scenes=1))
    asked = len(engine.asked)
    numbers = measured(engine, door, tmp_path, Plan(STREAM, 2, ("ergo",), guess_scenes=1))
    assert len(engine.asked) == 2 * asked
    shorter = measured(engine, door, tmp_path, Plan(STREAM, 1, ("ergo",), guess_scenes=1))
    assert (numbers["methods"]["ergo"]["n"], shorter["methods"]["ergo"]["n"]) == (8, 4)


def test_a_slow_method_may_be_asked_less_and_is_compared_on_the_same_scenes(
    knowing: KnowingEngine, door: Door, tmp_path: Path
) -> None:
    plan = Plan(STREAM, 2, ("ergo", "direct_full"), {"direct_full": 1}, extras=False)
    numbers = measured(knowing, door, tmp_path, plan)
    methods = numbers["methods"]
    assert (methods["ergo"]["n"], methods["direct_full"]["n"]) == (8, 4)
    against = numbers["against_direct_full"]
    assert (against["n"], against["accuracy_gain"]) == (4, 0)


def test_hidden_goes_through_k_and_halves(knowing: KnowingEngine) -> None:
    hidden = [item for item in items(16) if item.type == "hidden"]
    assert [item.k for item in hidden] == [1, 2, 4, 8] * 4
    assert [item.cover for item in hidden] == [False] * 4 + [True] * 4 + [False] * 4 + [True] * 4
    scene, question = draw(STREAM, Item("hidden", 7))
    assert (question.k, question.cover, len(scene.group)) == (8, True, 8)
    assert len({item.index for item in items(16)}) == 64


def test_a_painted_out_scene_is_the_same_but_for_the_target() -> None:
    scene, question = draw(STREAM, Item("hidden", 5))
    before, after = scene.photo().astype(int), scene.painted_out(question).photo().astype(int)
    changed = np.argwhere(np.abs(before - after).max(axis=2) > 0)
    assert len(changed) > 0
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0) + 1
    # Its paper covers its thin frame as well, and the edge of a filled shape is soft.
    assert question.target.contains(Box(left, top, right, bottom), tolerance=2)


def test_samples_of_another_model_or_world_are_another_file(tmp_path: Path) -> None:
    one = samples_file(tmp_path, INFO.model, STREAM, (320, 320))
    assert one == samples_file(tmp_path, INFO.model, STREAM, (320, 320))
    others = [
        samples_file(tmp_path, replace(INFO.model, revision="2"), STREAM, (320, 320)),
        samples_file(tmp_path, INFO.model, replace(STREAM, seed=15), (320, 320)),
        samples_file(tmp_path, INFO.model, replace(STREAM, world="shifted"), (320, 320)),
        samples_file(tmp_path, INFO.model, STREAM, (192, 320)),
    ]
    assert len({one, *others}) == 5
    assert samples_file(tmp_path, replace(INFO.model, name="../../x/y"), STREAM, (1, 1)).parent == tmp_path


def test_the_pairs_of_painted_out_scenes_are_kept(
    right: dict[str, Any], knowing: KnowingEngine, door: Door, tmp_path: Path
) -> None:
    samples = Samples(tmp_path / "samples.jsonl")
    plan = Plan(STREAM, 1, ("ergo",), guess_scenes=1)
    ask_all(plan, Asker(KnowingEngine(knowing.known), CHOSEN, 1), samples, door, lambda _line: None)
    item = Item("hidden", 0)
    with_target, without = samples.find("ergo", item), samples.find(PAINTED_OUT, item)
    assert with_target is not None
    assert without is not None
    assert (without.target, without.box) == (with_target.target, with_target.box)
    assert without.tokens_by_stage == {}


def test_the_command_prints_one_json_object(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ergo_demo", "bench", "scenes", "--n", "1", "--seed", "3", "--engine", "scripted",
         "--megapixels", "0.3", "--methods", "ergo,direct_coarse", "--run", str(tmp_path), "--json"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    numbers = json.loads(ran.stdout)
    assert (numbers["n"], numbers["seed"], list(numbers["methods"])) == (1, 3, ["ergo", "direct_coarse"])


@pytest.mark.parametrize(
    ("given", "problem"),
    [(["--methods", "guess"], "no method 'guess'"), (["--n", "0"], "n is 0"), (["--n", "x"], "invalid")],
)
def test_a_wrong_command_is_told_what_is_right(given: list[str], problem: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ergo_demo", "bench", "scenes", "--engine", "scripted", *given],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert problem in ran.stderr
