"""One shape of conversation, asked in every way: two looks, the reference's flow, forks, a what-if, Stop."""

import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, TypeVar

import numpy as np

from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_reference import generate
from ergo_demo.geometry import PATCH, Size
from ergo_demo.protocol import prompts
from ergo_demo.records import Finish, Message, Pixels, Sampling

QUESTION = "What does the small sign beside the door say?"
FORKS = 8

T = TypeVar("T")


@dataclass(frozen=True)
class Shape:
    """Sizes of the two views (view px), and how long each reply is."""

    coarse: Size
    crop: Size
    output_tokens: int = 60

    def words(self) -> str:
        """In words, with what was really sent."""
        coarse, crop = (size.area // PATCH**2 for size in (self.coarse, self.crop))
        return f"{coarse:,} coarse and {crop} crop tokens, {self.output_tokens} output tokens a stage"


SHAPES = {
    "1000/300": Shape(Size(40 * PATCH, 25 * PATCH), Size(20 * PATCH, 15 * PATCH)),
    "640/395": Shape(Size(32 * PATCH, 20 * PATCH), Size(79 * PATCH, 5 * PATCH)),
}
"""Coarse/crop vision tokens. The second is the mean of the paper's runs."""


@dataclass
class Measured:
    """Seconds of every round, by what was done."""

    shape: Shape
    prompt_tokens: int = 0
    same_output: bool = True
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        """One more round."""
        self.seconds.setdefault(name, []).append(seconds)

    def median(self, name: str) -> float:
        """Of all rounds."""
        return median(self.seconds[name])

    def summary(self) -> dict[str, Any]:
        """Medians, spreads and rates."""
        written = self.shape.output_tokens - 1
        rates = {
            "prefill": self.prompt_tokens / self.median("first_token"),
            "prefill of generate": self.prompt_tokens / self.median("reference_first_token"),
            "decode": written / (self.median("first_look") - self.median("first_token")),
            "decode of generate": written / (self.median("reference_first") - self.median("reference_first_token")),
        }
        spread = {
            name: {"median": median(all_), "low": min(all_), "high": max(all_)} for name, all_ in self.seconds.items()
        }
        return {"words": self.shape.words(), "seconds": spread, "tokens_per_second": rates}


def ratios(measured: Measured) -> dict[str, float]:
    """Ratios of medians, as the bars name them."""
    of = measured.median
    return {
        "two_looks_over_reference": of("ask") / of("reference"),
        "second_look_first_token_over_reference": of("second_first_token") / of("reference_second_first_token"),
        "forked_over_ask": of("forked") / of("ask"),
        "forked_over_separate": of("forked") / of("separate"),
        "whatif_over_fresh": of("whatif") / of("ask"),
    }


def measure(engine: LocalEngine, shape: Shape, rounds: int) -> Measured:
    """Every way in turn, `rounds` times, each time with another photo; one round before them does not count."""
    measured = Measured(shape)
    for number in range(-1, rounds):
        into = measured if number >= 0 else Measured(shape)
        _round(engine, shape, np.random.default_rng(number + 1), into)
    return measured


def _round(engine: LocalEngine, shape: Shape, random: np.random.Generator, measured: Measured) -> None:
    greedy = Sampling(max_new_tokens=shape.output_tokens)
    warm = replace(greedy, temperature=1.0)
    coarse, crop, other = (_picture(size, random) for size in (shape.coarse, shape.crop, shape.crop))
    first = (Message("system", prompts.system()), Message("user", prompts.coarse_turn(QUESTION), coarse))
    second, what_if = (Message("user", prompts.zoom_turn(QUESTION), picture) for picture in (crop, other))

    engine.model.prefixes.forget()
    dialogue = engine.dialogue(greedy)
    one, first_token, first_look = _timed(dialogue.say(*first, stop=_never))
    forks, _, forked = _timed(dialogue.fork(FORKS, warm, stop=_never))
    two, second_first_token, second_look = _timed(dialogue.say(second, stop=_never))
    _, _, whatif = _timed(engine.dialogue(greedy, *dialogue.said[:1]).say(what_if, stop=_never))
    measured.add("first_token", first_token)
    measured.add("first_look", first_look)
    measured.add("forked", forked)
    measured.add("second_first_token", second_first_token)
    measured.add("ask", first_look + second_look)
    measured.add("whatif", whatif)
    assert len(forks) == FORKS

    rows = [engine.dialogue(greedy).row(first), engine.dialogue(greedy, *dialogue.said[:1]).row([second])]
    stages = [generate(engine, row, greedy) for row in rows]
    measured.prompt_tokens = len(rows[0].ids)
    measured.add("reference_first_token", stages[0].first_token_seconds)
    measured.add("reference_first", stages[0].seconds)
    measured.add("reference_second_first_token", stages[1].first_token_seconds)
    measured.add("reference", stages[0].seconds + stages[1].seconds)
    said = [[token.number for token in reply.tokens] for reply in (one, two)]
    measured.same_output &= said == [stage.ids[0] for stage in stages]

    measured.add("num_return_sequences", generate(engine, rows[0], warm, FORKS).seconds)
    measured.add("separate", sum(generate(engine, rows[0], warm).seconds for _ in range(FORKS)))
    _stops(engine, first, greedy, first_token, measured)


def _stops(
    engine: LocalEngine, first: tuple[Message, ...], greedy: Sampling, first_token: float, measured: Measured
) -> None:
    """From the moment of Stop to the model being free: in the middle of reading, and after ten tokens."""
    engine.model.prefixes.forget()
    stopped_at = time.perf_counter() + first_token / 2
    reply, _, _ = _timed(engine.dialogue(greedy).say(*first, stop=lambda: time.perf_counter() >= stopped_at))
    if reply.finish is Finish.CANCELLED:
        measured.add("stop_reading", time.perf_counter() - stopped_at)
    heard: list[float] = []
    speaking = engine.dialogue(greedy).say(*first, stop=lambda: len(heard) >= 10)
    for _token in speaking:
        heard.append(time.perf_counter())
    measured.add("stop_speaking", time.perf_counter() - heard[9])


def _timed(speaking: Generator[Any, None, T]) -> tuple[T, float, float]:
    """What came, seconds to the first thing that came, and seconds in all."""
    started = time.perf_counter()
    first = 0.0
    while True:
        try:
            next(speaking)
        except StopIteration as end:
            value: T = end.value
            return value, first, time.perf_counter() - started
        first = first or time.perf_counter() - started


def _picture(size: Size, random: np.random.Generator) -> Pixels:
    """Coloured blocks of 14 px: as much for the network to do as any photo."""
    blocks = random.integers(0, 256, (size.height // 14, size.width // 14, 3), np.uint8)
    return blocks.repeat(14, axis=0).repeat(14, axis=1)


def _never() -> bool:
    return False
