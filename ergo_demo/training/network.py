"""The forward pass of a Qwen2.5-VL for training on two cores: the stock weights, batched differently.

transformers' vision tower loops over images, and its text model sees one question a sequence. Here the images of a
batch go through the tower together, the fixed system prompt is computed once a batch, and several questions about
one photo share its vision tokens: each question is a branch that sees the trunk and itself. A test holds the
logits against transformers' own forward pass. Modules of transformers are Any here: their parts have no types.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Qwen2_5_VLForConditionalGeneration

PATCHES_PER_TOKEN = 4
FUSED_FROM = 1_000  # patches


@dataclass(frozen=True)
class Tap:
    """One supervised attention head: `head` of decoder layer `layer`; -1 is the last one."""

    layer: int
    head: int


@dataclass
class Stream:
    """Rows of embeddings (N, L, d) with mrope positions (3, N, L); `owner` (N,): the row each stands behind."""

    embedded: Tensor
    positions: Tensor
    owner: Tensor


@dataclass
class Decoded:
    """What the decoder gave for one stream: final states (N, L, d), and those behind each layer that was asked for.

    queries: (N, L, head_dim) of each tap; keys: (N, everything seen, head_dim), what those queries can look at.
    """

    hidden: Tensor
    behind: dict[int, Tensor] = field(default_factory=dict)
    queries: dict[Tap, Tensor] = field(default_factory=dict)
    keys: dict[Tap, Tensor] = field(default_factory=dict)


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

    `bias` is added to the scores (N, heads, L, K). Written out, because the processor's fused kernel takes longer for
    heads this small, up to twice; only where the scores outgrow the caches is it quicker, up to twice.
    """
    count, heads, length, size = q.shape
    if bias is None and length >= FUSED_FROM:
        return F.scaled_dot_product_attention(q, k, v, enable_gqa=True).transpose(1, 2).flatten(2)
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


def tower(visual: Any, patches: Tensor, places: Tensor) -> Tensor:
    """Vision tokens (B, P / 4, d) from patches (B, P, 588) and their (row, column) (P, 2)."""
    embed = visual.patch_embed.proj.weight  # (h, 3, 2, 14, 14): a still image is the same frame twice
    x = F.linear(patches, embed.sum(dim=2).flatten(1))
    angles = (places[..., None].float() * visual.rotary_pos_emb.inv_freq).flatten(1)  # (P, head_dim / 2)
    cos = torch.cat((angles, angles), dim=-1).cos().to(x.dtype)
    sin = torch.cat((angles, angles), dim=-1).sin().to(x.dtype)
    for block in visual.blocks:
        heads = block.attn.num_heads
        qkv = block.attn.qkv(_norm(x, block.norm1)).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        seen = attend(_rotate(qkv[0], cos, sin), _rotate(qkv[1], cos, sin), qkv[2])
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


def _behind(before: Tensor, owner: Tensor, own: Tensor) -> Tensor:
    """Keys or values of what comes before each row of `own`, in front of its own."""
    return torch.cat((before[owner], own), dim=2)


def decode(text_model: Any, streams: Sequence[Stream], taps: Sequence[Tap], kept: Sequence[int]) -> list[Decoded]:
    """Run the decoder over a prefix, the trunks behind it, and groups of branches behind the trunks.

    Each stream sees itself, the rows of those before it that its `owner` names, and nothing else. `streams` are the
    prefix (one row), the trunks, and any number of groups; what is returned is for the trunks and each group, with the
    states behind the layers in `kept`.
    """
    x = [stream.embedded for stream in streams]
    turns = [tuple(p[:, None] for p in text_model.rotary_emb(s.embedded, s.positions)) for s in streams]
    decoded = [Decoded(part) for part in x]
    for index, layer in enumerate(text_model.layers):
        seen: list[tuple[Tensor, Tensor]] = []
        for place, stream in enumerate(streams):
            q, k, v = _project(layer, x[place], turns[place])
            if place > 0:
                k_before, v_before = seen[min(place - 1, 1)]
                k, v = _behind(k_before, stream.owner, k), _behind(v_before, stream.owner, v)
            if place < 2:
                seen.append((k, v))
            x[place] = _finish(layer, x[place], attend(q, k, v, causal_bias(q, k)))
            for tap in taps:
                if tap.layer == index:
                    head = tap.head % q.shape[1]
                    shared = head * k.shape[1] // q.shape[1]
                    decoded[place].queries[tap], decoded[place].keys[tap] = q[:, head], k[:, shared]
            if index in kept:
                decoded[place].behind[index] = x[place]
    for place, states in enumerate(x):
        decoded[place].hidden = _norm(states, text_model.norm)
    return decoded[1:]


def parts(model: Qwen2_5_VLForConditionalGeneration) -> tuple[Any, Any]:
    """The vision tower and the text model of a checkpoint."""
    return model.model.visual, model.model.language_model
