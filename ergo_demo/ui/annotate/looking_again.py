"""The model's second look for people who correct boxes: one at a time for each, and the newest counts."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from ergo_demo.asking import RunSettings
from ergo_demo.engines import Stop
from ergo_demo.geometry import Box
from ergo_demo.imaging import Photo
from ergo_demo.records import Trace
from ergo_demo.ui.annotate.answers import Superseded

Again: TypeAlias = Callable[[Photo, str, Trace | None, Box, RunSettings, Stop], str | None]
"""(photo, question, trace, region in source px, settings, stop) -> the answer from there, None when stopped."""

MOST_KEPT = 1_000
"""Answers from expanded regions, which no correction changes."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Who asks, and whether they have hung up."""

    who: str
    gone: Stop


@dataclass
class LookAgain:
    """Thread safe. `again` is the engine's, `chosen` how it is asked."""

    again: Again
    chosen: RunSettings
    costs: bool = False
    """Whether each look takes from a visitor's share of a GPU: then nothing is looked at that nobody asked for."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: dict[str, threading.Event] = field(default_factory=dict)
    _regions: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def answer(self, looker: Looker, photo: Photo, question: str, trace: Trace | None, region: Box) -> str:
        """The answer from `region` (source px). Raises EngineError; Superseded when whoever asked does so again
        meanwhile, or has hung up.
        """
        stopped = threading.Event()
        with self._lock:
            if older := self._running.get(looker.who):
                older.set()
            self._running[looker.who] = stopped

        def stop() -> bool:
            return stopped.is_set() or looker.gone()

        try:
            answer = self.again(photo, question, trace, region, self.chosen, stop)
        finally:
            with self._lock:
                if self._running.get(looker.who) is stopped:
                    del self._running[looker.who]
        if answer is None or stop():
            raise Superseded("A newer box took this one's place.", remedy="Wait for the newer answer.")
        return answer

    def known_of_expanded(self, item: str, trace: Trace) -> str | None:
        """The answer from the run's expanded region, where the run or an earlier look knows it."""
        if trace.region is None or trace.region_answer is not None:
            return trace.region_answer
        with self._lock:
            return self._regions.get(item)

    def answer_from_expanded(self, looker: Looker, item: str, photo: Photo, question: str, trace: Trace) -> str | None:
        """The answer from the run's expanded region: known, or looked at once and kept. Raises as `answer`."""
        known = self.known_of_expanded(item, trace)
        if known is None and trace.region is not None and not self.costs:
            known = self.answer(looker, photo, question, trace, trace.region)
            with self._lock:
                self._regions[item] = known
                if len(self._regions) > MOST_KEPT:
                    self._regions.popitem(last=False)
        return known
