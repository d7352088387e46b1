"""The loop of a stage: endless examples in, better weights out, resumable, with its rate and remaining time."""

import json
import math
import os
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

from ergo_demo.scenes.seeds import generator
from ergo_demo.training import checkpoint, dialogue
from ergo_demo.training.batch import Batch, collate
from ergo_demo.training.examples import Encode, make_example
from ergo_demo.training.losses import DenseHeads, Tally, merged
from ergo_demo.training.stages import Stage, run_step
from ergo_demo.training.tokenizer import train_tokenizer

# glibc gives large blocks back to the kernel after every step and asks for them again; keeping them is worth a
# third of the time. OpenMP's threads wait for each other after every small operation, so each worker has only one.
# Both libraries read these once, so the process has to start with them.
_RUNTIME = {
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_MMAP_THRESHOLD_": "17179869184",
    "OMP_NUM_THREADS": "1",
}


def tune_runtime() -> None:
    """Start this process again with an allocator and threads that suit training, unless it was."""
    if any(os.environ.get(name) != value for name, value in _RUNTIME.items()):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | _RUNTIME)


def open_model(folder: Path, seed: int) -> tuple[Qwen2_5_VLForConditionalGeneration, PreTrainedTokenizerFast]:
    """The checkpoint in `folder`, or a new one where there is none."""
    if (folder / "model.safetensors").exists():
        kept = AutoTokenizer.from_pretrained(folder)
        assert isinstance(kept, PreTrainedTokenizerFast)
        return checkpoint.load(folder), kept
    tokenizer = train_tokenizer()
    return checkpoint.new_model(checkpoint.model_config(tokenizer), seed), tokenizer


def encoder(tokenizer: PreTrainedTokenizerFast) -> Encode:
    """Text to token ids, nothing added."""

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    return encode


class Lessons:
    """Makes training batches: example `index` always comes from the seed of ("train", seed, index)."""

    def __init__(self, stage: Stage, tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
        self._stage, self._seed = stage, seed
        self._encode = encoder(tokenizer)
        self._ahead = len(self._encode(dialogue.prefix()))
        marks = [self._encode(token)[0] for token in ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>")]
        self._marks = (marks[0], marks[1], marks[2])

    def batch(self, first: int, scenes: int, progress: float) -> Batch:
        """Scenes `first` to `first + scenes`, as hard as the stage is at `progress` (0 to 1)."""
        stage = self._stage
        things = [count for share, count in stage.curriculum if share <= progress][-1]
        examples = [
            make_example(
                generator("train", self._seed, index),
                self._encode,
                questions=stage.questions,
                things=things,
                turns=stage.turns,
                start=self._ahead,
            )
            for index in range(first, first + scenes)
        ]
        return collate(examples, self._ahead, self._marks)


def learning_rate(stage: Stage, progress: float, step: int) -> float:
    """Warm-up over 100 steps, then a cosine down to a twentieth."""
    return stage.learning_rate * min(1.0, (step + 1) / 100) * (0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2)


class Apprentice:
    """Everything that a stage changes: weights, dense heads, optimiser and counters; can be saved and resumed."""

    def __init__(self, folder: Path, run: Path, stage: Stage, seed: int, workers: int = 1) -> None:
        self.folder, self.run, self.stage, self.workers = folder, run, stage, workers
        self.model, self.tokenizer = open_model(folder, seed)
        self.heads = DenseHeads(self.model.model.language_model.embed_tokens.embedding_dim)
        self.parameters = [*self.model.parameters(), *self.heads.parameters()]
        self.optimiser = torch.optim.AdamW(self.parameters, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.prefix_ids = torch.tensor(encoder(self.tokenizer)(dialogue.prefix()))
        self.lessons = Lessons(stage, self.tokenizer, seed)
        self.steps, self.seconds, self.examples = 0, 0.0, 0
        self._pool = ThreadPoolExecutor(workers)
        self._resume()

    def step(self, rate: float, progress: float, scenes: int | None = None) -> Tally:
        """Learn from the next scenes: each worker makes and learns its own share, then the gradients are added."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        share = (scenes or self.stage.scenes) // self.workers
        starts = [self.examples + worker * share for worker in range(self.workers)]
        learned = list(self._pool.map(lambda first: self._learn(first, share, progress), starts))
        for parameter, gradients in zip(self.parameters, zip(*(g for _, g in learned), strict=True), strict=True):
            given = [gradient for gradient in gradients if gradient is not None]
            parameter.grad = torch.stack(given).mean(0) if given else None
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.steps += 1
        self.examples += share * self.workers
        return merged([tally for tally, _ in learned])

    def _learn(self, first: int, scenes: int, progress: float) -> tuple[Tally, tuple[Tensor | None, ...]]:
        """One worker's share of a step: what it found and its gradients."""
        batch = self.lessons.batch(first, scenes, progress)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            tally = run_step(self.model, self.heads, self.stage, batch, self.prefix_ids)
        # Not backward(): two workers must not add to the same .grad at once.
        return tally, torch.autograd.grad(tally.loss, self.parameters, allow_unused=True)

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
        """Take the weights, heads and the count of examples from any earlier stage, the rest only from this one."""
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
    run.mkdir(parents=True, exist_ok=True)
    apprentice = Apprentice(folder, run, stage, seed, workers=os.cpu_count() or 1)
    before, started = apprentice.seconds, time.monotonic()
    log = _Log(run / "log.jsonl", stage, minutes)
    last_save = time.monotonic()
    while (done := min(1.0, apprentice.seconds / (60 * minutes))) < 1:
        tally = apprentice.step(learning_rate(stage, done, apprentice.steps), done)
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
