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

    def answer(self, who: str, photo: Photo, question: str, trace: Trace | None, region: Box) -> str:
        """The answer from `region` (source px). Raises Superseded when `who` asked again meanwhile, EngineError."""
        stopped = threading.Event()
        with self._lock:
            if older := self._running.get(who):
                older.set()
            self._running[who] = stopped
        try:
            answer = self.again(photo, question, trace, region, self.chosen, stopped.is_set)
        finally:
            with self._lock:
                if self._running.get(who) is stopped:
                    del self._running[who]
        if answer is None or stopped.is_set():
            raise Superseded("A newer box took this one's place.", remedy="Wait for the newer answer.")
        return answer

    def answer_from_expanded(self, who: str, item: str, photo: Photo, question: str, trace: Trace) -> str | None:
        """The answer from the run's expanded region: what the run knows, else looked at once and kept."""
        if trace.region is None or trace.region_answer is not None or self.costs:
            return trace.region_answer
        with self._lock:
            known = self._regions.get(item)
        if known is None:
            known = self.answer(who, photo, question, trace, trace.region)
            with self._lock:
                self._regions[item] = known
                if len(self._regions) > MOST_KEPT:
                    self._regions.popitem(last=False)
        return known
