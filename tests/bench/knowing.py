"""Engines that know the scenes: they answer from the item and not from the picture, so every number is known ahead."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from ergo_demo.bench.scenes_items import Stream, draw, items
from ergo_demo.engines import Engine, EngineInfo, Fork, Stop, Turn
from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.errors import OutOfMemory
from ergo_demo.geometry import Box, Size, view_of
from ergo_demo.records import Finish, Generation, Message, Sampling, Token
from ergo_demo.scenes import Question

INFO = ScriptedEngine().info


def asked_of(stream: Stream, n: int) -> dict[str, tuple[Question, Size]]:
    """The questions of a stream's first items, by their text; texts that stand for two questions are left out."""
    known: dict[str, tuple[Question, Size]] = {}
    for item in items(n):
        scene, question = draw(stream, item)
        assert question.text not in known, "two scenes ask the same: take another seed"
        known[question.text] = (question, scene.size)
    return known


@dataclass
class KnowingEngine:
    """Names the place that has to be looked at and gives the true answer; counts what it is asked.

    `fails`: "all" at every turn, "second" at second looks; `silent`: names no box.
    """

    known: Mapping[str, tuple[Question, Size]]
    fails: str = ""
    silent: bool = False
    asked: list[tuple[int, str]] = field(default_factory=list)

    @property
    def info(self) -> EngineInfo:
        return INFO

    def dialogue(self, sampling: Sampling, *said: Turn) -> "KnowingDialogue":
        return KnowingDialogue(self, said)


@dataclass
class KnowingDialogue:
    engine: KnowingEngine
    said: tuple[Turn, ...] = ()

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        text = messages[-1].text
        question, size = next(known for key, known in self.engine.known.items() if text.startswith(key))
        self.engine.asked.append((len(self.said), question.text))
        if self.engine.fails == "all" or (self.engine.fails == "second" and self.said):
            raise OutOfMemory("There is too little memory.", remedy="Get more.")
        coarse = "<zoom>" in text
        reply = self._box(question, size) if coarse else f"<think>So.</think><answer>{question.answer}</answer>"
        yield Token(reply)
        generation = Generation((Token(reply),), Finish.STOP)
        self.said += (Turn(messages, generation),)
        return generation

    def _box(self, question: Question, size: Size) -> str:
        if self.engine.silent:
            return "<think>I see nothing.</think>"
        view = view_of(Box.of(size), INFO.coarse_budget_tokens)
        seen = view.from_source(question.place).pad(2, 2).clip(Box.of(view.size)).outward()
        return "<think>There.</think><zoom>[{:.0f}, {:.0f}, {:.0f}, {:.0f}]</zoom>".format(*seen.edges)

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        yield 0
        raise NotImplementedError


def engine(known: KnowingEngine) -> Engine:
    """That it is one, for the type checker."""
    return known
