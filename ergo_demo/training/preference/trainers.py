"""An order as one of TRL's trainers: its configuration, the rows, the weights."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import torch

from ergo_demo.training.preference import models
from ergo_demo.training.preference.grpo import Policy, Reward, Rewards
from ergo_demo.training.preference.order import UNFINISHED, Order
from ergo_demo.training.preference.reading import Data, load_rows, with_answers
from ergo_demo.training.preference.telling import Say

Judge: TypeAlias = Callable[[Policy], Rewards]
"""GRPO's rewards, for the model as it will be at each step."""


def trainer_of(order: Order, data: Data, cache: Path, judge: Judge, say: Say) -> Any:
    """The trainer, ready to train."""
    # By name when asked: trl loads its trainers lazily, and takes seconds.
    trl: Any = importlib.import_module("trl")
    recipe, network = order.recipe, models.load_network(order.model)
    options = _options(order, evaluates=order.method != "grpo" and "test" in data.files)
    rows = load_rows(data, "train", cache)
    more: dict[str, Any] = {"peft_config": models.adapters()} if order.uses_lora else {}
    if order.method == "grpo":
        rewards = judge(models.Live(network, order.model))
        more["reward_funcs"] = [_named(name, reward.function) for name, reward in rewards.items()]
        options["reward_weights"] = [reward.weight for reward in rewards.values()]
        if any(reward.needs_answer for reward in rewards.values()):
            rows = _answered(rows, say)
    else:
        more["eval_dataset"] = load_rows(data, "test", cache)
    return getattr(trl, recipe.trainer)(
        network,
        args=getattr(trl, recipe.config)(**options),
        train_dataset=rows,
        processing_class=models.load_processor(order.model),
        **more,
    )


def _answered(rows: Any, say: Say) -> Any:
    kept = with_answers(rows)
    if len(kept) < len(rows):
        say(f"{len(rows) - len(kept)} of {len(rows)} rows are left out: nobody gave the right answer")
    return kept


def _named(name: str, reward: Reward) -> Reward:
    """TRL logs each reward under its function's name."""

    def named(**columns: Any) -> list[float]:
        return reward(**columns)

    named.__name__ = name
    return named


def _options(order: Order, *, evaluates: bool) -> dict[str, Any]:
    """TRL's own names."""
    recipe, has_gpu = order.recipe, torch.cuda.is_available()
    rate = recipe.lora_rate if order.uses_lora else recipe.rate
    options: dict[str, Any] = {
        **recipe.options,
        "output_dir": str(order.out / UNFINISHED),
        "use_cpu": not has_gpu,
        "bf16": has_gpu,
        "dataloader_pin_memory": has_gpu,
        "per_device_train_batch_size": order.batch,
        "per_device_eval_batch_size": order.batch,
        "num_train_epochs": order.epochs or recipe.epochs,
        "max_steps": order.steps or -1,
        "learning_rate": order.rate or rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.05,  # of all
        "logging_steps": 1,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,  # it would write the last good loss instead
        "save_strategy": "steps",
        "save_steps": order.save_every,
        "save_total_limit": 2,
        "eval_strategy": "epoch" if evaluates else "no",
        "eval_on_start": evaluates,
        "activation_checkpointing": order.uses_lora,
        "report_to": "none",
        "disable_tqdm": True,
        "seed": order.seed,
    }
    if order.beta is not None:
        options["beta"] = order.beta
    if order.method == "grpo":
        options |= {"num_generations": order.generations, "max_completion_length": order.reply_tokens}
    return options
