"""The engine port: a model that continues a dialogue. An engine knows messages and tokens, not boxes or stages."""

import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ergo_demo.errors import EngineError
from ergo_demo.geometry import LEAST_TOKENS
from ergo_demo.records import Generation, Message, ModelInfo, Sampling, Token
from ergo_demo.settings import Settings

Stop: TypeAlias = Callable[[], bool]
"""Polled between tokens; true ends the generation with what it has, finish "cancelled"."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the page says about an engine, and the budgets its model was made for."""

    model: ModelInfo
    coarse_budget_tokens: int
    zoom_budget_tokens: int
    reason: str
    """Why this model and this device: one sentence for the start-up log and the page."""
    embedded: bool = False
    """Whether this is the small checkpoint that knows only drawn scenes."""
    max_new_tokens: int = 1024
    """The most tokens of one reply."""
    zoom_least_tokens: int = LEAST_TOKENS
    """A crop with fewer vision tokens is enlarged to as many."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange that was had: what was said to the model, and what it replied."""

    messages: tuple[Message, ...]
    reply: Generation


Fork: TypeAlias = Generation | EngineError
"""One sampled reply, or why there is none: a failure is reported, never dropped."""


def fork_seed(seed: int, number: int) -> int:
    """The seed of fork `number` (from 0), 31 bits: neighbouring seeds share no forks, and fork 3 of 4 is fork 3 of 8.

    >>> fork_seed(42, 0), fork_seed(42, 1)
    (1294436821, 975223107)
    """
    return zlib.crc32(f"{seed}/{number}".encode()) & 0x7FFFFFFF


class Dialogue(Protocol):
    """One conversation. Replies are added to it by the engine, so that a second turn continues the first."""

    @property
    def said(self) -> tuple[Turn, ...]:
        """The turns so far, first to last. `engine.dialogue(sampling, *said[:1])` continues from the first again."""
        ...

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        """Adds `messages` and streams the reply; the generator's return value is the whole Generation.

        `alternatives`: how many of the likeliest tokens each token is kept with, itself among them, where the engine
        knows them. Closing the generator cancels the model and leaves the conversation as it was. Raises EngineError
        when the model cannot answer.
        """
        ...

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        """Draws `k` other replies to the last turn of `said` from one prefix; the conversation stays as it is.

        Fork i is what `say` would have given with `sampling` and the seed `fork_seed(sampling.seed, i)`. Yields how
        many have ended, whenever something has come; the return value is all k, in order. When `stop` turns true,
        those not ended are "cancelled". Closing the generator cancels the model. Raises ValueError before any turn.
        """
        ...


class Engine(Protocol):
    """Opens dialogues with one model."""

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        ...

    def dialogue(self, sampling: Sampling, *said: Turn) -> Dialogue:
        """A conversation in which `said` was said already: empty without it, a what-if with turns of another one.

        Computes nothing yet. What the engine has kept of these turns is used, and what it has not is computed again
        at the next turn: a dialogue needs no process, only its turns.
        """
        ...


def open_engine(
    settings: Settings, *, zero_gpu: bool = False, announce: Callable[[str], None] = lambda _line: None
) -> Engine:
    """The engine that the settings name. Raises EngineError with a remedy when it cannot start.

    `zero_gpu`: CUDA exists only inside a call (a Space with ZeroGPU). `announce` is told before a download starts.
    """
    # Imported here: torch takes seconds, and the scripted engine must not need it.
    if settings.engine == "scripted":
        from ergo_demo.engines.scripted import ScriptedEngine

        return ScriptedEngine()
    if settings.engine == "openai":
        from ergo_demo.engines.remote import RemoteEngine

        return RemoteEngine.open(settings)
    from ergo_demo.engines.local import LocalEngine

    return LocalEngine.load(settings, zero_gpu=zero_gpu, announce=announce)
