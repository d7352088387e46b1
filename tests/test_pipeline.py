"""Two looks with a scripted engine: events in order, boxes in source px, every way a run can end."""

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ergo_demo.asking import RunSettings
from ergo_demo.engines import EngineInfo, Fork, Stop, Turn
from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.errors import EngineError, OutOfMemory, QuestionEmpty
from ergo_demo.events import Answered, CoarseReady, CropReady, Event, Finished, Spoke, ZoomFound, ZoomMissing
from ergo_demo.geometry import Box, Size
from ergo_demo.imaging import Photo
from ergo_demo.pipeline import ask, run
from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import Finish, Generation, Message, Outcome, Pixels, Sampling, Token

CHOSEN = RunSettings(Sampling(max_new_tokens=200), coarse_budget_tokens=80, zoom_budget_tokens=48)
ZOOM = "<think>There it is.</think><zoom>[28, 28, 112, 84]</zoom>"
ANSWER = "<think>I can read it.</think><answer>K 417</answer>"


def scripted(*replies: str) -> ScriptedEngine:
    return ScriptedEngine(in_order(replies))


def test_the_events_of_a_run_tell_the_story_in_order(photo: Photo) -> None:
    events = list(run(scripted(ZOOM, ANSWER), photo, " What is it? ", CHOSEN))
    kinds = [type(event) for event in events if not isinstance(event, Spoke)]
    assert kinds == [CoarseReady, ZoomFound, CropReady, Answered, Finished]
    coarse = "".join(event.token.text for event in events if isinstance(event, Spoke) and event.stage == "coarse")
    assert coarse == ZOOM


def test_a_trace_holds_both_looks_in_source_px(photo: Photo) -> None:
    trace = ask(scripted(ZOOM, ANSWER), photo, "What is it?", CHOSEN)
    assert trace.coarse is not None
    assert trace.zoom is not None
    assert trace.coarse.view.size == Size(280, 196)
    # 1,120 x 840 source px at 280 x 196 view px: 4 and 4.2857 source px per view px.
    assert trace.box == Box(112, 120, 448, 360)
    assert trace.zoom.view.region == Box(112, 120, 448, 360)
    assert trace.zoom.view.tokens <= 48
    assert (trace.answer, trace.outcome, trace.question) == ("K 417", Outcome.ANSWERED, "What is it?")
    assert (trace.coarse.thought, trace.zoom.thought) == ("There it is.", "I can read it.")


def test_the_second_look_shows_the_pixels_of_the_box(photo: Photo) -> None:
    seen: list[Pixels] = []

    def watch(picture: Pixels, turn: int) -> str:
        seen.append(picture)
        return (ZOOM, ANSWER)[turn]

    trace = ask(ScriptedEngine(watch), photo, "What is it?", CHOSEN)
    assert trace.zoom is not None
    coarse, zoom = seen
    assert zoom.shape[:2] == (trace.zoom.view.size.height, trace.zoom.view.size.width)
    # The pattern's red rises from left to right: the crop's mean red is that of the box's middle.
    middle = 255 * (112 + 448) / 2 / 1120
    assert abs(float(zoom[..., 0].mean()) - middle) < 2
    assert np.abs(coarse[0, -1, 0].astype(int) - 255) < 4


@pytest.mark.parametrize(
    ("first", "outcome", "why"),
    [
        pytest.param("<think>Nothing.</think>", Outcome.NO_ZOOM, Why.NO_ZOOM, id="no region"),
        pytest.param("<zoom>[a, b]</zoom>", Outcome.UNREADABLE, Why.NOT_FOUR_NUMBERS, id="unreadable region"),
    ],
)
def test_without_a_region_the_whole_photo_is_read_within_the_budget(
    photo: Photo, first: str, outcome: Outcome, why: Why
) -> None:
    events = list(run(scripted(first, ANSWER), photo, "What is it?", CHOSEN))
    assert ZoomMissing(why) in events
    trace = events[-1].trace if isinstance(events[-1], Finished) else None
    assert trace is not None
    assert trace.zoom is not None
    assert (trace.outcome, trace.why, trace.box, trace.answer) == (outcome, why, None, "K 417")
    assert trace.zoom.view.region == Box.of(photo.size)
    assert trace.zoom.view.tokens <= CHOSEN.zoom_budget_tokens


def test_a_small_crop_is_enlarged_to_what_the_model_was_made_for(photo: Photo) -> None:
    replies = ("<zoom>[0, 0, 28, 28]</zoom>", ANSWER)
    plain = ask(scripted(*replies), photo, "What is it?", CHOSEN)
    enlarged = ask(scripted(*replies), photo, "What is it?", replace(CHOSEN, zoom_least_tokens=40))
    assert plain.zoom is not None
    assert enlarged.zoom is not None
    assert plain.zoom.view.region == enlarged.zoom.view.region
    assert plain.zoom.view.tokens < 40 <= enlarged.zoom.view.tokens <= CHOSEN.zoom_budget_tokens


def test_what_was_repaired_is_kept_in_the_trace(photo: Photo) -> None:
    trace = ask(scripted("<zoom>[900, 90, 250, 10], [0, 0, 56, 56]</zoom>", "blue"), photo, "What?", CHOSEN)
    assert trace.flags == (Flag.SEVERAL, Flag.INVERTED, Flag.CLAMPED, Flag.ANSWER_UNTAGGED)
    assert trace.other_boxes == (Box(0, 0, 224, 240),)
    assert trace.box is not None
    assert Box.of(photo.size).contains(trace.box)


@pytest.mark.parametrize(
    ("words", "outcome", "looks"), [(3, Outcome.CANCELLED, 1), (8, Outcome.CANCELLED, 2), (999, Outcome.ANSWERED, 2)]
)
def test_stop_ends_within_one_token_and_keeps_what_was_said(
    photo: Photo, words: int, outcome: Outcome, looks: int
) -> None:
    spoken: list[Spoke] = []
    last = None
    for event in run(scripted(ZOOM, ANSWER), photo, "What?", CHOSEN, stop=lambda: len(spoken) >= words):
        spoken.extend([event] if isinstance(event, Spoke) else [])
        last = event
    assert isinstance(last, Finished)
    assert last.trace.outcome is outcome
    assert last.trace.answer == ("K 417" if outcome is Outcome.ANSWERED else "")
    assert len(spoken) == min(words, 11)
    assert sum(look is not None for look in (last.trace.coarse, last.trace.zoom)) == looks


def test_a_reply_at_its_limit_is_flagged(photo: Photo) -> None:
    short = RunSettings(Sampling(max_new_tokens=2), 80, 48)
    trace = ask(scripted(ZOOM, ANSWER), photo, "What?", short)
    assert trace.outcome is Outcome.NO_ZOOM
    assert Flag.CUT_OFF in trace.flags


def test_a_failing_model_leaves_a_failed_trace_with_the_first_look(photo: Photo) -> None:
    def fail_later(picture: Pixels, turn: int) -> str:
        if turn:
            raise OutOfMemory("The GPU ran out of memory at the second look.", remedy="Lower the zoom budget.")
        return ZOOM

    events: list[Event] = []
    with pytest.raises(EngineError, match="second look"):
        events.extend(run(ScriptedEngine(fail_later), photo, "What?", CHOSEN))
    assert isinstance(events[-1], Finished)
    trace = events[-1].trace
    assert trace.outcome is Outcome.FAILED
    assert trace.box == Box(112, 120, 448, 360)
    assert trace.error == "The GPU ran out of memory at the second look. Lower the zoom budget."


@dataclass
class Listening:
    """An engine and its dialogue in one, that knows whether it was told to end."""

    ended: bool = False
    info: EngineInfo = ScriptedEngine().info

    said: tuple[Turn, ...] = ()

    def dialogue(self, _sampling: Sampling, *said: Turn) -> "Listening":
        return self

    def fork(self, k: int, _sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        raise AssertionError("nobody asked for forks")

    def say(self, *_messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        try:
            while not stop():
                yield Token("word ")
        finally:
            self.ended = True
        return Generation((), Finish.CANCELLED)


def test_closing_the_generator_cancels_the_model(photo: Photo) -> None:
    engine = Listening()
    running = run(engine, photo, "What?", CHOSEN)
    while not isinstance(next(running), Spoke):
        assert not engine.ended
    running.close()
    assert engine.ended


@pytest.mark.parametrize("question", ["", "  \n", "(A) red (B) blue "])
def test_no_question_is_refused_before_anything_runs(photo: Photo, question: str) -> None:
    with pytest.raises(QuestionEmpty):
        next(run(scripted(ZOOM, ANSWER), photo, question, CHOSEN))


def test_a_book_is_no_question(photo: Photo) -> None:
    with pytest.raises(QuestionEmpty, match=r"4,001 characters; 4,000 is the most"):
        next(run(scripted(ZOOM, ANSWER), photo, "a" * 4001, CHOSEN))
