"""One reply of a Qwen2.5-VL: read the conversation once, then draw one token after the other. Knows no text.

Our own loop and not `generate`: it gives the token's log-probability, stops between two tokens, needs no thread, and
reads no checkpoint's generation_config. Every position is computed here and passed on, so that nothing depends on
what the network remembers of an earlier request (its rope_deltas). A test holds it against `generate`.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ergo_demo.engines.local_processor import Picture
from ergo_demo.records import Sampling

if TYPE_CHECKING:
    from transformers import Qwen2_5_VLForConditionalGeneration


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture after the vision tower: computed once, read by every later turn."""

    features: Tensor
    """(tokens, hidden size), on the network's device."""
    grid: Tensor
    """(1, 3): frames, rows and columns of 14-px patches."""


@dataclass
class Conversation:
    """All that was said and shown so far, as the network reads it."""

    ids: list[int] = field(default_factory=list)
    pictures: list[Seen] = field(default_factory=list)


class Decoder:
    """Continues one conversation, token by token."""

    def __init__(self, network: "Qwen2_5_VLForConditionalGeneration", conversation: Conversation) -> None:
        from transformers import DynamicCache

        self._network = network
        self._conversation = conversation
        self._cache = DynamicCache(config=network.config)
        self._next_position = 0

    @torch.inference_mode()
    def read(self) -> Tensor:
        """Reads the whole conversation; the logits of what comes next, (vocabulary) float32."""
        device = self._network.device
        ids = torch.tensor([self._conversation.ids], device=device)
        inputs = self._network.get_input_embeddings()(ids)
        is_image = ids == self._network.config.image_token_id
        pictures = self._conversation.pictures
        if pictures:
            features = torch.cat([seen.features for seen in pictures]).to(inputs.dtype)
            inputs = inputs.masked_scatter(is_image.unsqueeze(-1), features)
            grids = torch.cat([seen.grid for seen in pictures])
            positions, _deltas = self._network.model.get_rope_index(ids, is_image.int(), image_grid_thw=grids)
        else:
            positions = torch.arange(ids.shape[1], device=device).expand(3, 1, -1)
        # A picture takes as many positions as its longer side has tokens, so this is not the number of ids.
        self._next_position = int(positions.max()) + 1
        return self._forward(inputs, positions)

    @torch.inference_mode()
    def step(self, number: int) -> Tensor:
        """Adds one token; the logits of what comes next, (vocabulary) float32."""
        device = self._network.device
        inputs = self._network.get_input_embeddings()(torch.tensor([[number]], device=device))
        positions = torch.full((3, 1, 1), self._next_position, device=device)
        self._next_position += 1
        return self._forward(inputs, positions)

    def _forward(self, inputs: Tensor, positions: Tensor) -> Tensor:
        out = self._network(
            inputs_embeds=inputs,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: Tensor = out.logits[0, -1].float()
        return logits


@torch.inference_mode()
def see(network: "Qwen2_5_VLForConditionalGeneration", picture: Picture) -> Seen:
    """Shows one picture to the vision tower."""
    grid = picture.grid.to(network.device)
    features = network.get_image_features(picture.patches.to(network.device), grid, return_dict=True).pooler_output
    return Seen(torch.cat(tuple(features)), grid)


class Sampler:
    """Draws a token from logits. A generator of its own: the same seed gives the same reply, whoever else draws."""

    def __init__(self, sampling: Sampling, unspeakable_ids: list[int], device: torch.device) -> None:
        self._sampling = sampling
        self._unspeakable = torch.tensor(unspeakable_ids, device=device)
        self._random = torch.Generator(device).manual_seed(sampling.seed)

    @torch.inference_mode()
    def draw(self, logits: Tensor) -> tuple[int, float]:
        """(token id, its log-probability under the network itself: neither temperature nor top-p is in it)."""
        allowed = logits.index_fill(0, self._unspeakable, -torch.inf)
        chosen = allowed.argmax() if self._sampling.temperature == 0 else self._sample(allowed)
        logprob = logits[chosen] - logits.logsumexp(0)
        # One transfer for both: each one makes the GPU wait.
        number, logprob_value = torch.stack([chosen.double(), logprob.double()]).tolist()
        return int(number), logprob_value

    def _sample(self, logits: Tensor) -> Tensor:
        shares, order = (logits / self._sampling.temperature).softmax(0).sort(descending=True)
        # The likeliest tokens whose shares reach top_p, the one that crosses it included.
        beyond = shares.cumsum(0) - shares >= self._sampling.top_p
        drawn = torch.multinomial(shares.masked_fill(beyond, 0.0), 1, generator=self._random)
        return order[drawn].squeeze(0)
