"""From what people corrected to a calibration: which items count, with which target, and what the record says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.__main__ import main
from ergo_demo.annotation.calibrating import corrections
from ergo_demo.errors import CannotCalibrate
from ergo_demo.geometry import Box
from ergo_demo.records import Calibration, Finish, ModelInfo, Sample, Sampling, from_json
from ergo_demo.store.records import Action, Order, Plan, Reason
from ergo_demo.store.store import Store, open_store
from ergo_demo.uncertainty.calibrating import score_of
from ergo_demo.uncertainty.conformal import quantile
from tests.batch.asking import write_questions
from tests.store.making import FRAME, SUGGESTED, fill, item_of, keep_photo, submission_of, trace_of

BOXES = (Box(1010, 500, 1400, 910), Box(2000, 100, 2100, 300))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A project all of whose items are drawn at random, with nothing in it yet."""
    with open_store(tmp_path / "data") as store:
        fill(store, items=0, plan=Plan(order=Order.RANDOM))
        yield store


def add(store: Store, *ids: str, model: str = "ergo-tiny", **more: Any) -> None:
    """Items with traces of two samples."""
    image = keep_photo(store, b"a photo")
    samples, info = (Sample("", Finish.STOP, box=SUGGESTED),) * 2, ModelInfo(model, "abc", "cpu", "float32")
    for id in ids:
        trace = trace_of(image, id=f"t.{id}", samples=samples, sampled=Sampling(temperature=1.0))
        store.put_trace(replace(trace, model=info))
        store.add_items([item_of(image, id, trace=f"t.{id}", **more)])


def decide(store: Store, who: str, **submitted: dict[str, Any]) -> None:
    """Takes all that is there for a person, and decides what is named so."""
    held: list[str] = []
    while lease := store.take("p", who, held):
        held.append(lease.item.id)
    for id, more in submitted.items():
        assert id in held
        store.submit(submission_of(id, **more), who)
    store.release(held, who)


def test_the_target_is_what_the_newest_decision_wants_inside(store: Store) -> None:
    add(store, "accepted", "two", "changed", "full")
    decide(
        store,
        "ada",
        accepted={"action": Action.ACCEPT, "boxes": ()},
        two={"boxes": BOXES},
        changed={},
        full={"action": Action.FULL_IMAGE, "boxes": ()},
    )
    store.submit(submission_of("changed", base=1, boxes=(Box(5, 6, 70, 80),)), "ada")
    assert {trace.id: target for trace, target in corrections(store, "p").items} == {
        "t.accepted": SUGGESTED,
        "t.two": Box(1010, 100, 2100, 910),
        "t.changed": Box(5, 6, 70, 80),
        "t.full": Box.of(FRAME),
    }


def test_what_cannot_calibrate_is_left_out_and_counted(store: Store) -> None:
    add(store, "kept", "hidden", wanted=2, blind=False)
    add(store, "blind", blind=True)
    add(store, "again", repeat_of="kept")
    add(store, "rejected", "skipped", "unleased", "undecided")
    add(store, "other", model="another")
    store.add_items([item_of(keep_photo(store, b"a photo"), "untraced")])
    rejected = {"action": Action.REJECT, "boxes": (), "reasons": (Reason.WRONG_THING,)}
    skipped = {"action": Action.SKIP, "boxes": ()}
    decide(store, "ada", kept={}, hidden=skipped, blind={}, rejected=rejected, skipped=skipped, other={}, untraced={})
    decide(store, "ada", again={})
    decide(store, "bo", kept={}, hidden={})
    store.submit(submission_of("unleased"), "cy")
    found = corrections(store, "p")
    assert sorted(trace.id for trace, _target in found.items) == ["t.blind", "t.hidden", "t.kept"]
    assert (found.blind, found.without_target, found.asked_otherwise) == (1, 2, 1)


def test_only_the_random_stream_counts(tmp_path: Path) -> None:
    with open_store(tmp_path / "mixed") as store:
        fill(store, items=0, plan=Plan(random_share=0.5))
        ids = [f"n{number}" for number in range(40)]
        add(store, *ids)
        drawn = []
        while lease := store.take("p", "ada"):
            drawn += [f"t.{lease.item.id}"] if lease.queue is Order.RANDOM else []
            store.submit(submission_of(lease.item.id), "ada")
        assert 0 < len(drawn) < len(ids)
        assert sorted(trace.id for trace, _target in corrections(store, "p").items) == sorted(drawn)


def test_nothing_decided_is_said(store: Store) -> None:
    add(store, "one")
    with pytest.raises(CannotCalibrate, match="No item of the random stream of 'p'"):
        corrections(store, "p")


def test_the_command_makes_a_record_from_what_people_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERGO_ENGINE", "scripted")
    monkeypatch.setenv("ERGO_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    questions, rows = write_questions(tmp_path, 60), str(tmp_path / "rows.jsonl")
    assert main(["batch", str(questions), rows]) == 0
    assert main(["import", rows, "--project", "Small signs", "--order", "random"]) == 0
    target = Box(60, 45, 100, 75)
    with open_store(tmp_path / "data") as store:
        while lease := store.take("small-signs", "ada"):
            store.submit(submission_of(lease.item.id, boxes=(target,)), "ada")
        scores = [score_of(trace, target, "plain", 0.5) for trace, _target in corrections(store, "small-signs").items]
    capsys.readouterr()
    assert main(["calibrate", "--project", "Small signs", "--report"]) == 0
    said = capsys.readouterr().out
    found = from_json(Calibration, json.loads((tmp_path / "small-signs.calibration.json").read_text("utf-8")))
    assert (found.model, found.n, found.q, found.edge_share) == ("scripted", 60, quantile(scores, 0.1), 0.5)
    assert found.source == "corrections in project small-signs, 60 items of the random stream, 0 blind"
    assert "Holds the target in 90 % of cases (n = 60" in said
    assert "0 of 60 were decided blind" in said
    assert main(["calibrate", "--project", "Signs"]) == 2
    assert "Name one that is there: Small signs." in capsys.readouterr().err
    assert main(["calibrate", "--project", "Small signs", "--risk", "0.1"]) == 2
    assert "--risk reads photos again" in capsys.readouterr().err
