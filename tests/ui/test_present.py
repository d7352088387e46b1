"""What the Ask tab says, for every state that a run can be in."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import Finish, Outcome
from ergo_demo.ui import present, words
from ergo_demo.ui.present import MOST_SHOWN, Page, Screen, screen
from ergo_demo.ui.progress import Progress
from tests.ui.runs import AT_FIRST_LOOK, AT_SECOND_LOOK, CHOSEN, PHOTO, REGION, WITHOUT_REGION, after, finished, trace

URLS = {"crop": "photos/t/l/crop.jpg", "trace": "photos/t/l/trace.json", "overlay": "photos/t/l/overlay.png"}


def shows(shown: Progress | None = None, **page: Any) -> Screen:
    return screen(Page(photo=PHOTO, shown=shown, chosen=CHOSEN, urls=URLS, now=101.6, **page))


def said(lines: list[words.Line]) -> list[str]:
    return [f"{line['strong']} {line['rest']}".strip() for line in lines]


def test_idle() -> None:
    shown = screen(Page())
    assert shown["phase"] == "idle"
    assert [step["state"] for step in shown["steps"]] == ["wait", "wait", "wait"]
    assert (shown["answer"], shown["answer_is_note"]) == ("The answer appears here.", True)
    assert shown["cost"]["tokens"] == ""
    assert [shown["sentences"], shown["asked"], shown["downloads"]] == [[], [], []]


def test_a_photo_says_what_it_would_cost_to_read_whole_and_what_was_done_to_it() -> None:
    photo = replace(PHOTO, notes=("turned upright (EXIF 6)", "16-bit scaled to 8"))
    shown = screen(Page(photo=photo, chosen=CHOSEN))
    assert shown["phase"] == "ready"
    assert shown["tag"] == "harbour.jpg, 8,000 × 6,000 px"
    assert said(shown["sentences"]) == [
        "Read whole, this photo costs 16,170 tokens. Two looks cost at most 2,560.",
        "When it was opened: turned upright (EXIF 6); 16-bit scaled to 8.",
    ]


def test_the_first_look() -> None:
    shown = shows(after(*AT_FIRST_LOOK))
    assert shown["phase"] == "running"
    assert shown["tag"] == "Coarse view, 1,148 × 868 px, 41 × 31 tokens"
    assert shown["dots"] == {"columns": 41, "rows": 31}
    assert [(step["state"], step["note"], step["ticks"]) for step in shown["steps"]] == [
        ("now", "1,271 tokens", True),
        ("wait", "waits", False),
        ("wait", "waits", False),
    ]
    assert said(shown["sentences"])[0].startswith("First look: %s s, 2 tokens written.")
    assert shown["thoughts"] == [{"title": "First look", "text": "It is on the left."}]
    assert shown["seconds"] == pytest.approx(1.6)
    assert shown["cost"]["tokens"] == "1,271"
    assert shown["cost"]["of"] == "of 16,170"
    assert shown["cost"]["note"] == "At most 1,280 tokens more."
    assert shown["downloads"] == []


def test_the_second_look() -> None:
    shown = shows(after(*AT_SECOND_LOOK))
    assert shown["box"] == list(REGION.edges)
    assert shown["dots"] is None
    assert [(step["state"], step["note"], step["seconds"]) for step in shown["steps"]] == [
        ("done", "1,271 tokens", "1.1 s"),
        ("now", "513 tokens", ""),
        ("wait", "waits", ""),
    ]
    assert said(shown["sentences"]) == [
        "Second look: %s s, 1 token written.",
        "The model chose this region: 756 × 532 px, read at full resolution.",
    ]
    assert shown["crop"] is not None
    assert shown["crop"]["size"] == "756 × 532 px"
    assert shown["cost"]["maybe"] == 0
    # The card goes on counting: what the first look took, and on top what the page counts of this one.
    assert (shown["cost"]["seconds"], shown["cost"]["ticks"]) == ("1.1", True)
    assert shown["seconds"] == pytest.approx(0.5)


def test_an_answer() -> None:
    shown = shows(finished(trace()))
    assert shown["phase"] == "finished"
    assert (shown["answer"], shown["answer_is_note"]) == ("K 417", False)
    assert [(step["state"], step["note"], step["seconds"]) for step in shown["steps"]] == [
        ("done", "1,271 tokens", "1.1 s"),
        ("done", "513 tokens", "0.6 s"),
        ("done", "4 tokens/s", ""),
    ]
    assert (shown["cost"]["seconds"], shown["cost"]["ticks"]) == ("1.7", False)
    assert shown["cost"]["whole_seconds"] == "whole photo: not measured here"
    assert [row["name"] for row in shown["downloads"]] == [
        "harbour-trace.json",
        "harbour-overlay.png",
        "harbour-crop.jpg",
    ]
    assert shown["status"].startswith("Answer: K 417.")


@pytest.mark.parametrize(
    ("ended", "sentence", "steps", "answer"),
    [
        pytest.param(
            trace(Outcome.NO_ZOOM, why=Why.NO_ZOOM),
            "No region was named. The model answered from the whole photo at 1,271 tokens.",
            ["done", "done", "done"],
            "K 417",
            id="no region",
        ),
        pytest.param(
            trace(Outcome.UNREADABLE, why=Why.NOT_FOUR_NUMBERS),
            "The region could not be read. It is not four numbers, so the model answered from the whole photo at "
            "1,271 tokens.",
            ["done", "done", "done"],
            "K 417",
            id="unreadable region",
        ),
        pytest.param(
            trace(Outcome.CANCELLED, zoom=False, answer="", finish=Finish.CANCELLED),
            "Stopped at the first look. What was written until then is in the trace.",
            ["bad", "wait", "wait"],
            "Stopped before there was an answer.",
            id="stopped at the first look",
        ),
        pytest.param(
            trace(Outcome.FAILED, zoom=False, answer="", error="out of memory"),
            "The second look failed. What was written until then is in the trace.",
            ["done", "bad", "wait"],
            "There is no answer.",
            id="failed at the second look",
        ),
        pytest.param(
            trace(Outcome.FAILED, coarse=False, zoom=False, answer="", error="no GPU"),
            "The first look failed. What was written until then is in the trace.",
            ["bad", "wait", "wait"],
            "There is no answer.",
            id="failed at the first look",
        ),
        pytest.param(
            trace(answer=""),
            "The model chose this region: 756 × 532 px, read at full resolution.",
            ["done", "done", "done"],
            "The model wrote no answer.",
            id="empty answer",
        ),
    ],
)
def test_every_end_is_said(ended: Any, sentence: str, steps: list[str], answer: str) -> None:
    shown = shows(finished(ended))
    assert said(shown["sentences"])[0] == sentence
    assert [step["state"] for step in shown["steps"]] == steps
    assert shown["answer"] == answer


def test_every_repair_is_said_in_words() -> None:
    assert set(words.FLAGS) == set(Flag)
    shown = shows(finished(trace(flags=(Flag.CLAMPED, Flag.SEVERAL))))
    assert said(shown["sentences"])[-1] == (
        "Its box left the photo, and was cut at the edge. It named more than one box; the first is used."
    )


def test_no_region_while_it_runs() -> None:
    shown = shows(after(*WITHOUT_REGION))
    assert shown["box"] is None
    assert said(shown["sentences"])[1].startswith("No region was named.")


def test_a_wait() -> None:
    shown = shows(waits=True)
    assert shown["phase"] == "waiting"
    assert {step["note"] for step in shown["steps"]} == {"waits"}


def test_the_earlier_questions_come_latest_first() -> None:
    first = replace(finished(trace()), id="1" * 16, question="First?")
    second = replace(finished(trace(Outcome.CANCELLED, zoom=False, answer="")), id="2" * 16, question="Second?")
    rows = shows(first, asked=(first, second))["asked"]
    assert [(row["question"], row["answer"], row["current"]) for row in rows] == [
        ("Second?", "stopped", False),
        ("First?", "K 417", True),
    ]


def test_a_small_photo_that_costs_more_in_two_looks_stays_within_its_bar() -> None:
    small = replace(finished(trace()), photo=replace(PHOTO, size=type(PHOTO.size)(280, 280)))
    cost = shows(small)["cost"]
    assert cost["of"] == "of 100"
    assert cost["coarse"] + cost["zoom"] == pytest.approx(1)


def test_a_screen_stays_small_however_much_the_model_writes() -> None:
    ended = trace(answer="long " * 100_000)
    many = tuple(replace(finished(ended), question="why " * 1_000) for _ in range(20))
    shown = shows(many[0], asked=many)
    assert len(shown["answer"]) == MOST_SHOWN
    assert len(json.dumps(shown)) < 100_000


@pytest.mark.parametrize(
    ("reply", "thought"),
    [
        ("<think>It is <", "It is"),
        ("<think>It is </think", "It is"),
        ("<think>a < b and c", "a < b and c"),
        ("<think>see <zo", "see"),
        ("<think>look<zoom>[1, 2", "look"),
        ("<thi", ""),
    ],
)
def test_a_thought_that_is_being_written_ends_before_its_tag(reply: str, thought: str) -> None:
    assert words.unfinished_thought(reply) == thought


def test_the_words_hold_no_markup() -> None:
    for shown in (screen(Page()), shows(), shows(after(*AT_SECOND_LOOK)), shows(finished(trace()))):
        assert "<" not in json.dumps(shown)


def test_phases_are_what_the_browser_waits_for() -> None:
    assert set(get_args(present.Phase)) == {"idle", "ready", "waiting", "running", "finished"}
