"""An engine whose replies are written in advance: for tests, for work on the page, for a machine without a model."""

import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from ergo_demo.engines import EngineInfo, Fork, Stop, Turn, fork_seed
from ergo_demo.errors import EngineError
from ergo_demo.records import Finish, Generation, Message, ModelInfo, Pixels, Sampling, Token

Script: TypeAlias = Callable[[Pixels, int], str]
"""(picture, turn from 0) -> the whole reply."""


def middle(picture: Pixels, turn: int) -> str:
    """Names the middle half of the first picture and answers with what it is."""
    height, width = picture.shape[:2]
    if turn == 0:
        box = f"[{width // 4}, {height // 4}, {width * 3 // 4}, {height * 3 // 4}]"
        return f"<think>This reply was written in advance: I look at the middle.</think><zoom>{box}</zoom>"
    return "<think>This reply was written in advance.</think><answer>scripted</answer>"


def in_order(replies: Sequence[str]) -> Script:
    """The replies of the turns of every dialogue, in order; the last one is repeated."""
    return lambda _picture, turn: replies[min(turn, len(replies) - 1)]


@dataclass(frozen=True)
class ScriptedEngine:
    """Streams what `script` says, a word at a time.

    >>> engine = ScriptedEngine(in_order(["<zoom>[0, 0, 56, 56]</zoom>", "<answer>7</answer>"]))
    >>> engine.info.model.name
    'scripted'
    """

    script: Script = middle
    seconds_per_token: float = 0.0
    info: EngineInfo = field(
        default=EngineInfo(
            model=ModelInfo(name="scripted", revision="1", device="none", dtype="none"),
            coarse_budget_tokens=320,
            zoom_budget_tokens=320,
            reason="ERGO_ENGINE=scripted: replies are written in advance.",
        )
    )

    def dialogue(self, sampling: Sampling, *said: Turn) -> "ScriptedDialogue":
        """A conversation after `said`; of the sampling only max_new_tokens matters, and forks move with its seed."""
        return ScriptedDialogue(self, sampling, said)


@dataclass
class ScriptedDialogue:
    """One conversation with a script."""

    engine: ScriptedEngine
    sampling: Sampling
    said: tuple[Turn, ...] = ()

    @property
    def turns(self) -> int:
        """How many turns there were."""
        return len(self.said)

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        """Streams the reply to the last picture of `messages`; a script knows no alternatives."""
        reply, seconds = self.engine.script(_picture(messages), self.turns), self.engine.seconds_per_token
        generation = yield from self._spoken(reply, self.sampling, stop, seconds)
        self.said += (Turn(messages, generation),)
        return generation

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        """The reply to the last turn, k times, with other boxes (none at temperature 0)."""
        if not self.said:
            raise ValueError("no turn was said that could be forked")
        forks: list[Fork] = []
        for number in range(k):
            try:
                reply = self.engine.script(_picture(self.said[-1].messages), self.turns - 1)
            except EngineError as error:
                forks.append(error)
                continue
            wandering = Random(fork_seed(sampling.seed, number))
            text = _wander(reply, wandering) if sampling.temperature else reply
            # Side by side: the later ones are spoken while the first one is.
            speaking = self._spoken(text, sampling, stop, 0.0 if number else self.engine.seconds_per_token)
            try:
                while True:
                    next(speaking)
                    yield len(forks)
            except StopIteration as end:
                forks.append(end.value)
        return tuple(forks)

    @staticmethod
    def _spoken(
        reply: str, sampling: Sampling, stop: Stop, seconds_per_token: float
    ) -> Generator[Token, None, Generation]:
        spoken: list[Token] = []
        for word in re.findall(r"\s*\S+|\s+", reply):
            if stop():
                return Generation(tuple(spoken), Finish.CANCELLED)
            if len(spoken) == sampling.max_new_tokens:
                return Generation(tuple(spoken), Finish.LENGTH)
            time.sleep(seconds_per_token)
            spoken.append(Token(word))
            yield spoken[-1]
        return Generation(tuple(spoken), Finish.STOP)


def _picture(messages: Sequence[Message]) -> Pixels:
    return next(message.picture for message in reversed(messages) if message.picture is not None)


def _wander(reply: str, wandering: Random) -> str:
    """The reply with each edge of its box moved by up to a tenth of its value, as a model that is not sure would."""

    def moved(number: re.Match[str]) -> str:
        return str(round(int(number[0]) * wandering.uniform(0.9, 1.1)))

    return re.sub(r"(?<=<zoom>).*?(?=</zoom>)", lambda zoom: re.sub(r"\d+", moved, zoom[0]), reply, flags=re.DOTALL)
