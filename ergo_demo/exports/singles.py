"""Lessons of one reply each: demonstrations to imitate, verdicts (a thumb up or down), tasks for rewards."""

from collections.abc import Iterator
from dataclasses import replace

from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.frames import answer_text, coarse_prompt, coarse_view, controls, question_of, written, zoom_text
from ergo_demo.exports.lessons import Demonstration, Dropped, Pair, Source, Stage, Task, Verdict
from ergo_demo.exports.pairs import ACCEPTED, FULL_PHOTO, REJECTED, pairs
from ergo_demo.exports.said import (
    Rules,
    answer_thought,
    decided,
    goal,
    model_boxes,
    model_thought,
    right_answer,
    second_prompt,
)


def demonstrations(corrected: Corrected, rules: Rules) -> Iterator[Demonstration | Dropped]:
    """Replies to imitate: the region that was accepted, drawn or the whole photo, and the answer where it is known."""
    wanted, question = goal(corrected, rules), question_of(corrected)
    if wanted is None:
        yield Dropped(REJECTED)
        return
    yield Demonstration(
        id=f"{corrected.id}.region.0",
        about=corrected,
        stage=Stage.COARSE,
        prompt=coarse_prompt(question, wanted.view),
        source=wanted.source,
        completion=wanted.reply,
    )
    right = right_answer(corrected)
    if controls(right):
        yield Dropped("a model's control words in the answer")
    elif right:
        thought, source = answer_thought(corrected, right)
        yield Demonstration(
            id=f"{corrected.id}.answer.0",
            about=corrected,
            stage=Stage.ZOOM,
            prompt=second_prompt(corrected, wanted, rules),
            source=source,
            completion=answer_text(right, thought),
        )


def verdicts(corrected: Corrected, rules: Rules) -> Iterator[Verdict | Dropped]:
    """Replies with a thumb up or down: what was accepted and drawn; what was rejected, or replaced by another box."""
    wanted = goal(corrected, rules)
    if wanted is None:
        yield from _rejected(corrected, rules)
        return
    for made in pairs(corrected, rules):
        if isinstance(made, Dropped):
            if made.why not in (ACCEPTED, FULL_PHOTO):  # here it is a thumb up
                yield made
            continue
        yield _verdict(made, made.rejected, good=False)
    for shown in demonstrations(corrected, rules):
        if isinstance(shown, Dropped):
            yield shown
        else:
            alike = shown if shown.stage is Stage.COARSE else _bare(shown, right_answer(corrected))
            yield _verdict(alike, alike.completion, good=True)


def _bare(shown: Demonstration, right: str) -> Demonstration:
    """An answer written like the wrong ones, which have no thought: a thumb is not about that."""
    return replace(shown, source=Source.NONE, completion=answer_text(right))


def _verdict(lesson: Pair | Demonstration, completion: str, *, good: bool) -> Verdict:
    return Verdict(
        id=f"{lesson.id}.{'good' if good else 'bad'}",
        about=lesson.about,
        stage=lesson.stage,
        prompt=lesson.prompt,
        source=lesson.source,
        completion=completion,
        good=good,
    )


def _rejected(corrected: Corrected, rules: Rules) -> Iterator[Verdict | Dropped]:
    shown = model_boxes(corrected)[:1] if corrected.suggested is not None else []
    if not shown:
        yield Dropped("the model named no box")
    for said in shown:
        view = coarse_view(corrected, rules.coarse_budget_tokens)
        thought, source = model_thought(said)
        yield Verdict(
            id=f"{corrected.id}.region.0.bad",
            about=corrected,
            stage=Stage.COARSE,
            prompt=coarse_prompt(question_of(corrected), view),
            source=source,
            completion=zoom_text(thought, written(said.box, view)),
            good=False,
        )


def tasks(corrected: Corrected, rules: Rules) -> Iterator[Task | Dropped]:
    """Questions whose right box is known, for rewards."""
    wanted, box = goal(corrected, rules), decided(corrected)
    if wanted is None or box is None:
        yield Dropped(REJECTED)
        return
    right = right_answer(corrected)
    if controls(right):
        yield Dropped("a model's control words in the answer")
        return
    yield Task(
        id=f"{corrected.id}.task",
        about=corrected,
        stage=Stage.COARSE,
        prompt=coarse_prompt(question_of(corrected), wanted.view),
        box_in_view=wanted.whole,
        box=box,
        answer=right,
    )
