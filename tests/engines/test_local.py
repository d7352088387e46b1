"""The local engine on a network of random weights: the same tokens as transformers' generate, and what can go wrong."""

import gc
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, GenerationConfig
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_dialogue import LocalDialogue
from ergo_demo.errors import EngineUnavailable, FrameMismatch, OutOfMemory
from ergo_demo.imaging import Door
from ergo_demo.pipeline import Finished, RunSettings, Spoke, run
from ergo_demo.records import Finish, Generation, Message, Outcome, Pixels, Sampling, Token
from ergo_demo.settings import Settings
from tests.checkpoints import TEMPLATE, make_checkpoint
from tests.photos import pattern, write_png

GREEDY = Sampling(max_new_tokens=24)
WARM = Sampling(temperature=1.0, top_p=0.9, seed=7, max_new_tokens=24)
CUT = "\N{REPLACEMENT CHARACTER}"  # ends a reply that was cut off within a character
SYSTEM = Message("system", "You look twice.")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    # So small a network is slower on two threads, and many times slower where another program uses them.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("models") / "random")


@pytest.fixture(scope="module")
def engine(folder: Path) -> LocalEngine:
    return LocalEngine.load(Settings(model=str(folder), device="cpu"))


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


def say(dialogue: LocalDialogue, *messages: Message) -> Generation:
    return spoken(dialogue.say(*messages, stop=never))


def both_turns(engine: LocalEngine, first: Pixels, second: Pixels, sampling: Sampling = GREEDY) -> list[Generation]:
    dialogue = engine.dialogue(sampling)
    coarse = say(dialogue, SYSTEM, Message("user", "Where is the red kite?", first))
    return [coarse, say(dialogue, Message("user", "What does it say?", second))]


class Stock:
    """The same two turns as transformers' own processor, chat template and `generate` do them."""

    def __init__(self, engine: LocalEngine, folder: Path) -> None:
        self.network: Any = engine.model.network
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.images: Any = Qwen2VLImageProcessorPil.from_pretrained(folder)

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
def stock(engine: LocalEngine, folder: Path) -> Stock:
    return Stock(engine, folder)


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
    pictures = [None if message.picture is None else processor.picture(message.picture) for message in messages]
    ours = [*chain(*map(processor.message_ids, messages, pictures)), *processor.reply_start_ids()]
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
    assert mixed == alone


def test_a_turn_without_a_picture_continues_the_dialogue(engine: LocalEngine) -> None:
    dialogue = engine.dialogue(GREEDY)
    say(dialogue, SYSTEM, Message("user", "Where?", photo(140, 84)))
    say(engine.dialogue(GREEDY), SYSTEM, Message("user", "Where?", photo(364, 28)))
    again = engine.dialogue(GREEDY)
    say(again, SYSTEM, Message("user", "Where?", photo(140, 84)))
    asked = Message("user", "And why?")
    assert say(dialogue, asked) == say(again, asked)


def test_text_alone_is_enough(engine: LocalEngine) -> None:
    assert say(engine.dialogue(GREEDY), Message("user", "Hello")).tokens


def test_the_log_probabilities_are_those_of_one_pass_over_everything(engine: LocalEngine) -> None:
    dialogue = engine.dialogue(WARM)
    generation = say(dialogue, SYSTEM, Message("user", "Where?", photo(140, 84)))
    ids = torch.tensor([dialogue.said.ids])
    is_image = (ids == engine.model.processor.image_token_id).int()
    picture = engine.model.processor.picture(photo(140, 84))
    with torch.no_grad():
        logits = engine.model.network(
            input_ids=ids, mm_token_type_ids=is_image, pixel_values=picture.patches, image_grid_thw=picture.grid
        ).logits[0]
    end = ids.shape[1] - len(engine.model.processor.reply_end_ids())
    start = end - WARM.max_new_tokens
    expected = logits[start - 1 : end - 1].log_softmax(-1).gather(1, ids[0, start:end, None])[:, 0]
    said = [token.logprob for token in generation.tokens]
    assert generation.finish is Finish.LENGTH
    assert said == pytest.approx(expected.tolist(), abs=1e-4)


def test_the_same_seed_gives_the_same_reply_whoever_else_draws(engine: LocalEngine) -> None:
    first = both_turns(engine, photo(140, 84), photo(84, 56), WARM)
    torch.manual_seed(1)
    assert both_turns(engine, photo(140, 84), photo(84, 56), WARM) == first
    assert both_turns(engine, photo(140, 84), photo(84, 56), replace(WARM, seed=8)) != first


def test_sampling_leaves_the_shared_random_numbers_alone(engine: LocalEngine) -> None:
    before = torch.get_rng_state()
    both_turns(engine, photo(84, 56), photo(28, 28), WARM)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_narrow_top_p_is_greedy(engine: LocalEngine) -> None:
    narrow = replace(WARM, top_p=1e-9)
    assert both_turns(engine, photo(84, 56), photo(28, 28), narrow) == both_turns(engine, photo(84, 56), photo(28, 28))


def test_length_ends_a_reply(engine: LocalEngine) -> None:
    generation = say(engine.dialogue(Sampling(max_new_tokens=5)), Message("user", "Hello"))
    assert (len(generation.tokens), generation.finish) == (5, Finish.LENGTH)


def test_an_end_token_ends_a_reply_and_is_not_part_of_it(engine: LocalEngine) -> None:
    long = Sampling(temperature=2.0, seed=3, max_new_tokens=2000)
    dialogue = engine.dialogue(long)
    generation = say(dialogue, Message("user", "Hello"))
    assert generation.finish is Finish.STOP
    assert "<|" not in generation.text
    assert dialogue.said.ids[-2:] == engine.model.processor.reply_end_ids()
    assert generation.peak_memory_bytes is None


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
    assert both_turns(engine, first, second) == expected
    # Closed before its end: the turn never was, and can be taken again.
    again = say(dialogue, SYSTEM, Message("user", "Where is the red kite?", first))
    assert [again, say(dialogue, Message("user", "What does it say?", second))] == expected


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
    assert tuple(heard[:-1]) == expected.tokens[:-1]
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
    assert say(dialogue, Message("user", "Hello")) == say(engine.dialogue(GREEDY), Message("user", "Hello"))


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
    assert str(first.value) == (
        "The CPU ran out of memory at the first look. "
        "Lower the coarse budget in Settings, or start with ERGO_QUANTIZE=int8."
    )
    assert str(second.value) == (
        "The CPU ran out of memory at the second look. "
        "Lower the zoom budget in Settings, or start with ERGO_QUANTIZE=int8."
    )
    assert second.value.__context__ is None, "a chained error would hold the tensors"
    assert [coarse, say(dialogue, Message("user", "What does it say?", photo(56, 56)))] == expected


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
