"""Running out of memory: how it is recognized on each device, and how what was taken is given back."""

import gc

import torch


def is_shortage(error: BaseException) -> bool:
    """Whether this is the device saying that it has too little memory."""
    # On a CPU torch raises a plain RuntimeError; its text is the only sign.
    said = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and ("DefaultCPUAllocator" in said or "CUDA out of memory" in said)
    )


def give_back(device: torch.device) -> None:
    """Frees what no variable holds any more, so that the next request finds it."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def start_watching(device: torch.device) -> None:
    """Begins a new measurement of the most GPU memory that is held."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_bytes(device: torch.device) -> int | None:
    """The most GPU memory that was held since `start_watching`; None on a CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
