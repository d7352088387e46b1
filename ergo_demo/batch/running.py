"""The run itself: so many questions at once, each answer written as it comes, and an end when the engine is gone."""

import json
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ergo_demo.asking import RunSettings
from ergo_demo.batch.photos import Photos
from ergo_demo.batch.progress import Progress
from ergo_demo.batch.questions import Line, read_lines, read_question
from ergo_demo.batch.rows import RowsFile, is_failed
from ergo_demo.engines import Engine
from ergo_demo.errors import EngineError, EngineUnavailable, ErgoError, RowsInvalid
from ergo_demo.events import Finished
from ergo_demo.imaging import Door
from ergo_demo.pipeline import run
from ergo_demo.records import Outcome, Trace, to_json

FAILED_IN_A_ROW = 20
"""So many failures of the engine, one after the other, and it is gone: the rest waits until it is back."""

IDLE_PHOTOS = 8
"""Kept open though nobody looks: several questions about one photo often stand together."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Answer:
    """What became of a line: a trace, or why there is none; None when it was stopped."""

    line: Line
    item: dict[str, Any] | None
    image: Path | None
    answer: Trace | str | None
    engine_failed: bool = False


@dataclass
class Batch:
    """Asks an engine the questions of a file, `at_once` of them at a time."""

    engine: Engine
    door: Door
    chosen: RunSettings
    at_once: int
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._photos = Photos(self.door, most=IDLE_PHOTOS)

    def run(self, questions: Path, rows: RowsFile, progress: Progress) -> None:
        """Writes a row for each question that `rows` lacks.

        Raises RowsInvalid when they do not belong together, EngineUnavailable when the engine is gone; what was
        written by then stays.
        """
        self._check_settings(rows)
        open_lines = (line for line in read_lines(questions) if not rows.answered.holds(line))
        failures = 0
        answers = in_flight(lambda line: self._ask(line, questions.parent), open_lines, self.at_once, self.stopped.set)
        for answer in answers:
            if answer.answer is None:
                continue
            row = rows.append(answer.line, answer.item, answer.image, answer.answer)
            progress.count(failed=is_failed(row))
            failures = failures + 1 if answer.engine_failed else 0
            if failures >= FAILED_IN_A_ROW:
                answers.close()
                raise EngineUnavailable(
                    f"{failures} questions failed one after the other. The last: {row['error']}",
                    remedy="Mend that and run it again with --failed-again.",
                )

    def _ask(self, line: Line, folder: Path) -> Answer:
        item, image = None, None
        try:
            question = read_question(line, folder)
            item, image = question.item, question.image
            with self._photos.open(image) as photo:
                trace: Trace | None = None
                try:
                    for event in run(self.engine, photo, question.text, self.chosen, stop=self.stopped.is_set):
                        trace = event.trace if isinstance(event, Finished) else None
                except EngineError:
                    # The trace that came before it says that it failed, and why.
                    return Answer(line, item, image, trace, engine_failed=True)
        except ErgoError as error:
            return Answer(line, item, image, str(error))
        stopped = trace is None or trace.outcome is Outcome.CANCELLED
        return Answer(line, item, image, None if stopped else trace)

    def _check_settings(self, rows: RowsFile) -> None:
        """One file, one model, one way to ask: else its rows cannot be compared."""
        if rows.first_trace is None:
            return
        now = {
            "model": to_json(self.engine.info.model),
            "sampling": to_json(self.chosen.sampling),
            "coarse_budget_tokens": self.chosen.coarse_budget_tokens,
            "zoom_budget_tokens": self.chosen.zoom_budget_tokens,
            "sampled": to_json(self.chosen.sample_sampling) if self.chosen.samples else None,
        }
        for name, value in now.items():
            before = rows.first_trace.get(name)
            if before != value:
                raise RowsInvalid(
                    f"{rows.path} was begun with another {name}: {json.dumps(before)}, and not {json.dumps(value)}.",
                    remedy="Continue with the same, or write to another file.",
                )


def in_flight(
    work: Callable[[T], R], items: Iterable[T], most: int, stop: Callable[[], object]
) -> Generator[R, None, None]:
    """The results of `work` as they are ready, `most` at a time; items are taken only when there is room for them.

    When the consumer leaves, by an error or Ctrl+C, `stop` is called, and what runs is waited for.
    """
    running: set[Future[R]] = set()
    waiting = iter(items)
    with ThreadPoolExecutor(most, thread_name_prefix="ergo-batch") as pool:
        try:
            while True:
                for item in waiting:
                    running.add(pool.submit(work, item))
                    if len(running) >= most:
                        break
                if not running:
                    return
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                for future in deque(ready):
                    yield future.result()
        except BaseException:
            stop()
            raise
