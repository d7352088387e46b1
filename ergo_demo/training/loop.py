"""The loop of a stage: endless examples in, better weights out, resumable, with its rate and remaining time."""

import json
import math
import os
import queue
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

from ergo_demo.scenes.seeds import generator
from ergo_demo.training import checkpoint, dialogue
from ergo_demo.training.batch import Batch, collate
from ergo_demo.training.examples import make_example
from ergo_demo.training.losses import DenseHeads, Tally
from ergo_demo.training.stages import Stage, run_step
from ergo_demo.training.tokenizer import train_tokenizer

# glibc gives large blocks back to the kernel after every step and asks for them again; keeping them is worth a
# third of the time. OpenMP's threads spin while they wait, which beside any other process costs ten times the
# step. Both libraries read these once, so the process has to start with them.
_RUNTIME = {
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_MMAP_THRESHOLD_": "17179869184",
    "OMP_WAIT_POLICY": "passive",
    "GOMP_SPINCOUNT": "0",
}


def tune_runtime() -> None:
    """Start this process again with an allocator and threads that suit training, unless it was."""
    if any(os.environ.get(name) != value for name, value in _RUNTIME.items()):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | _RUNTIME)


def open_model(folder: Path, seed: int) -> tuple[Qwen2_5_VLForConditionalGeneration, PreTrainedTokenizerFast]:
    """The checkpoint in `folder`, or a new one where there is none."""
    if (folder / "model.safetensors").exists():
        return checkpoint.load(folder), AutoTokenizer.from_pretrained(folder)
    tokenizer = train_tokenizer()
    return checkpoint.new_model(checkpoint.model_config(tokenizer), seed), tokenizer


def batches(
    stage: Stage, tokenizer: PreTrainedTokenizerFast, seed: int, first: int, progress: Callable[[], float]
) -> Iterator[Batch]:
    """Endless training batches; example `index` always comes from the seed of ("train", seed, index)."""

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    ahead = len(encode(dialogue.prefix()))
    marks = tuple(encode(token)[0] for token in ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>"))
    assert len(marks) == 3
    index = first
    while True:
        things = [count for share, count in stage.curriculum if share <= progress()][-1]
        examples = []
        for _ in range(stage.scenes):
            rng = generator("train", seed, index)
            examples.append(
                make_example(rng, encode, questions=stage.questions, things=things, turns=stage.turns, start=ahead)
            )
            index += 1
        yield collate(examples, ahead, marks)


def ahead_of_time(source: Iterator[Batch], depth: int = 3) -> Iterator[Batch]:
    """The same batches, made in a thread while the last one is trained on (OpenCV and numpy free the lock)."""
    ready: queue.Queue[Batch] = queue.Queue(depth)

    def fill() -> None:
        for item in source:
            ready.put(item)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        yield ready.get()


def learning_rate(stage: Stage, progress: float, step: int) -> float:
    """Warm-up over 100 steps, then a cosine down to a twentieth."""
    return stage.learning_rate * min(1.0, (step + 1) / 100) * (0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2)


class Apprentice:
    """Everything that a stage changes: weights, dense heads, optimiser and counters; can be saved and resumed."""

    def __init__(self, folder: Path, run: Path, stage: Stage, seed: int) -> None:
        self.folder, self.run, self.stage = folder, run, stage
        self.model, self.tokenizer = open_model(folder, seed)
        self.heads = DenseHeads(self.model.config.text_config.hidden_size)
        self.parameters = [*self.model.parameters(), *self.heads.parameters()]
        self.optimiser = torch.optim.AdamW(self.parameters, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.prefix_ids = torch.tensor(self.tokenizer(dialogue.prefix(), add_special_tokens=False)["input_ids"])
        self.steps, self.seconds, self.examples = 0, 0.0, 0
        self._resume()

    def step(self, batch: Batch, rate: float) -> Tally:
        """Learn from one batch."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            tally = run_step(self.model, self.heads, self.stage, batch, self.prefix_ids)
        self.optimiser.zero_grad(set_to_none=True)
        tally.loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.steps += 1
        self.examples += self.stage.scenes
        return tally

    def save(self, finished: bool) -> None:
        """Write the checkpoint, and what only a resumed stage needs beside it. The state is written last."""
        checkpoint.save(self.model, self.tokenizer, self.folder)
        kept = {
            "stage": self.stage.name,
            "finished": finished,
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
            "seconds": self.seconds,
            "examples": self.examples,
        }
        torch.save(kept, self.run / "state.tmp")
        (self.run / "state.tmp").replace(self.run / "state.pt")

    def _resume(self) -> None:
        """Take the heads and the count of examples from any earlier stage, the rest only from this one."""
        path = self.run / "state.pt"
        if not path.exists():
            return
        kept = torch.load(path, weights_only=True)
        self.model.load_state_dict(kept["model"])  # fp32, where the folder has bf16
        self.heads.load_state_dict(kept["heads"])
        self.examples = kept["examples"]
        if kept["stage"] == self.stage.name and not kept["finished"]:
            self.optimiser.load_state_dict(kept["optimiser"])
            self.steps, self.seconds = kept["steps"], kept["seconds"]


def train(stage: Stage, folder: Path, run: Path, *, minutes: float, seed: int, save_minutes: float = 3.0) -> None:
    """Train `stage` for `minutes` from the weights in `folder`, which it overwrites as it goes.

    `run` keeps what is not worth committing: optimiser, dense heads, log. A stage that was interrupted goes on
    where it stopped, and its examples never repeat.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    run.mkdir(parents=True, exist_ok=True)
    apprentice = Apprentice(folder, run, stage, seed)
    before, started = apprentice.seconds, time.monotonic()

    def progress() -> float:
        return min(1.0, (before + time.monotonic() - started) / (60 * minutes))

    source = ahead_of_time(batches(stage, apprentice.tokenizer, seed, apprentice.examples, progress))
    log = _Log(run / "log.jsonl", stage, minutes)
    last_save = time.monotonic()
    while (done := progress()) < 1:
        tally = apprentice.step(next(source), learning_rate(stage, done, apprentice.steps))
        apprentice.seconds = before + time.monotonic() - started
        log.step(apprentice.steps, done, float(tally.loss.detach()), tally.shares)
        if time.monotonic() - last_save > 60 * save_minutes:
            apprentice.save(finished=False)
            last_save = time.monotonic()
    apprentice.save(finished=True)


class _Log:
    """Prints and keeps a line every 50 steps: loss, shares of right answers, rate, remaining time."""

    def __init__(self, path: Path, stage: Stage, minutes: float, every: int = 50) -> None:
        self._path, self._stage, self._minutes, self._every = path, stage, minutes, every
        self._since = time.monotonic()
        self._losses: list[float] = []
        self._shares: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def step(self, step: int, done: float, loss: float, shares: dict[str, tuple[float, int]]) -> None:
        """Take one step's numbers; now and then, say their mean."""
        self._losses.append(loss)
        for name, share in shares.items():
            self._shares[name].append(share)
        if step % self._every:
            return
        seconds = time.monotonic() - self._since
        line: dict[str, object] = {
            "stage": self._stage.name,
            "step": step,
            "samples_per_second": round(self._every * self._stage.scenes * self._stage.questions / seconds, 1),
            "minutes_left": round(self._minutes * (1 - done), 1),
            "loss": round(sum(self._losses) / len(self._losses), 4),
        }
        for name, counts in sorted(self._shares.items()):
            line[name] = round(sum(right for right, _ in counts) / sum(asked for _, asked in counts), 3)
        text = json.dumps(line)
        print(text, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        self._since, self._losses = time.monotonic(), []
        self._shares.clear()
