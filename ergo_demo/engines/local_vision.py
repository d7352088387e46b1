"""The vision tower: one view in, one vector a token out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ergo_demo.engines.local_processor import Processor
from ergo_demo.records import Pixels

if TYPE_CHECKING:
    from transformers import Qwen2_5_VLForConditionalGeneration


def eyes(network: "Qwen2_5_VLForConditionalGeneration", processor: Processor) -> Callable[[Pixels], Tensor]:
    """What shows one view to the vision tower: (tokens, hidden size) on the network's device."""

    @torch.inference_mode()
    def see(pixels: Pixels) -> Tensor:
        picture = processor.picture(pixels)
        patches, grid = picture.patches.to(network.device), picture.grid.to(network.device)
        features = network.get_image_features(patches, grid, return_dict=True).pooler_output
        return torch.cat(tuple(features))

    return see
