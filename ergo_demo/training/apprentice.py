"""One who learns: the weights, what trains them, and the lessons; can be saved and resumed.

Each step is shared by workers of one core each: every worker has its own scenes and computes its own gradients.
Scenes are drawn ahead by processes of their own (makers), because drawing is Python and holds its lock.
"""

import multiprocessing
import pickle
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Muon, Optimizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

from ergo_demo.scenes.seeds import generator
from ergo_demo.training import checkpoint, dialogue, stages
from ergo_demo.training.batch import Batch, collate
from ergo_demo.training.branches import Encode, drill_branch
from ergo_demo.training.examples import Lesson, Mode, lesson_shape, make_example
from ergo_demo.training.losses import DenseHeads, Tally, merged
from ergo_demo.training.stages import Stage
from ergo_demo.training.tokenizer import train_tokenizer

MATRIX_RATE = 1.0  # how much faster the matrices go than the rest
MOST_SCENES = max(portion.scenes for portion in stages.PORTIONS.values())


def open_model(folder: Path, seed: int) -> tuple[Qwen2_5_VLForConditionalGeneration, PreTrainedTokenizerFast]:
    """The checkpoint in `folder`, or a new one where there is none; with today's tokenizer."""
    tokenizer = train_tokenizer()
    if (folder / "model.safetensors").exists():
        kept = AutoTokenizer.from_pretrained(folder)
        assert isinstance(kept, PreTrainedTokenizerFast)
        return checkpoint.with_vocabulary(checkpoint.load(folder), kept, tokenizer), tokenizer
    return checkpoint.new_model(checkpoint.model_config(tokenizer), seed), tokenizer


def encoder(tokenizer: PreTrainedTokenizerFast) -> Encode:
    """Text to token ids, nothing added."""

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    return encode


def _optimisers(model: nn.Module, heads: nn.Module) -> tuple[Optimizer, Optimizer]:
    """Muon (https://kellerjordan.github.io/posts/muon/) for the matrices inside layers, AdamW for everything else."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed_tokens" not in name]
    inside = {id(matrix) for matrix in matrices}
    others = [p for p in [*model.parameters(), *heads.parameters()] if id(p) not in inside]
    return (
        Muon(matrices, lr=1e-3, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        AdamW(others, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
    )


@dataclass(frozen=True)
class Share:
    """A batch to be made: at most `most` scenes from index `first` on, in the shape that index `shape` draws.

    All workers of a step have the same shape, so that none waits for another.
    """

    mode: Mode
    first: int
    most: int
    shape: int


class Lessons:
    """Makes training batches: example `index` always comes from the seed of ("train", seed, index)."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
        self._seed = seed
        self._encode = encoder(tokenizer)
        first = torch.tensor(self._encode(dialogue.prefix()))
        self.prefixes: dict[Mode, Tensor] = {
            "tower": first,
            "coarse": first,
            "both": first,
            "direct": torch.tensor(self._encode(dialogue.direct_prefix())),
            "close": torch.tensor(self._encode(dialogue.direct_prefix())),
        }
        marks = [self._encode(token)[0] for token in ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>")]
        self._marks = (marks[0], marks[1], marks[2])

    def batch(self, order: "Share") -> Batch:
        """The scenes of an order, all of one shape."""
        mode, first, most = order.mode, order.first, order.most
        size, budget = lesson_shape(generator("train", self._seed, order.shape), mode)
        portion = stages.PORTIONS[mode]
        start = len(self.prefixes[mode])
        lesson = Lesson(self._encode, mode, portion.questions, portion.sheets, start, size, budget)
        examples = [
            make_example(generator("train", self._seed, index), lesson)
            for index in range(first, first + min(most, portion.scenes_at(budget)))
        ]
        (rng,) = generator("train", self._seed, first).spawn(1)
        drills = [drill_branch(rng, self._encode, start) for _ in range(portion.drills)]
        return collate(examples, start, self._marks, groups=3 if mode == "both" else 1, drills=drills)


_lessons: list[Lessons] = []
"""In a process that only makes batches: its lessons. Empty everywhere else."""


def _be_maker(tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
    torch.set_num_threads(1)
    _lessons.append(Lessons(tokenizer, seed))


def _made(order: Share) -> bytes:
    # Pickled here: torch would otherwise send each tensor as a file descriptor of shared memory.
    return pickle.dumps(_lessons[0].batch(order))


class Apprentice:
    """Everything that a stage changes: weights, dense heads, optimiser and counters; can be saved and resumed.

    examples: training scenes used up; asked: questions so far, by mode.
    """

    def __init__(self, folder: Path, run: Path, stage: Stage, seed: int, workers: int = 1, makers: int = 0) -> None:
        self.folder, self.run, self.stage, self.workers = folder, run, stage, workers
        self.model, self.tokenizer = open_model(folder, seed)
        self.heads = DenseHeads(self.model.model.language_model.embed_tokens.embedding_dim, len(self.tokenizer))
        self.parameters = [*self.model.parameters(), *self.heads.parameters()]
        self.optimisers = _optimisers(self.model, self.heads)
        self.lessons = Lessons(self.tokenizer, seed)
        self.steps, self.seconds, self.examples = 0, 0.0, 0
        self.asked: dict[str, int] = {}
        self.mode = stage.modes[0]
        self._pool = ThreadPoolExecutor(workers)
        self._makers: Executor | None = None
        if makers:
            spawn = multiprocessing.get_context("spawn")
            self._makers = ProcessPoolExecutor(makers, spawn, initializer=_be_maker, initargs=(self.tokenizer, seed))
        self._ahead: dict[Share, Future[bytes]] = {}
        self._resume()

    def step(self, rate: float, most: int = MOST_SCENES) -> Tally:
        """Learn from the next scenes: each worker makes and learns its own share, then the gradients are added."""
        for optimiser, times in zip(self.optimisers, (MATRIX_RATE, 1.0), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = times * rate
        orders = self._orders(self.steps, self.examples, most)
        self._make_ahead([*orders, *self._orders(self.steps + 1, self.examples + most * self.workers, most)])
        learned = list(self._pool.map(self._learn, orders))
        for parameter, gradients in zip(self.parameters, zip(*(g for _, g, _ in learned), strict=True), strict=True):
            given = [gradient for gradient in gradients if gradient is not None]
            parameter.grad = torch.stack(given).mean(0) if given else None
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.steps += 1
        self.examples += most * self.workers
        self.mode = orders[0].mode
        self.asked[self.mode] = self.asked.get(self.mode, 0) + sum(count for _, _, count in learned)
        return merged([tally for tally, _, _ in learned], self.mode)

    def _orders(self, step: int, first: int, most: int) -> list[Share]:
        """What each worker learns from in a step whose scenes begin at `first`."""
        mode = self.stage.modes[step % len(self.stage.modes)]
        return [Share(mode, first + worker * most, most, first) for worker in range(self.workers)]

    def _make_ahead(self, orders: list[Share]) -> None:
        """Have the makers, if there are any, begin with the batches of this step and the next."""
        if self._makers is not None:
            for order in orders:
                if order not in self._ahead:
                    self._ahead[order] = self._makers.submit(_made, order)

    def _batch(self, order: Share) -> Batch:
        if order not in self._ahead:
            return self.lessons.batch(order)
        batch = pickle.loads(self._ahead.pop(order).result())  # noqa: S301 - our own process made it
        assert isinstance(batch, Batch)
        return batch

    def _learn(self, order: Share) -> tuple[Tally, tuple[Tensor | None, ...], int]:
        """One worker's share of a step: what it found, its gradients and its number of questions."""
        batch = self._batch(order)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            tally = stages.run_step(self.model, self.heads, self.stage, batch, self.lessons.prefixes[order.mode])
        # Not backward(): two workers must not add to the same .grad at once.
        gradients = torch.autograd.grad(tally.loss, self.parameters, allow_unused=True)
        return tally, gradients, sum(len(group.ids) for group in batch.groups)

    def save(self, finished: bool) -> None:
        """Write the checkpoint, and what only a resumed stage needs beside it. The state is written last."""
        checkpoint.save(self.model, self.tokenizer, self.folder)
        kept = {
            "stage": self.stage.name,
            "finished": finished,
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "steps": self.steps,
            "seconds": self.seconds,
            "examples": self.examples,
            "asked": self.asked,
        }
        torch.save(kept, self.run / "state.tmp")
        (self.run / "state.tmp").replace(self.run / "state.pt")

    def close(self) -> None:
        """End its threads and processes; what was made ahead is thrown away."""
        self._pool.shutdown()
        if self._makers is not None:
            self._makers.shutdown(cancel_futures=True)

    def _resume(self) -> None:
        """Take the weights, heads and the count of examples from any earlier stage, the rest only from this one."""
        path = self.run / "state.pt"
        if not path.exists():
            return
        kept = torch.load(path, weights_only=True)
        self.model.load_state_dict(kept["model"])  # fp32, where the folder has bf16
        self.heads.load_state_dict(kept["heads"], strict=False)  # an earlier recipe may have had fewer
        self.examples, self.asked = kept["examples"], kept["asked"]
        if kept["stage"] == self.stage.name and not kept["finished"]:
            for optimiser, state in zip(self.optimisers, kept["optimisers"], strict=True):
                optimiser.load_state_dict(state)
            self.steps, self.seconds = kept["steps"], kept["seconds"]
