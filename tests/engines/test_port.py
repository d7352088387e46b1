"""What every engine keeps to: turns that make a dialogue again, forks that leave it alone. Here without a model."""

from collections.abc import Generator
from itertools import count
from typing import TypeVar

import numpy as np
import pytest

from ergo_demo.engines import Fork, fork_seed
from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.errors import OutOfMemory
from ergo_demo.records import Finish, Generation, Message, Pixels, Sampling

PICTURE: Pixels = np.zeros((560, 840, 3), np.uint8)
FIRST = Message("user", "Where is it?", PICTURE)
ZOOM = "<think>At 12 o'clock.</think><zoom>[280, 140, 560, 420]</zoom>"
WARM = Sampling(temperature=1.0, seed=3)

T = TypeVar("T")


def end_of(speaking: Generator[object, None, T]) -> T:
    while True:
        try:
            next(speaking)
        except StopIteration as end:
            value: T = end.value
            return value


def forked(engine: ScriptedEngine, k: int, sampling: Sampling = WARM) -> tuple[Fork, ...]:
    dialogue = engine.dialogue(Sampling())
    end_of(dialogue.say(FIRST, stop=lambda: False))
    return end_of(dialogue.fork(k, sampling, stop=lambda: False))


def texts(forks: tuple[Fork, ...]) -> list[str]:
    return [fork.text for fork in forks if isinstance(fork, Generation)]


def test_a_dialogue_is_its_turns() -> None:
    engine = ScriptedEngine(in_order(["one", "two", "three"]))
    dialogue = engine.dialogue(Sampling())
    for _ in range(2):
        end_of(dialogue.say(FIRST, stop=lambda: False))
    what_if = engine.dialogue(Sampling(), *dialogue.said[:1])
    assert end_of(what_if.say(FIRST, stop=lambda: False)).text == "two"
    assert end_of(dialogue.say(FIRST, stop=lambda: False)).text == "three"


def test_forks_differ_in_the_box_alone_and_the_dialogue_stays() -> None:
    forks = texts(forked(ScriptedEngine(in_order([ZOOM])), 8))
    assert len(forks) == len(set(forks)) == 8
    assert all(fork.startswith("<think>At 12 o'clock.</think><zoom>[") for fork in forks)
    assert forked(ScriptedEngine(), 0) == ()
    with pytest.raises(ValueError, match="no turn"):
        next(ScriptedEngine().dialogue(WARM).fork(2, WARM, stop=lambda: False))


def test_the_same_seed_gives_the_same_forks_however_many() -> None:
    engine = ScriptedEngine(in_order([ZOOM]))
    assert forked(engine, 8)[:3] == forked(engine, 3)
    assert set(texts(forked(engine, 4, Sampling(temperature=0)))) == {ZOOM}


def test_neighbouring_seeds_share_no_forks() -> None:
    seeds = {fork_seed(seed, number) for seed in range(100) for number in range(16)}
    assert len(seeds) == 1600
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_fork_that_fails_is_reported() -> None:
    calls = count()

    def fails_later(picture: Pixels, turn: int) -> str:
        if next(calls) == 2:
            raise OutOfMemory("The GPU ran out of memory.", remedy="Ask for fewer samples.")
        return ZOOM

    forks = forked(ScriptedEngine(fails_later), 3)
    assert [type(fork) for fork in forks] == [Generation, OutOfMemory, Generation]


def test_forks_can_be_stopped() -> None:
    dialogue = ScriptedEngine(in_order([ZOOM])).dialogue(Sampling())
    end_of(dialogue.say(FIRST, stop=lambda: False))
    polled = count()
    forks = end_of(dialogue.fork(3, WARM, stop=lambda: next(polled) > 8))
    assert [fork.finish for fork in forks if isinstance(fork, Generation)] == [Finish.STOP] + 2 * [Finish.CANCELLED]
