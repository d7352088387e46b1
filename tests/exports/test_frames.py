"""A box's whole way: photo, coarse text, exported file, a trainer's image, photo again; for 200 sizes and budgets.

Nothing of ours reads the files here: `datasets` opens the row and its picture, transformers' processor makes its grid.
"""

import re
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import format_named
from ergo_demo.geometry import Box, Size, view_of
from ergo_demo.store.records import Action
from tests.exports.making import Shop

CASES = 200
PATCH = 14
"""px that one cell of the processor's grid has."""


@pytest.fixture
def boxes(shop: Shop) -> dict[str, tuple[Size, Box]]:
    """By item: its photo's size and the box that a person drew, all of other sizes, seen with other budgets."""
    shop.project()
    drawn = np.random.default_rng(11)
    made = {}
    for number in range(CASES):
        most = 800 if number else 4000  # one is of a camera's size; what takes time here is pixels
        size = Size(*(int(side) for side in np.exp(drawn.uniform(np.log(most / 12), np.log(most), 2))))
        (left, right), (top, bottom) = (np.sort(drawn.uniform(0, side - 1, 2)) for side in (size.width, size.height))
        box = Box(float(left), float(top), float(right) + 1, float(bottom) + 1)
        coarse = view_of(Box.of(size), int(np.exp(drawn.uniform(np.log(8), np.log(320))))).size
        id = f"s{number:03}"
        shop.item(shop.photo(number, size), id, trace={"none": True}, suggested=None, coarse=coarse)
        shop.decide(id, Action.REDRAW, boxes=(box,))
        made[id] = size, box
    return made


def test_a_box_survives_the_whole_way_within_one_px_of_the_model_s(
    shop: Shop, boxes: dict[str, tuple[Size, Box]], tmp_path: Path
) -> None:
    export(shop.store, Request(format=format_named("trl-sft")), tmp_path / "out")
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    processor = Qwen2VLImageProcessorPil.from_pretrained(Path("assets/models/ergo-tiny"))
    met = set[tuple[int, int]]()
    for row in (row for split in loaded.values() for row in split):
        seen = trainer_s_size(processor, row["images"][0])
        size, box = boxes.pop(row["item"])
        met.add((seen.width, seen.height))
        (said,) = row["completion"]
        found = re.fullmatch(r"<zoom>\[(\d+), (\d+), (\d+), (\d+)\]</zoom>", said["content"][0]["text"])
        assert found is not None, said
        scale = (size.width / seen.width, size.height / seen.height) * 2
        for edge, named, photo_px in zip(box.edges, found.groups(), scale, strict=True):
            assert abs(int(named) * photo_px - edge) <= photo_px * (1 + 1e-9), (row["item"], size, seen)
    assert boxes == {}, "every one of them was exported"
    assert len(met) > CASES // 2


def trainer_s_size(processor: Any, image: Any) -> Size:
    """The px (width, height) in which the trainer's model sees the image: its grid, whatever the picture has."""
    across, down = processor(images=[image], return_tensors="np")["image_grid_thw"].tolist()[0][:0:-1]
    return Size(PATCH * across, PATCH * down)
