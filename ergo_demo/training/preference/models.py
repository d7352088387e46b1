"""Weights and processor of a checkpoint for TRL, and back: a stock folder that the app and the benchmarks load."""

import hashlib
import importlib
import json
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.processing_utils import ProcessorMixin

from ergo_demo.engines import Engine
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_loading import MOST_HASHED_BYTES
from ergo_demo.engines.local_prefixes import Prefixes
from ergo_demo.settings import Settings
from ergo_demo.training.checkpoint import CHAT_TEMPLATE

SMALL_PARAMETERS = 500_000_000
"""Up to here all weights learn; above, adapters: the optimiser alone would hold 12 bytes for each weight."""

LORA_TARGETS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
"""The decoder's layers only: the vision tower, which has layers of the same names, stays as it is."""

CARRIED = (
    "tokenizer*.json", "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json",
    "processor_config.json", "preprocessor_config.json", "chat_template.*", "generation_config.json", "LICENSE*",
)  # fmt: skip
"""What of a checkpoint training does not change."""


class ImageProcessor(Qwen2_5_VLProcessor):  # type: ignore[no-untyped-call,misc,unused-ignore]
    """Qwen2.5-VL's processor without its video part, which alone needs torchvision."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **_more: Any):
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)
        joined: Any = ProcessorMixin  # untyped
        joined.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def load_processor(folder: Path) -> ImageProcessor:
    """What turns an export's rows into tokens and patches, as the checkpoint in `folder` wants them."""
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    images = Qwen2VLImageProcessorPil.from_pretrained(folder, local_files_only=True)
    return ImageProcessor(images, tokenizer, chat_template=_template(folder, tokenizer))


def _template(folder: Path, tokenizer: Any) -> str:
    """The checkpoint's chat template: a file of its own, the older JSON, the tokenizer's, or Qwen's turns as ours."""
    if (folder / "chat_template.jinja").is_file():
        return (folder / "chat_template.jinja").read_text("utf-8")
    if (folder / "chat_template.json").is_file():
        return str(json.loads((folder / "chat_template.json").read_text("utf-8"))["chat_template"])
    return tokenizer.chat_template or CHAT_TEMPLATE


def load_network(folder: Path) -> Any:
    """The weights: fp32 on a CPU, bf16 where a GPU is."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" and _parameters(folder) > SMALL_PARAMETERS else torch.float32
    network: Any = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder, dtype=dtype, local_files_only=True)
    return network.to(device)


def wants_lora(folder: Path) -> bool:
    """Whether a checkpoint is too large for all of its weights to learn."""
    return _parameters(folder) > SMALL_PARAMETERS


def _parameters(folder: Path) -> int:
    """About how many: two bytes each, as checkpoints are shipped."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors")) // 2


def adapters() -> Any:
    """LoRA on the language layers; needs peft."""
    peft: Any = importlib.import_module("peft")  # by name: not installed with the app
    return peft.LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=LORA_TARGETS, task_type="CAUSAL_LM")


def towards(network: Any, base: Path, share: float) -> Any:
    """The network with each weight at `share` of the way from what it is in `base` to what it was trained to; adapters
    are merged. See Wortsman et al., https://arxiv.org/abs/2109.01903, on why this forgets less than it loses."""
    if hasattr(network, "merge_and_unload"):
        network = network.merge_and_unload()
    if share < 1:
        was = load_network(base).state_dict()
        with torch.no_grad():
            for name, weight in network.named_parameters():  # tied weights come once
                weight.copy_(was[name].to(weight).lerp(weight, share))
    return network


def save(network: Any, base: Path, out: Path, name: str) -> None:
    """Writes a stock folder: the trained weights, and of `base` what training leaves alone.

    Weights are kept in the precision they were trained in: in bf16 a small step is rounded away.
    """
    network.save_pretrained(out)
    for weights in out.glob("*.safetensors"):
        weights.chmod(0o644)  # safetensors writes it for its owner only
    for pattern in CARRIED:
        for file in base.glob(pattern):
            shutil.copyfile(file, out / file.name)
    text = json.dumps({**_told(base), "name": name}, indent=2)
    (out / "ergo.json").write_text(text + "\n", "utf-8")


@dataclass
class Live:
    """The app's engine around weights that are being trained. What engines keep of a prompt is stale after a step, so
    each call gives a new one.
    """

    network: Any
    base: Path

    def __call__(self) -> Engine:
        """With the weights as they are now, until the next step."""
        plain = self.network.get_base_model() if hasattr(self.network, "get_base_model") else self.network
        return LocalEngine(
            replace(self._stock.model, network=plain, lock=Lock(), prefixes=Prefixes()), self._stock.info
        )

    @cached_property
    def _stock(self) -> LocalEngine:
        return LocalEngine.load(Settings(model=str(self.base)))


def mark_of(folder: Path) -> str:
    """Tells two checkpoints apart: a hash of the weights; of their sizes where reading them all would take minutes."""
    files = sorted(folder.glob("*.safetensors"))
    digest = hashlib.sha256()
    for file in files:
        size = file.stat().st_size
        digest.update(file.read_bytes() if size <= MOST_HASHED_BYTES else f"{file.name} {size}".encode())
    return digest.hexdigest()[:16]


def name_of(base: Path) -> str:
    """What a checkpoint calls itself."""
    return str(_told(base).get("name") or base.name)


def reply_tokens_of(base: Path) -> int:
    """The most tokens of a reply; where it does not say, as ERGO-7B is run."""
    return int(_told(base).get("max_new_tokens", 1024))


def _told(base: Path) -> dict[str, Any]:
    """What a checkpoint says about itself."""
    file = base / "ergo.json"
    told: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return told
