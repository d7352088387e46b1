"""A scripted engine that says what else it could have written: with each digit of a box, the next one at a quarter."""

import math
from collections.abc import Generator

from ergo_demo.engines import Stop, Turn
from ergo_demo.engines.scripted import ScriptedDialogue, ScriptedEngine
from ergo_demo.records import Alternative, Finish, Generation, Message, Sampling, Token


class DoubtingEngine(ScriptedEngine):
    """Writes a character at a time."""

    def dialogue(self, sampling: Sampling, *said: Turn) -> ScriptedDialogue:
        return DoubtingDialogue(self, sampling, said)


class DoubtingDialogue(ScriptedDialogue):
    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        picture = next(message.picture for message in reversed(messages) if message.picture is not None)
        tokens = tuple(map(_doubted if alternatives else Token, self.engine.script(picture, self.turns)))
        yield from tokens
        generation = Generation(tokens, Finish.STOP)
        self.said += (Turn(messages, generation),)
        return generation


def _doubted(character: str) -> Token:
    if not character.isdecimal():
        return Token(character, 0.0, None, (Alternative(character, 0.0),))
    others = (Alternative(character, math.log(0.75)), Alternative(str((int(character) + 1) % 10), math.log(0.25)))
    return Token(character, math.log(0.75), None, others)
