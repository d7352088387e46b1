"""What is kept is continued exactly: each way in which a cache goes silently wrong, held against computing it anew."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch

from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_conversation import Conversation, shared
from ergo_demo.engines.local_decoding import Decoder
from ergo_demo.engines.local_dialogue import LocalDialogue
from ergo_demo.engines.local_prefixes import Prefix, Prefixes
from ergo_demo.engines.local_vision import eyes
from ergo_demo.records import Finish, Generation, Message, Pixels
from tests.engines.speaking import GREEDY, SYSTEM, both_turns, photo, say, spoken, told

SIZES = [(280, 196, 84, 56), (56, 56, 28, 364), (420, 28, 112, 112), (28, 28, 28, 28)]


@pytest.fixture(autouse=True)
def _nothing_kept(engine: LocalEngine) -> Iterator[None]:
    engine.model.prefixes.forget()
    yield
    engine.model.prefixes.forget()


def first_turn(engine: LocalEngine, picture: Pixels) -> LocalDialogue:
    dialogue = engine.dialogue(GREEDY)
    say(dialogue, SYSTEM, Message("user", "Where is the red kite?", picture))
    return dialogue


def second(picture: Pixels) -> Message:
    return Message("user", "What does it say?", picture)


def read(engine: LocalEngine, row: Conversation, kept: tuple[Prefix | None, int] = (None, 0)) -> tuple[Decoder, Any]:
    decoder = Decoder(engine.model.network, row, kept)
    return decoder, decoder.read(eyes(engine.model.network, engine.model.processor))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_positions_are_those_of_the_whole_row(engine: LocalEngine, sizes: tuple[int, int, int, int]) -> None:
    row = replace(first_turn(engine, photo(*sizes[:2]))).row([second(photo(*sizes[2:]))])
    ids = torch.tensor([row.ids])
    image = (ids == engine.model.processor.image_token_id).int()
    grids = torch.tensor([[1, 2 * shown.rows, 2 * shown.columns] for shown in row.shown])
    network: Any = engine.model.network
    expected, _deltas = network.model.get_rope_index(ids, image, image_grid_thw=grids)
    assert row.positions().tolist() == expected[:, 0].tolist()
    # Without mm_token_type_ids a picture would count on like text, without an error.
    assert sizes[:2] == (28, 28) or row.positions().max() < len(row.ids) - 1


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_second_turn_reads_only_what_is_new_and_gives_the_same(
    engine: LocalEngine, sizes: tuple[int, int, int, int]
) -> None:
    dialogue = first_turn(engine, photo(*sizes[:2]))
    row = dialogue.row([second(photo(*sizes[2:], seed=1))])
    reusing, logits = read(engine, row, engine.model.prefixes.longest(row.marks()))
    _anew, expected = read(engine, row)
    new = len(row.ids) - reusing.reused
    assert new - row.shown[1].rows * row.shown[1].columns < 60, "only the last token, its end, the text and the crop"
    torch.testing.assert_close(logits, expected, atol=1e-3, rtol=0)
    ours = say(dialogue, second(photo(*sizes[2:], seed=1)))
    engine.model.prefixes.forget()
    assert told(ours) == told(say(engine.dialogue(GREEDY, *dialogue.said[:1]), second(photo(*sizes[2:], seed=1))))


def test_what_the_network_remembers_of_another_request_does_not_matter(engine: LocalEngine) -> None:
    expected = both_turns(engine, photo(280, 196), photo(84, 56))
    engine.model.prefixes.forget()
    network: Any = engine.model.network
    dialogue = first_turn(engine, photo(280, 196))
    network.model.rope_deltas = torch.tensor([[-700]])
    assert told(say(dialogue, second(photo(84, 56)))) == told(expected[1])
    network.model.rope_deltas = None


def test_a_photo_of_the_same_size_is_another_photo(engine: LocalEngine) -> None:
    one, other = photo(140, 84), photo(140, 84)
    other[0, 0, 0] ^= 1
    rows = [engine.dialogue(GREEDY).row([SYSTEM, second(picture)]) for picture in (one, other)]
    assert rows[0].ids == rows[1].ids, "the ids do not tell them apart"
    assert shared(rows[0].marks(), rows[1].marks()) == rows[0].shown[0].start
    assert shared(rows[0].marks(), engine.dialogue(GREEDY).row([SYSTEM, second(one.copy())]).marks()) == len(
        rows[0].ids
    )


def test_two_photos_in_alternation_each_continue_their_own(engine: LocalEngine) -> None:
    photos = [photo(140, 84, seed=seed) for seed in range(2)]
    crops = [photo(84, 56, seed=9), photo(56, 112, seed=9)]
    expected = []
    for picture, crop in zip(photos, crops, strict=True):
        engine.model.prefixes.forget()
        expected.append(both_turns(engine, picture, crop)[1])
    engine.model.prefixes.forget()
    dialogues = [first_turn(engine, picture) for picture in photos]
    said = [say(dialogue, second(crop)) for dialogue, crop in zip(dialogues, crops, strict=True)]
    assert told(*said) == told(*expected)


def test_a_what_if_cuts_what_is_kept_and_leaves_the_dialogue_alone(engine: LocalEngine) -> None:
    dialogue = first_turn(engine, photo(280, 196))
    answer = say(dialogue, second(photo(84, 56)))
    (kept,) = engine.model.prefixes._kept
    before = [[part.clone() for part in layer] for layer in kept.layers]
    what_if = engine.dialogue(GREEDY, *dialogue.said[:1])
    other = say(what_if, second(photo(112, 56, seed=4)))
    after = say(dialogue, Message("user", "And why?"))
    torch.testing.assert_close([[*layer] for layer in kept.layers], before, atol=0, rtol=0)
    engine.model.prefixes.forget()
    assert told(other) == told(say(engine.dialogue(GREEDY, *dialogue.said[:1]), second(photo(112, 56, seed=4))))
    engine.model.prefixes.forget()
    again = engine.dialogue(GREEDY, *dialogue.said[:1])
    assert told(say(again, second(photo(84, 56))), say(again, Message("user", "And why?"))) == told(answer, after)


@pytest.mark.parametrize("most", [(0, 10**9), (32, 0), (1, 10**9)], ids=["none", "no bytes", "one"])
def test_a_dialogue_works_whatever_is_kept(engine: LocalEngine, most: tuple[int, int]) -> None:
    expected = both_turns(engine, photo(140, 84), photo(84, 56))
    small = replace(engine, model=replace(engine.model, prefixes=Prefixes(*most)))
    dialogue, other = first_turn(small, photo(140, 84)), first_turn(small, photo(56, 392))
    assert told(say(dialogue, second(photo(84, 56)))) == told(expected[1])
    assert told(say(other, second(photo(84, 56)))) == told(both_turns(engine, photo(56, 392), photo(84, 56))[1])
    assert len(small.model.prefixes) <= most[0]


def test_the_longest_unused_goes_first_by_count_and_by_bytes() -> None:
    def prefix(*marks: int) -> Prefix:
        return Prefix(np.array(marks), ((torch.zeros(25), torch.zeros(25)),))

    prefixes = Prefixes(most=2, most_bytes=400)
    prefixes.keep(prefix(1, 2))
    prefixes.keep(prefix(1, 2, 3))
    assert len(prefixes) == 1, "a row stands for those that it begins with"
    prefixes.keep(prefix(4, 5))
    assert prefixes.longest(np.array([1, 2, 9]))[1] == 2
    prefixes.keep(prefix(6, 7))
    assert [prefixes.longest(np.array(marks))[1] for marks in ([1, 2, 3], [4, 5], [6, 7])] == [3, 0, 2]
    assert prefixes.bytes == 400
    prefixes.keep(Prefix(np.array([8]), ((torch.zeros(60), torch.zeros(25)),)))
    assert (len(prefixes), prefixes.bytes) == (1, 340)


@pytest.mark.parametrize("polls", [1, 3, 9])
def test_stop_is_obeyed_between_two_layers_and_the_next_request_is_unharmed(engine: LocalEngine, polls: int) -> None:
    expected = both_turns(engine, photo(140, 84), photo(84, 56))
    engine.model.prefixes.forget()
    dialogue, polled, passed = first_turn(engine, photo(140, 84)), count(1), count(1)
    network: Any = engine.model.network
    layers = [*network.model.visual.blocks, *network.model.language_model.layers]
    hooks = [layer.register_forward_hook(lambda *_: next(passed) and None) for layer in layers]
    stopped = spoken(dialogue.say(second(photo(84, 56)), stop=lambda: next(polled) >= polls))
    for hook in hooks:
        hook.remove()
    assert stopped == Generation((), Finish.CANCELLED)
    assert next(passed) == min(polls, len(layers) + 1), "no layer is begun after stop"
    assert not any(layer._forward_pre_hooks for layer in layers)
    assert told(*both_turns(engine, photo(140, 84), photo(84, 56))) == told(*expected)


def test_alternatives_are_the_distribution_where_the_token_was_drawn(engine: LocalEngine) -> None:
    asked = Message("user", "Where?", photo(84, 56))
    generation = spoken(engine.dialogue(GREEDY).say(asked, stop=lambda: False, alternatives=500))
    plain = say(engine.dialogue(GREEDY), asked)
    assert [token.text for token in plain.tokens] == [token.text for token in generation.tokens]
    assert all(token.alternatives == () for token in plain.tokens)
    for token in generation.tokens[:4]:
        shares = np.exp([other.logprob for other in token.alternatives])
        assert shares.sum() == pytest.approx(1, abs=1e-4), "all of a small vocabulary"
        assert [*shares] == sorted(shares, reverse=True)
        assert {other.text for other in token.alternatives} >= set("0123456789")
    few = spoken(engine.dialogue(GREEDY).say(asked, stop=lambda: False, alternatives=3)).tokens[0]
    assert len(few.alternatives) == 3


def test_a_reply_of_another_engine_is_continued_by_its_text(engine: LocalEngine) -> None:
    dialogue = first_turn(engine, photo(84, 56))
    turn = dialogue.said[0]
    foreign = replace(turn, reply=replace(turn.reply, tokens=tuple(replace(t, number=None) for t in turn.reply.tokens)))
    assert say(engine.dialogue(GREEDY, foreign), second(photo(56, 56))).tokens
