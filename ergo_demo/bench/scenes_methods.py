"""How an item is asked: the product's two looks, the same first look with another box, or one look at everything.

Every method goes through the door's photo, the views and the engine that a user's question goes through.
"""

import math
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, TypeAlias

from ergo_demo.asking import RunSettings
from ergo_demo.bench.scenes_items import Item
from ergo_demo.bench.scenes_samples import Sample, scored
from ergo_demo.engines import Engine, Turn
from ergo_demo.errors import EngineError
from ergo_demo.events import Finished, ZoomFound, ZoomMissing
from ergo_demo.geometry import FULL_RESOLUTION_BUDGET_TOKENS, PATCH, Box, Size, View, hull, view_of
from ergo_demo.imaging import Kernel, Photo, resample
from ergo_demo.pipeline import run
from ergo_demo.protocol import prompts
from ergo_demo.protocol.parsing import Flag, read_answer
from ergo_demo.records import Finish, Generation, Look, Message, Outcome, Pixels, Token, Trace
from ergo_demo.scenes import Question

Method: TypeAlias = Literal["ergo", "direct_full", "direct_coarse", "oracle_box", "random_box", "centre_crop"]

METHODS: dict[Method, str] = {
    "ergo": "two looks: the model names a box, then reads it",
    "direct_full": "one look at the whole photo, at its own resolution up to 16,384 vision tokens",
    "direct_coarse": "one look at the whole photo, at the budget of ERGO's first look",
    "oracle_box": "ERGO's first look, then a box around what the question is about",
    "random_box": "ERGO's first look, then a box of ERGO's size anywhere",
    "centre_crop": "ERGO's first look, then a box of ERGO's size in the middle",
}
"""Method -> what it does, in a line."""

SHORT: Mapping[str, str] = {
    "ergo": "ERGO",
    "direct_full": "whole photo",
    "direct_coarse": "coarse photo",
    "oracle_box": "oracle box",
    "random_box": "random box",
    "centre_crop": "centre crop",
}
"""Method -> what a figure calls it."""

OTHER_BOXES: tuple[Method, ...] = ("oracle_box", "random_box", "centre_crop")
"""The ones that continue ERGO's first look, and so need it."""

PAINTED_OUT = "ergo_painted_out"
"""Not a method: ERGO's first look at the same scene without the target; only its box is kept."""


@dataclass(frozen=True)
class Asked:
    """An item with what is asked about it."""

    item: Item
    question: Question
    photo: Photo

    def sample(self, method: str, box: Box | None, **more: Any) -> Sample:
        """What came of it, with its score."""
        return scored(method, self.item, self.question, self.photo.size, box, **more)


@dataclass(frozen=True)
class Asker:
    """Asks one model. `seed` moves the random boxes."""

    engine: Engine
    settings: RunSettings
    seed: int

    def ergo(self, asked: Asked) -> Sample:
        """The product: `pipeline.run`, to its end."""
        trace: Trace | None = None
        try:
            for event in run(self.engine, asked.photo, asked.question.text, self.settings):
                trace = event.trace if isinstance(event, Finished) else trace
        except EngineError:
            pass  # the trace says so, and the sample counts
        assert trace is not None, "a run ends with Finished"
        tokens = trace.tokens()
        return asked.sample(
            "ergo",
            trace.box,
            outcome=trace.outcome,
            answer=trace.answer,
            tokens_by_stage={"coarse": tokens["coarse"], "zoom": tokens["zoom"]},
            reply_tokens=sum(len(look.generation.tokens) for look in (trace.coarse, trace.zoom) if look),
            seconds=trace.seconds()["total"],
            why=trace.why,
            flags=trace.flags,
            error=trace.error,
            first=trace.coarse,
        )

    def painted_out(self, asked: Asked) -> Sample:
        """The box that ERGO names in `asked.photo`; its second look is not taken."""
        box, outcome, error = None, Outcome.NO_ZOOM, None
        events = run(self.engine, asked.photo, asked.question.text, self.settings)
        try:
            for event in events:
                if isinstance(event, ZoomFound):
                    box, outcome = event.box, Outcome.ANSWERED
                if isinstance(event, ZoomFound | ZoomMissing):
                    break
        except EngineError as problem:
            outcome, error = Outcome.FAILED, str(problem)
        finally:
            events.close()
        return asked.sample(PAINTED_OUT, box, outcome=outcome, error=error)

    def other_box(self, method: Method, asked: Asked, ergo: Sample) -> Sample:
        """ERGO's first look as it was, then another box. Its seconds are that look's and the second one's."""
        first = ergo.first
        if first is None:
            return asked.sample(method, None, outcome=Outcome.FAILED, error=ergo.error)
        frame = Box.of(asked.photo.size)
        box = self._box(method, asked, first, ergo.box)
        picture = resample(asked.photo, first.view, Kernel.BICUBIC)
        said = Turn(_first_messages(asked.question.text, picture), first.generation)
        chosen = self.settings
        view = view_of((box or frame).outward().clip(frame), chosen.zoom_budget_tokens, chosen.zoom_least_tokens)
        look = self._look(asked, view, Kernel.LANCZOS, prompts.zoom_turn(asked.question.text), said)
        stages = {"coarse": first.view.tokens, "zoom": view.tokens}
        return _read(method, asked, box, look, stages, first)

    def direct(self, method: Method, asked: Asked) -> Sample:
        """One look at everything."""
        budget = FULL_RESOLUTION_BUDGET_TOKENS if method == "direct_full" else self.settings.coarse_budget_tokens
        view = view_of(Box.of(asked.photo.size), budget)
        look = self._look(asked, view, Kernel.BICUBIC, prompts.direct_turn(asked.question.text))
        return _read(method, asked, None, look, {"direct": view.tokens})

    def _look(self, asked: Asked, view: View, kernel: Kernel, text: str, *said: Turn) -> "_Reply":
        """Shows a view and waits for the reply, timed as the pipeline times its looks."""
        dialogue = self.engine.dialogue(self.settings.sampling, *said)
        started = time.perf_counter()
        message = Message("user", text, resample(asked.photo, view, kernel))
        before = () if said else (Message("system", prompts.direct_system()),)
        try:
            generation = _whole(dialogue.say(*before, message, stop=lambda: False))
        except EngineError as problem:
            return _Reply(None, str(problem), time.perf_counter() - started)
        return _Reply(generation, None, time.perf_counter() - started)

    def _box(self, method: Method, asked: Asked, first: Look, named: Box | None) -> Box | None:
        if method == "oracle_box":
            return oracle_box(asked.question, first.view)
        if named is None:
            return None
        chance = Random(f"{self.seed}/{asked.item.index}") if method == "random_box" else None
        return moved_box(named, asked.photo.size, chance)


@dataclass(frozen=True)
class _Reply:
    """A reply and how long it took, or the problem instead of it."""

    generation: Generation | None
    error: str | None
    seconds: float


def oracle_box(question: Question, coarse: View) -> Box:
    """The whole fields (28 x 28 view px) of the coarse view that hold what the question is about, in source px.

    For *hidden* that is the one of its k places where the target is.
    """
    holders = [
        thing
        for thing in question.subjects
        if question.type != "hidden" or (thing.companion and thing.companion.plate.box == question.target)
    ]
    seen = coarse.from_source(hull([thing.place for thing in holders]))
    x1, y1 = (math.floor(edge / PATCH) * PATCH for edge in (seen.x1, seen.y1))
    x2, y2 = (math.ceil(edge / PATCH) * PATCH for edge in (seen.x2, seen.y2))
    return coarse.to_source(Box(x1, y1, x2, y2)).clip(coarse.region)


def moved_box(box: Box, size: Size, chance: Random | None) -> Box:
    """A box as wide and high as `box`: anywhere in the photo, or in its middle where nothing is left to chance."""
    across, down = (chance.random(), chance.random()) if chance else (0.5, 0.5)
    x, y = across * (size.width - box.width), down * (size.height - box.height)
    return Box(x, y, x + box.width, y + box.height)


def _first_messages(question: str, picture: Pixels) -> tuple[Message, Message]:
    """What the pipeline says with the first look."""
    return Message("system", prompts.system()), Message("user", prompts.coarse_turn(question), picture)


def _whole(speaking: Generator[Token, None, Generation]) -> Generation:
    try:
        while True:
            next(speaking)
    except StopIteration as end:
        generation: Generation = end.value
        return generation


def _read(
    method: str, asked: Asked, box: Box | None, reply: _Reply, stages: dict[str, int], first: Look | None = None
) -> Sample:
    """The sample of a last look."""
    seconds = reply.seconds + (first.seconds if first else 0.0)
    written = len(first.generation.tokens) if first else 0
    if reply.generation is None:
        return asked.sample(
            method,
            box,
            outcome=Outcome.FAILED,
            error=reply.error,
            seconds=seconds,
            tokens_by_stage=stages,
        )
    answer = read_answer(reply.generation.text)
    cut_off = (Flag.CUT_OFF,) if reply.generation.finish is Finish.LENGTH else ()
    return asked.sample(
        method,
        box,
        outcome=Outcome.ANSWERED,
        answer=answer.text,
        tokens_by_stage=stages,
        reply_tokens=written + len(reply.generation.tokens),
        seconds=seconds,
        flags=(*answer.flags, *cut_off),
    )
