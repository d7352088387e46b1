"""The replaced parts of the vision tower give what the stock ones give, at every size and for several views at once."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_vision import PatchProduct, WindowAttention, quicken, slow_again
from tests.engines.speaking import photo

SIZES = [[(28, 28)], [(112, 112)], [(280, 196)], [(140, 392)], [(28, 560)], [(140, 84), (140, 84), (84, 252)]]


@pytest.fixture
def network(engine: LocalEngine) -> Iterator[Any]:
    yield engine.model.network
    quicken(engine.model.network)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_views_are_seen_as_by_the_stock_tower(engine: LocalEngine, network: Any, sizes: list[tuple[int, int]]) -> None:
    pictures = [engine.model.processor.picture(photo(*size, seed=seed)) for seed, size in enumerate(sizes)]
    patches, grids = (torch.cat([getattr(picture, part) for picture in pictures]) for part in ("patches", "grid"))

    def seen() -> torch.Tensor:
        with torch.inference_mode():
            return torch.cat(network.get_image_features(patches, grids, return_dict=True).pooler_output)

    ours = seen()
    slow_again(network)
    torch.testing.assert_close(ours, seen(), atol=1e-4, rtol=0)


def test_only_what_pays_is_replaced_and_can_be_put_back(network: Any) -> None:
    visual = network.model.visual
    quicken(network)
    assert visual.patch_embed.__class__ is PatchProduct
    kinds = [isinstance(block.attn, WindowAttention) for block in visual.blocks]
    assert kinds == [True, False], "the second block sees all patches"
    slow_again(network)
    assert visual.patch_embed.__class__.__name__ == "Qwen2_5_VisionPatchEmbed"
    assert not any(isinstance(block.attn, WindowAttention) for block in visual.blocks)
