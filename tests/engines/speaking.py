"""How the tests of the local engine take a turn, and listen."""

from collections.abc import Generator

import numpy as np

from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_dialogue import LocalDialogue
from ergo_demo.records import Finish, Generation, Message, Pixels, Sampling, Token

GREEDY = Sampling(max_new_tokens=24)
WARM = Sampling(temperature=1.0, top_p=0.9, seed=7, max_new_tokens=24)
CUT = "\N{REPLACEMENT CHARACTER}"  # ends a reply that was cut off within a character
SYSTEM = Message("system", "You look twice.")


def photo(width: int, height: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def never() -> bool:
    return False


def spoken(speaking: Generator[Token, None, Generation], heard: list[Token] | None = None) -> Generation:
    """The whole generation; `heard` receives each token as it comes."""
    heard = [] if heard is None else heard
    while True:
        try:
            heard.append(next(speaking))
        except StopIteration as end:
            generation: Generation = end.value
            break
    assert generation.tokens[:-1] == tuple(heard[:-1])
    assert "".join(token.text for token in heard) in {generation.text, generation.text.removesuffix(CUT)}
    return generation


def told(*generations: Generation) -> list[tuple[list[int | None], str, Finish]]:
    """What was said, without the log-probabilities: their last bits depend on what was kept."""
    return [([token.number for token in one.tokens], one.text, one.finish) for one in generations]


def say(dialogue: LocalDialogue, *messages: Message) -> Generation:
    return spoken(dialogue.say(*messages, stop=never))


def both_turns(engine: LocalEngine, first: Pixels, second: Pixels, sampling: Sampling = GREEDY) -> list[Generation]:
    dialogue = engine.dialogue(sampling)
    coarse = say(dialogue, SYSTEM, Message("user", "Where is the red kite?", first))
    return [coarse, say(dialogue, Message("user", "What does it say?", second))]
