"""What `bench engines` asks of torch itself: threads, the vision tower against the stock one, the size of ERGO-7B."""

import os
import time
from dataclasses import replace
from statistics import median
from typing import Any

import torch

from ergo_demo.engines import Engine
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_prefixes import Prefixes
from ergo_demo.engines.local_reference import endless
from ergo_demo.engines.local_vision import quicken, slow_again
from ergo_demo.errors import EngineUnavailable

GRIDS = ((26, 38), (50, 80), (90, 90), (126, 128))
"""Rows and columns of 14-px patches: about 1,000, 4,000, 8,000 and 16,000."""

BATCHES = (8, 64)
"""Pictures at once, of the first grid each."""


def prepared(engine: Engine, threads: int | None) -> LocalEngine:
    """The local engine with replies of a fixed length. Raises EngineUnavailable for any other engine."""
    if not isinstance(engine, LocalEngine):
        raise EngineUnavailable("Only the local engine can be measured so.", remedy="Unset ERGO_ENGINE.")
    if threads:
        torch.set_num_threads(threads)
    return endless(engine)


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    cores, threads = os.cpu_count(), torch.get_num_threads()
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    words = f"{gpu or 'CPU'}, {cores} cores, {threads} threads"
    return {"words": words, "threads": threads, "torch": torch.__version__, "busy": os.getloadavg()[0]}


def vision_speedup(engine: LocalEngine, rounds: int) -> dict[str, float]:
    """Patches of one picture -> how many times as fast as the stock tower, medians; both take turns."""
    network = engine.model.network
    return {str(rows * columns): _speedup(network, (1, rows, columns), 1, rounds) for rows, columns in GRIDS}


def vision_batch_speedup(engine: LocalEngine, rounds: int) -> dict[str, float]:
    """Pictures of about 1,000 patches read at once -> the same ratio."""
    return {str(count): _speedup(engine.model.network, (1, *GRIDS[0]), count, rounds) for count in BATCHES}


@torch.inference_mode()
def _speedup(network: Any, frames_rows_columns: tuple[int, int, int], pictures: int, rounds: int) -> float:
    grid = torch.tensor([frames_rows_columns] * pictures, device=network.device)
    one_frame = torch.rand(int(grid.prod(1).sum()), 3, 1, 14 * 14, device=network.device)
    patches = one_frame.expand(-1, -1, 2, -1).flatten(1)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for number in range(-1, rounds):
        for quick in seconds:
            (quicken if quick else slow_again)(network)
            started = time.perf_counter()
            network.get_image_features(patches, grid, return_dict=True)
            _wait()
            if number >= 0:
                seconds[quick].append(time.perf_counter() - started)
    quicken(network)
    return median(seconds[False]) / median(seconds[True])


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def engine_7b(engine: LocalEngine) -> LocalEngine | None:
    """A network of ERGO-7B's size with random weights in bf16, and the embedded tokenizer; None without CUDA.

    Speed does not depend on the values of the weights.
    """
    if not torch.cuda.is_available():
        return None
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    ids = {name: getattr(engine.model.network.config, name) for name in ("image_token_id", "video_token_id")}
    config = Qwen2_5_VLConfig(text_config=TEXT_7B, vision_config=VISION_7B, tie_word_embeddings=False, **ids)
    built: Any = Qwen2_5_VLForConditionalGeneration
    with torch.device("cuda"):
        network = built._from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa")
    network.eval().requires_grad_(False)
    quicken(network)
    info = replace(engine.model.info, name="the size of ERGO-7B, random weights", device="cuda", dtype="bf16")
    prefixes = Prefixes(most_bytes=4 * 10**9)
    model = replace(engine.model, network=network, device=torch.device("cuda"), info=info, prefixes=prefixes)
    return replace(engine, model=model, info=replace(engine.info, model=info))


def decoding_limit(engine: LocalEngine) -> float:
    """Tokens per second at which decoding would only read the weights, at the bandwidth of a large copy."""
    network: Any = engine.model.network
    parts = [*network.model.language_model.layers.parameters(), *network.lm_head.parameters()]
    read_bytes: int = sum(part.nbytes for part in parts)
    one = torch.empty(2 * 10**9, dtype=torch.uint8, device="cuda")
    other = torch.empty_like(one)
    other.copy_(one)
    _wait()
    started = time.perf_counter()
    for _ in range(10):
        other.copy_(one)
    _wait()
    bytes_per_second = 10 * 2 * one.nbytes / (time.perf_counter() - started)
    limit: float = bytes_per_second / read_bytes
    return limit


def peak_memory_bytes() -> int:
    """The most GPU memory that was held."""
    return torch.cuda.max_memory_allocated()


TEXT_7B = {
    "vocab_size": 152_064,
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "max_position_embeddings": 128_000,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
}
VISION_7B = {
    "depth": 32,
    "hidden_size": 1280,
    "intermediate_size": 3420,
    "num_heads": 16,
    "out_hidden_size": 3584,
    "window_size": 112,
    "fullatt_block_indexes": [7, 15, 23, 31],
}
