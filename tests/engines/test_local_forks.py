"""Forks behind one prefix: each is the reply that a turn of its own with its seed would have given."""

from dataclasses import replace
from itertools import count

import pytest
import torch

from ergo_demo.engines import Fork, fork_seed
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_dialogue import LocalDialogue
from ergo_demo.errors import OutOfMemory
from ergo_demo.records import Finish, Generation, Message, Sampling
from tests.engines.speaking import GREEDY, SYSTEM, photo, say, told
from tests.engines.test_local_failing import SHORTAGES, failing
from tests.engines.test_port import end_of

ASKED = (SYSTEM, Message("user", "Where is the red kite?", photo(140, 84)))
HOT = Sampling(temperature=2.0, top_p=0.98, seed=5, max_new_tokens=120)


def forks_of(dialogue: LocalDialogue, k: int, sampling: Sampling) -> list[Generation]:
    forking = dialogue.fork(k, sampling, stop=lambda: False)
    ended: list[int] = []
    while True:
        try:
            ended.append(next(forking))
        except StopIteration as end:
            forks: tuple[Fork, ...] = end.value
            break
    assert ended == sorted(ended)
    assert ended[-1:] == ([k] if k else [])
    return [fork for fork in forks if isinstance(fork, Generation)]


def asked(engine: LocalEngine, sampling: Sampling = GREEDY) -> LocalDialogue:
    dialogue = engine.dialogue(sampling)
    say(dialogue, *ASKED)
    return dialogue


def test_each_fork_is_what_a_turn_of_its_own_would_have_been(engine: LocalEngine) -> None:
    forks = forks_of(asked(engine), 5, HOT)
    alone = []
    for number in range(5):
        engine.model.prefixes.forget()
        alone.append(say(engine.dialogue(replace(HOT, seed=fork_seed(HOT.seed, number))), *ASKED))
    assert told(*forks) == told(*alone)
    lengths = {len(fork.tokens) for fork in forks}
    assert len(lengths) > 1, "some ended early, and the others went on"
    assert Finish.STOP in {fork.finish for fork in forks}
    for fork, one in zip(forks, alone, strict=True):
        logprobs = [token.logprob for token in one.tokens]
        assert [token.logprob for token in fork.tokens] == pytest.approx(logprobs, abs=1e-3)


def test_a_fork_that_ended_early_continues_as_if_it_had_been_alone(engine: LocalEngine) -> None:
    dialogue = asked(engine)
    forks = forks_of(dialogue, 5, HOT)
    shortest = min(forks, key=lambda fork: len(fork.tokens))
    turn = replace(dialogue.said[0], reply=shortest)
    crop = Message("user", "What does it say?", photo(84, 56))
    warm = say(engine.dialogue(GREEDY, turn), crop)
    engine.model.prefixes.forget()
    assert told(warm) == told(say(engine.dialogue(GREEDY, turn), crop))


def test_forks_leave_the_dialogue_alone(engine: LocalEngine) -> None:
    crop = Message("user", "What does it say?", photo(84, 56))
    quiet, forked = asked(engine), asked(engine)
    forks_of(forked, 3, HOT)
    assert len(forked.said) == 1
    assert told(say(forked, crop)) == told(say(quiet, crop))


def test_fewer_forks_are_the_first_of_more_and_a_second_turn_can_be_forked(engine: LocalEngine) -> None:
    dialogue = asked(engine)
    say(dialogue, Message("user", "What does it say?", photo(84, 56)))
    many = forks_of(dialogue, 5, HOT)
    assert told(*forks_of(dialogue, 2, HOT)) == told(*many[:2])
    assert forks_of(dialogue, 0, HOT) == []
    assert len({fork.text for fork in many}) == 5


def test_greedy_forks_are_the_reply(engine: LocalEngine) -> None:
    dialogue = asked(engine)
    assert told(*forks_of(dialogue, 2, GREEDY)) == 2 * told(dialogue.said[0].reply)


def test_forks_stop_within_one_token(engine: LocalEngine) -> None:
    dialogue, polled = asked(engine), count()
    layers = len(engine.model.network.model.language_model.layers)
    forking = dialogue.fork(3, replace(HOT, temperature=0.0), stop=lambda: next(polled) >= layers + 4)
    forks = [fork for fork in end_of(forking) if isinstance(fork, Generation)]
    assert [(fork.finish, len(fork.tokens)) for fork in forks] == 3 * [(Finish.CANCELLED, 4)]
    assert not engine.model.lock.locked()


def test_a_closed_fork_gives_the_model_back(engine: LocalEngine) -> None:
    forking = asked(engine).fork(3, HOT, stop=lambda: False)
    next(forking)
    forking.close()
    assert not engine.model.lock.locked()
    assert not torch.is_inference_mode_enabled()


def test_forks_that_fail_are_reported(engine: LocalEngine) -> None:
    dialogue = asked(engine)
    forking = dialogue.fork(2, HOT, stop=lambda: False)
    with failing(engine, SHORTAGES["python"], 2):
        assert [type(fork) for fork in end_of(forking)] == 2 * [OutOfMemory]
    assert len(forks_of(dialogue, 2, GREEDY)) == 2


def test_nothing_can_be_forked_before_a_turn(engine: LocalEngine) -> None:
    with pytest.raises(ValueError, match="no turn"):
        next(engine.dialogue(GREEDY).fork(2, HOT, stop=lambda: False))
