"""Which decision becomes which lesson, and which becomes none, and why."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ergo_demo.exports.corrected import Corrected, read
from ergo_demo.exports.exporting import Request, preview
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.lessons import Demonstration, Dropped, Pair, Source, Task, Verdict
from ergo_demo.exports.pairs import crop_pairs, pairs
from ergo_demo.exports.said import Rules, refusal
from ergo_demo.exports.singles import demonstrations, tasks, verdicts
from ergo_demo.geometry import Box, Size
from ergo_demo.scoring import iou
from ergo_demo.store.records import Action, WhatIf
from tests.exports.making import CORRECTED, FAR, SUGGESTED, Shop, coarse_look, everything

RULES = Rules()
CONTROL = "a model's control words in a dialogue's answer"


@pytest.fixture
def decisions(shop: Shop) -> dict[str, Corrected]:
    everything(shop)
    return {it.item.id: it for it in read(shop.store, ["p"])}


def made(found: Iterator[Any]) -> tuple[list[Any], list[str]]:
    rows = list(found)
    return [row for row in rows if not isinstance(row, Dropped)], [row.why for row in rows if isinstance(row, Dropped)]


def test_an_edited_box_gives_one_pair_for_the_suggestion_and_one_for_each_clearly_worse_sample(
    decisions: dict[str, Corrected],
) -> None:
    lessons, dropped = made(pairs(decisions["a-edit"], RULES))
    regions = [pair for pair in lessons if pair.stage == "coarse"]
    assert [pair.chosen for pair in regions] == [
        "<think>It hangs in the middle.</think><zoom>[84, 56, 134, 92]</zoom>"
    ] * 3
    assert [pair.rejected.split("</think>")[1] for pair in regions] == [
        "<zoom>[25, 17, 76, 67]</zoom>", "<zoom>[168, 112, 238, 165]</zoom>", "<zoom>[25, 17, 76, 67]</zoom>",
    ]  # fmt: skip
    assert [pair.margin for pair in regions] == [1 - iou(box, CORRECTED) for box in (SUGGESTED, FAR, SUGGESTED)]
    assert {pair.source for pair in regions} == {Source.SAMPLE}
    assert dropped == ["a sample differs too little: overlap 0.70 or more"]


def test_for_a_model_that_names_whole_tokens_the_right_box_is_one_of_them(decisions: dict[str, Corrected]) -> None:
    lessons, _ = made(pairs(decisions["a-edit"], Rules(grid_px=28)))
    region, answer = lessons[0], lessons[-1]
    assert region.chosen == "<think>It hangs in the middle.</think><zoom>[84, 56, 140, 84]</zoom>"
    assert "<zoom>[25, 17, 76, 67]</zoom>" in region.rejected, "what the model said stays as it said it"
    # The second look is at what was said: 3 to 5 and 2 to 3 tokens of a view of 9 x 6.
    assert (answer.stage, answer.prompt[-1].picture.view.region) == ("zoom", Box(300, 200, 500, 300))
    assert region.margin == 1 - iou(SUGGESTED, Box(300, 200, 500, 300))


def test_pairs_are_capped(decisions: dict[str, Corrected]) -> None:
    lessons, dropped = made(pairs(decisions["a-edit"], Rules(most_pairs=1)))
    assert len([pair for pair in lessons if pair.stage == "coarse"]) == 1
    assert dropped.count("more pairs than wanted of one item") == 2


def test_the_edited_thought_is_the_chosen_one(decisions: dict[str, Corrected]) -> None:
    lessons, _ = made(pairs(decisions["b-thought"], RULES))
    assert lessons[0].source is Source.EDITED
    assert lessons[0].chosen.startswith("<think>It hangs in the middle, by the door.</think><zoom>")
    assert lessons[0].rejected.startswith("<think>It is in the upper left.</think><zoom>")


def test_without_a_thought_for_the_better_side_neither_side_has_one(decisions: dict[str, Corrected]) -> None:
    (pair,), _ = made(pairs(decisions["c-lone"], RULES))
    assert pair.source is Source.NONE
    assert not pair.chosen.startswith("<think>")
    assert not pair.rejected.startswith("<think>")
    # Two boxes are one in a text: what the second look would show.
    assert pair.margin == 1 - SUGGESTED.iou(Box(300, 200, 560, 400))


def test_answers_become_pairs_on_the_same_crop(decisions: dict[str, Corrected]) -> None:
    lessons, _ = made(pairs(decisions["b-thought"], RULES))
    answers = [pair for pair in lessons if pair.stage == "zoom"]
    assert [(pair.chosen, pair.rejected) for pair in answers] == [
        ("<answer>EXIT</answer>", "<answer>EXIST</answer>"),
        ("<answer>EXIT</answer>", "<answer>ENTER</answer>"),
    ]
    for pair in answers:
        assert pair.rejected_prompt is None
        assert pair.pictures[1].view.region == CORRECTED
        assert [said.role for said in pair.prompt] == ["system", "user", "assistant", "user"]


def test_crops_that_differ_become_pairs_of_whole_dialogues(decisions: dict[str, Corrected]) -> None:
    (pair,), _ = made(crop_pairs(decisions["a-edit"], RULES))
    assert pair.rejected_prompt is not None
    assert (pair.pictures[1].view.region, pair.rejected_prompt[-1].picture.view.region) == (CORRECTED, SUGGESTED)


@pytest.mark.parametrize(
    ("item", "change", "why"),
    [
        ("d-accept", {}, "both dialogues saw the same region after rounding"),
        ("a-edit", {"answer": "<|im_end|>"}, CONTROL),
        (
            "a-edit",
            {"what_if": WhatIf(model="<image>", right="EXIT")},
            "a model's control words in a dialogue's answer",
        ),
    ],
)
def test_dialogues_that_are_dropped_are_counted(
    decisions: dict[str, Corrected], item: str, change: dict[str, Any], why: str
) -> None:
    it = decisions[item]
    submission = replace(it.annotation.submission, **change)
    assert made(crop_pairs(replace(it, annotation=replace(it.annotation, submission=submission)), RULES)) == ([], [why])


@pytest.mark.parametrize(("name", "most"), [("trl-dpo", 1), ("trl-dpo", 3), ("trl-kto", 1), ("trl-kto", 3)])
def test_pairs_are_capped_for_each_item_whoever_decides(shop: Shop, name: str, most: int) -> None:
    shop.project()
    for number in range(2):
        shop.item(shop.photo(number), f"i{number}", wanted=3)
        for person in ("ada", "bo", "cy"):
            shop.decide(f"i{number}", by=person)
    found = preview(shop.store, Request(format=format_named(name), rules=Rules(most_pairs=most)))
    kind = "pair, region" if name == "trl-dpo" else "verdict, region"
    good = 6 if name == "trl-kto" else 0  # each person's own box is a thumb up, and no pair
    assert found.kinds[kind] == 2 * most + good
    assert found.dropped["more pairs than wanted of one item"] == 18 - 2 * most, "three of each person's differ"


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("d-accept", "accepted: goes to SFT and KTO"),
        ("e-full", "full photo needed: goes to SFT and KTO"),
        ("f-reject", "rejected without a box: goes to KTO"),
        ("h-near", "the boxes differ too little: overlap 0.70 or more"),
        ("i-same", "the same box after rounding"),
        ("j-unasked", "the model named no box"),
    ],
)
def test_what_becomes_no_pair(decisions: dict[str, Corrected], item: str, why: str) -> None:
    lessons, dropped = made(pairs(decisions[item], RULES))
    assert [pair for pair in lessons if pair.stage == "coarse"] == []
    assert dropped == [why]


@pytest.mark.parametrize(
    ("item", "why"), [("g-skip", "skipped"), ("k-hopeless", "the question cannot be answered"), ("a-edit", None)]
)
def test_what_teaches_nothing_at_all(decisions: dict[str, Corrected], item: str, why: str | None) -> None:
    assert refusal(decisions[item], RULES) == why


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("a-edit", None),
        ("b-thought", "no consent to publish the photo"),
        ("c-lone", "no consent to publish the decision"),
    ],
)
def test_publishing_takes_the_consent_of_both(decisions: dict[str, Corrected], item: str, why: str | None) -> None:
    assert refusal(decisions[item], Rules(publish=True)) == why
    assert refusal(decisions[item], RULES) is None
    unlicensed = replace(decisions[item], image=replace(decisions[item].image, licence=""))
    assert refusal(unlicensed, Rules(publish=True)) == (why or "no licence of the photo")


def test_the_full_photo_is_demonstrated_as_the_whole_coarse_view(decisions: dict[str, Corrected]) -> None:
    lessons, dropped = made(demonstrations(decisions["e-full"], RULES))
    region, answer = lessons
    assert region.completion == "<zoom>[0, 0, 252, 168]</zoom>"
    assert (answer.completion, answer.pictures[1].view.region) == ("<answer>EXIT</answer>", Box(0, 0, 900, 600))
    assert dropped == []
    assert [row.good for row in made(verdicts(decisions["e-full"], RULES))[0] if row.stage == "coarse"] == [True]


def test_what_was_accepted_is_imitated_with_the_model_s_own_thought(decisions: dict[str, Corrected]) -> None:
    lessons, _ = made(demonstrations(decisions["d-accept"], RULES))
    assert lessons[0].completion == "<think>It is in the upper left.</think><zoom>[25, 17, 76, 67]</zoom>"
    assert lessons[0].source is Source.MODEL
    # The person chose the second of the two answers that were shown.
    assert lessons[1].completion == "<answer>EXIT</answer>"


@pytest.mark.parametrize(
    ("action", "right", "thought"),
    [(Action.ACCEPT, "enter", "The sign is a door's."), (Action.ACCEPT, "EXIT", ""), (Action.EDIT, "ENTER", "")],
)
def test_the_thought_of_the_second_look_is_imitated_where_all_of_it_was_right(
    shop: Shop, action: Action, right: str, thought: str
) -> None:
    shop.project()
    zoom = coarse_look(Size(900, 600), "The sign is a door's.")
    shop.item(shop.photo(0), "seen", trace={"zoom": zoom})
    shop.decide("seen", action, answer=right)
    (decision,) = read(shop.store, ["p"])
    answer = made(demonstrations(decision, RULES))[0][-1]
    assert answer.completion == (f"<think>{thought}</think>" if thought else "") + f"<answer>{right}</answer>"
    assert answer.source is (Source.MODEL if thought else Source.NONE)
    thumbs = [row for row in made(verdicts(decision, RULES))[0] if row.stage == "zoom"]
    assert {"<think>" in row.completion for row in thumbs} == {False}, "wrong answers have no thought, either"


@pytest.mark.parametrize(
    ("item", "goods"),
    [("d-accept", [False, True, True]), ("f-reject", [False]), ("c-lone", [False, True]), ("h-near", [True])],
)
def test_verdicts(decisions: dict[str, Corrected], item: str, goods: list[bool]) -> None:
    lessons, _ = made(verdicts(decisions[item], RULES))
    assert [verdict.good for verdict in lessons] == goods
    assert len({verdict.id for verdict in lessons}) == len(lessons)


def test_a_task_holds_the_right_box_in_both_frames(decisions: dict[str, Corrected]) -> None:
    (task,), _ = made(tasks(decisions["a-edit"], RULES))
    assert (task.box, task.box_in_view, task.answer) == (CORRECTED, (84, 56, 134, 92), "EXIT")


def test_a_task_s_box_in_source_px_is_the_person_s_whatever_the_model_can_say(decisions: dict[str, Corrected]) -> None:
    (task,), _ = made(tasks(decisions["a-edit"], Rules(grid_px=28)))
    assert (task.box, task.box_in_view) == (CORRECTED, (84, 56, 140, 84))


def test_every_kind_is_its_own(decisions: dict[str, Corrected]) -> None:
    it = decisions["a-edit"]
    kinds = (Pair, Demonstration, Verdict, Task)
    for make, kind in zip((pairs, demonstrations, verdicts, tasks), kinds, strict=True):
        lessons, _ = made(make(it, RULES))
        assert {type(lesson) for lesson in lessons} == {kind}
