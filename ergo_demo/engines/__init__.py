"""The engine port: a model that continues a dialogue. An engine knows messages and tokens, not boxes or stages."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

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


class Dialogue(Protocol):
    """One conversation. Replies are added to it by the engine, so that a second turn continues the first."""

    def say(self, *messages: Message, stop: Stop) -> Generator[Token, None, Generation]:
        """Adds `messages` and streams the reply; the generator's return value is the whole Generation.

        Closing the generator cancels the model. Raises EngineError when the model cannot answer.
        """
        ...


class Engine(Protocol):
    """Opens dialogues with one model."""

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        ...

    def dialogue(self, sampling: Sampling) -> Dialogue:
        """A new, empty conversation."""
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
    from ergo_demo.engines.local import LocalEngine

    return LocalEngine.load(settings, zero_gpu=zero_gpu, announce=announce)
