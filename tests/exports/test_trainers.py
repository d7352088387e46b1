"""The trainers that read JSON with pictures in files, and verl: rows in, rows out, by their own rules."""

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

from ergo_demo.exports import llama_factory
from ergo_demo.exports.choosing import read_filter
from ergo_demo.exports.exporting import Exported, Request, export
from ergo_demo.exports.folder import read_lines
from ergo_demo.exports.formats import FORMATS, format_named
from ergo_demo.geometry import Size
from ergo_demo.imaging import look_at
from tests.exports.making import SUGGESTED, Shop, everything

FILED = [name for name in FORMATS if name.split("-")[0] in ("swift", "llamafactory", "vlm", "verl")]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def run(shop: Shop, name: str, out: Path, *filters: str) -> Exported:
    return export(shop.store, Request(format=format_named(name), wanted=read_filter(filters)), out)


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for split in ("train", "test") for row in read_lines(out / f"{split}.jsonl")]


@pytest.mark.parametrize("name", FILED)
def test_rows_in_are_rows_out(shop: Shop, out: Path, name: str) -> None:
    everything(shop)
    done = run(shop, name, out)
    assert done.checked.rows == done.preview.rows >= 8
    assert {path.suffix for path in out.rglob("*") if path.is_file()} <= {
        ".json", ".jsonl", ".png", ".jpg", ".md", ".parquet",
    }  # fmt: skip


def test_swift_says_what_no_other_trainer_can(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "swift-dpo", out, "item=a-edit")
    (row,) = [row for row in rows_of(out) if row["rejected_images"] != row["images"]]
    assert row["images"][0] == row["rejected_images"][0]
    assert row["images"][1] != row["rejected_images"][1]
    assert row["rejected_messages"][2]["content"] == "<zoom>[25, 17, 76, 67]</zoom>"
    assert [message["content"].count("<image>") for message in row["messages"]] == [0, 1, 0, 1, 0]
    assert look_at((out / row["rejected_images"][1]).read_bytes()).size == Size(168, 168)
    assert SUGGESTED.width == SUGGESTED.height


def test_swift_s_pairs_all_say_their_other_side_alike(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "swift-dpo", out)
    rows = rows_of(out)
    assert len({tuple(sorted(row)) for row in rows}) == 1, "a column that is missing is None, which its loader refuses"
    for row in rows:
        assert row["rejected_messages"][-1] != row["messages"][-1]
        if row["rejected_images"] == row["images"]:
            assert row["rejected_messages"][:-1] == row["messages"][:-1]
    rows[0]["rejected_messages"][-1] = rows[0]["messages"][-1]
    for split in ("train", "test"):
        (out / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows if split == "train"))
    assert "chosen and rejected are the same" in str(format_named("swift-dpo").check(out).problems)


def test_datasets_reads_swift_s_lines(shop: Shop, out: Path, tmp_path: Path) -> None:
    everything(shop)
    done = run(shop, "swift-kto", out)
    loaded = datasets.load_dataset(
        "json", data_files={"train": [str(path) for path in out.glob("*.jsonl")]}, cache_dir=str(tmp_path / "cache")
    )
    assert loaded["train"].num_rows == done.checked.rows


@pytest.mark.parametrize("name", ["llamafactory-dpo", "llamafactory-kto", "llamafactory-sft"])
def test_llama_factory_s_loader_would_skip_no_row(shop: Shop, out: Path, name: str) -> None:
    everything(shop)
    run(shop, name, out, "item=a-edit")
    info = json.loads((out / "dataset_info.json").read_text())
    ((split, told),) = info.items()
    assert split in ("ergo_train", "ergo_test")
    assert told.get("ranking", False) is (name == "llamafactory-dpo")
    rows = json.loads((out / told["file_name"]).read_text())
    assert rows[0]["conversations"][0]["from"] == "system"
    for row in rows:
        assert set(told["columns"].values()) <= set(row)
        assert llama_factory.skipped(row, told) is None
    # What its parser does with a tag that is left out, and so with every row of ours.
    lacking = {**told, "tags": {tag: word for tag, word in told["tags"].items() if tag != "system_tag"}}
    assert {llama_factory.skipped(row, lacking) for row in rows} == {"its turns do not alternate from the human on"}
    (out / "dataset_info.json").write_text(json.dumps({split: lacking}))
    assert len(llama_factory.check(out).problems) == len(rows)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"images": []}, "another number of images"),
        ({"rejected": {"from": "human", "value": "x"}}, "a side that is not the model's"),
        ({"conversations": [{"from": "gpt", "value": "<image>"}]}, "do not alternate"),
        (
            {"conversations": [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": ""}]},
            "2 turns, which is no odd number",
        ),
    ],
)
def test_what_llama_factory_would_leave_empty_is_found(change: dict[str, Any], why: str) -> None:
    row = {
        "conversations": [{"from": "human", "value": "<image>Where?"}],
        "images": ["a.png"],
        "chosen": {"from": "gpt", "value": "here"},
        "rejected": {"from": "gpt", "value": "there"},
    }
    info = {"ranking": True}
    assert llama_factory.skipped(row, info) is None
    assert why in (llama_factory.skipped({**row, **change}, info) or "")


def test_vlm_r1_s_answer_is_a_bare_box_in_the_photo_s_px(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "vlm-r1", out, "item=a-edit")
    (row,) = rows_of(out)
    assert row["conversations"][1]["value"] == "[300, 200, 480, 330]"
    assert look_at((out / row["image"]).read_bytes()).size == Size(900, 600)


def test_verl_finds_bytes_and_truth(shop: Shop, out: Path, tmp_path: Path) -> None:
    everything(shop)
    run(shop, "verl", out, "item=a-edit")
    (file,) = out.glob("*.parquet")
    loaded = datasets.load_dataset("parquet", data_files=str(file), cache_dir=str(tmp_path / "cache"))["train"]
    row = loaded.cast_column("images", datasets.List(datasets.Image(decode=False)))[0]
    assert look_at(row["images"][0]["bytes"]).size == Size(252, 168)
    assert row["reward_model"] == {"style": "rule", "ground_truth": "[84, 56, 134, 92]"}
    assert row["prompt"][1]["content"].startswith("<image>What is written")
