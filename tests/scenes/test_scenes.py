"""The drawn world: the same everywhere, never the training scenes, and each question with one answer."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ergo_demo.geometry import Box, Size, View, fit_to_budget
from ergo_demo.scenes import Question, Scene, derived_seed, generator, make_scene, scene_at, write
from ergo_demo.scenes.families import FAMILIES
from ergo_demo.scenes.things import COLOURS

MANY = [scene_at("test", 7, index) for index in range(60)]
ids = [f"test-7-{index}" for index in range(len(MANY))]


def test_the_same_seed_draws_the_same_picture() -> None:
    first, asked = scene_at("test", 3, 5)
    again, asked_again = scene_at("test", 3, 5)
    assert asked == asked_again
    assert np.array_equal(first.photo(), again.photo())


def test_another_index_draws_another_picture() -> None:
    assert scene_at("test", 3, 5)[1].target != scene_at("test", 3, 6)[1].target


def test_training_and_test_seeds_never_meet() -> None:
    streams = {
        domain: {derived_seed(domain, seed, index) for seed in range(40) for index in range(250)}
        for domain in ("train", "test")
    }
    assert len(streams["train"]) == len(streams["test"]) == 10_000
    assert not streams["train"] & streams["test"]


def test_a_seed_is_the_hash_of_its_three_parts() -> None:
    # Written down, so that a change of the rule (and with it of every published number) cannot go unseen.
    assert f"{derived_seed('test', 1, 2):064x}".startswith("14b578b009cff01a")


def test_an_unknown_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="validation"):
        derived_seed("validation", 0, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("scene", "question"), MANY, ids=ids)
def test_a_question_names_one_thing_only(scene: Scene, question: Question) -> None:
    assert [thing.label for thing in scene.things if thing.name in question.text] == [question.answer]


@pytest.mark.parametrize(("scene", "question"), MANY, ids=ids)
def test_the_target_lies_inside_the_picture(scene: Scene, question: Question) -> None:
    whole = Box.of(scene.size)
    assert whole.contains(question.target)
    assert all(question.target.contains(letter) for letter in question.thing.letters)


@pytest.mark.parametrize(("scene", "question"), MANY, ids=ids)
def test_the_label_cannot_be_read_at_the_coarse_size(scene: Scene, question: Question) -> None:
    coarse = View(Box.of(scene.size), fit_to_budget(scene.size, 112))
    assert max(coarse.from_source(letter).height for letter in question.thing.letters) < 7


def test_no_thing_covers_another_ones_plate() -> None:
    for scene, _ in MANY:
        for index, thing in enumerate(scene.things):
            others = [other for place, other in enumerate(scene.things) if place != index]
            assert all(other.body.intersection(thing.plate) == 0 for other in others), thing


def test_scenes_have_the_sizes_and_numbers_of_things_that_they_promise() -> None:
    for scene, _ in MANY:
        assert 1600 <= scene.size.width <= 2600
        assert scene.size.height * 4 == scene.size.width * 3
        assert 1 <= len(scene.things) <= 8
    assert np.mean([len(scene.things) for scene, _ in MANY]) > 4


def test_answers_are_balanced() -> None:
    answers = [scene_at("test", 11, index)[1].answer for index in range(400)]
    likeliest = max(answers.count(answer) for answer in set(answers))
    assert likeliest / len(answers) < 0.03


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_region_is_drawn_like_a_crop_of_the_whole(family: str) -> None:
    scene = make_scene(generator("test", 5, 1), family=family)
    whole = scene.photo()
    region = Box(400, 600, 1000, 1050)
    part = scene.render(region, Size(600, 450))
    difference = np.abs(part.astype(int) - whole[600:1050, 400:1000])
    assert difference.mean() < 0.5


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_small_view_looks_like_the_reduced_picture(family: str) -> None:
    scene = make_scene(generator("test", 5, 2), family=family)
    small = scene.render(Box.of(scene.size), Size(336, 252))
    reduced = cv2.resize(scene.photo(), (336, 252), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - reduced).mean() < 2.5


def test_both_families_and_all_colours_are_drawn() -> None:
    scenes = [scene for scene, _ in MANY]
    assert {scene.family for scene in scenes} == set(FAMILIES)
    assert {thing.colour for scene in scenes for thing in scene.things} == set(COLOURS)


def test_writing_gives_pictures_and_one_question_a_line(tmp_path: Path) -> None:
    write(tmp_path, 3, seed=2)
    items = [json.loads(line) for line in (tmp_path / "questions.jsonl").read_text("utf-8").splitlines()]
    assert [sorted(item) for item in items] == [
        ["answer", "family", "id", "image", "k", "question", "target", "type"]
    ] * 3
    for index, item in enumerate(items):
        scene, question = scene_at("test", 2, index)
        picture = cv2.imread(str(tmp_path / item["image"]))
        assert picture is not None
        assert picture.shape == (scene.size.height, scene.size.width, 3)
        assert item["answer"] == question.answer
        assert item["target"] == pytest.approx(question.target.edges, abs=0.01)


EXAMPLES = Path(__file__).parents[2] / "assets" / "examples"


@pytest.mark.parametrize(
    "row", json.loads((EXAMPLES / "examples.json").read_text("utf-8")), ids=lambda row: row["image"]
)
def test_an_example_is_the_scene_that_it_says_it_is(row: dict[str, Any]) -> None:
    scene, question = scene_at(row["domain"], row["seed"], row["index"])
    assert (row["question"], row["answer"], row["licence"]) == (question.text, question.answer, "CC0-1.0")
    picture = cv2.imread(str(EXAMPLES / row["image"]))
    assert picture is not None
    assert np.abs(picture[:, :, ::-1].astype(int) - scene.photo()).mean() < 1


def test_there_are_at_least_six_examples() -> None:
    assert len(json.loads((EXAMPLES / "examples.json").read_text("utf-8"))) >= 6
