"""TRL's files: read with the real libraries, and every row as the trainers expect it."""

import re
from pathlib import Path
from typing import Any

import datasets
import pytest
from trl.data_utils import prepare_multimodal_messages

from ergo_demo.errors import InputError
from ergo_demo.exports import parquet
from ergo_demo.exports.exporting import Request, export, preview
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.said import Rules
from tests.exports.making import Shop, everything, many

FORMATS = ("trl-dpo", "trl-kto", "trl-sft", "trl-grpo")


def request_of(name: str, **more: Any) -> Request:
    return Request(format=format_named(name), **more)


@pytest.mark.parametrize("name", FORMATS)
def test_rows_in_are_rows_out_and_the_libraries_take_them(shop: Shop, tmp_path: Path, name: str) -> None:
    everything(shop)
    done = export(shop.store, request_of(name, processor=Path("assets/models/ergo-tiny")), tmp_path / "out")
    assert [by.split()[0] for by in done.checked.by] == ["datasets"]
    assert re.fullmatch(
        r"checked with datasets [\d.]+; picture sizes with the processor of transformers [\d.]+", done.checked.words
    )
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    rows = [row for split in loaded.values() for row in split]
    assert len(rows) == done.preview.rows == done.checked.rows > 5
    for row in rows:
        for side in ("chosen", "rejected", "completion"):
            if side in row:
                whole = prepare_multimodal_messages(row["prompt"] + row[side], images=row["images"])
                assert whole[-1]["role"] == "assistant"
        assert all(image.mode == "RGB" for image in row["images"])
        assert row["frame"].endswith(f"{row['images'][0].width} x {row['images'][0].height}")


def test_no_photo_is_in_both_splits_and_none_moves_when_others_come(shop: Shop, tmp_path: Path) -> None:
    many(shop, 60)
    export(shop.store, request_of("trl-sft"), tmp_path / "before")
    image = shop.photo(1000)
    shop.item(image, "zz-new")
    shop.decide("zz-new")
    export(shop.store, request_of("trl-sft"), tmp_path / "after")
    photos = {
        (folder, split): {row["photo_sha256"] for row in parquet.rows(tmp_path / folder / f"{split}.parquet")}
        for folder in ("before", "after")
        for split in ("train", "test")
    }
    assert photos["before", "test"]
    for split in ("train", "test"):
        assert photos["before", split] <= photos["after", split]
    assert photos["after", "train"].isdisjoint(photos["after", "test"])


def test_the_same_data_give_the_same_bytes(shop: Shop, tmp_path: Path) -> None:
    everything(shop)
    for folder in ("one", "two"):
        export(shop.store, request_of("trl-dpo"), tmp_path / folder)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) >= 4
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_the_preview_counts_what_the_export_writes(shop: Shop, tmp_path: Path) -> None:
    everything(shop)
    foreseen = preview(shop.store, request_of("trl-kto"))
    written = export(shop.store, request_of("trl-kto"), tmp_path / "out").preview
    assert (foreseen.kinds, foreseen.dropped, foreseen.shown) == (written.kinds, written.dropped, written.shown)
    assert len(foreseen.shown) == 3
    assert foreseen.dropped["skipped"] == 1
    assert foreseen.decisions == 13


def test_publishing_leaves_out_what_nobody_agreed_to(shop: Shop, tmp_path: Path) -> None:
    everything(shop)
    export(shop.store, request_of("trl-sft", rules=Rules(publish=True)), tmp_path / "out")
    items = {
        row["item"][0] for split in ("train", "test") for row in parquet.rows(tmp_path / "out" / f"{split}.parquet")
    }
    assert items == {"a", "e", "i"}


def test_nothing_to_export_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.project()
    with pytest.raises(InputError, match="nothing to export"):
        export(shop.store, request_of("trl-dpo"), tmp_path / "new" / "out")
    assert list((tmp_path / "new").iterdir()) == []
