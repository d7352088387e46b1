"""Samples, the expanded region and the third look, in a run with a scripted engine."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ergo_demo.asking import RunSettings, run_settings
from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.errors import OutOfMemory, SettingInvalid
from ergo_demo.events import Answered, Finished, RegionReady, Sampled, Spoke
from ergo_demo.geometry import Box
from ergo_demo.imaging import Photo
from ergo_demo.pipeline import ask, run
from ergo_demo.protocol.parsing import Flag
from ergo_demo.records import Calibration, Finish, Outcome, Pixels, Sampling, Trace, from_json, to_json
from ergo_demo.settings import Settings
from ergo_demo.uncertainty.sampled import EDGE_SHARE, sample_region
from tests.doubting import DoubtingEngine

ZOOM = "<think>There it is.</think><zoom>[84, 56, 168, 112]</zoom>"
ANSWER = "<think>I can read it.</think><answer>K 417</answer>"
CHOSEN = RunSettings(Sampling(max_new_tokens=200), coarse_budget_tokens=80, zoom_budget_tokens=48, samples=8)
CALIBRATION = Calibration(
    model="scripted", revision="1", samples=8, temperature=1.0, top_p=1.0, coarse_budget_tokens=80,
    alpha=0.1, n=212, q=0.25, variant="plain", when="2026-11-21T10:00:00+00:00", source="a test", edge_share=EDGE_SHARE,
)  # fmt: skip


def scripted(*replies: str) -> ScriptedEngine:
    return ScriptedEngine(in_order(replies))


def test_samples_come_after_the_answer_and_before_the_end(photo: Photo) -> None:
    events = list(run(scripted(ZOOM, ANSWER), photo, "What is it?", CHOSEN))
    kinds = [type(event) for event in events if not isinstance(event, Spoke)]
    assert kinds[kinds.index(Answered) + 1] is Sampled
    assert kinds[-2:] == [RegionReady, Finished]
    assert [event.ended for event in events if isinstance(event, Sampled)] == sorted(
        event.ended for event in events if isinstance(event, Sampled)
    )


def test_a_trace_holds_the_samples_and_what_they_say(photo: Photo) -> None:
    trace = ask(scripted(ZOOM, ANSWER), photo, "What is it?", CHOSEN)
    boxes = [sample.box for sample in trace.samples]
    assert len(set(boxes)) == len(boxes) == 8
    assert trace.spread is not None
    assert 0 < trace.spread < 1
    assert trace.box is not None
    assert trace.region == sample_region(trace.box, boxes)
    assert trace.region.contains(trace.box)
    assert (len(trace.heat), len(trace.heat[0])) == (48, 64)
    assert {"samples", "spread", "region", "calibration", "heat", "coordinates"} <= set(to_json(trace))
    assert max(max(row) for row in trace.heat) == 1.0
    assert trace.consensus is not None
    assert trace.samples[0].thought == "There it is."
    assert (trace.answer, trace.outcome) == ("K 417", Outcome.ANSWERED)
    assert trace.seconds()["total"] >= trace.sample_seconds > 0
    assert from_json(Trace, json.loads(json.dumps(to_json(trace)))) == trace


def test_where_log_probabilities_exist_a_trace_says_where_each_edge_could_have_been(photo: Photo) -> None:
    trace = ask(DoubtingEngine(in_order([ZOOM, ANSWER])), photo, "What is it?", CHOSEN)
    assert [edge.written for edge in trace.coordinates] == [84, 56, 168, 112]
    ranges = trace.coordinates[0].ranges
    assert [(each.low, each.high) for each in ranges] == [(84, 84), (85, 85), (90, 99)]
    # Three quarters of three quarters, three quarters of one, one.
    assert [each.share for each in ranges] == pytest.approx([0.5625, 0.1875, 0.25])
    assert trace.coarse is not None
    assert not any(token.alternatives for token in trace.coarse.generation.tokens), "twenty words for each that is kept"
    off = ask(DoubtingEngine(in_order([ZOOM, ANSWER])), photo, "What is it?", replace(CHOSEN, samples=0))
    assert off.coordinates == (), "with samples off nothing is paid for them"


def test_what_was_mended_in_a_samples_box_is_said_in_its_flags(photo: Photo) -> None:
    replies = iter([ZOOM, ANSWER, "<zoom>[168, 112, 84, 56]</zoom>", "<zoom>[84, 56, 9999, 112]</zoom>"])
    chosen = replace(CHOSEN, samples=2, sample_temperature=0.0)
    trace = ask(ScriptedEngine(lambda _picture, _turn: next(replies)), photo, "What is it?", chosen)
    assert [sample.flags for sample in trace.samples] == [(Flag.INVERTED,), (Flag.CLAMPED,)]
    assert trace.samples[0].box == trace.box
    assert trace.samples[1].box is not None
    assert trace.samples[1].box.x2 == photo.size.width
    assert from_json(Trace, json.loads(json.dumps(to_json(trace)))).samples == trace.samples


def test_the_same_seed_gives_the_same_samples_and_another_one_others(photo: Photo) -> None:
    first, again = (ask(scripted(ZOOM, ANSWER), photo, "What is it?", CHOSEN) for _ in range(2))
    assert (first.samples, first.region, first.heat) == (again.samples, again.region, again.heat)
    other = replace(CHOSEN, sampling=replace(CHOSEN.sampling, seed=7))
    assert ask(scripted(ZOOM, ANSWER), photo, "What is it?", other).samples != first.samples


def test_with_samples_off_nothing_is_asked_again(photo: Photo) -> None:
    asked: list[int] = []

    def count(_picture: Pixels, turn: int) -> str:
        asked.append(turn)
        return (ZOOM, ANSWER)[turn]

    trace = ask(ScriptedEngine(count), photo, "What is it?", replace(CHOSEN, samples=0))
    assert asked == [0, 1]
    assert (trace.samples, trace.heat, trace.region, trace.spread, trace.sampled) == ((), (), None, None, None)
    assert trace.sample_seconds == 0


def test_a_trace_of_before_still_loads(photo: Photo) -> None:
    data = to_json(ask(scripted(ZOOM, ANSWER), photo, "What is it?", replace(CHOSEN, samples=0)))
    new = ("samples", "sampled", "sample_seconds", "spread", "consensus", "region", "calibration", "heat")
    for name in (*new, "coordinates", "region_look", "region_answer", "answers_differ"):
        del data[name]
    assert from_json(Trace, data).samples == ()


def test_a_sample_without_a_region_and_one_that_failed_stay_in_the_trace(photo: Photo) -> None:
    asked: list[int] = []

    def sometimes(_picture: Pixels, turn: int) -> str:
        asked.append(turn)
        if turn:
            return ANSWER
        if len(asked) == 4:
            raise OutOfMemory("The GPU ran out of memory.", remedy="Ask for fewer samples.")
        return "<think>Nothing here.</think>" if len(asked) == 5 else ZOOM

    trace = ask(ScriptedEngine(sometimes), photo, "What is it?", replace(CHOSEN, samples=4))
    boxes = [sample.box for sample in trace.samples]
    assert [box is None for box in boxes] == [False, True, True, False]
    failed, silent = trace.samples[1], trace.samples[2]
    assert (failed.error, failed.finish) == ("The GPU ran out of memory. Ask for fewer samples.", None)
    assert (silent.error, silent.finish, silent.why) == (None, Finish.STOP, "no_zoom")
    # The one that failed says nothing about the model; the one that named no region agrees with none.
    assert trace.spread is not None
    assert trace.spread >= 2 / 3
    assert max(max(row) for row in trace.heat) == pytest.approx(2 / 3)


def test_stopping_the_samples_keeps_the_answer(photo: Photo) -> None:
    sampled: list[Sampled] = []
    last = None
    for event in run(scripted(ZOOM, ANSWER), photo, "What?", CHOSEN, stop=lambda: len(sampled) > 6):
        sampled.extend([event] if isinstance(event, Sampled) else [])
        last = event
    assert isinstance(last, Finished)
    assert (last.trace.outcome, last.trace.answer) == (Outcome.ANSWERED, "K 417")
    assert {sample.finish for sample in last.trace.samples} == {Finish.STOP, Finish.CANCELLED}


def test_a_calibration_for_this_model_and_settings_grows_the_region(photo: Photo) -> None:
    plain = ask(scripted(ZOOM, ANSWER), photo, "What?", CHOSEN).region
    trace = ask(scripted(ZOOM, ANSWER), photo, "What?", replace(CHOSEN, calibration=CALIBRATION))
    assert plain is not None
    assert trace.calibration == CALIBRATION
    grown = plain.pad(0.25 * plain.width, 0.25 * plain.height).clip(Box.of(photo.size))
    assert trace.region is not None
    assert trace.region.edges == pytest.approx(grown.edges)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"revision": "2"}, id="another revision"),
        pytest.param({"samples": 4}, id="other samples"),
        pytest.param({"temperature": 0.7}, id="another temperature"),
        pytest.param({"coarse_budget_tokens": 640}, id="another coarse view"),
        pytest.param({"box_temperature": 0.5}, id="a box that was drawn"),
    ],
)
def test_a_calibration_for_something_else_promises_nothing(photo: Photo, other: dict[str, object]) -> None:
    calibration = replace(CALIBRATION, **other)  # type: ignore[arg-type]
    trace = ask(scripted(ZOOM, ANSWER), photo, "What?", replace(CHOSEN, calibration=calibration))
    assert trace.calibration is None
    assert trace.region == ask(scripted(ZOOM, ANSWER), photo, "What?", CHOSEN).region


def test_below_fifty_items_the_sample_region_stays_as_it_is(photo: Photo) -> None:
    plain = ask(scripted(ZOOM, ANSWER), photo, "What?", CHOSEN).region
    for n, grows in ((23, False), (49, False), (50, True)):
        calibration = replace(CALIBRATION, n=n)
        *_, ready, last = run(scripted(ZOOM, ANSWER), photo, "What?", replace(CHOSEN, calibration=calibration))
        assert isinstance(ready, RegionReady)
        assert isinstance(last, Finished)
        assert last.trace.calibration == calibration
        assert ready.region == last.trace.region
        assert (ready.region != plain, ready.calibrated) == (grows, grows)


def test_the_third_look_reads_the_region_and_is_counted(photo: Photo) -> None:
    trace = ask(scripted(ZOOM, ANSWER), photo, "What?", replace(CHOSEN, region_look=True))
    assert trace.region_look is not None
    assert trace.region is not None
    assert trace.region_look.view.region.contains(trace.region, tolerance=1e-6)
    assert (trace.region_answer, trace.answers_differ) == ("K 417", False)
    tokens = trace.tokens()
    assert tokens["total"] == tokens["coarse"] + tokens["zoom"] + tokens["region"]
    assert tokens["region"] <= CHOSEN.zoom_budget_tokens


def test_a_third_look_that_reads_something_else_says_so(photo: Photo) -> None:
    replies = iter([ZOOM, ANSWER, ZOOM, ZOOM, "<answer>K 4l7</answer>"])
    chosen = replace(CHOSEN, samples=2, region_look=True)
    trace = ask(ScriptedEngine(lambda _picture, _turn: next(replies)), photo, "What?", chosen)
    assert (trace.answer, trace.region_answer, trace.answers_differ) == ("K 417", "K 4l7", True)


def test_a_third_look_that_fails_leaves_the_answer(photo: Photo) -> None:
    turns: list[int] = []

    def fails_at_last(_picture: Pixels, turn: int) -> str:
        turns.append(turn)
        if turns.count(1) == 2:
            raise OutOfMemory("The GPU ran out of memory.", remedy="Lower the zoom budget.")
        return (ZOOM, ANSWER)[turn]

    trace = ask(ScriptedEngine(fails_at_last), photo, "What?", replace(CHOSEN, region_look=True))
    assert (trace.answer, trace.outcome, trace.region_look) == ("K 417", Outcome.ANSWERED, None)
    assert trace.error is not None
    assert "The expanded region was not read" in trace.error


def test_settings_name_what_is_sampled_and_refuse_a_calibration_for_another_alpha(tmp_path: Path) -> None:
    info = ScriptedEngine().info
    assert run_settings(info, Settings()).samples == 8
    file = tmp_path / "calibration.json"
    with pytest.raises(SettingInvalid, match="No such file"):
        run_settings(info, Settings(calibration=file))
    file.write_text("{}")
    with pytest.raises(SettingInvalid, match="holds no calibration record"):
        run_settings(info, Settings(calibration=file))
    file.write_text(json.dumps({**to_json(CALIBRATION), "schema": 2}))
    with pytest.raises(SettingInvalid, match="holds no calibration record of this version"):
        run_settings(info, Settings(calibration=file))
    file.write_text(json.dumps(to_json(CALIBRATION)))
    assert run_settings(info, Settings(calibration=file)).calibration == CALIBRATION
    with pytest.raises(SettingInvalid, match=r"alpha is 0\.2, and .* was made for 0\.1"):
        run_settings(info, Settings(calibration=file, alpha=0.2))
