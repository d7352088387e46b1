"""The batch as a person runs it: killed twenty times, in little memory, with an end on Ctrl+C."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from tests.batch.asking import write_lines, write_questions
from tests.space.running import ROOT

KILLS = 20
QUESTIONS = 400


def start(module: str, *arguments: Path | str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c)


def hear_ctrl_c() -> None:
    """A shell makes its background jobs deaf to Ctrl+C, and so what they start: these tests may be such a job."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def rows_in(out: Path) -> int:
    return out.read_bytes().count(b"\n") if out.exists() else 0


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> str:
    process.send_signal(how)
    _, said = process.communicate()
    return said


def test_after_twenty_kills_every_question_has_one_row(tmp_path: Path) -> None:
    questions, out = write_questions(tmp_path / "scenes", QUESTIONS), tmp_path / "out.jsonl"
    killed = 0
    while killed < KILLS:
        before = rows_in(out)
        process = start("tests.batch.slow", questions, out)
        # Later each time, so that the kills fall on starting, opening photos, asking and writing alike.
        while process.poll() is None and rows_in(out) < before + killed % 7:
            pass
        assert process.poll() is None, process.communicate()[1]
        end(process, signal.SIGKILL)
        killed += 1
    last = start("tests.batch.slow", questions, out)
    said = last.communicate()[1]
    assert last.returncode == 0, said
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert Counter(row["item"]["id"] for row in rows) == Counter({f"q{at}": 1 for at in range(QUESTIONS)})
    assert {row["trace"]["outcome"] for row in rows} == {"answered"}


def test_ctrl_c_ends_it_in_good_order(tmp_path: Path) -> None:
    questions, out = write_questions(tmp_path / "scenes", QUESTIONS), tmp_path / "out.jsonl"
    process = start("tests.batch.slow", questions, out)
    while process.poll() is None and rows_in(out) < 3:
        pass
    said = end(process, signal.SIGINT)
    assert process.returncode == 130
    assert "Stopped: the same command continues." in said
    assert "Traceback" not in said
    assert all(json.loads(line)["trace"]["outcome"] == "answered" for line in out.read_text("utf-8").splitlines())


def test_the_command_says_what_it_did_and_that_nothing_is_left(tmp_path: Path) -> None:
    questions, out = write_questions(tmp_path / "scenes", 3), tmp_path / "out.jsonl"
    for expected in ("3 of 3; ", "All 3 questions are answered; 0 of them failed."):
        process = start("ergo_demo", "batch", questions, out, "--engine", "scripted")
        said = process.communicate()[1]
        assert process.returncode == 0, said
        assert expected in said


def test_bad_input_is_said_without_a_traceback(tmp_path: Path) -> None:
    process = start("ergo_demo", "batch", tmp_path / "nowhere.jsonl", tmp_path / "out.jsonl", "--engine", "scripted")
    said = process.communicate()[1]
    assert process.returncode == 1
    assert "No such file or directory" in said
    assert "Traceback" not in said


def test_memory_does_not_grow_with_the_questions(tmp_path: Path) -> None:
    """Most questions are no questions here, so that there are many in little time; the rest go the whole way."""
    questions = write_questions(tmp_path / "scenes", 30)
    items = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    nothing = {"image": "0.png", "question": " " * 2_000}
    many = [items[at // 500] if at % 500 == 0 else nothing for at in range(12_000)]
    out = tmp_path / "out.jsonl"
    process = start("ergo_demo", "batch", write_lines(questions, many), out, "--engine", "scripted")
    seen = psutil.Process(process.pid)
    early = late = 0
    while process.poll() is None:
        try:
            if rows_in(out) < 2_000:
                early = max(early, seen.memory_info().rss)
            late = max(late, seen.memory_info().rss)
            process.wait(0.2)
        except (psutil.NoSuchProcess, subprocess.TimeoutExpired):
            continue
    assert process.communicate()[1].count("Traceback") == 0
    assert rows_in(out) == 12_000
    assert late < early + 25_000_000, "the rows alone have 50 MB"
