"""Traces survive JSON and pickle, and the short reply holds what the command line promises."""

import dataclasses
import json
import pickle
from dataclasses import replace

import pytest
from pydantic import ValidationError

from ergo_demo import errors
from ergo_demo.geometry import Box, Size, View
from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import (
    Finish,
    Generation,
    Look,
    ModelInfo,
    Outcome,
    Sample,
    Sampling,
    Token,
    Trace,
    from_json,
    to_json,
)
from ergo_demo.replies import Reply, reply_of

LOOK = Look(
    view=View(Box(0, 0, 2246, 1582), Size(840, 588)),
    generation=Generation((Token("<think>", -0.5), Token("Ünïcode 船", None)), Finish.STOP),
    thought="Ünïcode 船",
    seconds=1.25,
)
TRACE = Trace(
    source=Size(2246, 1582),
    upload_sha256="a" * 64,
    blob_sha256="b" * 64,
    question="What is it?",
    model=ModelInfo("ERGO-tiny", "1", "CPU", "fp32"),
    sampling=Sampling(),
    coarse_budget_tokens=640,
    zoom_budget_tokens=640,
    outcome=Outcome.ANSWERED,
    version="1",
    coarse=LOOK,
    zoom=replace(LOOK, seconds=0.75, view=View(Box(10, 10, 570, 290), Size(560, 280))),
    box=Box(10.5, 10.25, 569.123456789, 289.5),
    flags=(Flag.CLAMPED,),
    answer="7",
)


def test_a_trace_survives_json() -> None:
    assert from_json(Trace, json.loads(json.dumps(to_json(TRACE)))) == TRACE


def test_a_trace_survives_pickle() -> None:
    assert pickle.loads(pickle.dumps(TRACE)) == TRACE


def test_a_trace_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        TRACE.answer = "8"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", "great"),
        ("box", {"x1": 5, "y1": 0, "x2": 1, "y2": 1}),
        ("schema", 2),
        ("source", {"width": 0, "height": 1}),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        from_json(Trace, to_json(TRACE) | {field: value})


def test_the_reply_counts_both_looks_against_one_look_at_everything() -> None:
    reply = reply_of(TRACE)
    assert reply["tokens"] == {"coarse": 630, "zoom": 200, "total": 830, "full_resolution": 4480}
    assert reply["seconds"] == {"coarse": 1.25, "zoom": 0.75, "total": 2.0}
    assert reply["box"] == [10.5, 10.25, 569.123456789, 289.5]
    assert reply["thought"] == reply["thoughts"]["coarse"] == "Ünïcode 船"
    assert reply["model"] == {"name": "ERGO-tiny", "revision": "1", "device": "CPU", "dtype": "fp32"}
    assert list(reply) == list(Reply.__annotations__)
    assert (reply["samples"], reply["spread"], reply["region"], reply["calibration"]) == ([], None, None, None)


def test_the_reply_says_what_the_samples_found() -> None:
    samples = (Sample("", Finish.STOP, box=TRACE.box), Sample("", Finish.LENGTH, why=Why.NO_ZOOM))
    reply = reply_of(replace(TRACE, samples=samples, spread=0.25, region=Box(1, 2, 3, 4)))
    assert reply["samples"] == [reply["box"], None]
    assert (reply["spread"], reply["region"]) == (0.25, [1, 2, 3, 4])


def test_a_failed_run_has_a_reply_too() -> None:
    reply = reply_of(replace(TRACE, coarse=None, zoom=None, box=None, outcome=Outcome.FAILED, answer=""))
    assert reply["box"] is None
    assert reply["tokens"]["total"] == 0
    assert reply["outcome"] == "failed"


def every_error() -> list[type[errors.ErgoError]]:
    def below(kind: type[errors.ErgoError]) -> list[type[errors.ErgoError]]:
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]

    return below(errors.ErgoError)


@pytest.mark.parametrize("kind", every_error())
def test_errors_cross_processes_with_their_remedy_and_stand_in_the_drawing(kind: type[errors.ErgoError]) -> None:
    error = pickle.loads(pickle.dumps(kind("It is 7.", remedy="Make it 8.")))
    assert (type(error), error.problem, error.remedy) == (kind, "It is 7.", "Make it 8.")
    assert str(error) == "It is 7. Make it 8."
    assert kind.__name__ in (errors.__doc__ or "")
