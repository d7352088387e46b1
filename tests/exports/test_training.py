"""One step of each of TRL's trainers on the exported file alone: it starts where theory says, and a parameter moves.

Nothing of ours stands between the file and the trainer but the processor, whose video part needs torchvision.
"""

import importlib
import math
from pathlib import Path
from typing import Any

import datasets
import pytest
import torch
from transformers import Qwen2_5_VLForConditionalGeneration

from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import format_named
from tests.exports.image_processor import processor_of
from tests.exports.making import Shop, many

CHECKPOINT = Path("assets/models/ergo-tiny")

pytestmark = [
    # The trainers' own, about themselves: names that will change, and no accelerator to pin memory for.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def processor() -> Any:
    return processor_of(CHECKPOINT)


@pytest.fixture(scope="module")
def trl() -> Any:
    # It re-exports by name only when asked, which a type checker does not follow; and it is slow to load.
    return importlib.import_module("trl")


@pytest.fixture
def network() -> Any:
    torch.manual_seed(0)
    return Qwen2_5_VLForConditionalGeneration.from_pretrained(CHECKPOINT, dtype=torch.float32)


def rows_of(shop: Shop, name: str, tmp_path: Path) -> datasets.Dataset:
    many(shop, 8)
    export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    return datasets.concatenate_datasets(list(loaded.values()))


def options(tmp_path: Path, **more: Any) -> dict[str, Any]:
    return {
        "output_dir": str(tmp_path / "trained"),
        "use_cpu": True,
        "bf16": False,
        "per_device_train_batch_size": 2,
        "max_steps": 1,
        "logging_steps": 1,
        "learning_rate": 1e-3,
        "report_to": "none",
        "save_strategy": "no",
        "gradient_checkpointing": False,
        **more,
    }


def trained(trainer: Any, network: Any) -> dict[str, float]:
    """The first step's log."""
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    trainer.train()
    assert any(not torch.equal(before[name], value) for name, value in network.named_parameters())
    return next(entry for entry in trainer.state.log_history if "loss" in entry)


def test_dpo_starts_at_ln_2(shop: Shop, tmp_path: Path, network: Any, processor: Any, trl: Any) -> None:
    rows = rows_of(shop, "trl-dpo", tmp_path)
    config = trl.DPOConfig(**options(tmp_path), max_length=None)
    trainer = trl.DPOTrainer(network, args=config, train_dataset=rows, processing_class=processor)
    assert trained(trainer, network)["loss"] == pytest.approx(math.log(2), abs=1e-3)


def test_kto_starts_at_a_half(shop: Shop, tmp_path: Path, network: Any, processor: Any, trl: Any) -> None:
    rows = rows_of(shop, "trl-kto", tmp_path)
    config = trl.KTOConfig(**options(tmp_path), max_length=None)
    trainer = trl.KTOTrainer(network, args=config, train_dataset=rows, processing_class=processor)
    assert trained(trainer, network)["loss"] == pytest.approx(0.5, abs=1e-3)


def test_sft_starts_at_the_model_s_own_loss(shop: Shop, tmp_path: Path, network: Any, processor: Any, trl: Any) -> None:
    rows = rows_of(shop, "trl-sft", tmp_path).select([0])
    own = own_loss(network, processor, rows[0])
    config = trl.SFTConfig(**options(tmp_path, per_device_train_batch_size=1), max_length=None)
    trainer = trl.SFTTrainer(network, args=config, train_dataset=rows, processing_class=processor)
    assert trained(trainer, network)["loss"] == pytest.approx(own, abs=1e-3)


@torch.no_grad()
def own_loss(network: Any, processor: Any, row: dict[str, Any]) -> float:
    """Mean surprise of the reply's tokens (and of its end), given the prompt."""
    prompt = processor.apply_chat_template(row["prompt"], add_generation_prompt=True)
    # The template's line break after the reply's end is a token, too: TRL counts it.
    whole = processor.apply_chat_template(row["prompt"] + row["completion"])
    asked = processor(text=[prompt], images=row["images"], return_tensors="pt")["input_ids"].shape[1]
    seen = processor(text=[whole], images=row["images"], return_tensors="pt")
    labels = seen["input_ids"].clone()
    labels[:, :asked] = -100
    return float(network.eval()(**seen, labels=labels).loss)


def test_grpo_hands_the_right_boxes_to_the_reward(
    shop: Shop, tmp_path: Path, network: Any, processor: Any, trl: Any
) -> None:
    rows = rows_of(shop, "trl-grpo", tmp_path)
    seen: list[tuple[list[int], list[float]]] = []

    def reward(completions: list[Any], gold_box: list[list[int]], **_more: Any) -> list[float]:
        # Rewards that differ within a group, whatever is written: by hand from the gold box and the reply's length.
        values = [box[0] / 100 + len(said[0]["content"]) % 7 for said, box in zip(completions, gold_box, strict=True)]
        seen.append((gold_box[0], values))
        return values

    config = trl.GRPOConfig(
        **options(tmp_path, per_device_train_batch_size=4), num_generations=4, max_completion_length=24, temperature=1.5
    )
    trainer = trl.GRPOTrainer(network, reward_funcs=reward, args=config, train_dataset=rows, processing_class=processor)
    logged = trained(trainer, network)
    ((box, values),) = seen
    assert box == [60, 60, 120, 110]
    assert len(set(values)) > 1
    assert logged["reward"] == pytest.approx(sum(values) / len(values), abs=1e-4)
