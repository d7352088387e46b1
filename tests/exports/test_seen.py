"""What an export shows and asks is what the model was shown and asked: pixel for pixel, word for word."""

import json
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ergo_demo.__main__ import main
from ergo_demo.annotation.importing import keep_photo
from ergo_demo.asking import RunSettings
from ergo_demo.engines import Stop, Turn
from ergo_demo.engines.scripted import ScriptedDialogue, ScriptedEngine, in_order
from ergo_demo.exports import parquet
from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.folder import read_lines
from ergo_demo.exports.formats import format_named
from ergo_demo.geometry import LEAST_TOKENS, Box, view_of
from ergo_demo.imaging import Photo, look_at
from ergo_demo.pipeline import ask
from ergo_demo.records import Generation, Message, Pixels, Sampling, Token, Trace, from_json, to_json
from ergo_demo.store.records import Action, Item, WhatIf
from tests.exports.making import Shop

BARE = "Which colour is the sign?"
ASKED = f"{BARE} (A) red (B) blue"
LEAST = 40
CHOSEN = RunSettings(Sampling(), coarse_budget_tokens=80, zoom_budget_tokens=48, zoom_least_tokens=LEAST)
BOX = Box(100, 100, 240, 200)
"""5 x 4 tokens, half of LEAST."""


@dataclass(frozen=True)
class Listening(ScriptedEngine):
    """Remembers what it was shown and asked."""

    heard: list[Message] = field(default_factory=list)

    def dialogue(self, sampling: Sampling, *said: Turn) -> ScriptedDialogue:
        heard = self.heard

        class Dialogue(ScriptedDialogue):
            def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
                heard.extend(messages)
                return super().say(*messages, stop=stop, alternatives=alternatives)

        return Dialogue(self, sampling, said)


def kept(shop: Shop, photo: Photo, trace: Trace | None, box: Box) -> None:
    """An item whose options stand apart, as a file brings them; its box accepted or drawn, the right answer given."""
    shop.project()
    keep_photo(shop.store, photo)
    if trace is not None:
        shop.store.put_trace(trace)
    item = Item(
        id="one",
        project="p",
        blob_sha256=photo.blob_sha256,
        upload_sha256=photo.upload_sha256,
        frame=photo.size,
        question=BARE,
        extra={"options": ["red", "(B) blue"]},
        trace=trace.id if trace else None,
        suggested=trace.box if trace else None,
        coarse=trace.coarse.view.size if trace and trace.coarse else None,
    )
    shop.store.add_items([item])
    boxes: dict[str, Any] = {} if trace else {"boxes": (box,)}
    shop.decide("one", Action.ACCEPT if trace else Action.REDRAW, answer="blue", what_if=WhatIf(model="red"), **boxes)


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for split in ("train", "test") for row in parquet.rows(out / f"{split}.parquet")]


def pixels(content: bytes) -> Pixels:
    shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    return np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2RGB), np.uint8)


def words(message: dict[str, Any]) -> str:
    return "".join(block["text"] or "" for block in message["content"])


def test_a_row_is_what_the_model_was_shown_and_asked(shop: Shop, photo: Photo, tmp_path: Path) -> None:
    engine = Listening(in_order(["<zoom>[28, 28, 56, 56]</zoom>", "<answer>red</answer>"]))
    trace = ask(engine, photo, ASKED, CHOSEN)
    assert trace.zoom is not None
    assert trace.zoom_least_tokens == LEAST <= trace.zoom.view.tokens
    kept(shop, photo, trace, BOX)
    export(shop.store, Request(format=format_named("trl-sft")), tmp_path / "out")
    (row,) = [row for row in rows_of(tmp_path / "out") if len(row["images"]) == 2]
    system, coarse, zoom = engine.heard
    asked = [words(message) for message in row["prompt"] if message["role"] != "assistant"]
    assert asked == [system.text, coarse.text, zoom.text]
    assert ("(B) blue" in coarse.text, "(B) blue" in zoom.text) == (False, True)
    for message, image in zip((coarse, zoom), row["images"], strict=True):
        assert message.picture is not None
        assert np.array_equal(pixels(image["bytes"]), message.picture)


def test_a_run_from_before_the_least_was_kept_can_be_read(photo: Photo) -> None:
    trace = ask(ScriptedEngine(), photo, ASKED, CHOSEN)
    older = {name: value for name, value in to_json(trace).items() if name != "zoom_least_tokens"}
    assert from_json(Trace, older) == replace(trace, zoom_least_tokens=LEAST_TOKENS)


def test_an_older_run_shows_by_its_own_crop_how_far_it_enlarged(shop: Shop, photo: Photo, tmp_path: Path) -> None:
    trace = ask(
        ScriptedEngine(in_order(["<zoom>[28, 28, 56, 56]</zoom>", "<answer>red</answer>"])), photo, ASKED, CHOSEN
    )
    older = replace(trace, zoom_least_tokens=LEAST_TOKENS)
    assert trace.zoom is not None
    assert older.zoom_view(trace.zoom.view.region) == trace.zoom.view != view_of(trace.zoom.view.region, 48)
    # Where nothing was enlarged, or there was no second look, it is not known, and nothing is.
    plain = replace(trace, zoom=replace(trace.zoom, view=view_of(Box(0, 0, 1120, 840), 48)))
    for unknown in (replace(plain, zoom_least_tokens=LEAST_TOKENS), replace(older, zoom=None)):
        assert unknown.zoom_view(BOX) == view_of(BOX, 48)
    kept(shop, photo, older, BOX)
    export(shop.store, Request(format=format_named("trl-sft")), tmp_path / "out")
    (row,) = [row for row in rows_of(tmp_path / "out") if len(row["images"]) == 2]
    assert look_at(row["images"][1]["bytes"]).size == trace.zoom.view.size


@pytest.mark.parametrize("least", [None, LEAST])
def test_without_a_run_a_crop_is_as_the_settings_say(
    shop: Shop, photo: Photo, tmp_path: Path, least: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(shop, photo, None, BOX)
    shop.store.close()
    monkeypatch.setenv("ERGO_SECRET", "a secret for the tests only")
    if least is not None:
        monkeypatch.setenv("ERGO_ZOOM_LEAST_TOKENS", str(least))
    assert main(["export", "trl-sft", str(tmp_path / "out"), "--data", str(shop.folder.parent / "data")]) == 0
    (row,) = [row for row in rows_of(tmp_path / "out") if len(row["images"]) == 2]
    assert look_at(row["images"][1]["bytes"]).size == view_of(BOX, 1280, least or LEAST_TOKENS).size


FILES = {
    "coco": "annotations/*.json",
    "csv": "decisions.csv",
    "imagefolder": "*/metadata.jsonl",
    "label-studio": "tasks.json",
    "swift-sft": "t*.jsonl",
    "swift-grpo": "t*.jsonl",
    "llamafactory-sft": "t*.json",
    "w3c": "annotations.jsonl",
    "yolo": "provenance.jsonl",
}


@pytest.mark.parametrize("name", FILES)
def test_the_answer_options_travel(shop: Shop, photo: Photo, tmp_path: Path, name: str) -> None:
    kept(shop, photo, None, BOX)
    export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    (file,) = (tmp_path / "out").glob(FILES[name])
    assert ASKED in file.read_text("utf-8")


@pytest.mark.parametrize("name", ["trl-grpo", "verl"])
def test_rewards_are_told_the_options_too(shop: Shop, photo: Photo, tmp_path: Path, name: str) -> None:
    kept(shop, photo, None, BOX)
    export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    (row,) = rows_of(tmp_path / "out")
    assert row.get("extra_info", row)["question"] == ASKED
    assert "blue" not in json.dumps(row["prompt"]), "a first look leaves them out"


def test_vlm_r1_is_asked_the_bare_question(shop: Shop, photo: Photo, tmp_path: Path) -> None:
    kept(shop, photo, None, BOX)
    export(shop.store, Request(format=format_named("vlm-r1")), tmp_path / "out")
    (row,) = [row for split in ("train", "test") for row in read_lines(tmp_path / "out" / f"{split}.jsonl")]
    assert row["conversations"][0] == {"from": "human", "value": f"<image>{BARE}"}
