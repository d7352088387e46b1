"""The loop of a stage: endless examples in, better weights out, resumable, with its rate and remaining time."""

import json
import math
import os
import signal
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from ergo_demo.training.apprentice import Apprentice
from ergo_demo.training.losses import Tally
from ergo_demo.training.stages import Stage

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


def learning_rate(stage: Stage, progress: float, step: int) -> float:
    """Warm-up over 100 steps, then a cosine down to a twentieth."""
    return stage.learning_rate * min(1.0, (step + 1) / 100) * (0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2)


def train(stage: Stage, folder: Path, run: Path, *, minutes: float, seed: int, save_minutes: float = 3.0) -> None:
    """Train `stage` for `minutes` from the weights in `folder`, which it overwrites as it goes.

    `run` keeps what is not worth committing: optimiser, dense heads, log. A stage that was interrupted (Ctrl-C
    saves first) goes on where it stopped, and its examples never repeat.
    """
    run.mkdir(parents=True, exist_ok=True)
    many = os.cpu_count() or 1
    with closing(Apprentice(folder, run, stage, seed, workers=many, makers=many)) as apprentice:
        _train(apprentice, _Log(run / "log.jsonl", stage, minutes), minutes, save_minutes)


def _train(apprentice: Apprentice, log: "_Log", minutes: float, save_minutes: float) -> None:
    before, started = apprentice.seconds, time.monotonic()
    last_save = time.monotonic()
    stopped: list[int] = []
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda number, _frame: stopped.append(number))
    while (done := min(1.0, apprentice.seconds / (60 * minutes))) < 1 and not stopped:
        tally = apprentice.step(learning_rate(apprentice.stage, done, apprentice.steps))
        apprentice.seconds = before + time.monotonic() - started
        log.step(apprentice, done, tally)
        if time.monotonic() - last_save > 60 * save_minutes:
            apprentice.save(finished=False)
            last_save = time.monotonic()
    apprentice.save(finished=not stopped)
    log.verdict()


class _Log:
    """Prints and keeps a line every 50 steps: loss, shares of right answers, rate, remaining time."""

    def __init__(self, path: Path, stage: Stage, minutes: float, every: int = 50) -> None:
        self._path, self._stage, self._minutes, self._every = path, stage, minutes, every
        self._since = time.monotonic()
        self._asked = 0
        self._losses: dict[str, list[float]] = defaultdict(list)
        self._reached = 0.0
        self._shares: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def step(self, apprentice: Apprentice, done: float, tally: Tally) -> None:
        """Take one step's numbers; now and then, say their mean."""
        self._losses[apprentice.mode].append(float(tally.loss.detach()))
        for name, share in tally.shares.items():
            self._shares[name].append(share)
        if apprentice.steps % self._every:
            return
        seconds = time.monotonic() - self._since
        asked = sum(apprentice.asked.values())
        line: dict[str, object] = {
            "stage": self._stage.name,
            "step": apprentice.steps,
            "questions": dict(apprentice.asked),
            "questions_per_second": round((asked - self._asked) / seconds, 1) if self._asked else None,
            "minutes_left": round(self._minutes * (1 - done), 1),
            "loss": {mode: round(sum(losses) / len(losses), 4) for mode, losses in self._losses.items()},
        }
        for name, counts in sorted(self._shares.items()):
            line[name] = round(sum(right for right, _ in counts) / sum(count for _, count in counts), 3)
        self._reached = float(str(line.get(self._stage.figure, 0.0)))
        text = json.dumps(line)
        print(text, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        self._since, self._asked = time.monotonic(), asked
        self._losses.clear()
        self._shares.clear()

    def verdict(self) -> None:
        """Say whether the stage has passed."""
        stage = self._stage
        passed = "passed" if self._reached >= stage.bar else "not passed: train on"
        print(f"{stage.name}: {stage.figure} {self._reached:.3f}, bar {stage.bar}: {passed}", flush=True)
