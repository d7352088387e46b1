"""The checkpoint that comes with the app, through the very code that a visitor uses: unseen scenes, real files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

import ergo_demo
from ergo_demo import scenes
from ergo_demo.command import ask_once
from ergo_demo.geometry import Box
from ergo_demo.imaging import encode_png
from ergo_demo.overlay import LAYERS, draw
from ergo_demo.replies import Reply
from ergo_demo.scenes import Type

MODEL = Path(__file__).parent.parent / "assets" / "models" / "ergo-tiny"
UNSEEN = 24
SEED = 7


def asked(folder: Path, kind: Type) -> list[tuple[dict[str, object], Reply]]:
    """Each item of questions.jsonl with the reply to it."""
    scenes.write(folder, scenes.Selection(UNSEEN, SEED, kind=kind))
    items = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    return [
        (item, ergo_demo.ask(folder / item["image"], item["question"], model=str(MODEL), samples=0)) for item in items
    ]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, object], Reply]]:
    return asked(tmp_path_factory.mktemp("scenes"), "attribute")


def test_it_looks_where_the_thing_is_that_the_question_names(answered: list[tuple[dict[str, object], Reply]]) -> None:
    """Six boxes of seven hold the whole target; one at random, as large, holds it in one case of thirty."""
    assert len(answered) == UNSEEN
    covered = [
        reply["box"] is not None and Box(*reply["box"]).contains(Box(*item["target"]), 0.5)  # type: ignore[misc]
        for item, reply in answered
    ]
    assert sum(covered) >= 0.85 * UNSEEN


def test_it_reads_what_is_there(answered: list[tuple[dict[str, object], Reply]]) -> None:
    """Six answers of seven are right; a guess is in one case of four."""
    assert sum(reply["answer"] == item["answer"] for item, reply in answered) >= 0.85 * UNSEEN


def test_it_reads_what_is_written(tmp_path: Path) -> None:
    """Three labels of four are read whole, up to four of 25 characters each; nine of ten are over many scenes."""
    right = [reply["answer"] == item["answer"] for item, reply in asked(tmp_path, "read")]
    assert sum(right) >= 0.75 * UNSEEN


def test_it_tells_where_one_thing_is_from_another(tmp_path: Path) -> None:
    """Six answers of seven are right; a guess is in one case of four."""
    right = [reply["answer"] == item["answer"] for item, reply in asked(tmp_path, "relation")]
    assert sum(right) >= 0.85 * UNSEEN


def test_two_looks_cost_a_fraction_of_one_at_everything(answered: list[tuple[dict[str, object], Reply]]) -> None:
    for _item, reply in answered:
        assert reply["tokens"]["total"] < 0.2 * reply["tokens"]["full_resolution"]


def test_nearly_every_reply_is_whole(answered: list[tuple[dict[str, object], Reply]]) -> None:
    whole = [
        reply["outcome"] == "answered" and all(thought.endswith(".") for thought in reply["thoughts"].values())
        for _item, reply in answered
    ]
    assert sum(whole) >= 0.8 * UNSEEN


def test_the_same_seed_gives_the_same_samples_regions_and_png(tmp_path: Path) -> None:
    scenes.write(tmp_path, scenes.Selection(1, SEED, kind="hidden", k=4))
    item = json.loads((tmp_path / "questions.jsonl").read_text("utf-8"))
    photo = np.asarray(Image.open(tmp_path / item["image"]))

    def run(seed: int) -> tuple[object, bytes]:
        flags = {"model": str(MODEL), "samples": 4, "seed": seed}
        trace = ask_once(tmp_path / item["image"], item["question"], flags)
        assert len(trace.samples) == 4
        return (trace.samples, trace.region, trace.spread, trace.heat), encode_png(draw(trace, photo, LAYERS))

    assert run(5) == run(5)
    assert run(5)[0] != run(6)[0], "the seed does not reach the samples"


def test_a_real_photograph_goes_through(tmp_path: Path) -> None:
    photo = Path(data.__file__).parent / "rocket.jpg"
    reply = ergo_demo.ask(photo, "What is written on the red sign?", model=str(MODEL))
    assert reply["outcome"] in {"answered", "no_zoom", "unreadable"}
    assert reply["box"] is None or Box(0, 0, 640, 427).contains(Box(*reply["box"]))
    assert reply["model"]["device"] == "CPU"
