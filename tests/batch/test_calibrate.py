"""`calibrate` as a person runs it: rows or questions in, a record out that `batch` and `ask` then use."""

import json
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.__main__ import main
from ergo_demo.records import Calibration, from_json
from ergo_demo.uncertainty.conformal import share_range
from tests.batch.asking import write_questions

# The scripted engine names the middle half of a photo of 160 x 120 to 128 px.
TARGET = [60, 45, 100, 75]
MODEL = ("--engine", "scripted")


def calibrated(questions: Path, *flags: str) -> Calibration:
    out = questions.with_name("record.json")
    assert main(["calibrate", str(questions), "--out", str(out), *MODEL, *flags]) == 0
    return from_json(Calibration, json.loads(out.read_text("utf-8")))


def test_questions_with_targets_are_asked_and_make_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = write_questions(tmp_path, 60, target=TARGET)
    found = calibrated(questions, "--report")
    assert (found.model, found.revision, found.n, found.alpha, found.variant) == ("scripted", "1", 60, 0.1, "plain")
    # The region is larger than the target: it may shrink.
    assert found.q is not None
    assert -0.5 < found.q < 0
    said = capsys.readouterr().out
    low, high = share_range(60, 0.1)
    assert f"Holds the target in 90 % of cases (n = 60, {100 * low:.0f}-{100 * high:.0f} %)." in said
    assert "0 of 60 items have no region" in said
    rows = questions.with_suffix(".answers.jsonl")
    assert calibrated(rows, "--variant", "adaptive").variant == "adaptive"
    assert calibrated(rows, "--alpha", "0.2").alpha == 0.2


def test_the_record_is_used_by_ask(tmp_path: Path) -> None:
    questions = write_questions(tmp_path, 60, target=TARGET)
    calibrated(questions)
    out = tmp_path / "again.jsonl"
    flags = ("--calibration", str(tmp_path / "record.json"))
    assert main(["batch", str(questions), str(out), *MODEL, *flags]) == 0
    traces = [json.loads(line)["trace"] for line in out.read_text("utf-8").splitlines()]
    assert {trace["calibration"]["n"] for trace in traces} == {60}
    for trace in traces:
        assert trace["region"]["x1"] > trace["box"]["x1"]


def test_too_few_items_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrated(write_questions(tmp_path, 6, target=TARGET)).n == 6
    assert "n = 6: too few to promise anything; 50 are needed." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "flags", "words"),
    [
        pytest.param({}, (), 'has a "target" and a trace', id="no targets"),
        pytest.param({"target": TARGET, "stream": "uncertain"}, (), 'has a "target"', id="chosen for being hard"),
        pytest.param({"target": TARGET}, ("--samples", "0"), "None of these traces has samples", id="no samples"),
        pytest.param({"target": "there"}, (), "its target or its trace cannot be read", id="no box"),
    ],
)
def test_what_cannot_calibrate_is_said_with_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: dict[str, Any], flags: tuple[str, ...], words: str
) -> None:
    assert main(["calibrate", str(write_questions(tmp_path, 3, **more)), *MODEL, *flags]) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_neither_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file.jsonl"
    file.write_text("no json\n")
    assert main(["calibrate", str(file), *MODEL]) == 2
    assert "holds no rows and no questions" in capsys.readouterr().err
