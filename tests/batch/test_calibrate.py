"""`calibrate` as a person runs it: rows or questions in, a record out that `batch` and `ask` then use."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ergo_demo.__main__ import main
from ergo_demo.batch import calibrate, cli
from ergo_demo.batch.reading import controlled
from ergo_demo.engines.scripted import Script, ScriptedEngine
from ergo_demo.errors import CannotCalibrate
from ergo_demo.records import Calibration, Pixels, from_json
from ergo_demo.uncertainty.conformal import share_range
from ergo_demo.uncertainty.risk import Answers
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


def reads_from(least: int) -> Script:
    """Names a small box in the middle; reads the answer where it is shown at least so much of the photo (view px)."""

    def script(picture: Pixels, turn: int) -> str:
        height, width = picture.shape[:2]
        if turn == 0:
            box = f"[{width * 2 // 5}, {height * 2 // 5}, {width * 3 // 5}, {height * 3 // 5}]"
            return f"<zoom>{box}</zoom>"
        return f"<answer>{'seen' if width * height >= least else 'missed'}</answer>"

    return script


def test_risk_control_finds_the_smallest_growth_that_is_read_as_rightly_as_the_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The target is 112 x 84 px; the model's box about 31 x 25, and its views get as many tokens at a growth of 1.
    for module in (calibrate, cli):
        monkeypatch.setattr(module, "open_engine", lambda *_, **__: ScriptedEngine(reads_from(84 * 84)))
    questions = write_questions(tmp_path, 52, target=[24, 20, 136, 104], answer="seen")
    found = calibrated(questions, "--risk", "0.1", "--sample-temperature", "0", "--samples", "2", "--report")
    assert (found.q, found.n, found.epsilon) == (1.0, 52, 0.1)
    said = capsys.readouterr().out
    assert "Answers right as often as the target's own box, within 0.1 (n = 52)." in said
    assert "growth +0.50  right 0.0%  lost +100.0%" in said
    assert "growth +1.00  right 100.0%  lost +0.0%" in said
    assert "200 random halves, on the other half: lost +0.0%, within in 100%." in said


def test_where_no_growth_is_read_well_enough_that_is_said() -> None:
    answers = Answers((0.0, 0.5), np.array([[False, False], [False, True]] * 10), np.ones(20, dtype=bool))
    with pytest.raises(CannotCalibrate, match=r"within 0\.1 \(n = 20\): the best, \+0\.5, loses 50\.0%"):
        controlled(answers, 0.1)
    assert controlled(answers, 0.6).growth == 0.5


def test_risk_control_needs_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = write_questions(tmp_path, 3, target=TARGET)
    assert main(["calibrate", str(questions), "--risk", "0.1", *MODEL]) == 2
    assert 'No item has an "answer" beside its "target".' in capsys.readouterr().err
