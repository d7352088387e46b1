"""The reference implementation's flow, for measurements: stock `generate`, everything encoded again at each stage.

ERGO's own evaluation sends the whole conversation, both pictures in it, to the model a second time. The same is done
here with the ids of our processor, so that the tokens can be compared. Never used to answer anybody.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_conversation import Conversation
from ergo_demo.engines.local_processor import Processor
from ergo_demo.records import Sampling


class EndlessProcessor(Processor):
    """No id ends a reply: every one has as many tokens as it may have, which is what a measurement needs."""

    @property
    def end_ids(self) -> frozenset[int]:
        """None."""
        return frozenset()


def endless(engine: LocalEngine) -> LocalEngine:
    """The same weights, with replies of exactly max_new_tokens, and nothing kept yet."""
    model = engine.model
    processor = EndlessProcessor(model.processor._tokenizer, model.processor._images)
    kept = type(model.prefixes)(model.prefixes.most, model.prefixes.most_bytes)
    return replace(engine, model=replace(model, processor=processor, prefixes=kept))


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` gave: new ids of each sequence, seconds to the first token (of one sequence) and in all."""

    ids: list[list[int]]
    first_token_seconds: float
    seconds: float


class _Clock:
    """A streamer that writes down when tokens come."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, _ids: torch.Tensor) -> None:
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Nothing is left to say."""


@torch.inference_mode()
def generate(engine: LocalEngine, row: Conversation, sampling: Sampling, sequences: int = 1) -> Generated:
    """One stage of the reference's flow: all pictures of `row` through the tower, all ids read, replies drawn."""
    from transformers import GenerationConfig

    network: Any = engine.model.network
    processor = engine.model.processor
    config: Any = GenerationConfig
    started = time.perf_counter()
    pictures = [processor.picture(shown.pixels) for shown in row.shown]
    ids = torch.tensor([row.ids], device=network.device)
    clock = _Clock()
    network.model.rope_deltas = None
    warm = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
    out = network.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        mm_token_type_ids=(ids == processor.image_token_id).int(),
        pixel_values=torch.cat([picture.patches for picture in pictures]).to(network.device, network.dtype),
        image_grid_thw=torch.cat([picture.grid for picture in pictures]).to(network.device),
        streamer=clock if sequences == 1 else None,
        generation_config=config(
            max_new_tokens=sampling.max_new_tokens,
            repetition_penalty=1.0,
            # Without any, generate would take the checkpoint's: one that is suppressed never comes.
            eos_token_id=[*processor.end_ids] or processor.unspeakable_ids[:1],
            pad_token_id=0,
            suppress_tokens=processor.unspeakable_ids,
            num_return_sequences=sequences,
            **(warm if sampling.temperature else {"do_sample": False}),
        ),
    )
    ended = time.perf_counter()
    first = clock.times[1] - started if sequences == 1 else float("nan")
    said: list[list[int]] = out[:, len(row.ids) :].tolist()
    return Generated(said, first, ended - started)


def numbers_of(tokens: Sequence[Any]) -> list[int | None]:
    """The ids of a reply's tokens."""
    return [token.number for token in tokens]
