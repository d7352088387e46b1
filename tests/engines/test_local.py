"""The local engine on a network of random weights: the same tokens as transformers' generate, turn after turn."""

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer, GenerationConfig
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from ergo_demo.asking import RunSettings
from ergo_demo.engines.local import LocalEngine
from ergo_demo.events import Finished, Spoke
from ergo_demo.imaging import Door
from ergo_demo.pipeline import run
from ergo_demo.records import Finish, Message, Outcome, Pixels, Sampling
from tests.checkpoints import TEMPLATE
from tests.engines.speaking import GREEDY, SYSTEM, WARM, both_turns, photo, say, told
from tests.photos import pattern, write_png


class Stock:
    """The same two turns as transformers' own processor, chat template and `generate` do them."""

    def __init__(self, engine: LocalEngine, made: Path) -> None:
        self.network: Any = engine.model.network
        self.tokenizer: Any = AutoTokenizer.from_pretrained(made)
        self.images: Any = Qwen2VLImageProcessorPil.from_pretrained(made)

    def both_turns(self, first: Pixels, second: Pixels, max_new_tokens: int) -> list[list[int]]:
        seen = [self.images(images=[picture], return_tensors="pt") for picture in (first, second)]
        asked = self.turn(seen[:1], f"<|im_start|>system\n{SYSTEM.text}<|im_end|>\n", "Where is the red kite?")
        coarse = self.generate(asked, seen[:1], max_new_tokens)
        asked = asked + coarse + self.turn(seen[1:], "<|im_end|>\n", "What does it say?")
        return [coarse, self.generate(asked, seen, max_new_tokens)]

    def turn(self, seen: list[Any], before: str, question: str) -> list[int]:
        image = "<|vision_start|>" + "<|image_pad|>" * (len(seen[0]["pixel_values"]) // 4) + "<|vision_end|>"
        text = f"{before}<|im_start|>user\n{image}{question}<|im_end|>\n<|im_start|>assistant\n"
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def generate(self, asked: list[int], seen: list[Any], max_new_tokens: int) -> list[int]:
        self.network.model.rope_deltas = None
        ids = torch.tensor([asked])
        token = self.tokenizer.convert_tokens_to_ids
        ends = [token("<|im_end|>"), token("<|endoftext|>")]
        unspeakable = [token(name) for name in ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")]
        untyped: Any = GenerationConfig
        config = untyped(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            repetition_penalty=1.0,
            eos_token_id=ends,
            pad_token_id=ends[1],
            suppress_tokens=unspeakable,
        )
        out = self.network.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            mm_token_type_ids=(ids == token("<|image_pad|>")).int(),
            pixel_values=torch.cat([picture["pixel_values"] for picture in seen]),
            image_grid_thw=torch.cat([picture["image_grid_thw"] for picture in seen]),
            generation_config=config,
        )
        said: list[int] = out[0, len(asked) :].tolist()
        return said[:-1] if said[-1] in ends else said

    def text(self, ids: list[int]) -> str:
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text


@pytest.fixture(scope="module")
def stock(engine: LocalEngine, made: Path) -> Stock:
    return Stock(engine, made)


SIZES = [(280, 196, 84, 56), (56, 56, 28, 364), (420, 28, 112, 112), (56, 392, 252, 140)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_two_greedy_turns_are_those_of_generate(
    engine: LocalEngine, stock: Stock, sizes: tuple[int, int, int, int]
) -> None:
    first, second = photo(*sizes[:2]), photo(*sizes[2:], seed=1)
    expected = stock.both_turns(first, second, GREEDY.max_new_tokens)
    said = both_turns(engine, first, second)
    assert [generation.text for generation in said] == [stock.text(ids) for ids in expected]
    assert len(expected[0]) > 3, "a reply that ends at once compares nothing"


def test_the_template_of_the_checkpoint_gives_the_same_ids(engine: LocalEngine, stock: Stock) -> None:
    messages = [SYSTEM, Message("user", "Which of\n\nthe two?\n", photo(84, 56)), Message("assistant", "Left.")]
    processor = engine.model.processor
    ours = [*chain(*map(processor.message_ids, messages)), *processor.reply_start_ids()]
    chat = [
        {
            "role": message.role,
            "content": ([] if message.picture is None else [{"type": "image"}])
            + [{"type": "text", "text": message.text}],
        }
        for message in messages
    ]
    text = stock.tokenizer.apply_chat_template(
        chat, chat_template=TEMPLATE, tokenize=False, add_generation_prompt=True
    ).replace("<|image_pad|>", "<|image_pad|>" * 6)
    assert ours == stock.tokenizer(text, add_special_tokens=False)["input_ids"]


def test_two_photos_in_alternation_do_not_touch_each_other(engine: LocalEngine) -> None:
    one, two = photo(280, 196), photo(56, 392, seed=2)
    alone = both_turns(engine, one, two)
    first, other = engine.dialogue(GREEDY), engine.dialogue(GREEDY)
    asked = Message("user", "Where is the red kite?", one)
    mixed = [say(first, SYSTEM, asked)]
    say(other, SYSTEM, replace(asked, picture=two))
    mixed.append(say(first, Message("user", "What does it say?", two)))
    assert told(*mixed) == told(*alone)


def test_a_turn_without_a_picture_continues_the_dialogue(engine: LocalEngine) -> None:
    dialogue = engine.dialogue(GREEDY)
    say(dialogue, SYSTEM, Message("user", "Where?", photo(140, 84)))
    say(engine.dialogue(GREEDY), SYSTEM, Message("user", "Where?", photo(364, 28)))
    again = engine.dialogue(GREEDY)
    say(again, SYSTEM, Message("user", "Where?", photo(140, 84)))
    asked = Message("user", "And why?")
    assert told(say(dialogue, asked)) == told(say(again, asked))


def test_text_alone_is_enough(engine: LocalEngine) -> None:
    assert say(engine.dialogue(GREEDY), Message("user", "Hello")).tokens


def test_the_log_probabilities_are_those_of_one_pass_over_everything(engine: LocalEngine) -> None:
    dialogue = engine.dialogue(WARM)
    generation = say(dialogue, SYSTEM, Message("user", "Where?", photo(140, 84)))
    numbers = [token.number for token in generation.tokens]
    asked = engine.dialogue(WARM).row(dialogue.said[0].messages).ids
    ids = torch.tensor([asked + numbers])
    is_image = (ids == engine.model.processor.image_token_id).int()
    picture = engine.model.processor.picture(photo(140, 84))
    with torch.no_grad():
        logits = engine.model.network(
            input_ids=ids, mm_token_type_ids=is_image, pixel_values=picture.patches, image_grid_thw=picture.grid
        ).logits[0]
    start, end = len(asked), ids.shape[1]
    expected = logits[start - 1 : end - 1].log_softmax(-1).gather(1, ids[0, start:end, None])[:, 0]
    said = [token.logprob for token in generation.tokens]
    assert generation.finish is Finish.LENGTH
    assert said == pytest.approx(expected.tolist(), abs=1e-4)


def test_the_same_seed_gives_the_same_reply_whoever_else_draws(engine: LocalEngine) -> None:
    first = both_turns(engine, photo(140, 84), photo(84, 56), WARM)
    torch.manual_seed(1)
    assert told(*both_turns(engine, photo(140, 84), photo(84, 56), WARM)) == told(*first)
    assert told(*both_turns(engine, photo(140, 84), photo(84, 56), replace(WARM, seed=8))) != told(*first)


def test_sampling_leaves_the_shared_random_numbers_alone(engine: LocalEngine) -> None:
    before = torch.get_rng_state()
    both_turns(engine, photo(84, 56), photo(28, 28), WARM)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_narrow_top_p_is_greedy(engine: LocalEngine) -> None:
    narrow = replace(WARM, top_p=1e-9)
    greedy = both_turns(engine, photo(84, 56), photo(28, 28))
    assert told(*both_turns(engine, photo(84, 56), photo(28, 28), narrow)) == told(*greedy)


def test_length_ends_a_reply(engine: LocalEngine) -> None:
    generation = say(engine.dialogue(Sampling(max_new_tokens=5)), Message("user", "Hello"))
    assert (len(generation.tokens), generation.finish) == (5, Finish.LENGTH)


def test_an_end_token_ends_a_reply_and_is_not_part_of_it(engine: LocalEngine) -> None:
    long = Sampling(temperature=2.0, seed=3, max_new_tokens=2000)
    dialogue = engine.dialogue(long)
    generation = say(dialogue, Message("user", "Hello"))
    assert generation.finish is Finish.STOP
    assert "<|" not in generation.text
    ends = engine.model.processor.end_ids
    assert not ends.intersection(token.number for token in generation.tokens)
    assert generation.peak_memory_bytes is None


def test_two_looks_at_a_photo_end_with_an_outcome(engine: LocalEngine, tmp_path: Path) -> None:
    with Door(tmp_path) as door:
        seen = door.open_upright(write_png(tmp_path / "pattern.png", pattern(1120, 840)))
        chosen = RunSettings(Sampling(max_new_tokens=12), coarse_budget_tokens=80, zoom_budget_tokens=48)
        events = list(run(engine, seen, "What is it?", chosen))
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.trace.outcome is Outcome.NO_ZOOM
    assert sum(isinstance(event, Spoke) for event in events) == 24
    assert finished.trace.model == engine.info.model
    assert finished.trace.tokens()["total"] <= 80 + 48
