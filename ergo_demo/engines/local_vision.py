"""The vision tower: one view in, one vector a token out. Two parts of the stock code are replaced where it pays.

Stock code embeds patches by a 3-D convolution whose steps do not overlap, which is a matrix product, and loops over
the windows of windowed attention. The attention over all patches is left as it is: torch's fused kernel is faster
here than anything written out (measured to 16,000 patches). `bench engines` measures both towers, a test compares them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ergo_demo.engines.local_processor import Processor
from ergo_demo.records import Pixels

if TYPE_CHECKING:
    from transformers import Qwen2_5_VLForConditionalGeneration

CHANNELS, FRAMES = 3, 2


class PatchProduct(nn.Module):
    """Patches (n, 1176) to hidden states (n, hidden size) by one matrix product.

    A still image is the same frame twice, so both frames' weights are added, and half of each patch is read.
    """

    def __init__(self, stock: Any) -> None:
        super().__init__()
        self.stock = stock
        self.weight: Tensor = stock.proj.weight.float().sum(dim=2).flatten(1).to(stock.proj.weight.dtype)

    def forward(self, patches: Tensor) -> Tensor:
        """Raises nothing of its own; patches are those of still images."""
        frames = patches.view(len(patches), CHANNELS, FRAMES, -1)
        return F.linear(frames[:, :, 0].flatten(1).to(self.weight.dtype), self.weight.to(patches.device))


class WindowAttention(nn.Module):
    """The stock attention, with windows of one length computed together instead of one by one."""

    def __init__(self, stock: Any) -> None:
        super().__init__()
        self.stock = stock

    def forward(
        self, hidden_states: Tensor, cu_seqlens: Tensor, position_embeddings: tuple[Tensor, Tensor], **kwargs: Any
    ) -> Tensor:
        """(patches, hidden size) in and out; `cu_seqlens` says where windows begin, and where the last one ends."""
        from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import apply_rotary_pos_emb_vision

        if len(cu_seqlens) == 2:
            whole: Tensor = self.stock(
                hidden_states, cu_seqlens=cu_seqlens, position_embeddings=position_embeddings, **kwargs
            )
            return whole
        qkv: Tensor = self.stock.qkv(hidden_states)
        q, k, v = qkv.view(len(qkv), 3, self.stock.num_heads, -1).unbind(1)  # (patches, heads, head size)
        rotate: Any = apply_rotary_pos_emb_vision
        q, k = rotate(q, k, *position_embeddings)
        seen = torch.empty_like(q)
        starts, lengths = cu_seqlens[:-1], cu_seqlens.diff()
        for length in sorted(set(lengths.tolist())):
            places = starts[lengths == length, None] + torch.arange(length, device=starts.device)
            one, two, three = (part[places].transpose(1, 2) for part in (q, k, v))  # (windows, heads, length, size)
            mixed = F.scaled_dot_product_attention(one, two, three, scale=self.stock.scaling)
            seen[places] = mixed.transpose(1, 2)
        out: Tensor = self.stock.proj(seen.flatten(1))
        return out


def quicken(network: "Qwen2_5_VLForConditionalGeneration") -> None:
    """Replaces the two parts, in place."""
    slow_again(network)
    visual: Any = network.model.visual
    visual.patch_embed = PatchProduct(visual.patch_embed)
    for number, block in enumerate(visual.blocks):
        if number not in visual.fullatt_block_indexes:
            block.attn = WindowAttention(block.attn)


def slow_again(network: "Qwen2_5_VLForConditionalGeneration") -> None:
    """Puts the stock parts back, in place: for measurements and tests."""
    visual: Any = network.model.visual
    visual.patch_embed = getattr(visual.patch_embed, "stock", visual.patch_embed)
    for block in visual.blocks:
        block.attn = getattr(block.attn, "stock", block.attn)


def eyes(network: "Qwen2_5_VLForConditionalGeneration", processor: Processor) -> Callable[[Pixels], Tensor]:
    """What shows one view to the vision tower: (tokens, hidden size) on the network's device."""

    @torch.inference_mode()
    def see(pixels: Pixels) -> Tensor:
        picture = processor.picture(pixels)
        patches, grid = picture.patches.to(network.device), picture.grid.to(network.device)
        features = network.get_image_features(patches, grid, return_dict=True).pooler_output
        return torch.cat(tuple(features))

    return see
