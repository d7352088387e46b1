"""What can end a reply of the local engine early, and that the next one is unharmed by it."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch

from ergo_demo.engines.local import LocalEngine
from ergo_demo.errors import EngineUnavailable, FrameMismatch, OutOfMemory
from ergo_demo.records import Finish, Generation, Message, Token
from tests.engines.speaking import GREEDY, SYSTEM, both_turns, never, photo, say, spoken, told


@pytest.mark.parametrize("after", [0, 1, 4])
def test_stop_is_obeyed_within_one_token(engine: LocalEngine, after: int) -> None:
    heard: list[Token] = []
    speaking = engine.dialogue(GREEDY).say(Message("user", "Hello"), stop=lambda: len(heard) >= after)
    assert spoken(speaking, heard).finish is Finish.CANCELLED
    assert len(heard) == after


def test_after_a_cancelled_run_the_next_one_is_unharmed(engine: LocalEngine) -> None:
    first, second = photo(140, 84), photo(84, 56)
    expected = both_turns(engine, first, second)
    dialogue = engine.dialogue(GREEDY)
    speaking = dialogue.say(SYSTEM, Message("user", "Where is the red kite?", first), stop=never)
    next(speaking)
    speaking.close()
    assert told(*both_turns(engine, first, second)) == told(*expected)
    # Closed before its end: the turn never was, and can be taken again.
    again = say(dialogue, SYSTEM, Message("user", "Where is the red kite?", first))
    assert told(again, say(dialogue, Message("user", "What does it say?", second))) == told(*expected)


def test_a_forgotten_generator_gives_the_model_back(engine: LocalEngine) -> None:
    speaking = engine.dialogue(GREEDY).say(Message("user", "Hello"), stop=never)
    next(speaking)
    assert engine.model.lock.locked()
    del speaking
    gc.collect()
    assert not engine.model.lock.locked()


def test_who_waits_for_the_model_can_be_stopped(engine: LocalEngine) -> None:
    speaking = engine.dialogue(GREEDY).say(Message("user", "Hello"), stop=never)
    next(speaking)
    waiting = engine.dialogue(GREEDY).say(Message("user", "Hello"), stop=lambda: True)
    assert spoken(waiting) == Generation((), Finish.CANCELLED)
    speaking.close()


def test_a_reply_can_be_taken_from_one_thread_to_another(engine: LocalEngine) -> None:
    expected = say(engine.dialogue(GREEDY), Message("user", "Hello"))
    speaking = engine.dialogue(GREEDY).say(Message("user", "Hello"), stop=never)
    heard: list[Token] = []
    for _ in range(len(expected.tokens)):
        thread = threading.Thread(target=lambda: heard.append(next(speaking)))
        thread.start()
        thread.join()
    speaking.close()
    assert [token.number for token in heard[:-1]] == [token.number for token in expected.tokens[:-1]]
    assert not torch.is_inference_mode_enabled()
    assert not engine.model.lock.locked()


@contextmanager
def failing(engine: LocalEngine, fail: Callable[[], object], after: int) -> Iterator[None]:
    """Within it, the network's forward pass number `after` (from 0) and all later ones fail."""
    passes = iter(range(10**6))
    hook = engine.model.network.register_forward_pre_hook(lambda *_: fail() and None if next(passes) >= after else None)
    try:
        yield
    finally:
        hook.remove()


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("after", [0, 3])
def test_an_exception_inside_the_network_reaches_who_listens(engine: LocalEngine, after: int) -> None:
    dialogue = engine.dialogue(GREEDY)
    with (
        failing(engine, lambda: _raise(ZeroDivisionError("inside")), after),
        pytest.raises(ZeroDivisionError, match="inside"),
    ):
        say(dialogue, Message("user", "Hello"))
    assert not engine.model.lock.locked()
    assert told(say(dialogue, Message("user", "Hello"))) == told(say(engine.dialogue(GREEDY), Message("user", "Hello")))


SHORTAGES: dict[str, Callable[[], object]] = {
    "cuda": lambda: _raise(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")),
    "torch on a CPU": lambda: torch.empty(10**15),
    "python": lambda: _raise(MemoryError()),
}


@pytest.mark.parametrize("fail", SHORTAGES.values(), ids=SHORTAGES)
def test_too_little_memory_has_a_remedy_and_the_next_request_is_unharmed(
    engine: LocalEngine, fail: Callable[[], object]
) -> None:
    expected = both_turns(engine, photo(84, 56), photo(56, 56))
    dialogue = engine.dialogue(GREEDY)
    with failing(engine, fail, 0), pytest.raises(OutOfMemory) as first:
        say(dialogue, SYSTEM, Message("user", "Where is the red kite?", photo(84, 56)))
    coarse = say(dialogue, SYSTEM, Message("user", "Where is the red kite?", photo(84, 56)))
    with failing(engine, fail, 2), pytest.raises(OutOfMemory) as second:
        say(dialogue, Message("user", "What does it say?", photo(56, 56)))
    assert str(first.value) == ("The CPU ran out of memory at the first look. Lower the coarse budget in Settings.")
    assert str(second.value) == ("The CPU ran out of memory at the second look. Lower the zoom budget in Settings.")
    assert second.value.__context__ is None, "a chained error would hold the tensors"
    assert told(coarse, say(dialogue, Message("user", "What does it say?", photo(56, 56)))) == told(*expected)


def test_a_gpu_that_stops_is_said(engine: LocalEngine) -> None:
    with (
        failing(engine, lambda: _raise(torch.AcceleratorError("device-side assert triggered")), 1),
        pytest.raises(EngineUnavailable, match=r"stopped: device-side assert triggered\. Start ERGO Demo again\."),
    ):
        say(engine.dialogue(GREEDY), Message("user", "Hello"))


def test_a_view_that_would_be_resized_is_refused(engine: LocalEngine) -> None:
    with pytest.raises(FrameMismatch, match="100 x 56 px"):
        say(engine.dialogue(GREEDY), Message("user", "Where?", photo(100, 56)))
    assert not engine.model.lock.locked()
