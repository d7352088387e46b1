"""What a run says while it goes on: our lines instead of the libraries' bars, dicts and advice."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from transformers import TrainerCallback
from transformers.utils import logging as bars

Say: TypeAlias = Callable[[str], None]


class Progress(TrainerCallback):
    """A line every few seconds: where we are, how it goes, how long still."""

    SECONDS = 10.0

    def __init__(self, say: Say) -> None:
        self._say, self._started, self._first, self._said = say, time.monotonic(), 0, 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_more: Any) -> None:
        """Counts from here: the steps of an earlier run cost nothing now."""
        self._started, self._first = time.monotonic(), state.global_step

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_more: Any) -> None:
        """Says it."""
        now, done = time.monotonic(), state.global_step - self._first
        if "loss" not in (logs or {}) or (now - self._said < self.SECONDS and state.global_step < state.max_steps):
            return
        self._said = now
        left = (now - self._started) / max(1, done) * (state.max_steps - state.global_step)
        self._say(f"step {state.global_step} of {state.max_steps}, loss {float(logs['loss']):.4f}, {left:.0f} s left")


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' and datasets' bars and advice; as they were, afterwards."""
    # Imported here: it is slow to load.
    from datasets.utils import logging as rows

    ours: Any = bars  # untyped
    level = ours.get_verbosity()
    shown = [library for library in (ours, rows) if library.is_progress_bar_enabled()]
    ours.set_verbosity_error()
    for library in shown:
        library.disable_progress_bar()
    try:
        yield
    finally:
        ours.set_verbosity(level)
        for library in shown:
            library.enable_progress_bar()
