"""ERGO's rewards by hand, with a reader that records what it was shown."""

from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import pytest

from ergo_demo.engines import EngineInfo, Fork, Stop, Turn
from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.geometry import Box, Size, view_of
from ergo_demo.imaging import Photo
from ergo_demo.records import Finish, Generation, Message, Sampling, Token
from ergo_demo.training.rewards import (
    GAMMA,
    Reader,
    Scores,
    SecondLook,
    Weights,
    box_reward,
    format_reward,
    named_box,
)

SIZE = Size(1120, 840)
COARSE = view_of(Box.of(SIZE), 192)


@dataclass
class Recorder:
    """Answers always the same, and keeps what it was shown."""

    reply: str
    shown: list[Message] = field(default_factory=list)
    said: tuple[Turn, ...] = ()

    @property
    def info(self) -> EngineInfo:
        return ScriptedEngine().info

    def dialogue(self, sampling: Sampling, *said: Turn) -> "Recorder":
        self.said = said
        return self

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        self.shown += messages
        token = Token(self.reply)
        yield token
        return Generation((token,), Finish.STOP)

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        yield 0
        raise NotImplementedError


def test_the_reader_sees_the_crop_and_nothing_else(photo: Photo) -> None:
    engine = Recorder("<think>It says so.</think><answer>The K 4.</answer>")
    reader = Reader(engine, budget_tokens=640, least_tokens=4)
    assert reader.reward(photo, Box(100, 100, 380, 240), "What does it say?", "k 4") == 1
    pictures = [message.picture for message in engine.shown if message.picture is not None]
    assert [picture.shape for picture in pictures] == [(140, 280, 3)]
    assert engine.said == ()
    assert reader.reward(photo, Box(100, 100, 380, 240), "What does it say?", "k 5") == 0
    assert reader.reward(photo, None, "What does it say?", "k 4") == 0


def test_a_region_may_have_six_tenths_of_the_photo() -> None:
    assert GAMMA == 0.6
    assert box_reward(Box(0, 0, 600, 1000), Size(1000, 1000)) == 1
    assert box_reward(Box(0, 0, 601, 1000), Size(1000, 1000)) == 0
    assert box_reward(None, Size(1000, 1000)) == 0


@pytest.mark.parametrize(
    ("reply", "box", "score"),
    [
        ("<think>There.</think><zoom>[28, 28, 112, 84]</zoom>", (28, 28, 112, 84), 1.0),
        ("<zoom>[112, 28, 28, 84]</zoom>", (28, 28, 112, 84), 0.5),
        ("<think>Nowhere.</think>", None, 0.0),
    ],
)
def test_a_reply_is_read_as_the_app_reads_it(reply: str, box: tuple[float, ...] | None, score: float) -> None:
    named = named_box(reply, COARSE)
    assert (None if named is None else COARSE.from_source(named).edges) == (box and pytest.approx(box))
    assert format_reward(reply, COARSE.size) == score
    assert format_reward(reply, COARSE.size, "<answer>7</answer>") == pytest.approx(score / 2 + 0.5)


def test_the_whole_reward_is_the_paper_s_sum() -> None:
    scores = Scores(region=1, box=1, accuracy=1, format=0.5)
    assert scores.total() == 1.0 * 1 + 0.5 * 1 + 1 + 0.5
    assert scores.total(Weights(region=1, box=0, accuracy=0, format=0)) == 1


def test_the_second_look_continues_the_first_reply(photo: Photo) -> None:
    engine = Recorder("<answer>7</answer>")
    coarse = np.zeros((COARSE.size.height, COARSE.size.width, 3), np.uint8)
    first = "<think>There.</think><zoom>[28, 28, 112, 84]</zoom>"
    assert SecondLook(engine).reply(photo, Box(100, 100, 380, 240), "Which?", coarse, first) == "<answer>7</answer>"
    (turn,) = engine.said
    assert turn.reply.text == first
    assert [message.role for message in turn.messages] == ["system", "user"]
    assert [message.picture is not None for message in engine.shown] == [True]
