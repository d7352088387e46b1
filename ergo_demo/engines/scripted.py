"""An engine whose replies are written in advance: for tests, for work on the page, for a machine without a model."""

import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ergo_demo.engines import EngineInfo, Stop
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

    def dialogue(self, sampling: Sampling) -> "ScriptedDialogue":
        """A new conversation; of the sampling only max_new_tokens matters."""
        return ScriptedDialogue(self, sampling)


@dataclass
class ScriptedDialogue:
    """One conversation with a script."""

    engine: ScriptedEngine
    sampling: Sampling
    turns: int = 0

    def say(self, *messages: Message, stop: Stop) -> Generator[Token, None, Generation]:
        """Streams the reply to the last picture of `messages`."""
        picture = next(message.picture for message in reversed(messages) if message.picture is not None)
        reply = self.engine.script(picture, self.turns)
        self.turns += 1
        said: list[Token] = []
        for word in re.findall(r"\s*\S+|\s+", reply):
            if stop():
                return Generation(tuple(said), Finish.CANCELLED)
            if len(said) == self.sampling.max_new_tokens:
                return Generation(tuple(said), Finish.LENGTH)
            time.sleep(self.engine.seconds_per_token)
            said.append(Token(word))
            yield said[-1]
        return Generation(tuple(said), Finish.STOP)
