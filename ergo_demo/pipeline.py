"""Two looks at a photo: coarse view, zoom view, answer, as a generator of typed events; `ask` is its last event.

Then other first replies, where samples are wanted: nobody waits longer for the answer. Knows views, the protocol and an
engine; knows nothing of pages, files to be kept, or who asks.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

from ergo_demo.asking import RunSettings, check_question
from ergo_demo.engines import Dialogue, Engine, Fork, Stop, Turn
from ergo_demo.errors import EngineError
from ergo_demo.events import (
    Answered,
    CoarseReady,
    CropReady,
    Event,
    Finished,
    RegionReady,
    Sampled,
    Spoke,
    Stage,
    ZoomFound,
    ZoomMissing,
)
from ergo_demo.geometry import Box, View, view_of
from ergo_demo.imaging import Kernel, Photo, resample
from ergo_demo.protocol import prompts
from ergo_demo.protocol.parsing import Answer, Flag, Unreadable, Why, Zoom, read_answer, read_thought, read_zoom
from ergo_demo.records import Finish, Generation, Look, Message, Outcome, Token, Trace
from ergo_demo.uncertainty.coordinates import coordinates
from ergo_demo.uncertainty.measuring import is_calibrated, measured, read_sample
from ergo_demo.uncertainty.sampled import answers_differ

ALTERNATIVES = 20
"""Of each token of the first reply, where samples are drawn: ten digits, and what else could stand there."""


def run(
    engine: Engine, photo: Photo, question: str, chosen: RunSettings, *, stop: Stop = lambda: False
) -> Generator[Event, None, None]:
    """Looks twice and yields what happens; Finished comes last, whatever happens to the model.

    `stop` is polled between tokens: when true, the trace is finished with outcome "cancelled". Closing the generator
    cancels too, without a trace. Raises QuestionEmpty before the first event; an EngineError is kept in the trace
    (outcome "failed") and raised again after Finished.
    """
    question = check_question(question)
    trace = Trace(
        source=photo.size,
        upload_sha256=photo.upload_sha256,
        blob_sha256=photo.blob_sha256,
        question=question,
        model=engine.info.model,
        sampling=chosen.sampling,
        coarse_budget_tokens=chosen.coarse_budget_tokens,
        zoom_budget_tokens=chosen.zoom_budget_tokens,
        zoom_least_tokens=chosen.zoom_least_tokens,
        outcome=Outcome.FAILED,
        version=package_version(),
        prompts_sha256=prompts.sha256(),
        sampled=chosen.sample_sampling if chosen.samples else None,
    )
    looks = _TwoLooks(photo, trace, stop, chosen)
    dialogue = engine.dialogue(chosen.sampling)
    try:
        yield from looks.run(dialogue)
        if chosen.samples and looks.trace.outcome is not Outcome.CANCELLED:
            yield from looks.look_around(engine, dialogue.said[0])
    except EngineError as error:
        yield Finished(replace(looks.trace, outcome=Outcome.FAILED, error=str(error)))
        raise
    yield Finished(looks.trace)


def ask(engine: Engine, photo: Photo, question: str, chosen: RunSettings) -> Trace:
    """The trace of one run. Raises EngineError when the model could not answer, QuestionEmpty without a question."""
    last: Event | None = None
    for event in run(engine, photo, question, chosen):
        last = event
    assert isinstance(last, Finished), "a run ends with Finished"
    return last.trace


@dataclass
class _TwoLooks:
    """A run in progress. `trace` is what is known so far, so that a failure keeps it."""

    photo: Photo
    trace: Trace
    stop: Stop
    chosen: RunSettings

    def run(self, dialogue: Dialogue) -> Iterator[Event]:
        """Both looks, in order."""
        everything = Box.of(self.photo.size)
        question = self.trace.question
        system = Message("system", prompts.system())
        coarse = yield from self._look(
            dialogue, "coarse", everything, prompts.coarse_turn(question), Kernel.BICUBIC, system
        )
        generation = coarse.generation
        self.trace = replace(
            self.trace,
            coarse=replace(coarse, generation=_without_alternatives(generation)),
            coordinates=coordinates(generation),
            flags=_cut_off(coarse),
        )
        if coarse.generation.finish is Finish.CANCELLED:
            self.trace = replace(self.trace, outcome=Outcome.CANCELLED)
            return
        region = everything
        match read_zoom(coarse.generation.text, coarse.view.size):
            case Zoom() as zoom:
                region = yield from self._found(zoom, coarse.view)
            case Unreadable(why):
                self.trace = replace(self.trace, why=why)
                yield ZoomMissing(why)
        zoomed = yield from self._look(dialogue, "zoom", region, prompts.zoom_turn(question), Kernel.LANCZOS)
        self._finish(zoomed)
        yield Answered(self.trace.answer)

    def look_around(self, engine: Engine, first: Turn) -> Iterator[Event]:
        """Draws the first reply again and again, behind the prefix that is computed already. Costs no answer."""
        assert self.trace.coarse is not None, "only what was said is drawn again"
        started = time.perf_counter()
        sampling = self.chosen.sample_sampling
        forks = engine.dialogue(sampling, first).fork(self.chosen.samples, sampling, stop=self.stop)
        replies = yield from _drawn(forks, self.chosen.samples)
        view = self.trace.coarse.view
        samples = [read_sample(reply, view, self.photo.size) for reply in replies]
        self.trace = measured(self.trace, samples, self.chosen.calibration)
        self.trace = replace(self.trace, sample_seconds=time.perf_counter() - started)
        yield RegionReady(self.trace.region, self.trace.spread, is_calibrated(self.trace))
        if self.chosen.region_look and self.trace.region is not None and not self.stop():
            yield from self._read_region(engine.dialogue(self.chosen.sampling, first), self.trace.region)

    def _read_region(self, dialogue: Dialogue, region: Box) -> Iterator[Event]:
        """The third look. Where it fails, the answer of the second one stands, and the trace says why."""
        region = region.outward().clip(Box.of(self.photo.size))
        try:
            text = prompts.zoom_turn(self.trace.question)
            look = yield from self._look(dialogue, "region", region, text, Kernel.LANCZOS)
        except EngineError as error:
            self.trace = replace(self.trace, error=f"The expanded region was not read: {error}")
            return
        if look.generation.finish is Finish.CANCELLED:
            return
        answer = read_answer(look.generation.text).text
        differ = answers_differ(self.trace.answer, answer)
        self.trace = replace(self.trace, region_look=look, region_answer=answer, answers_differ=differ)

    def _look(
        self, dialogue: Dialogue, stage: Stage, region: Box, text: str, kernel: Kernel, *before: Message
    ) -> Generator[Event, None, Look]:
        started = time.perf_counter()
        chosen = self.chosen
        limits = (chosen.zoom_budget_tokens, chosen.zoom_least_tokens)
        view = view_of(region, chosen.coarse_budget_tokens) if stage == "coarse" else view_of(region, *limits)
        picture = resample(self.photo, view, kernel)
        if stage != "region":
            yield CoarseReady(view) if stage == "coarse" else CropReady(view)
        alternatives = ALTERNATIVES if stage == "coarse" and self.chosen.samples else 0
        speaking = dialogue.say(*before, Message("user", text, picture), stop=self.stop, alternatives=alternatives)
        generation = yield from _spoken(stage, speaking)
        return Look(view, generation, read_thought(generation.text), time.perf_counter() - started)

    def _found(self, zoom: Zoom, coarse: View) -> Generator[Event, None, Box]:
        frame = Box.of(self.photo.size)
        # Dividing and multiplying by the scale can leave the frame by the last bit of a float.
        box = coarse.to_source(zoom.box_in_view).clip(frame)
        others = tuple(coarse.to_source(other).clip(frame) for other in zoom.others_in_view)
        flags = self.trace.flags + zoom.flags
        self.trace = replace(self.trace, box=box, other_boxes=others, flags=flags)
        yield ZoomFound(box, zoom.flags)
        return box.outward().clip(frame)

    def _finish(self, zoomed: Look) -> None:
        cancelled = zoomed.generation.finish is Finish.CANCELLED
        # A reply that was stopped may end anywhere: what stands there is no answer.
        answer = Answer("") if cancelled else read_answer(zoomed.generation.text)
        outcome = {None: Outcome.ANSWERED, Why.NO_ZOOM: Outcome.NO_ZOOM}.get(self.trace.why, Outcome.UNREADABLE)
        if cancelled:
            outcome = Outcome.CANCELLED
        flags = (*self.trace.flags, *answer.flags, *_cut_off(zoomed))
        self.trace = replace(
            self.trace, zoom=zoomed, answer=answer.text, outcome=outcome, flags=tuple(dict.fromkeys(flags))
        )


def _spoken(stage: Stage, speaking: Generator[Token, None, Generation]) -> Generator[Event, None, Generation]:
    """The engine's tokens as events; closing this closes the engine's generator, which cancels the model."""
    try:
        while True:
            yield Spoke(stage, next(speaking))
    except StopIteration as end:
        generation: Generation = end.value
        return generation
    finally:
        speaking.close()


def _drawn(forks: Generator[int, None, tuple[Fork, ...]], k: int) -> Generator[Event, None, tuple[Fork, ...]]:
    """How far the forks are, as events; closing this closes the engine's generator, which cancels the model."""
    try:
        while True:
            yield Sampled(next(forks), k)
    except StopIteration as end:
        replies: tuple[Fork, ...] = end.value
        return replies
    finally:
        forks.close()


def _without_alternatives(reply: Generation) -> Generation:
    """What the coordinates needed and a trace does not: twenty words for each one that was written."""
    return replace(reply, tokens=tuple(replace(token, alternatives=()) for token in reply.tokens))


def _cut_off(look: Look) -> tuple[Flag, ...]:
    return (Flag.CUT_OFF,) if look.generation.finish is Finish.LENGTH else ()


def package_version() -> str:
    """The installed version, or "source" when run from a checkout, as a Space does."""
    try:
        return version("ergo-demo")
    except PackageNotFoundError:
        return "source"
