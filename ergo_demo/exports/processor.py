"""Asks the trainers' own processor what it would do with our pictures. transformers is imported only here."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ergo_demo.exports.format import library
from ergo_demo.geometry import Size

MOST_SIZES = 64
"""Asked about: each is a blank picture that the processor really handles."""

HALF_PATCH = 14


def check_sizes(sizes: Iterable[Size], folder: Path | None = None) -> tuple[list[str], str]:
    """What would be resized once more, and who said so. `folder`: the checkpoint whose processor it is."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    processor = Qwen2VLImageProcessorPil.from_pretrained(folder) if folder else Qwen2VLImageProcessorPil()
    problems = []
    for size in sorted(sizes, key=lambda size: (size.area, size.width))[-MOST_SIZES:]:
        blank = np.zeros((size.height, size.width, 3), np.uint8)
        seen = processor(images=[blank], input_data_format="channels_last", return_tensors="np")
        grid = seen["image_grid_thw"].tolist()[0]
        if [grid[1] * HALF_PATCH, grid[2] * HALF_PATCH] != [size.height, size.width]:
            problems.append(f"images of {size.width} x {size.height} px become a grid of {grid}")
    return problems, f"the processor of {library('transformers')}"
