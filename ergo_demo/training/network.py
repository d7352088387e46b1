"""The forward pass of a Qwen2.5-VL for training on two cores: the stock weights, batched differently.

transformers' vision tower loops over images, and its text model sees one question a sequence. Here the images of a
batch go through the tower together, the fixed system prompt is computed once a batch, and several questions about
one photo share its vision tokens: each question is a branch that sees the trunk and itself. A test holds the
logits against transformers' own forward pass. Modules of transformers are Any here: their parts have no types.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Qwen2_5_VLForConditionalGeneration

PATCHES_PER_TOKEN = 4


@dataclass(frozen=True)
class Tap:
    """One supervised attention head: `head` of decoder layer `layer`; -1 is the last one."""

    layer: int
    head: int


@dataclass
class Decoded:
    """What the decoder gave for N branches of L tokens behind B trunks of T, all behind one prefix of P tokens.

    hidden: final states of the branches (N, L, d). early: those of trunks (B, T, d) and branches at an early layer.
    queries: (N, L, head_dim) of each tap; keys: (N, P + T + L, head_dim), what those queries can look at.
    """

    hidden: Tensor
    early: tuple[Tensor, Tensor]
    queries: dict[Tap, Tensor]
    keys: dict[Tap, Tensor]


def _norm(x: Tensor, norm: Any) -> Tensor:
    out: Tensor = F.rms_norm(x, (x.shape[-1],), norm.weight.to(x.dtype), norm.variance_epsilon)
    # Once here, or autocast does it again for every projection that reads it.
    return out.to(torch.get_autocast_dtype("cpu")) if torch.is_autocast_enabled("cpu") else out


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


def _mlp(block: Any, x: Tensor) -> Tensor:
    out: Tensor = block.down_proj(F.silu(block.gate_proj(x)) * block.up_proj(x))
    return out


def cell_order(columns: int, rows: int) -> Tensor:
    """(row, column) of each 14-px patch in the order of Qwen's processor: cell by cell, 2 x 2 inside."""
    grid = torch.stack(torch.meshgrid(torch.arange(2 * rows), torch.arange(2 * columns), indexing="ij"), dim=-1)
    return grid.view(rows, 2, columns, 2, 2).permute(0, 2, 1, 3, 4).reshape(-1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """Attention (N, L, heads * head_dim) of q (N, heads, L, h) over k, v (N, key heads, K, h).

    `bias` is added to the scores (N, heads, L, K). Written out, because the processor's fused kernel takes two to
    three times as long for heads this small.
    """
    count, heads, length, size = q.shape
    groups, seen = k.shape[1], k.shape[2]
    scores = ((q * size**-0.5).reshape(count, groups, -1, size) @ k.transpose(2, 3)).view(count, heads, length, seen)
    shares: Tensor = (scores if bias is None else scores + bias).softmax(-1)
    mixed: Tensor = shares.view(count, groups, -1, seen) @ v
    return mixed.view(count, heads, length, size).transpose(1, 2).flatten(2)


def causal_bias(q: Tensor, k: Tensor) -> Tensor:
    """What keeps queries from later keys, where the last keys are the queries' own: (L, K)."""
    length, seen = q.shape[2], k.shape[2]
    future = torch.ones(length, seen, dtype=torch.bool).triu(seen - length + 1)
    return torch.zeros(length, seen, dtype=q.dtype).masked_fill_(future, float("-inf"))


def tower(visual: Any, patches: Tensor, places: Tensor, real: Tensor | None) -> Tensor:
    """Vision tokens (B, P / 4, d) from patches (B, P, 588), their (row, column) (B, P, 2) and which are real."""
    embed = visual.patch_embed.proj.weight  # (h, 3, 2, 14, 14): a still image is the same frame twice
    x = F.linear(patches, embed.sum(dim=2).flatten(1))
    angles = (places[..., None].float() * visual.rotary_pos_emb.inv_freq).flatten(2)  # (B, P, head_dim / 2)
    cos = torch.cat((angles, angles), dim=-1).cos()[:, None].to(x.dtype)
    sin = torch.cat((angles, angles), dim=-1).sin()[:, None].to(x.dtype)
    bias = None if real is None else torch.zeros(real.shape).masked_fill_(~real, float("-inf"))[:, None, None]
    for block in visual.blocks:
        heads = block.attn.num_heads
        qkv = block.attn.qkv(_norm(x, block.norm1)).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        blind = None if bias is None else bias.to(qkv.dtype)
        seen = attend(_rotate(qkv[0], cos, sin), _rotate(qkv[1], cos, sin), qkv[2], blind)
        x = x + block.attn.proj(seen)
        x = x + _mlp(block.mlp, _norm(x, block.norm2))
    merged = _norm(x, visual.merger.ln_q).reshape(x.shape[0], x.shape[1] // PATCHES_PER_TOKEN, -1)
    out: Tensor = visual.merger.mlp(merged)
    return out


def _project(layer: Any, x: Tensor, turn: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Rotated queries and keys, and values, each (N, heads, L, head_dim)."""
    attention = layer.self_attn
    normed = _norm(x, layer.input_layernorm)
    split = (attention.q_proj(normed), attention.k_proj(normed), attention.v_proj(normed))
    q, k, v = (part.unflatten(-1, (-1, attention.head_dim)).transpose(1, 2) for part in split)
    return _rotate(q, *turn), _rotate(k, *turn), v


def _finish(layer: Any, x: Tensor, seen: Tensor) -> Tensor:
    x = x + layer.self_attn.o_proj(seen)
    return x + _mlp(layer.mlp, _norm(x, layer.post_attention_layernorm))


def _behind(before: Tensor, own: Tensor) -> Tensor:
    """Keys or values of what comes before, repeated for each row of `own`, in front of its own."""
    return torch.cat((before.repeat_interleave(own.shape[0] // before.shape[0], dim=0), own), dim=2)


def decode(
    text_model: Any, streams: Sequence[Tensor], positions: Sequence[Tensor], taps: Sequence[Tap], early_layer: int
) -> Decoded:
    """Run the decoder over three streams of embeddings: prefix (1, P, d), trunks (B, T, d), branches (N, L, d).

    Each stream sees itself and those before it; N is a multiple of B, and B of 1. `positions` are mrope's, (3, rows,
    tokens) for each stream.
    """
    x = list(streams)
    turns = [tuple(p[:, None] for p in text_model.rotary_emb(part, at)) for part, at in zip(x, positions, strict=True)]
    queries: dict[Tap, Tensor] = {}
    keys: dict[Tap, Tensor] = {}
    early = x[1], x[2]
    for index, layer in enumerate(text_model.layers):
        k_before: Tensor | None = None
        v_before: Tensor | None = None
        for stream in range(len(x)):
            q, k, v = _project(layer, x[stream], turns[stream])
            if k_before is not None and v_before is not None:
                k, v = _behind(k_before, k), _behind(v_before, v)
            x[stream] = _finish(layer, x[stream], attend(q, k, v, causal_bias(q, k)))
            k_before, v_before = k, v
        for tap in taps:
            if tap.layer == index:  # q and k are the branches' here: the last stream
                head = tap.head % q.shape[1]
                queries[tap], keys[tap] = q[:, head], k[:, head * k.shape[1] // q.shape[1]]
        if index == early_layer:
            early = x[1], x[2]
    return Decoded(_norm(x[2], text_model.norm), early, queries, keys)


def parts(model: Qwen2_5_VLForConditionalGeneration) -> tuple[Any, Any]:
    """The vision tower and the text model of a checkpoint."""
    return model.model.visual, model.model.language_model
