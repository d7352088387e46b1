"""One row of a Qwen2.5-VL: read what is not computed yet, then add one token after the other. Knows no text.

Our own loop and not `generate`: it continues what is kept, gives the token's log-probability, stops between two
tokens or two layers, needs no thread, and reads no checkpoint's generation_config. Every position and every mask of
branches is computed here and passed on. A test holds it against `generate`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from ergo_demo.engines import Stop
from ergo_demo.engines.local_conversation import Conversation
from ergo_demo.engines.local_prefixes import Prefix
from ergo_demo.records import Pixels

if TYPE_CHECKING:
    from transformers import Qwen2_5_VLForConditionalGeneration

See: TypeAlias = Callable[[Pixels], Tensor]
"""A view as the language model reads it, (tokens, hidden size): the image processor and the vision tower."""


class Stopped(Exception):
    """Who asked wants no more, and the network was still reading."""


class Decoder:
    """Continues one row: token by token, or in several branches at once, which see the row and each only itself."""

    def __init__(
        self,
        network: "Qwen2_5_VLForConditionalGeneration",
        conversation: Conversation,
        kept: tuple[Prefix | None, int] = (None, 0),
    ) -> None:
        """`kept`: what was computed of a row, and how many of its first places this one shares."""
        from ergo_demo.engines.local_cache import continued

        self._network = network
        self._conversation = conversation
        self._marks = [*conversation.marks().tolist()]
        self._branches: list[int] = []
        # The last place is always read: what comes next stands in no cache.
        self.reused = min(kept[1], len(conversation.ids) - 1)
        self._cache = continued(kept[0], self.reused, len(network.model.language_model.layers))

    @torch.inference_mode()
    def read(self, see: See, stop: Stop = lambda: False) -> Tensor:
        """Reads what is not computed yet; the logits of what comes next, (1, vocabulary) float32. Raises Stopped."""
        positions = self._conversation.positions()
        self._next_position = int(positions.max()) + 1
        with _stoppable(self._network, stop):
            return self._forward(self._inputs(see), torch.from_numpy(positions[:, None, self.reused :]))

    @torch.inference_mode()
    def step(self, number: int) -> Tensor:
        """Adds one token; the logits of what comes next, (1, vocabulary) float32."""
        self._marks.append(number)
        inputs = self._embed([number])
        positions = torch.full((3, 1, 1), self._next_position)
        self._next_position += 1
        return self._forward(inputs, positions)

    @torch.inference_mode()
    def step_branches(self, numbers: Sequence[int], branches: Sequence[int]) -> Tensor:
        """Adds one token to each of `branches`; the logits of what comes next in each, (branches, vocabulary).

        All stand in one row, where the mask keeps each from the others: the shared prefix is neither copied nor read
        once for each, as it would be in a batch.
        """
        row = len(self._marks)
        self._branches += branches
        owner = torch.tensor(self._branches, device=self._network.device)
        seen = torch.ones(len(branches), row + len(owner), dtype=torch.bool, device=self._network.device)
        seen[:, row:] = owner == owner[-len(branches) :, None]
        positions = torch.full((3, 1, len(branches)), self._next_position)
        self._next_position += 1
        return self._forward(self._embed(numbers), positions, seen[None, None])

    def prefix(self) -> Prefix:
        """What is computed by now, to be kept."""
        places = self._cache.get_seq_length()
        layers: list[Any] = self._cache.layers
        return Prefix(np.array(self._marks[:places]), tuple((layer.keys, layer.values) for layer in layers))

    def _inputs(self, see: See) -> Tensor:
        """The embeddings of what is not computed yet, (1, places, hidden size), pictures at their places."""
        inputs = self._embed(self._conversation.ids[self.reused :])
        for picture in self._conversation.shown:
            start = max(picture.start, self.reused)
            if start < picture.end:
                features = see(picture.pixels)[start - picture.start :]
                inputs[0, start - self.reused : picture.end - self.reused] = features.to(inputs.dtype)
        return inputs

    def _embed(self, numbers: Sequence[int]) -> Tensor:
        embedded: Tensor = self._network.get_input_embeddings()(torch.tensor([[*numbers]], device=self._network.device))
        return embedded

    def _forward(self, inputs: Tensor, positions: Tensor, seen: Tensor | None = None) -> Tensor:
        masks: dict[str, Any] = {} if seen is None else {"attention_mask": {"full_attention": seen}}
        out = self._network(
            inputs_embeds=inputs,
            position_ids=positions.to(self._network.device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1 if seen is None else 0,
            **masks,
        )
        logits: Tensor = out.logits[0].float()
        return logits


@contextmanager
def _stoppable(network: "Qwen2_5_VLForConditionalGeneration", stop: Stop) -> Iterator[None]:
    """Within it, `stop` is polled before each layer: reading a large photo takes seconds."""

    def look(*_: object) -> None:
        if stop():
            raise Stopped

    layers = (*network.model.visual.blocks, *network.model.language_model.layers)
    hooks = [layer.register_forward_pre_hook(look) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
