"""Which checkpoint runs, where, and in which number format: decided from the settings and what the machine has.

Pure: takes values and returns a value. Knows neither torch nor the hub, and touches no file.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ergo_demo.errors import EngineUnavailable
from ergo_demo.settings import Settings

Dtype: TypeAlias = Literal["bf16", "fp16", "fp32"]
Quantize: TypeAlias = Literal["none", "int8", "nf4"]

ERGO_7B = "nota-ai/ERGO-7B"

ERGO_7B_REVISION = "main"
"""To be pinned to a commit once one can be read from the hub; the commit that was loaded stands in every trace."""

FREE_GB_NEEDED: dict[Quantize, int] = {"none": 20, "int8": 13, "nf4": 9}
"""Free GPU memory (1e9 bytes) that ERGO-7B needs: its weights, and both looks beside them."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides which model fits: one GPU or none, and what is installed to make a model smaller."""

    gpu: str | None = None
    """The name of the GPU, None where there is none."""
    free_bytes: int = 0
    """GPU memory that nobody holds."""
    has_bf16: bool = False
    """Whether the GPU computes in bfloat16."""
    has_bitsandbytes: bool = False
    free_ram_bytes: int | None = None
    """Memory of the CPU that a program can take; None where the system does not say."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to load. `source` is a folder or a hub id, None for the embedded checkpoint."""

    source: str | None
    revision: str | None
    device: str
    dtype: Dtype
    quantize: Quantize
    reason: str

    @property
    def precision(self) -> str:
        """The number format as it is shown: what the weights are held in."""
        return self.dtype if self.quantize == "none" else self.quantize


def choose(settings: Settings, machine: Machine, *, zero_gpu: bool = False) -> Choice:
    """The model for these settings on this machine.

    On ZeroGPU the GPU's memory cannot be asked for outside a call, and is always enough for ERGO-7B. Raises
    EngineUnavailable when a device or a quantization is asked for that the machine does not have.

    >>> choose(Settings(), Machine()).reason
    'There is no GPU here, and ERGO-7B would take minutes for a photo: the small embedded model runs on the CPU.'
    """
    device = "cuda" if zero_gpu else _device(settings, machine)
    chosen = Choice(
        source=settings.model,
        revision=settings.revision,
        device=device,
        dtype="fp32" if device == "cpu" else "bf16" if machine.has_bf16 or zero_gpu else "fp16",
        quantize=settings.quantize or "none",
        reason="",
    )
    if settings.model is not None:
        place = "CPU" if device == "cpu" else "GPU"
        chosen = replace(chosen, reason=f"ERGO_MODEL is set; it runs on the {place} in {chosen.precision}.")
    elif zero_gpu:
        chosen = replace(_ergo_7b(chosen), reason=f"ERGO-7B runs on ZeroGPU in {chosen.precision}.")
    else:
        chosen = _by_memory(chosen, settings, machine)
    if chosen.quantize != "none" and not machine.has_bitsandbytes:
        raise EngineUnavailable(
            f"ERGO_QUANTIZE is {chosen.quantize}, and bitsandbytes is not installed.",
            remedy="Install it (pip install bitsandbytes accelerate), or unset ERGO_QUANTIZE.",
        )
    return chosen


def _device(settings: Settings, machine: Machine) -> str:
    device = settings.device or ("cuda" if machine.gpu else "cpu")
    if device == "cuda" and machine.gpu is None:
        raise EngineUnavailable(
            "ERGO_DEVICE is cuda, and PyTorch sees no GPU.",
            remedy="Unset ERGO_DEVICE, or install a PyTorch that supports this GPU.",
        )
    return device


def _ergo_7b(choice: Choice) -> Choice:
    return replace(choice, source=ERGO_7B, revision=choice.revision or ERGO_7B_REVISION)


def _by_memory(choice: Choice, settings: Settings, machine: Machine) -> Choice:
    """ERGO-7B in the best format that fits, else the embedded checkpoint, which is never quantized."""
    tiny = replace(choice, revision=None, quantize="none")
    if choice.device == "cpu":
        why = "There is no GPU here" if machine.gpu is None else "ERGO_DEVICE is cpu"
        cost = "and ERGO-7B would take minutes for a photo: the small embedded model runs on the CPU."
        return replace(tiny, reason=f"{why}, {cost}")
    formats: list[Quantize] = [settings.quantize] if settings.quantize else _affordable_formats(machine)
    free = f"{machine.gpu} has {machine.free_bytes / 1e9:.1f} GB free"
    for quantize in formats:
        if machine.free_bytes >= FREE_GB_NEEDED[quantize] * 1e9:
            fitting = replace(_ergo_7b(choice), quantize=quantize)
            needs = f"ERGO-7B in {fitting.precision} needs {FREE_GB_NEEDED[quantize]} GB"
            return replace(fitting, reason=f"{free}, and {needs}.")
    least = replace(choice, quantize=formats[-1])
    needs = f"ERGO-7B in {least.precision} needs {FREE_GB_NEEDED[least.quantize]} GB"
    if settings.quantize is None and not machine.has_bitsandbytes:
        needs += f" ({FREE_GB_NEEDED['nf4']} GB with bitsandbytes, which is not installed)"
    return replace(tiny, reason=f"{free}, and {needs}: the small embedded model runs.")


def _affordable_formats(machine: Machine) -> list[Quantize]:
    return ["none", "int8", "nf4"] if machine.has_bitsandbytes else ["none"]
