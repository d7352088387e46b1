"""Pairs: a box is learned from the first look (what would have been the right region?), an answer from the second.

Both sides of a pair are written alike: with a thought on both sides, or on none.
"""

from collections.abc import Iterator

from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.frames import answer_text, coarse_prompt, controls, plain, question_of, written, zoom_text
from ergo_demo.exports.lessons import Dropped, Pair, Source, Stage
from ergo_demo.exports.said import (
    Goal,
    Named,
    Rules,
    goal,
    model_boxes,
    right_answer,
    same_answer,
    second_prompt,
    wrong_answers,
)
from ergo_demo.store.records import Action, Effect

REJECTED = "rejected without a box: goes to KTO"
ACCEPTED = "accepted: goes to SFT and KTO"
FULL_PHOTO = "full photo needed: goes to SFT and KTO"
"""Why there is no pair of boxes, and what is learned from it instead."""


def pairs(corrected: Corrected, rules: Rules) -> Iterator[Pair | Dropped]:
    """Replies of which one is better. First the regions, then the answers."""
    wanted = goal(corrected, rules)
    action = corrected.annotation.submission.action
    if wanted is None:
        yield Dropped(REJECTED)
        return
    if action is Action.FULL_IMAGE:
        yield Dropped(FULL_PHOTO)
    elif action is Action.ACCEPT:
        yield Dropped(ACCEPTED)
    else:
        yield from _region_pairs(corrected, wanted, rules)
    yield from _answer_pairs(corrected, wanted, rules)


def _region_pairs(corrected: Corrected, wanted: Goal, rules: Rules) -> Iterator[Pair | Dropped]:
    said = model_boxes(corrected)
    if not said:
        yield Dropped("the model named no box")
    flipped = corrected.annotation.submission.what_if.effect is Effect.WRONG_TO_RIGHT
    seen, made, least = set[str](), 0, rules.informative_below_iou
    for place, worse in enumerate(said):
        shown = place == 0 and corrected.suggested is not None
        overlap = worse.box.iou(wanted.box)
        why = None
        if written(worse.box, wanted.view) == wanted.whole:
            why = "the same box after rounding"
        elif overlap >= least and not (shown and flipped):
            why = f"{'the boxes differ' if shown else 'a sample differs'} too little: overlap {least:.2f} or more"
        elif made >= rules.most_pairs:
            why = "more pairs than wanted of one item"
        else:
            pair = _region_pair(corrected, wanted, worse, place)
            why = "a model's control words in the thought" if controls(worse.thought) else None
            if why is None and pair.rejected in seen:
                why = "a sample says the same as another"
        if why is not None:
            yield Dropped(why)
            continue
        seen.add(pair.rejected)
        made += 1
        yield pair


def _region_pair(corrected: Corrected, wanted: Goal, worse: Named, place: int) -> Pair:
    both = bool(wanted.thought and worse.thought)
    whole = written(worse.box, wanted.view)
    return Pair(
        id=f"{corrected.id}.region.{place}",
        about=corrected,
        stage=Stage.COARSE,
        prompt=coarse_prompt(question_of(corrected), wanted.view),
        source=wanted.source if both else Source.NONE,
        chosen=zoom_text(wanted.thought if both else "", wanted.whole),
        rejected=zoom_text(worse.thought if both else "", whole),
        margin=1 - worse.box.iou(wanted.box),
    )


def _answer_pairs(corrected: Corrected, wanted: Goal, rules: Rules) -> Iterator[Pair | Dropped]:
    right = right_answer(corrected)
    if not right:
        return
    if controls(right):
        yield Dropped("a model's control words in the answer")
        return
    prompt = second_prompt(corrected, wanted, rules)
    for place, wrong in enumerate(wrong_answers(corrected, right)):
        if controls(wrong):
            yield Dropped("a model's control words in the answer")
            continue
        yield Pair(
            id=f"{corrected.id}.answer.{place}",
            about=corrected,
            stage=Stage.ZOOM,
            prompt=prompt,
            chosen=answer_text(right),
            rejected=answer_text(wrong),
            margin=1.0,
        )


def crop_pairs(corrected: Corrected, rules: Rules) -> Iterator[Pair | Dropped]:
    """Whole dialogues: the right region and answer against the model's own region and what it read there."""
    wanted, right = goal(corrected, rules), right_answer(corrected)
    read = corrected.annotation.submission.what_if.model or (corrected.trace.answer if corrected.trace else "")
    wrong, suggested = plain(read), corrected.suggested
    if wanted is None or suggested is None or not right or not wrong or same_answer(wrong, right):
        return  # there are no two dialogues: nothing to compare
    said = Goal(wanted.view, suggested, written(suggested, wanted.view), "", Source.NONE)
    if said.whole == wanted.whole:
        yield Dropped("both dialogues saw the same region after rounding")
        return
    if controls(right) or controls(wrong):
        yield Dropped("a model's control words in a dialogue's answer")
        return
    asked = Goal(wanted.view, wanted.box, wanted.whole, "", Source.NONE)
    yield Pair(
        id=f"{corrected.id}.crop.0",
        about=corrected,
        stage=Stage.ZOOM,
        prompt=second_prompt(corrected, asked, rules),
        chosen=answer_text(right),
        rejected=answer_text(wrong),
        margin=1.0,
        rejected_prompt=second_prompt(corrected, said, rules),
    )
