"""Running out of memory: how it is recognized on each device, and how what was taken is given back."""

import gc
from pathlib import Path

import torch

_CONTAINER = (  # the most that a container may hold, and what it holds: control groups version 2, version 1
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


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


def free_ram_bytes() -> int | None:
    """What a program can take of the CPU's memory, in a container too; None where the system does not say."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.is_file():
        return None
    lines = dict(line.split(":", 1) for line in meminfo.read_text("utf-8").splitlines())
    available = int(lines["MemAvailable"].split()[0]) * 1024
    free = [available]
    for most, held in _CONTAINER:
        limit = Path(most).read_text("utf-8").strip() if Path(most).is_file() else "max"
        if limit.isdecimal() and Path(held).is_file():
            free.append(int(limit) - int(Path(held).read_text("utf-8")))
    return max(0, min(free))


def start_watching(device: torch.device) -> None:
    """Begins a new measurement of the most GPU memory that is held."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_bytes(device: torch.device) -> int | None:
    """The most GPU memory that was held since `start_watching`; None on a CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
