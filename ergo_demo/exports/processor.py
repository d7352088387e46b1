"""Asks the trainers' own processor what it would do with our pictures. transformers is imported only here."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from ergo_demo.exports.format import library
from ergo_demo.geometry import FULL_RESOLUTION_BUDGET_TOKENS, LEAST_TOKENS, PATCH, Size

MOST_SIZES = 64
"""Asked about, half of them the smallest: each is a blank picture that the processor really handles. It resizes what
has too few pixels, or too many, so that what lies between is as its ends are."""

HALF_PATCH = 14

Whose: TypeAlias = Path | Literal["Qwen2.5-VL"]
"""A checkpoint's folder; or the processor as Qwen2.5-VL's checkpoints set it, in pixels (preprocessor_config.json of
https://huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What a processor made of pictures of `asked` sizes, out of `sizes` that there are; the largest one as example."""

    by: str
    """Who said so: "the processor of transformers 5.23.0"."""
    sizes: int
    asked: int
    example: Size
    """View px; its grid has one token for each 28 x 28."""
    problems: tuple[str, ...]
    """What would be resized once more."""


def ask(sizes: Iterable[Size], whose: Whose) -> Grid | None:
    """The processor's word on these sizes (view px), at least one; None where transformers is not installed."""
    by = library("transformers")
    if by is None:
        return None
    every = sorted(set(sizes), key=lambda size: (size.area, size.width))
    asked = every if len(every) <= MOST_SIZES else every[: MOST_SIZES // 2] + every[-MOST_SIZES // 2 :]
    problems = _problems(asked, _processor(whose))
    return Grid(f"the processor of {by}", len(every), len(asked), asked[-1], tuple(problems))


def _processor(whose: Whose) -> Any:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    if isinstance(whose, Path):
        return Qwen2VLImageProcessorPil.from_pretrained(whose)
    least, most = (tokens * PATCH**2 for tokens in (LEAST_TOKENS, FULL_RESOLUTION_BUDGET_TOKENS))
    return Qwen2VLImageProcessorPil(size={"shortest_edge": least, "longest_edge": most})


def _problems(sizes: Iterable[Size], processor: Any) -> Iterable[str]:
    for size in sizes:
        blank = np.zeros((size.height, size.width, 3), np.uint8)
        seen = processor(images=[blank], input_data_format="channels_last", return_tensors="np")
        grid = seen["image_grid_thw"].tolist()[0]
        if [grid[1] * HALF_PATCH, grid[2] * HALF_PATCH] != [size.height, size.width]:
            yield f"images of {size.width} x {size.height} px become a grid of {grid}"
