"""A batch in this process: every question has one row in the end, whatever became of it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ergo_demo.batch.photos import Photos
from ergo_demo.batch.progress import Progress
from ergo_demo.batch.rows import RowsFile, read_rows
from ergo_demo.batch.running import FAILED_IN_A_ROW, in_flight
from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.errors import EngineUnavailable, ImageUnreadable, OutOfMemory, RowsInvalid
from ergo_demo.imaging import Door
from ergo_demo.records import Pixels, Trace, from_json
from tests.batch.asking import answer, asked, write_lines, write_questions

__all__ = ["asked"]


def test_each_question_has_a_row_with_its_item_and_a_trace(asked: Path, tmp_path: Path) -> None:
    rows = answer(asked, tmp_path / "deep" / "out.jsonl")
    assert [row["line"] for row in rows] == list(range(1, 13))
    for row in rows:
        assert row["item"] is not None
        assert row["image"] == f"../scenes/{row['item']['image']}"
        trace = from_json(Trace, row["trace"])
        assert (trace.question, trace.answer) == (row["item"]["question"], "scripted")


def test_what_cannot_be_asked_is_a_row_that_says_why(asked: Path, tmp_path: Path) -> None:
    (asked.parent / "note.png").write_text("no photo")
    good = {"image": "0.png", "question": "What?"}
    wrong = [{**good, "image": "nowhere.png"}, {**good, "image": "note.png"}, {**good, "question": " "}, [1]]
    rows = answer(write_lines(asked, [good, *wrong, good]), tmp_path / "out.jsonl")
    assert [row["trace"] is None for row in rows] == [False, True, True, True, True, False]
    said = ["nowhere.png", "not a photo", "There is no question", "Line 5 is no JSON object"]
    assert all(words in str(row["error"]) for words, row in zip(said, rows[1:5], strict=True))


def test_a_failure_of_the_engine_is_a_row_with_its_trace_and_is_asked_again_on_demand(
    asked: Path, tmp_path: Path
) -> None:
    broken = True

    def sometimes(picture: Pixels, turn: int) -> str:
        if broken and turn == 1 and picture.shape[0] > 62:
            raise OutOfMemory("The GPU ran out of memory.", remedy="Lower the budget.")
        return in_order(["<zoom>[0, 0, 80, 80]</zoom>", "<answer>7</answer>"])(picture, turn)

    out = tmp_path / "out.jsonl"
    questions = write_questions(asked.parent, 6)
    rows = answer(questions, out, ScriptedEngine(sometimes))
    assert {row["trace"] and row["trace"]["outcome"] for row in rows} == {"failed"}
    assert "ran out of memory" in str(rows[0]["error"])
    assert rows[0]["trace"] is not None
    assert rows[0]["trace"]["coarse"] is not None
    broken = False
    assert answer(questions, out, ScriptedEngine(sometimes)) == rows, "failed rows are answered too"
    assert {row["trace"] and row["trace"]["answer"] for row in answer(questions, out, again=True)} == {"scripted"}


def test_an_engine_that_is_gone_ends_the_run_and_leaves_the_rest(tmp_path: Path) -> None:
    def gone(_picture: Pixels, _turn: int) -> str:
        raise EngineUnavailable("The model's server does not answer.", remedy="Start it.")

    questions, out = write_questions(tmp_path, 200), tmp_path / "out.jsonl"
    with pytest.raises(EngineUnavailable, match=f"{FAILED_IN_A_ROW} questions failed.*does not answer"):
        answer(questions, out, ScriptedEngine(gone))
    assert len(list(read_rows(out))) == FAILED_IN_A_ROW
    rows = answer(questions, out, again=True)
    assert [row["line"] for row in rows] == list(range(1, 201))
    assert not any(row["error"] for row in rows)


def test_a_run_continues_where_the_last_one_stood(asked: Path, tmp_path: Path) -> None:
    out, seen = tmp_path / "out.jsonl", []

    def noted(picture: Pixels, turn: int) -> str:
        seen.append(turn)
        return in_order(["<zoom>[0, 0, 80, 80]</zoom>", "<answer>7</answer>"])(picture, turn)

    answer(write_questions(asked.parent, 5), out, ScriptedEngine(noted), samples=0)
    first = out.read_bytes()
    assert len(seen) == 10
    answer(write_questions(asked.parent, 9), out, ScriptedEngine(noted), samples=0)
    assert len(seen) == 18
    assert out.read_bytes().startswith(first)


@pytest.mark.parametrize("torn", [b'{"line": 6, "dig', b"{", b'{"line": 6, "digest": "00", "trace": null}'])
def test_a_line_that_was_being_written_is_cut_off(asked: Path, tmp_path: Path, torn: bytes) -> None:
    out = tmp_path / "out.jsonl"
    answer(write_questions(asked.parent, 5), out)
    with out.open("ab") as file:
        file.write(torn)
    assert [row["line"] for row in answer(write_questions(asked.parent, 6), out)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "content", [b"my only copy", b"a poem\n", b'{"image": "a", "question": "b"}\n', b"[]\n", b"\n", b"1\n"]
)
def test_a_file_that_is_no_batch_is_left_as_it_is(asked: Path, tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "out.jsonl"
    out.write_bytes(content)
    with pytest.raises(RowsInvalid, match="is no row of a batch"):
        answer(asked, out)
    assert out.read_bytes() == content


def test_other_questions_another_model_and_other_settings_are_refused(asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    answer(asked, out)
    with pytest.raises(RowsInvalid, match=r"another sampling.*\"seed\": 42.*\"seed\": 7"):
        answer(asked, out, seed=7)
    with pytest.raises(RowsInvalid, match="another zoom_budget_tokens: 320, and not 64"):
        answer(asked, out, zoom_budget_tokens=64)
    with pytest.raises(RowsInvalid, match="Line 1 of the questions is not the one"):
        answer(write_questions(tmp_path / "others", 3, type="other"), out)


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    with (
        RowsFile.open(tmp_path / "out.jsonl"),
        pytest.raises(RowsInvalid, match="being written by another run"),
        RowsFile.open(tmp_path / "out.jsonl"),
    ):
        pass


def test_questions_are_taken_only_when_there_is_room_and_all_are_worked_at() -> None:
    at_once, most, taken = 0, 0, 0
    lock = threading.Lock()

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield number

    def work(number: int) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        with lock:
            at_once -= 1
        return number

    done = []
    for number in in_flight(work, items(), 3, lambda: None):
        done.append(number)
        assert taken <= len(done) + 3 + 3
    assert sorted(done) == list(range(50))
    assert 1 <= most <= 3


def test_leaving_early_stops_what_runs() -> None:
    stopped = threading.Event()
    results = in_flight(lambda number: number or stopped.wait(60), range(10), 2, stopped.set)
    next(results)
    results.close()
    assert stopped.is_set()


def test_a_photo_is_opened_once_for_questions_that_share_it(asked: Path, tmp_path: Path) -> None:
    with Door(tmp_path / "photos") as door:
        photos = Photos(door, most=1)
        with photos.open(asked.parent / "0.png") as first, photos.open(asked.parent / "0.png") as same:
            assert first is same
        with photos.open(asked.parent / "1.png"):
            assert first.path.is_file()
        assert not first.path.is_file(), "two idle ones are one too many"
        for _ in range(2):
            with pytest.raises(ImageUnreadable), photos.open(asked.parent / "nowhere.png"):
                pass


def test_progress_says_how_many_how_fast_and_how_long() -> None:
    now, lines = 0.0, list[str]()
    progress = Progress(1_000, 100, 0, lambda: now, lines.append, every_seconds=5)
    for second in range(1, 21):
        now = float(second)
        progress.count(failed=second == 2)
    assert lines[0] == "105 of 1,000, 1 failed; 1.0 a second, 14 min 55 s left"
    assert len(lines) == 4
    progress.done = 1_000
    progress.tell()
    assert lines[-1].endswith("a second")


def test_rows_are_plain_json(asked: Path, tmp_path: Path) -> None:
    questions = write_lines(asked, [{"image": "0.png", "question": "漢字?\u2028"}])
    answer(questions, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_bytes().split(b"\n")
    assert len(lines) == 2
    assert json.loads(lines[0])["item"]["question"] == "漢字?\u2028"
