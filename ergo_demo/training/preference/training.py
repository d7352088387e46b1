"""One run of one of TRL's trainers on one export: resumable from a kill, its numbers kept, a stock folder at the end.

OUT/unfinished holds TRL's checkpoints until the run is done; OUT/train.json is written last, and says that it is.
"""

import importlib
import json
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch
from transformers import PrinterCallback

from ergo_demo.errors import InputError, OutOfMemory
from ergo_demo.training.preference import figure, models
from ergo_demo.training.preference.grpo import Policy, Reward, Rewards, from_file
from ergo_demo.training.preference.reading import Data, find_data, load_rows
from ergo_demo.training.preference.recipes import RECIPES, Method, Recipe
from ergo_demo.training.preference.telling import Progress, Say, quiet

Judge: TypeAlias = Callable[[Policy], Rewards]
"""GRPO's rewards, for the model as it will be at each step."""

UNFINISHED = "unfinished"
DONE = "train.json"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is wanted. None: the recipe's own, or what the model's size asks for.

    `steps` bounds the run whatever `epochs` says; `batch` is how many rows each step learns from; `beta` how strongly
    the model is held to the one it was. A checkpoint is kept every `save_every` steps. GRPO draws `generations` replies
    of at most `reply_tokens` to each question, which `batch` has to be a multiple of.
    """

    method: Method
    model: Path
    data: Path
    out: Path
    rate: float | None = None
    epochs: float | None = None
    steps: int | None = None
    batch: int = 8
    beta: float | None = None
    lora: bool | None = None
    seed: int = 0
    save_every: int = 25
    generations: int = 8
    reply_tokens: int = 160

    @property
    def recipe(self) -> Recipe:
        """Of its method."""
        return RECIPES[self.method]

    @property
    def uses_lora(self) -> bool:
        """Whether only adapters learn."""
        return models.wants_lora(self.model) if self.lora is None else self.lora


def train(
    order: Order, say: Say = lambda _line: None, judge: Judge = lambda _policy: from_file(), judged_by: str = "the file"
) -> dict[str, Any]:
    """Trains, and returns what `OUT/train.json` says; a run that was done is only read.

    `judge` gives GRPO's rewards, `judged_by` names them: another judge is another run.

    Raises InputError when the export or OUT is not what it has to be, OutOfMemory, EngineUnavailable.
    """
    data = find_data(order.data, order.recipe.format)
    done = order.out / DONE
    wanted = _identity(order, data, judged_by)
    if done.is_file():
        told: dict[str, Any] = json.loads(done.read_text("utf-8"))
        _same(order.out, told["order"], wanted)
        say(f"{order.out} is done already.")
        return told
    work = order.out / UNFINISHED
    _begin(work, wanted)
    with tempfile.TemporaryDirectory(prefix="ergo-train-") as cache, quiet(), _memory(order):
        told = _run(order, data, Path(cache), say, judge)
    told = {"order": wanted, "rows": dict(data.rows), **told}
    figure.draw(told["log"], order.recipe.shown, order.method, order.out / "training.png")
    done.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    shutil.rmtree(work)
    return told


def _identity(order: Order, data: Data, judged_by: str) -> dict[str, Any]:
    """What makes two runs the same one."""
    chosen = {name: value for name, value in asdict(order).items() if name not in ("data", "out", "save_every")}
    return {
        **chosen,
        "model": models.name_of(order.model),
        "weights": models.mark_of(order.model),
        "data_sha256": data.sha256,
        **({"judged_by": judged_by} if order.method == "grpo" else {}),
    }


def _same(out: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if other:
        name = other[0]
        raise InputError(
            f"{out} holds another run: {name} was {found.get(name)!r} and is {wanted[name]!r}.",
            remedy="Give another --out, or delete it.",
        )


def _begin(work: Path, wanted: dict[str, Any]) -> None:
    """A new run, or the one that was interrupted."""
    work.mkdir(parents=True, exist_ok=True)
    told = work / "order.json"
    if told.is_file():
        _same(work.parent, json.loads(told.read_text("utf-8")), wanted)
    else:
        told.write_text(json.dumps(wanted) + "\n", "utf-8")


def _run(order: Order, data: Data, cache: Path, say: Say, judge: Judge) -> dict[str, Any]:
    started = time.monotonic()
    torch.manual_seed(order.seed)
    trainer = _trainer(order, data, cache, judge)
    trainer.remove_callback(PrinterCallback)  # it prints dicts
    trainer.add_callback(Progress(say))
    last = _last_checkpoint(order.out / UNFINISHED)
    if last is not None:
        say(f"going on from step {last.name.rpartition('-')[2]}")
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    log = [dict(entry) for entry in trainer.state.log_history]
    steps, broken = trainer.state.global_step, _broken(log)
    if broken:
        raise InputError(f"The loss was {broken} and nothing was kept.", remedy="Lower --learning-rate.")
    models.save(trainer.model, order.model, order.out, f"{models.name_of(order.model)}-{order.method}")
    return {"lora": order.uses_lora, "steps": steps, "seconds_of_the_last_run": time.monotonic() - started, "log": log}


def _broken(log: list[dict[str, Any]]) -> float | None:
    losses = [float(entry["loss"]) for entry in log if "loss" in entry]
    return next((loss for loss in losses if not math.isfinite(loss)), None)


def _trainer(order: Order, data: Data, cache: Path, judge: Judge) -> Any:
    # By name when asked: trl loads its trainers lazily, and takes seconds.
    trl: Any = importlib.import_module("trl")
    recipe, network = order.recipe, models.load_network(order.model)
    options = _options(order, evaluates=order.method != "grpo" and "test" in data.files)
    more: dict[str, Any] = {"peft_config": models.adapters()} if order.uses_lora else {}
    if order.method == "grpo":
        rewards = judge(models.Live(network, order.model))
        more["reward_funcs"] = [_named(name, reward.function) for name, reward in rewards.items()]
        options["reward_weights"] = [reward.weight for reward in rewards.values()]
    else:
        more["eval_dataset"] = load_rows(data, "test", cache)
    return getattr(trl, recipe.trainer)(
        network,
        args=getattr(trl, recipe.config)(**options),
        train_dataset=load_rows(data, "train", cache),
        processing_class=models.load_processor(order.model),
        **more,
    )


def _named(name: str, reward: Reward) -> Reward:
    """TRL logs each reward under its function's name."""
    reward.__name__ = name
    return reward


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


def _last_checkpoint(work: Path) -> Path | None:
    """The newest whole one: the state is what TRL writes last, and a kill may have come before."""
    found = [folder for folder in work.glob("checkpoint-*") if _is_whole(folder)]
    return max(found, key=lambda folder: int(folder.name.rpartition("-")[2]), default=None)


def _is_whole(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return True


@contextmanager
def _memory(order: Order) -> Iterator[None]:
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise OutOfMemory(
            f"The GPU has too little memory for {order.batch} rows a step.", remedy="Give a smaller --batch, or --lora."
        ) from error
