"""Loads what local_choice chose: checks the folder, reads the weights, and turns what can go wrong into a remedy."""

import hashlib
import importlib.util
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from pydantic import TypeAdapter, ValidationError

from ergo_demo.engines.local_choice import Choice, Machine
from ergo_demo.engines.local_hub import Announce, Hub, folder_of
from ergo_demo.engines.local_memory import free_ram_bytes, is_shortage
from ergo_demo.engines.local_prefixes import Prefixes
from ergo_demo.engines.local_processor import Processor
from ergo_demo.engines.local_vision import quicken
from ergo_demo.errors import EngineUnavailable, ModelNotFound, OutOfMemory
from ergo_demo.geometry import LEAST_TOKENS
from ergo_demo.records import ModelInfo

if TYPE_CHECKING:
    from transformers import Qwen2_5_VLForConditionalGeneration

EMBEDDED = Path(__file__).parents[2] / "assets" / "models" / "ergo-tiny"

PARTS = {
    "weights": ("*.safetensors",),
    "tokenizer": ("tokenizer.json", "vocab.json"),
    "image processor": ("processor_config.json", "preprocessor_config.json"),
}
"""What a checkpoint needs beside its config.json, and the files that each may be in."""

MOST_HASHED_BYTES = 100_000_000
"""Larger weights are not read a second time only to name them."""


@dataclass(frozen=True, slots=True)
class MadeFor:
    """What a checkpoint says about itself in ergo.json; the defaults are ERGO-7B's, as its authors run it."""

    name: str | None = None
    coarse_budget_tokens: int = 1280
    zoom_budget_tokens: int = 1280
    max_new_tokens: int = 1024
    zoom_least_tokens: int = LEAST_TOKENS


@dataclass(frozen=True)
class LoadedModel:
    """Weights and processor of one checkpoint on one device. Who computes with them holds `lock`."""

    network: "Qwen2_5_VLForConditionalGeneration"
    processor: Processor
    device: torch.device
    info: ModelInfo
    made_for: MadeFor
    lock: threading.Lock = field(default_factory=threading.Lock)
    prefixes: Prefixes = field(default_factory=Prefixes)


def this_machine(*, zero_gpu: bool) -> Machine:
    """What this machine has. On ZeroGPU nothing is asked of CUDA, which exists only inside a call."""
    has_bitsandbytes = all(importlib.util.find_spec(name) is not None for name in ("bitsandbytes", "accelerate"))
    if zero_gpu or not torch.cuda.is_available():
        return Machine(has_bitsandbytes=has_bitsandbytes, free_ram_bytes=free_ram_bytes())
    free_bytes, _total = torch.cuda.mem_get_info()
    has_bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return Machine(torch.cuda.get_device_name(), free_bytes, has_bf16, has_bitsandbytes, free_ram_bytes())


def load(choice: Choice, machine: Machine, hub: Hub, announce: Announce) -> LoadedModel:
    """The chosen checkpoint, ready to compute. Raises ModelNotFound, EngineUnavailable or OutOfMemory."""
    check_torchvision()
    folder = _embedded() if choice.source is None else folder_of(choice.source, choice.revision, hub, announce)
    made_for = _check_folder(folder)
    _check_ram(folder, choice, machine)
    with _remedies(folder):
        processor = Processor.load(folder)
        network = _network(folder, choice)
    if network.config.image_token_id != processor.image_token_id:
        raise EngineUnavailable(
            f"In {folder.name} the network and the tokenizer disagree about which token is an image.",
            remedy="Take both from the same checkpoint.",
        )
    info = ModelInfo(
        name=made_for.name or (choice.source or folder.name).rstrip("/").rpartition("/")[2],
        revision=_revision(folder),
        device="CPU" if choice.device == "cpu" else machine.gpu or "ZeroGPU",
        dtype=choice.precision,
    )
    return LoadedModel(network, processor, torch.device(choice.device), info, made_for)


def check_torchvision() -> None:
    """Raises EngineUnavailable when a torchvision is installed that cannot be imported.

    transformers only looks whether the package is there, and then fails far from the cause.
    """
    if importlib.util.find_spec("torchvision") is None:
        return
    try:
        import torchvision  # type: ignore[import-not-found, unused-ignore]  # noqa: F401 - not one of ours
    except Exception as error:
        raise EngineUnavailable(
            f"torchvision is installed, and cannot be imported: {_first_line(error)}.",
            remedy="Remove it (pip uninstall torchvision); ERGO Demo does not need it.",
        ) from error


def _embedded() -> Path:
    if not (EMBEDDED / "config.json").is_file():
        raise ModelNotFound(
            "The embedded checkpoint (assets/models/ergo-tiny) is not there.",
            remedy="Start from a complete checkout, or set ERGO_MODEL to a folder or a model on the hub.",
        )
    return EMBEDDED


def _check_folder(folder: Path) -> MadeFor:
    """What the folder was made for. Raises EngineUnavailable or ModelNotFound unless it is a whole Qwen2.5-VL."""
    kind = _read_json(folder / "config.json").get("model_type")
    if kind != "qwen2_5_vl":
        raise EngineUnavailable(
            f"{folder.name} is no Qwen2.5-VL: its model type is {kind!r}.",
            remedy="Set ERGO_MODEL to a Qwen2.5-VL checkpoint, or unset it.",
        )
    for part, patterns in PARTS.items():
        if not any(path for pattern in patterns for path in folder.glob(pattern)):
            raise ModelNotFound(
                f"{folder.name} has no {part} ({' or '.join(patterns)}).",
                remedy="Set ERGO_MODEL to the folder of a whole checkpoint.",
            )
    if not (folder / "ergo.json").is_file():
        return MadeFor()
    try:
        return TypeAdapter(MadeFor).validate_python(_read_json(folder / "ergo.json"))
    except ValidationError as error:
        raise _unreadable(folder, error) from error


def _check_ram(folder: Path, choice: Choice, machine: Machine) -> None:
    """Raises OutOfMemory before the system would end this process without a word, as Linux does."""
    if choice.device != "cpu" or choice.quantize != "none" or machine.free_ram_bytes is None:
        return
    config = _read_json(folder / "config.json")
    bytes_per_weight = 4 if config.get("dtype", config.get("torch_dtype")) == "float32" else 2
    weights = sum(path.stat().st_size for path in folder.glob("*.safetensors")) // bytes_per_weight
    if weights * 4 > machine.free_ram_bytes:
        smaller = "set ERGO_QUANTIZE=nf4, or " if machine.has_bitsandbytes else ""
        raise OutOfMemory(
            f"{folder.name} needs {weights * 4 / 1e9:.1f} GB of memory on a CPU, and "
            f"{machine.free_ram_bytes / 1e9:.1f} GB are free.",
            remedy=f"Close what else uses it, or {smaller}start without ERGO_MODEL.",
        )


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ModelNotFound(
            f"{path.parent.name} holds no checkpoint: it has no {path.name}.",
            remedy="Set ERGO_MODEL to the folder with config.json and *.safetensors.",
        )
    try:
        return TypeAdapter(dict[str, Any]).validate_python(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise _unreadable(path, error) from error


def _network(folder: Path, choice: Choice) -> "Qwen2_5_VLForConditionalGeneration":
    from transformers import Qwen2_5_VLForConditionalGeneration

    if choice.quantize == "int8":
        # bitsandbytes says at every layer of every token that it computes in fp16.
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
    options: dict[str, Any] = {}
    if choice.quantize != "none":
        options = {"quantization_config": _quantization(choice), "device_map": {"": choice.device}}
    read: Any = Qwen2_5_VLForConditionalGeneration.from_pretrained  # typed as if it never gave the loading info
    with _quiet_loading():
        network, found = read(
            folder,
            dtype=_torch_dtype(choice),  # said outright: a bf16 file is slower than fp32 on most CPUs
            attn_implementation="sdpa",
            use_safetensors=True,
            local_files_only=True,
            ignore_mismatched_sizes=True,  # said below, by name, with those that are missing
            output_loading_info=True,
            **options,
        )
    # transformers fills what is missing with random numbers, and only logs it.
    lacking = sorted({*found["missing_keys"], *(name for name, *_shapes in found["mismatched_keys"])})
    if lacking:
        raise ValueError(f"{len(lacking)} weights are missing or have another shape, among them {lacking[0]}")
    placed: Qwen2_5_VLForConditionalGeneration = network if options else network.to(choice.device)
    placed.requires_grad_(False)
    quicken(placed)
    return placed


def _torch_dtype(choice: Choice) -> torch.dtype:
    return {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}[choice.dtype]


def _quantization(choice: Choice) -> Any:
    from transformers import BitsAndBytesConfig

    # "visual" alone would match nothing: the tower's modules begin with "model.visual" in transformers 5.
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call] # transformers leaves its annotations out
        load_in_8bit=choice.quantize == "int8",
        load_in_4bit=choice.quantize == "nf4",
        llm_int8_skip_modules=["model.visual", "lm_head"],
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=_torch_dtype(choice),
    )


@contextmanager
def _quiet_loading() -> Iterator[None]:
    """Without transformers' bar for reading weights, which garbles the start-up lines; as it was, afterwards."""
    from transformers.utils import logging as bars

    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()  # type: ignore[no-untyped-call] # transformers leaves its annotations out
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()  # type: ignore[no-untyped-call] # as above


@contextmanager
def _remedies(folder: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # what reads a foreign file fails with anything: tokenizers raises Exception itself
        if not is_shortage(error):
            raise _unreadable(folder, error) from error
        raise OutOfMemory(
            f"There is too little memory to load {folder.name}.",
            remedy="Close what else uses it, or start without ERGO_MODEL.",
        ) from error


def _unreadable(path: Path, error: Exception) -> EngineUnavailable:
    return EngineUnavailable(
        f"{path.name} cannot be read: {_first_line(error)}.",
        remedy="Download or copy the checkpoint again; a file of it is damaged or missing.",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".:! ")


def _revision(folder: Path) -> str:
    """The commit for a download (the cache names its folders so), else what the weights are."""
    if folder.parent.name == "snapshots":
        return folder.name
    weights = sorted(folder.glob("*.safetensors"))
    if sum(path.stat().st_size for path in weights) > MOST_HASHED_BYTES:
        return "local folder"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in weights))
    return f"sha256:{digest.hexdigest()[:12]}"
