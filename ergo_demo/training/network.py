"""The forward pass of a Qwen2.5-VL for training on two cores: the stock weights, batched differently.

transformers' vision tower loops over images, and its text model sees one question a sequence. Here the images of a
batch go through the tower together, the fixed system prompt is computed once a batch, and several questions about
one photo share its vision tokens: each question is a branch that sees the trunk and itself. A test holds the
logits against transformers' own forward pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Qwen2_5_VLForConditionalGeneration

PATCHES_PER_TOKEN = 4


@dataclass(frozen=True)
class Tap:
    """One supervised attention head: `head` of decoder layer `layer`."""

    layer: int
    head: int


@dataclass
class Decoded:
    """What the decoder gave: final hidden states (B, L, d), early ones, and each tap's queries and keys."""

    hidden: Tensor
    early: Tensor
    queries: dict[Tap, Tensor]  # (B, L, head_dim)
    keys: dict[Tap, Tensor]  # (B, prefix + L, head_dim)


def _norm(x: Tensor, norm: nn.Module) -> Tensor:
    out: Tensor = F.rms_norm(x, (x.shape[-1],), norm.weight.to(x.dtype), norm.variance_epsilon)
    return out


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


def _mlp(block: nn.Module, x: Tensor) -> Tensor:
    out: Tensor = block.down_proj(F.silu(block.gate_proj(x)) * block.up_proj(x))
    return out


def cell_order(columns: int, rows: int) -> Tensor:
    """(row, column) of each 14-px patch in the order of Qwen's processor: cell by cell, 2 x 2 inside."""
    grid = torch.stack(torch.meshgrid(torch.arange(2 * rows), torch.arange(2 * columns), indexing="ij"), dim=-1)
    return grid.view(rows, 2, columns, 2, 2).permute(0, 2, 1, 3, 4).reshape(-1, 2)


def tower(visual: nn.Module, patches: Tensor, places: Tensor, real: Tensor | None) -> Tensor:
    """Vision tokens (B, P / 4, d) from patches (B, P, 588), their (row, column) (B, P, 2) and which are real."""
    embed = visual.patch_embed.proj.weight  # (h, 3, 2, 14, 14): a still image is the same frame twice
    x = F.linear(patches, embed.sum(dim=2).flatten(1))
    angles = (places[..., None].float() * visual.rotary_pos_emb.inv_freq).flatten(2)  # (B, P, head_dim / 2)
    cos = torch.cat((angles, angles), dim=-1).cos()[:, None].to(x.dtype)
    sin = torch.cat((angles, angles), dim=-1).sin()[:, None].to(x.dtype)
    mask = None if real is None else real[:, None, None, :]
    for block in visual.blocks:
        heads = block.attn.num_heads
        qkv = block.attn.qkv(_norm(x, block.norm1)).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(_rotate(qkv[0], cos, sin), _rotate(qkv[1], cos, sin), qkv[2], mask)
        x = x + block.attn.proj(seen.transpose(1, 2).flatten(2))
        x = x + _mlp(block.mlp, _norm(x, block.norm2))
    merged = _norm(x, visual.merger.ln_q).reshape(x.shape[0], x.shape[1] // PATCHES_PER_TOKEN, -1)
    out: Tensor = visual.merger.mlp(merged)
    return out


def _heads(layer: nn.Module, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    attention = layer.self_attn
    normed = _norm(x, layer.input_layernorm)
    split = (attention.q_proj(normed), attention.k_proj(normed), attention.v_proj(normed))
    q, k, v = (part.unflatten(-1, (-1, attention.head_dim)).transpose(1, 2) for part in split)
    return _rotate(q, cos, sin), _rotate(k, cos, sin), v


def _finish(layer: nn.Module, x: Tensor, seen: Tensor) -> Tensor:
    x = x + layer.self_attn.o_proj(seen.transpose(1, 2).flatten(2))
    return x + _mlp(layer.mlp, _norm(x, layer.post_attention_layernorm))


def _spread(keys: Tensor, groups: int, batch: int) -> Tensor:
    """Key or value heads repeated for their query heads, and a shared prefix for the batch."""
    return keys.repeat_interleave(groups, dim=1).expand(batch, -1, -1, -1)


def decode(
    text_model: nn.Module,
    prefix: Tensor,
    x: Tensor,
    positions: Tensor,
    mask: Tensor,
    taps: Sequence[Tap],
    early_layer: int,
) -> Decoded:
    """Run the decoder over embeddings x (B, L, d) behind a shared prefix (1, p, d).

    `positions` is (3, B, L) as mrope wants it, the prefix's being 0..p-1; `mask` (B, L, p + L) says who sees whom.
    """
    batch, ahead = x.shape[0], prefix.shape[1]
    before = torch.arange(ahead).expand(3, 1, ahead)
    cos0, sin0 = (part[:, None].to(x.dtype) for part in text_model.rotary_emb(prefix, before))
    cos, sin = (part[:, None].to(x.dtype) for part in text_model.rotary_emb(x, positions))
    queries: dict[Tap, Tensor] = {}
    keys: dict[Tap, Tensor] = {}
    early = x
    # One additive mask for all layers: turning a bool mask into one costs as much as the attention itself.
    bias = torch.zeros(
        mask.shape, dtype=torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
    )
    bias = bias.masked_fill_(~mask, float("-inf"))[:, None]
    for index, layer in enumerate(text_model.layers):
        q0, k0, v0 = _heads(layer, prefix, cos0, sin0)
        q, k, v = _heads(layer, x, cos, sin)
        groups = q.shape[1] // k.shape[1]
        k0, v0, k, v = (_spread(part, groups, len(part)) for part in (k0, v0, k, v))
        all_keys = torch.cat((k0.expand(batch, -1, -1, -1), k), dim=2)
        all_values = torch.cat((v0.expand(batch, -1, -1, -1), v), dim=2)
        seen = F.scaled_dot_product_attention(q, all_keys, all_values, bias)
        for tap in taps:
            if tap.layer == index:
                queries[tap], keys[tap] = q[:, tap.head], all_keys[:, tap.head]
        x = _finish(layer, x, seen)
        prefix = _finish(layer, prefix, F.scaled_dot_product_attention(q0, k0, v0, is_causal=True))
        if index == early_layer:
            early = x
    return Decoded(_norm(x, text_model.norm), early, queries, keys)


def parts(model: Qwen2_5_VLForConditionalGeneration) -> tuple[nn.Module, nn.Module]:
    """The vision tower and the text model of a checkpoint."""
    return model.model.visual, model.model.language_model
