"""The Ask tab's handlers without a browser: what each does for its visitor, whatever a browser may send."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import gradio as gr
import pytest

from ergo_demo import pipeline
from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.imaging import Door
from ergo_demo.settings import Settings
from ergo_demo.ui.ask import SECONDS_BETWEEN_UPDATES, AskTab
from ergo_demo.ui.examples import Example
from ergo_demo.ui.services import Services
from ergo_demo.ui.session import Sessions
from tests.photos import pattern, write_png

QUESTION = "Which number?"
Values: TypeAlias = tuple[int | None, int | None, float | None, int | None, int | None, float | None]

VALUES: Values = (320, 320, 0.0, 42, 8, 1.0)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with Door(tmp_path_factory.mktemp("photos")) as opened:
        yield opened


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gradio's folder for uploads."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def tab(door: Door, tmp_path: Path) -> AskTab:
    image = write_png(tmp_path / "scene.png", pattern(640, 480))
    return tab_with(ScriptedEngine(), door, image)


def tab_with(engine: ScriptedEngine, door: Door, image: Path) -> AskTab:
    services = Services(
        engine.info,
        lambda photo, question, chosen, stop: pipeline.run(engine, photo, question, chosen, stop=stop),
        door,
        Settings(engine="scripted"),
    )
    return AskTab(services, Sessions(door.forget, 3600), (Example(image, QUESTION, "CC0"),))


def request(name: str = "ada") -> gr.Request:
    asks: gr.Request = SimpleNamespace(session_hash=name)  # type: ignore[assignment]
    return asks


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def with_photo(tab: AskTab, name: str = "ada") -> None:
    tab.open_example(event({"index": 0}), request(name))


def test_an_upload_becomes_the_photo_and_is_deleted(tab: AskTab, uploads: Path) -> None:
    file = write_png(uploads / "x-boat.png", pattern(640, 480))
    screen = tab.open_photo(event({"path": str(file), "name": "boat.png"}), request())
    assert (screen["phase"], screen["tag"]) == ("ready", "boat.png, 640 × 480 px")
    assert not file.exists()


@pytest.mark.parametrize(
    "sent", [None, [], "path", {}, {"path": 3}, {"path": None}, {"path": "\0"}, {"path": "x" * 5_000}]
)
def test_an_upload_that_did_not_arrive_is_said(tab: AskTab, uploads: Path, sent: Any) -> None:
    screen = tab.open_photo(event(sent), request())
    assert screen["notice"] is not None
    assert screen["notice"]["strong"] == "The photo did not arrive."


def test_no_file_but_an_upload_is_opened(tab: AskTab, uploads: Path, tmp_path: Path) -> None:
    outside = write_png(tmp_path / "outside.png", pattern(640, 480))
    link = uploads / "link.png"
    link.symlink_to(outside)
    for path in (outside, link, uploads / ".." / "outside.png", uploads):
        screen = tab.open_photo(event({"path": str(path), "name": "a.png"}), request())
        assert screen["phase"] == "idle", path
    assert outside.exists()


@pytest.mark.parametrize(
    "sent", [None, {}, {"index": -1}, {"index": 1}, {"index": "0"}, {"index": 0.0}, {"index": [0]}]
)
def test_an_example_that_is_not_there_changes_nothing(tab: AskTab, sent: Any) -> None:
    screen, _question = tab.open_example(event(sent), request())
    assert screen["phase"] == "idle"


def test_a_run_ends_with_its_trace_and_stays_in_the_list(tab: AskTab) -> None:
    with_photo(tab)
    assert tab.start(QUESTION, *VALUES, request())["phase"] == "waiting"
    screens = list(tab.run(request()))
    assert screens[0]["phase"] == "running"
    assert screens[-1]["phase"] == "finished"
    assert screens[-1]["answer"] == "scripted"
    assert [row["question"] for row in screens[-1]["asked"]] == [QUESTION]
    assert [screen["revision"] for screen in screens] == sorted({screen["revision"] for screen in screens})
    assert list(tab.run(request())) == []


def test_an_empty_setting_is_what_the_model_was_made_for(tab: AskTab) -> None:
    with_photo(tab)
    tab.start(QUESTION, None, None, None, None, None, None, request())
    job = tab.sessions.of("ada").job
    assert job is not None
    assert job.chosen == tab.services.defaults


def test_as_many_samples_as_are_set_are_drawn_counted_and_paid_for(tab: AskTab) -> None:
    with_photo(tab)
    for samples, costs, sentence in ((3, "3 samples: ", "3 of 3 looks overlap."), (0, "", "Samples are off:")):
        tab.start(QUESTION, 320, 320, 0.0, 42, samples, 0.0, request())
        *_, last = tab.run(request())
        assert len(last["samples"]) == samples
        assert last["cost"]["note"].startswith(costs)
        assert any(sentence in f"{line['strong']} {line['rest']}" for line in last["sentences"])
    assert last["cost"]["note"] == ""


def test_many_tokens_are_sent_together(door: Door, tmp_path: Path) -> None:
    engine = ScriptedEngine(in_order(["<think>" + "word " * 900]))
    tab = tab_with(engine, door, write_png(tmp_path / "scene.png", pattern(640, 480)))
    with_photo(tab)
    tab.start(QUESTION, *VALUES, request())
    started = time.monotonic()
    screens = list(tab.run(request()))
    events_without_tokens = 8
    assert len(screens) <= (time.monotonic() - started) / SECONDS_BETWEEN_UPDATES + events_without_tokens


def test_another_visitors_question_cannot_be_opened(tab: AskTab) -> None:
    with_photo(tab)
    tab.start(QUESTION, *VALUES, request())
    *_, last = tab.run(request())
    screen, _question = tab.open_again(event({"id": last["asked"][0]["id"]}), request("bo"))
    assert (screen["phase"], screen["asked"]) == ("idle", [])


@pytest.mark.parametrize(
    ("question", "values", "words"),
    [
        ("   ", VALUES, "There is no question."),
        ("x" * 5_000, VALUES, "The question has 5,000 characters; 4,000 is the most."),
        (QUESTION, (1, 320, 0.0, 42, 8, 1.0), "The coarse budget is 1"),
        (QUESTION, (320, 320, 7.0, 42, 8, 1.0), "The temperature is 7.0"),
        (QUESTION, (320, 320, 0.0, -1, 8, 1.0), "The seed is -1"),
        (QUESTION, (320, 320, float("nan"), 1, 8, 1.0), "The temperature is nan"),
        (QUESTION, (320, 320, 0.0, 42, 65, 1.0), "The number of samples is 65"),
        (QUESTION, (320, 320, 0.0, 42, 8, 2.5), "The temperature of the samples is 2.5"),
    ],
)
def test_what_cannot_be_asked_is_said(tab: AskTab, question: str, values: Values, words: str) -> None:
    with_photo(tab)
    screen = tab.start(question, *values, request())
    assert screen["phase"] == "ready"
    assert screen["notice"] is not None
    assert screen["notice"]["strong"].startswith(words)


def test_a_photo_whose_time_is_over_is_said(tab: AskTab) -> None:
    with_photo(tab)
    tab.start(QUESTION, *VALUES, request())
    *_, last = tab.run(request())
    photo = tab.sessions.of("ada").photo
    assert photo is not None
    tab.services.door.forget(photo)
    expired = "This photo is no longer here: its time is over."
    notice = tab.start(QUESTION, *VALUES, request())["notice"]
    assert notice is not None
    assert notice["strong"] == expired
    screen, _question = tab.open_again(event({"id": last["asked"][0]["id"]}), request())
    assert screen["notice"] is not None
    assert screen["notice"]["strong"] == expired


def test_stop_ends_the_run_at_its_next_token(door: Door, tmp_path: Path) -> None:
    engine = ScriptedEngine(in_order(["<think>" + "word " * 900]), seconds_per_token=0.01)
    tab = tab_with(engine, door, write_png(tmp_path / "scene.png", pattern(640, 480)))
    with_photo(tab)
    tab.start(QUESTION, *VALUES, request())
    for screen in tab.run(request()):
        if screen["thoughts"]:
            tab.stop(request())
    assert screen["sentences"][0]["strong"] == "Stopped at the first look."
    trace = tab.sessions.of("ada").asked[0].trace
    assert trace is not None
    assert trace.coarse is not None
    assert len(trace.coarse.generation.tokens) < 50


def test_who_waits_can_stop_and_is_not_served(tab: AskTab) -> None:
    for name in ("ada", "bo"):
        with_photo(tab, name)
        screen = tab.start(QUESTION, *VALUES, request(name))
    assert screen["notice"] is not None
    assert screen["notice"]["strong"] == "One person is before you."
    assert tab.stop(request("bo"))["phase"] == "ready"
    assert list(tab.run(request("bo"))) == []


def test_a_closed_page_stops_its_run(tab: AskTab) -> None:
    with_photo(tab)
    tab.start(QUESTION, *VALUES, request())
    screens = tab.run(request())
    next(screens)
    tab.left(request())
    assert list(screens)[-1]["asked"] == []


def test_a_refused_run_leaves_the_line(tab: AskTab) -> None:
    with_photo(tab)
    tab.start(QUESTION, *VALUES, request())
    screen = tab.refused(request())
    assert screen["phase"] == "ready"
    assert screen["notice"] is not None
    assert list(tab.run(request())) == []
