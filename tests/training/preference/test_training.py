"""`train sft|dpo|kto|grpo`: each starts where theory says, ends as a folder that the app loads, and survives a kill."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from ergo_demo.__main__ import main
from ergo_demo.engines.local import LocalEngine
from ergo_demo.errors import InputError
from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import format_named
from ergo_demo.imaging import Photo
from ergo_demo.settings import Settings
from ergo_demo.store.store import open_store
from ergo_demo.training.preference import models
from ergo_demo.training.preference.grpo import Judges, Policy, Rewards, Weighted, from_file
from ergo_demo.training.preference.order import Order
from ergo_demo.training.preference.recipes import RECIPES, Method
from ergo_demo.training.preference.telling import Progress
from ergo_demo.training.preference.training import train
from ergo_demo.training.rewards import Reader
from tests.exports.making import Shop, many

CHECKPOINT = Path("assets/models/ergo-tiny")
METHODS: tuple[Method, ...] = ("sft", "dpo", "kto", "grpo")

# The trainers' own, about themselves: names that will change, and no accelerator to pin memory for.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("preference")
    (folder / "photos").mkdir()
    with open_store(folder / "data", secret="a secret for the tests only") as store:
        shop = Shop(store, folder)
        many(shop, 40)
        for name in METHODS:
            export(store, Request(format=format_named(RECIPES[name].format)), folder / name)
        yield shop


def order(shop: Shop, method: Method, out: Path, **more: Any) -> Order:
    words: dict[str, Any] = {"steps": 2, "batch": 4, "generations": 4, "reply_tokens": 24}
    return Order(method=method, model=CHECKPOINT, data=shop.folder / method, out=out, **{**words, **more})


def first_loss(told: dict[str, Any]) -> float:
    return float(next(entry["loss"] for entry in told["log"] if "loss" in entry))


@pytest.mark.parametrize("method", ["sft", "dpo", "kto"])
def test_a_trained_folder_loads_in_the_app_and_says_what_it_is(shop: Shop, tmp_path: Path, method: Method) -> None:
    told = train(order(shop, method, tmp_path / "out"))
    starts = {"dpo": math.log(2), "kto": 0.5}
    assert first_loss(told) == pytest.approx(starts.get(method, first_loss(told)), abs=1e-3)
    assert told["steps"] == 2
    assert any("eval_loss" in entry for entry in told["log"])
    info = LocalEngine.load(Settings(model=str(tmp_path / "out"))).info
    own = LocalEngine.load(Settings(model=str(CHECKPOINT))).info
    assert info.model.name == f"ERGO-tiny-{method}"
    assert (info.coarse_budget_tokens, info.zoom_least_tokens) == (own.coarse_budget_tokens, own.zoom_least_tokens)
    before, after = (load_file(folder / "model.safetensors") for folder in (CHECKPOINT, tmp_path / "out"))
    assert before.keys() == after.keys()
    assert any(not value.equal(after[name].to(value.dtype)) for name, value in before.items())
    assert (tmp_path / "out" / "training.png").stat().st_size > 5_000
    assert json.loads((tmp_path / "out" / "train.json").read_text("utf-8"))["order"]["model"] == "ERGO-tiny"
    assert not (tmp_path / "out" / "unfinished").exists()


def test_a_share_is_kept_of_what_was_learned(shop: Shop, tmp_path: Path) -> None:
    for name, share in (("whole", 1.0), ("quarter", 0.25)):
        told = train(order(shop, "sft", tmp_path / name, share=share))
        assert told["order"]["share"] == share
    was, whole, quarter = (
        load_file(folder / "model.safetensors") for folder in (CHECKPOINT, tmp_path / "whole", tmp_path / "quarter")
    )
    for name, value in was.items():
        torch.testing.assert_close(quarter[name], value.float().lerp(whole[name], 0.25))
    assert any(not value.equal(quarter[name]) for name, value in whole.items())
    assert replace(order(shop, "sft", tmp_path / "own"), lora=True).kept_share == 1
    assert order(shop, "sft", tmp_path / "own").kept_share == RECIPES["sft"].share < 1


def test_what_was_killed_goes_on_from_its_last_whole_checkpoint(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Progress, "SECONDS", 0.0)

    def killing(line: str) -> None:
        if line.startswith("step 3"):
            raise KeyboardInterrupt

    def killing_now(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    wanted = order(shop, "sft", tmp_path / "out", steps=4, save_every=2)
    with pytest.raises(KeyboardInterrupt):
        train(wanted, killing)
    # A kill may have come while the next checkpoint was written.
    (tmp_path / "out" / "unfinished" / "checkpoint-3").mkdir()
    lines: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(models, "save", killing_now)
        with pytest.raises(KeyboardInterrupt):
            train(wanted, lines.append)
    told = train(wanted, lines.append)
    assert [line for line in lines if line.startswith("going on")] == ["going on from step 2"] * 2
    assert [entry["step"] for entry in told["log"] if "loss" in entry] == [1, 2, 3, 4]
    assert (tmp_path / "out" / "model.safetensors").is_file()
    again: list[str] = []
    train(wanted, again.append)
    assert again == [f"{tmp_path / 'out'} is done already."]
    with pytest.raises(InputError, match="steps was 4 and is 5"):
        train(order(shop, "sft", tmp_path / "out", steps=5))


def test_grpo_counts_each_reward_as_it_should(shop: Shop, tmp_path: Path) -> None:
    given: dict[str, list[float]] = {}

    def judge(_policy: Policy) -> Rewards:
        return {name: Weighted(_kept(name, reward.function), reward.weight) for name, reward in from_file().items()}

    def _kept(name: str, function: Any) -> Any:
        def reward(completions: Any, **columns: Any) -> list[float]:
            # A little more for longer replies: untrained ones on a pattern are all alike in what they are worth.
            values = function(completions, **columns)
            given[name] = [value + len(said[0]["content"]) % 7 for value, said in zip(values, completions, strict=True)]
            return given[name]

        return reward

    told = train(order(shop, "grpo", tmp_path / "out", steps=1), judge=judge)
    assert given.keys() == {"overlap", "box", "format"}
    totals = [a + 0.5 * b + c for a, b, c in zip(given["overlap"], given["box"], given["format"], strict=True)]
    assert len(set(totals)) > 1
    logged = next(entry for entry in told["log"] if "reward" in entry)
    assert logged["reward"] == pytest.approx(sum(totals) / len(totals), abs=1e-4)
    assert LocalEngine.load(Settings(model=str(tmp_path / "out"))).info.model.name == "ERGO-tiny-grpo"


def test_grpo_with_the_photos_is_judged_by_a_reader_and_the_model_s_own_second_look(shop: Shop, tmp_path: Path) -> None:
    engine = LocalEngine.load(Settings(model=str(CHECKPOINT)))
    asked: list[str] = []
    lines: list[str] = []
    folder = tmp_path / "answered"
    (folder / "photos").mkdir(parents=True)
    with open_store(folder / "data", secret="a secret for the tests only") as store:
        many(Shop(store, folder), 12, answer="EXIT")
        rows = export(store, Request(format=format_named("trl-grpo")), folder / "grpo").preview.splits["train"]

        def photo_of(sha256: str) -> Photo:
            image, file = store.image(sha256)
            asked.append(sha256)
            return Photo(file.parent, file, image.name, image.size, image.upload_sha256, image.blob_sha256)

        def judge(policy: Policy) -> Rewards:
            return Judges(photo_of, Reader.of(engine), policy).rewards()

        wanted = replace(order(shop, "grpo", tmp_path / "out", steps=1), data=folder / "grpo")
        told = train(wanted, lines.append, judge, "the paper's")
        assert f"{rows // 2} of {rows} rows are left out: nobody gave the right answer" in lines
        with pytest.raises(InputError, match="has a right answer, and a reader judges by it"):
            train(order(shop, "grpo", tmp_path / "unanswered", steps=1), judge=judge)
    logged = next(entry for entry in told["log"] if "reward" in entry)
    means = {name: logged[f"rewards/{name}/mean"] for name in ("region", "box", "accuracy", "format")}
    by_hand = means["region"] + 0.5 * means["box"] + means["accuracy"] + means["format"]
    assert logged["reward"] == pytest.approx(by_hand, abs=1e-4)
    assert len(asked) >= 4


def test_adapters_train_the_language_layers_only(shop: Shop, tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="LoRA needs peft (pip install -e '.[train]')")
    told = train(order(shop, "dpo", tmp_path / "out", lora=True, rate=1e-2))
    assert told["lora"]
    assert first_loss(told) == pytest.approx(math.log(2), abs=1e-3)
    before, after = (load_file(folder / "model.safetensors") for folder in (CHECKPOINT, tmp_path / "out"))
    assert before.keys() == after.keys()
    moved = {name for name, value in before.items() if not value.equal(after[name].to(value.dtype))}
    assert moved
    assert all(".layers." in name and "visual" not in name for name in moved)
    assert LocalEngine.load(Settings(model=str(tmp_path / "out"))).info.model.name == "ERGO-tiny-dpo"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["sft"], "needs an export"),
        (["sft", "--data", "{shop}/dpo", "--out", "{out}"], "an export of 'trl-dpo', and 'trl-sft' is needed"),
        (["dpo", "--data", "{shop}", "--out", "{out}"], "is no export of ours"),
        (["sft", "--data", "{shop}/sft", "--out", "{out}", "--model", "no/such/model"], "no folder"),
        (["sft", "--data", "{shop}/sft", "--out", "assets/models/ergo-tiny"], "is not empty, and no training of ours"),
        (["grpo", "--data", "{shop}/grpo", "--out", "{out}", "--batch", "12"], "groups of 8"),
        (["sft", "--data", "{shop}/sft", "--out", "{out}", "--beta", "0.1"], "no --beta"),
        (["sft", "--data", "{shop}/sft", "--out", "{out}", "--share", "0"], "The share is 0.0"),
    ],
)
def test_a_slip_is_said_before_anything_is_loaded(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    said = [word.format(shop=shop.folder, out=tmp_path / "out") for word in words]
    assert main(["train", *said]) in (1, 2)
    assert why in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_trains(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["train", "kto", "--data", str(shop.folder / "kto"), "--out", str(out), "--steps", "1"]) == 0
    assert f"ERGO_MODEL={out}" in capsys.readouterr().out
    assert json.loads((out / "train.json").read_text("utf-8"))["steps"] == 1
