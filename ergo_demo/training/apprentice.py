"""One who learns: the weights, what trains them, and the lessons; can be saved and resumed.

Each step is shared by workers of one core each: every worker draws its own scenes and computes its own gradients.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

from ergo_demo.scenes.seeds import generator
from ergo_demo.training import checkpoint, dialogue
from ergo_demo.training.batch import Batch, collate
from ergo_demo.training.examples import Encode, Lesson, make_example
from ergo_demo.training.losses import DenseHeads, Tally, merged
from ergo_demo.training.stages import THINGS, Stage, run_step
from ergo_demo.training.tokenizer import train_tokenizer


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
        self._seed = seed
        encode = encoder(tokenizer)
        self._lesson = Lesson(encode, stage.questions, stage.turns, start=len(encode(dialogue.prefix())))
        marks = [encode(token)[0] for token in ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>")]
        self._marks = (marks[0], marks[1], marks[2])

    def batch(self, first: int, scenes: int) -> Batch:
        """Scenes `first` to `first + scenes`."""
        examples = [
            make_example(generator("train", self._seed, index), self._lesson, THINGS)
            for index in range(first, first + scenes)
        ]
        return collate(examples, self._lesson.start, self._marks)


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

    def step(self, rate: float, scenes: int | None = None) -> Tally:
        """Learn from the next scenes: each worker makes and learns its own share, then the gradients are added."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        # Every worker has the same share, so on some machines a step has a few scenes fewer than the stage names.
        share = max(1, (scenes or self.stage.scenes) // self.workers)
        starts = [self.examples + worker * share for worker in range(self.workers)]
        learned = list(self._pool.map(lambda first: self._learn(first, share), starts))
        for parameter, gradients in zip(self.parameters, zip(*(g for _, g in learned), strict=True), strict=True):
            given = [gradient for gradient in gradients if gradient is not None]
            parameter.grad = torch.stack(given).mean(0) if given else None
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.steps += 1
        self.examples += share * self.workers
        return merged([tally for tally, _ in learned])

    def _learn(self, first: int, scenes: int) -> tuple[Tally, tuple[Tensor | None, ...]]:
        """One worker's share of a step: what it found and its gradients."""
        batch = self.lessons.batch(first, scenes)
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
