"""One run of one of TRL's trainers on one export: resumable from a kill, its numbers kept, a stock folder at the end.

OUT/unfinished holds TRL's checkpoints until the run is done; OUT/train.json is written last, and says that it is.
"""

import json
import math
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback

from ergo_demo.errors import InputError, OutOfMemory
from ergo_demo.training.preference import figure, models
from ergo_demo.training.preference.grpo import from_file
from ergo_demo.training.preference.order import DONE, UNFINISHED, Order, check, identity
from ergo_demo.training.preference.reading import Data, find_data
from ergo_demo.training.preference.telling import Progress, Say, quiet
from ergo_demo.training.preference.trainers import Judge, trainer_of


def train(
    order: Order, say: Say = lambda _line: None, judge: Judge = lambda _policy: from_file(), judged_by: str = "the file"
) -> dict[str, Any]:
    """Trains, and returns what `OUT/train.json` says; a run that was done is only read.

    `judge` gives GRPO's rewards, `judged_by` names them: another judge is another run.

    Raises InputError when the export or OUT is not what it has to be, OutOfMemory, EngineUnavailable.
    """
    check(order)
    data = find_data(order.data, order.recipe.format)
    done = order.out / DONE
    wanted = identity(order, data, judged_by)
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
    _write(done, told)
    shutil.rmtree(work)
    return told


def _write(file: Path, value: object) -> None:
    """Whole or not at all."""
    making = file.with_suffix(".part")
    making.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    making.replace(file)


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
        _write(told, wanted)


def _run(order: Order, data: Data, cache: Path, say: Say, judge: Judge) -> dict[str, Any]:
    started = time.monotonic()
    torch.manual_seed(order.seed)
    trainer = trainer_of(order, data, cache, judge, say)
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
    network = models.towards(trainer.model, order.model, order.kept_share)
    models.save(network, order.model, order.out, f"{models.name_of(order.model)}-{order.method}")
    return {"lora": order.uses_lora, "steps": steps, "seconds_of_the_last_run": time.monotonic() - started, "log": log}


def _broken(log: list[dict[str, Any]]) -> float | None:
    losses = [float(entry["loss"]) for entry in log if "loss" in entry]
    return next((loss for loss in losses if not math.isfinite(loss)), None)


def _last_checkpoint(work: Path) -> Path | None:
    """The newest to go on from: the state is what TRL writes last, and a kill may have come before. Not the very last
    one, from which TRL would take a step too many. Those are removed: TRL would count them among the two it keeps.
    """
    found = []
    for folder in work.glob("checkpoint-*"):
        if _can_go_on(folder):
            found.append(folder)
        else:
            shutil.rmtree(folder)
    return max(found, key=lambda folder: int(folder.name.rpartition("-")[2]), default=None)


def _can_go_on(checkpoint: Path) -> bool:
    try:
        state = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(state["global_step"] < state["max_steps"])


@contextmanager
def _memory(order: Order) -> Iterator[None]:
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise OutOfMemory(
            f"The GPU has too little memory for {order.batch} rows a step.", remedy="Give a smaller --batch, or --lora."
        ) from error
