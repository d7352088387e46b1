"""What the model said and what the person decided, read out of one decision; and why it may teach nothing at all."""

from dataclasses import dataclass

from ergo_demo.exports.corrected import Corrected, photo_trouble
from ergo_demo.exports.frames import (
    Whole,
    coarse_view,
    controls,
    folded,
    plain,
    question_of,
    written,
    zoom_prompt,
    zoom_text,
    zoom_view,
)
from ergo_demo.exports.lessons import Prompt, Source
from ergo_demo.geometry import LEAST_TOKENS, Box, View
from ergo_demo.records import Finish
from ergo_demo.scoring import answer_matches
from ergo_demo.store.records import Action, Reason


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be chosen. Budgets hold for items that no model was asked about."""

    informative_below_iou: float = 0.7
    """A box teaches only where it differs so much; a sample that agrees at least so much lends its thought."""
    most_pairs: int = 4
    """Of one item's boxes, however many people decided about it."""
    coarse_budget_tokens: int = 1280
    zoom_budget_tokens: int = 1280
    zoom_least_tokens: int = LEAST_TOKENS
    grid_px: int = 1
    """A right box is rounded to multiples of this (view px): for a model that can only name such boxes, as the embedded
    one names whole tokens of 28. Otherwise its pairs differ in this habit first, and in the place second."""
    publish: bool = False
    """Only what the photo's owner and whoever decided agreed to, under a licence that is named."""


@dataclass(frozen=True, slots=True)
class Named:
    """A box that the model named (source px), and what it thought."""

    thought: str
    box: Box


@dataclass(frozen=True, slots=True)
class Goal:
    """What should have been said first: the box (source px, and whole view px), with a thought or without."""

    view: View
    box: Box
    whole: Whole
    thought: str
    source: Source

    @property
    def reply(self) -> str:
        """As text."""
        return zoom_text(self.thought, self.whole)


def unfit(corrected: Corrected, rules: Rules) -> str | None:
    """Why this decision may not leave, or cannot, in whatever format; None where it may."""
    if rules.publish and corrected.private:
        return corrected.private
    if corrected.image.size != corrected.item.frame:
        return "the photo has another size than the item"
    return photo_trouble(corrected)


def refusal(corrected: Corrected, rules: Rules) -> str | None:
    """Why nothing at all is learned from this decision; None where something may be."""
    submission = corrected.annotation.submission
    if submission.action is Action.SKIP:
        return "skipped"
    if Reason.UNANSWERABLE in submission.reasons:
        return "the question cannot be answered"
    if why := unfit(corrected, rules):
        return why
    if corrected.trace_lost:
        return "the model's run is gone"
    if not question_of(corrected):
        return "there is no question"
    if controls(question_of(corrected)):
        return "a model's control words in the question"
    return None


def decided(corrected: Corrected) -> Box | None:
    """The person's box (source px), not rounded: around several, or of the whole photo; None where there is none."""
    full = corrected.annotation.submission.action is Action.FULL_IMAGE
    return Box.of(corrected.image.size) if full else corrected.hull


def goal(corrected: Corrected, rules: Rules) -> Goal | None:
    """What the person decided, as the reply that it should have been; None where no box was decided on."""
    box = decided(corrected)
    if box is None:
        return None
    view = coarse_view(corrected, rules.coarse_budget_tokens)
    thought, source = _thought(corrected, box, rules)
    whole = written(box, view, rules.grid_px)
    if rules.grid_px > 1:
        box = view.to_source(Box(*whole))  # what is cropped for the second look, and compared, is what is said
    return Goal(view, box, whole, thought, source)


def _thought(corrected: Corrected, box: Box, rules: Rules) -> tuple[str, Source]:
    """A thought that leads to this box, and whose it is."""
    submission = corrected.annotation.submission
    if edited := plain(submission.thought or ""):
        return _usable(edited, Source.EDITED)
    if submission.action is Action.ACCEPT:
        return _usable(next((said.thought for said in model_boxes(corrected)), ""), Source.MODEL)
    agreeing = [said for said in samples(corrected) if said.box.iou(box) >= rules.informative_below_iou]
    best = max(agreeing, key=lambda said: said.box.iou(box), default=None)
    return _usable(best.thought, Source.SAMPLE) if best else ("", Source.NONE)


def model_thought(said: Named) -> tuple[str, Source]:
    """The thought that came with a box of the model's, where it can be repeated."""
    return _usable(said.thought, Source.MODEL)


def _usable(thought: str, source: Source) -> tuple[str, Source]:
    return (thought, source) if thought and not controls(thought) else ("", Source.NONE)


def model_boxes(corrected: Corrected) -> list[Named]:
    """The box that the person saw, then those of the samples."""
    trace, suggested = corrected.trace, corrected.suggested
    if suggested is None:
        return samples(corrected)
    thought = trace.coarse.thought if trace is not None and trace.coarse is not None else ""
    return [Named(plain(thought), suggested), *samples(corrected)]


def samples(corrected: Corrected) -> list[Named]:
    """What the model also could have said: samples that came to their end and named a box."""
    drawn = corrected.trace.samples if corrected.trace else ()
    ended = (Finish.STOP, Finish.LENGTH)
    return [Named(plain(it.thought), it.box) for it in drawn if it.box is not None and it.finish in ended]


def right_answer(corrected: Corrected) -> str:
    """The answer that the person gave or chose; "" where they did not say."""
    submission = corrected.annotation.submission
    what_if = submission.what_if
    chosen = {"a": 0, "b": 1}.get(what_if.preferred or "", 99)
    preferred = what_if.shown[chosen] if chosen < len(what_if.shown) else ""
    names = ("model", "corrected", "expanded")
    offered = getattr(what_if, preferred) if preferred in names else None
    return plain(submission.answer or what_if.right or offered or "")


def answer_thought(corrected: Corrected, right: str) -> tuple[str, Source]:
    """What the model thought at its second look, where box and answer were accepted: then all it said was right."""
    trace = corrected.trace
    accepted = corrected.annotation.submission.action is Action.ACCEPT
    if not accepted or trace is None or trace.zoom is None or not answer_matches(trace.answer, right):
        return "", Source.NONE
    return _usable(plain(trace.zoom.thought), Source.MODEL)


def wrong_answers(corrected: Corrected, right: str) -> list[str]:
    """What the model answered otherwise, each once: from the corrected region first, then from its own."""
    what_if, trace = corrected.annotation.submission.what_if, corrected.trace
    said = [plain(text or "") for text in (what_if.corrected, what_if.model, trace.answer if trace else "")]
    return [text for text in dict.fromkeys(said) if text and not same_answer(text, right)]


def same_answer(one: str, other: str) -> bool:
    """Whether two answers are one: to the scorer, or to the eye (to the scorer "!" is no answer at all).

    >>> same_answer("The circle.", "circle"), same_answer("!", "!"), same_answer("!", "?")
    (True, True, False)
    """
    return answer_matches(one, other) or folded(one) == folded(other)


def second_prompt(corrected: Corrected, wanted: Goal, rules: Rules) -> Prompt:
    """The dialogue up to the second look, as it should have gone."""
    zoom = zoom_view(corrected, wanted.box, rules.zoom_budget_tokens, rules.zoom_least_tokens)
    return zoom_prompt(question_of(corrected), wanted.view, wanted.reply, zoom)
