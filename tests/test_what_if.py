"""The second look at a corrected box: what the model is shown, what stands before it, and how it is stopped."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace

import numpy as np

from ergo_demo.asking import RunSettings
from ergo_demo.engines import Stop, Turn
from ergo_demo.engines.scripted import ScriptedDialogue, ScriptedEngine, in_order
from ergo_demo.geometry import Box, Size, View, view_of
from ergo_demo.imaging import Kernel, Photo, resample
from ergo_demo.pipeline import ask
from ergo_demo.records import Generation, Message, Sampling, Token
from ergo_demo.what_if import answer_from

CHOSEN = RunSettings(Sampling(), coarse_budget_tokens=80, zoom_budget_tokens=48)
ENGINE = ScriptedEngine(in_order(["<zoom>[28, 28, 112, 84]</zoom>", "<answer>first</answer>"]))


@dataclass(frozen=True)
class Listening(ScriptedEngine):
    """Says where it was asked to look, and remembers what was said to it."""

    heard: list[tuple[tuple[Turn, ...], tuple[Message, ...]]] = field(default_factory=list)

    def dialogue(self, sampling: Sampling, *said: Turn) -> ScriptedDialogue:
        heard = self.heard

        class Dialogue(ScriptedDialogue):
            def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
                heard.append((self.said, messages))
                return super().say(*messages, stop=stop, alternatives=alternatives)

        return Dialogue(self, sampling, said)


def test_the_first_look_stands_as_it_was_and_the_second_is_of_the_new_box(photo: Photo) -> None:
    trace = ask(ENGINE, photo, "What is it?", CHOSEN)
    engine = Listening(in_order(["", "<think>Now I see.</think><answer>second</answer>"]))
    box = Box(100.4, 200.2, 436.1, 367.7)
    assert answer_from(engine, photo, "What is it?", trace, box, CHOSEN, stop=lambda: False) == "second"
    ((said, messages),) = engine.heard
    assert trace.coarse is not None
    assert [turn.reply for turn in said] == [trace.coarse.generation]
    assert [message.role for message in said[0].messages] == ["system", "user"]
    coarse = said[0].messages[1].picture
    assert coarse is not None
    assert np.array_equal(coarse, resample(photo, trace.coarse.view, Kernel.BICUBIC))
    # 337 x 168 source px on whole pixels: 12 x 6 tokens would be 72, over the budget of 48.
    shown = messages[0].picture
    assert shown is not None
    size = Size(shown.shape[1], shown.shape[0])
    assert np.array_equal(shown, resample(photo, View(Box(100, 200, 437, 368), size), Kernel.LANCZOS))
    assert size.area // 28**2 <= 48


def test_without_a_run_the_first_reply_names_the_box(photo: Photo) -> None:
    engine = Listening(in_order(["", "<answer>second</answer>"]))
    box = Box(0, 0, 560, 420)
    assert answer_from(engine, photo, "What is it?", None, box, CHOSEN, stop=lambda: False) == "second"
    ((said, _messages),) = engine.heard
    assert said[0].reply.text == "<zoom>[0, 0, 140, 98]</zoom>"


def test_another_models_run_is_asked_with_this_models_budget(photo: Photo) -> None:
    trace = replace(ask(ENGINE, photo, "What is it?", CHOSEN), zoom_budget_tokens=4)
    elsewhere = replace(trace, model=replace(trace.model, name="another"))
    sizes = []
    for one in (trace, elsewhere):
        engine = Listening(in_order(["", "<answer>second</answer>"]))
        answer_from(engine, photo, "What is it?", one, Box(0, 0, 560, 420), CHOSEN, stop=lambda: False)
        picture = engine.heard[0][1][0].picture
        assert picture is not None
        sizes.append(picture.shape[0] * picture.shape[1] // 28**2)
    assert sizes[0] <= 4 < sizes[1] <= 48


def test_the_crop_is_enlarged_as_in_the_run_that_it_goes_on_with(photo: Photo) -> None:
    small, enlarging = Box(100, 100, 240, 200), replace(CHOSEN, zoom_least_tokens=40)
    trace = ask(ENGINE, photo, "What is it?", enlarging)
    assert trace.zoom_least_tokens == 40
    shown = []
    for one, chosen in ((trace, CHOSEN), (ask(ENGINE, photo, "What is it?", CHOSEN), enlarging)):
        engine = Listening(in_order(["", "<answer>second</answer>"]))
        answer_from(engine, photo, "What is it?", one, small, chosen, stop=lambda: False)
        picture = engine.heard[0][1][0].picture
        assert picture is not None
        shown.append(Size(picture.shape[1], picture.shape[0]))
    assert shown == [view_of(small, 48, 40).size, view_of(small, 48).size], "today's settings change neither"


def test_stopped_it_has_no_answer(photo: Photo) -> None:
    trace = ask(ENGINE, photo, "What is it?", CHOSEN)
    assert answer_from(ENGINE, photo, "What is it?", trace, Box(0, 0, 560, 420), CHOSEN, stop=lambda: True) is None
