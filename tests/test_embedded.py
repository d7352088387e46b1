"""The checkpoint that comes with the app, through the very code that a visitor uses: unseen scenes, real files."""

import json
from pathlib import Path

import pytest
from skimage import data

import ergo_demo
from ergo_demo import scenes
from ergo_demo.geometry import Box
from ergo_demo.records import Reply

MODEL = Path(__file__).parent.parent / "assets" / "models" / "ergo-tiny"
UNSEEN = 40
SEED = 7


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, object], Reply]]:
    """Each item of questions.jsonl with the reply to it."""
    folder = tmp_path_factory.mktemp("scenes")
    scenes.write(folder, scenes.Order(UNSEEN, SEED))
    items = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    return [(item, ergo_demo.ask(folder / item["image"], item["question"], model=str(MODEL))) for item in items]


def test_three_of_five_answers_on_unseen_scenes_are_right(answered: list[tuple[dict[str, object], Reply]]) -> None:
    assert len(answered) == UNSEEN
    right = [reply["answer"] == item["answer"] for item, reply in answered]
    assert sum(right) >= 0.6 * UNSEEN


def test_right_answers_come_from_the_right_place(answered: list[tuple[dict[str, object], Reply]]) -> None:
    covered = []
    for item, reply in answered:
        target = Box(*item["target"])  # type: ignore[misc]
        if reply["answer"] == item["answer"]:
            covered.append(reply["box"] is not None and Box(*reply["box"]).contains(target, 0.5))
    # A one- or two-character answer can be guessed now and then, but not often.
    assert sum(covered) >= 0.9 * len(covered)


def test_two_looks_cost_a_fraction_of_one_at_everything(answered: list[tuple[dict[str, object], Reply]]) -> None:
    for _item, reply in answered:
        assert reply["tokens"]["total"] < 0.2 * reply["tokens"]["full_resolution"]
        assert reply["outcome"] == "answered"


def test_every_thought_is_a_sentence(answered: list[tuple[dict[str, object], Reply]]) -> None:
    for _item, reply in answered:
        assert reply["thoughts"]["coarse"].endswith(".")
        assert reply["thoughts"]["zoom"].endswith(".")


def test_a_real_photograph_goes_through(tmp_path: Path) -> None:
    photo = Path(data.__file__).parent / "rocket.jpg"
    reply = ergo_demo.ask(photo, "What is written on the red sign?", model=str(MODEL))
    assert reply["outcome"] in {"answered", "no_zoom", "unreadable"}
    assert reply["box"] is None or Box(0, 0, 640, 427).contains(Box(*reply["box"]))
    assert reply["model"]["device"] == "CPU"
