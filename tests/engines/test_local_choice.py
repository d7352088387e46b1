"""The table of which model runs where, from what the settings say and what the machine has."""

import pytest

from ergo_demo.engines.local_choice import ERGO_7B, ERGO_7B_REVISION, Machine, choose
from ergo_demo.errors import EngineUnavailable
from ergo_demo.settings import Settings

NO_GPU = Machine()


def gpu(free_gb: float, *, bits: bool = True, bf16: bool = True) -> Machine:
    return Machine("NVIDIA T4", int(free_gb * 1e9), bf16, bits)


TABLE = [
    # settings, machine -> source, device, precision
    (Settings(), NO_GPU, None, "cpu", "fp32"),
    (Settings(device="cpu"), gpu(80), None, "cpu", "fp32"),
    (Settings(), gpu(80), ERGO_7B, "cuda", "bf16"),
    (Settings(), gpu(20), ERGO_7B, "cuda", "bf16"),
    (Settings(), gpu(20, bf16=False), ERGO_7B, "cuda", "fp16"),
    (Settings(), gpu(19.9), ERGO_7B, "cuda", "int8"),
    (Settings(), gpu(13), ERGO_7B, "cuda", "int8"),
    (Settings(), gpu(12.9), ERGO_7B, "cuda", "nf4"),
    (Settings(), gpu(9), ERGO_7B, "cuda", "nf4"),
    (Settings(), gpu(8.9), None, "cuda", "bf16"),
    (Settings(), gpu(19.9, bits=False), None, "cuda", "bf16"),
    (Settings(), gpu(20, bits=False), ERGO_7B, "cuda", "bf16"),
    (Settings(quantize="nf4"), gpu(80), ERGO_7B, "cuda", "nf4"),
    (Settings(quantize="int8"), gpu(80), ERGO_7B, "cuda", "int8"),
    (Settings(quantize="int8"), gpu(10), None, "cuda", "bf16"),
    (Settings(quantize="none"), gpu(15), None, "cuda", "bf16"),
    (Settings(quantize="nf4"), NO_GPU, None, "cpu", "fp32"),
    (Settings(model="a/b"), NO_GPU, "a/b", "cpu", "fp32"),
    (Settings(model="a/b"), gpu(5), "a/b", "cuda", "bf16"),
    (Settings(model="a/b", quantize="nf4"), gpu(5), "a/b", "cuda", "nf4"),
    (Settings(model="a/b", quantize="int8"), Machine(has_bitsandbytes=True), "a/b", "cpu", "int8"),
]


@pytest.mark.parametrize(("settings", "machine", "source", "device", "precision"), TABLE)
def test_choice(settings: Settings, machine: Machine, source: str | None, device: str, precision: str) -> None:
    choice = choose(settings, machine)
    assert (choice.source, choice.device, choice.precision) == (source, device, precision)
    assert choice.reason.endswith(".")
    assert choice.reason.count(". ") == 0, "one sentence"


REASONS = [
    (Settings(), gpu(24.5), "NVIDIA T4 has 24.5 GB free, and ERGO-7B in bf16 needs 20 GB."),
    (
        Settings(),
        gpu(8.9),
        "NVIDIA T4 has 8.9 GB free, and ERGO-7B in nf4 needs 9 GB: the small embedded model runs.",
    ),
    (
        Settings(),
        gpu(12, bits=False),
        "NVIDIA T4 has 12.0 GB free, and ERGO-7B in bf16 needs 20 GB (9 GB with bitsandbytes, which is not installed):"
        " the small embedded model runs.",
    ),
    (
        Settings(device="cpu"),
        gpu(80),
        "ERGO_DEVICE is cpu, and ERGO-7B would take minutes for a photo: the small embedded model runs on the CPU.",
    ),
    (Settings(model="a/b"), NO_GPU, "ERGO_MODEL is set; it runs on the CPU in fp32."),
]


@pytest.mark.parametrize(("settings", "machine", "reason"), REASONS)
def test_the_reason_says_which_and_why(settings: Settings, machine: Machine, reason: str) -> None:
    assert choose(settings, machine).reason == reason


def test_on_zero_gpu_ergo_7b_runs_though_no_gpu_is_seen() -> None:
    choice = choose(Settings(), NO_GPU, zero_gpu=True)
    assert (choice.source, choice.device, choice.precision) == (ERGO_7B, "cuda", "bf16")
    assert choice.reason == "ERGO-7B runs on ZeroGPU in bf16."
    assert choose(Settings(model="a/b"), NO_GPU, zero_gpu=True).device == "cuda"


def test_ergo_7b_comes_in_its_pinned_revision_unless_another_is_asked_for() -> None:
    assert choose(Settings(), gpu(80)).revision == ERGO_7B_REVISION
    assert choose(Settings(revision="abc"), gpu(80)).revision == "abc"
    assert choose(Settings(revision="abc", model="a/b"), gpu(80)).revision == "abc"
    assert choose(Settings(revision="abc"), NO_GPU).revision is None


def test_what_the_machine_does_not_have_is_said() -> None:
    with pytest.raises(EngineUnavailable, match="PyTorch sees no GPU"):
        choose(Settings(device="cuda"), NO_GPU)
    with pytest.raises(EngineUnavailable, match="bitsandbytes is not installed"):
        choose(Settings(quantize="nf4"), gpu(80, bits=False))
