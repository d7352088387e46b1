"""What can be imported, row by row: each kind of file, and what is wrong with a row."""

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.annotation.folders import read_source
from ergo_demo.annotation.found import Found, Problem
from ergo_demo.annotation.zips import Limits, unpack
from ergo_demo.errors import SourceInvalid
from ergo_demo.geometry import Size
from tests.annotation.making import photo, write_csv, write_jsonl

FRAME = Size(400, 300)


def found(path: Path, question: str = "", **more: Any) -> list[Found]:
    rows = list(read_source(path, question, **more))
    assert all(isinstance(row, Found) for row in rows), rows
    return [row for row in rows if isinstance(row, Found)]


def problems(path: Path, **more: Any) -> list[Problem]:
    return [row for row in read_source(path, **more) if isinstance(row, Problem)]


def test_questions_as_scenes_writes_them(tmp_path: Path) -> None:
    photo(tmp_path)
    row = {
        "id": "s-1", "image": "a.png", "question": " Which? ", "options": ["red", "blue"], "answer": "red",
        "target": [1, 2, 3, 4], "box": [10, 20.5, 30, 40],
    }  # fmt: skip
    (only,) = found(write_jsonl(tmp_path / "questions.jsonl", row))
    assert (only.question, only.options, only.id) == ("Which?", ("red", "blue"), "s-1")
    assert only.extra == {"answer": "red", "target": [1.0, 2.0, 3.0, 4.0]}
    assert only.suggested is not None
    assert only.suggested.box(FRAME).edges == (10, 20.5, 30, 40)


def test_a_batch_row_brings_its_trace_and_its_item(tmp_path: Path) -> None:
    photo(tmp_path)
    item = {"image": "elsewhere/a.png", "question": "Which?"}
    row = {"line": 1, "digest": "00ff", "item": item, "image": "a.png", "trace": {"box": None}, "error": None}
    (only,) = found(write_jsonl(tmp_path / "out.jsonl", row))
    assert only.image == tmp_path / "a.png"
    assert only.trace == {"box": None}


def test_a_table_of_cells(tmp_path: Path) -> None:
    photo(tmp_path)
    table = write_csv(
        tmp_path / "t.csv",
        ["image", "question", "options", "x1", "y1", "x2", "y2", "licence", "colour"],
        ["a.png", "Which?", "red | blue", "1", "2", "3", "4", "CC0", "green"],
        ["a.png", "And this?", "", "", "", "", "", "", ""],
    )
    first, second = found(table)
    assert first.options == ("red", "blue")
    assert first.extra == {"colour": "green"}
    assert first.licence == "CC0"
    assert first.suggested is not None
    assert list(first.suggested.numbers) == [1, 2, 3, 4]
    assert (second.suggested, second.options) == (None, ())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("no json", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ({"image": "a.png"}, "lacks"),
        ({"image": 3, "question": "Which?"}, "lacks"),
        ({"image": "b.png", "question": "Which?"}, "no file b.png"),
        ({"image": "https://example.org/a.png", "question": "Which?"}, "is an address"),
        ({"image": "a.png", "question": "Which?", "box": [1, 2, 3]}, "is no box"),
        ({"image": "a.png", "question": "Which?", "box": [5, 2, 3, 4]}, "is no box"),
        ('{"image": "a.png", "question": "Which?", "box": [NaN, 2, 3, 4]}', "no JSON object"),
        ({"image": "a.png", "question": "Which?", "options": "red"}, "no list"),
        ({"image": "a.png", "question": "Which?", "more": "x" * 30_000}, "carries more"),
        ({"image": "a\0.png", "question": "Which?"}, "no name"),
    ],
    ids=range(12),
)
def test_a_bad_row_is_named_by_its_line_and_the_rest_goes_on(tmp_path: Path, row: Any, words: str) -> None:
    photo(tmp_path)
    good = {"image": "a.png", "question": "Which?"}
    before, bad, after = read_source(write_jsonl(tmp_path / "q.jsonl", good, row, good))
    assert isinstance(before, Found)
    assert isinstance(after, Found)
    assert isinstance(bad, Problem)
    assert bad.where == "line 2"
    assert words in bad.text


def test_a_cell_that_is_too_large_is_one_problem(tmp_path: Path) -> None:
    photo(tmp_path)
    table = write_csv(tmp_path / "t.csv", ["image", "question"], ["a.png", "x" * 200_000], ["a.png", "Which?"])
    bad, good = read_source(table)
    assert isinstance(bad, Problem)
    assert isinstance(good, Found)


def rectangle(**value: float) -> dict[str, Any]:
    return {"type": "rectanglelabels", "value": value, "original_width": 400, "original_height": 300}


def task(image: str, *regions: dict[str, Any], kind: str = "predictions") -> dict[str, Any]:
    return {"id": 7, "data": {"image": image, "question": "Which?"}, kind: [{"result": list(regions)}]}


@pytest.mark.parametrize("image", ["a.png", "/data/local-files/?d=a.png", "/data/upload/3/0a1b2c3d-a.png"])
def test_label_studio_tasks_with_a_prediction(tmp_path: Path, image: str) -> None:
    photo(tmp_path)
    tasks = tmp_path / "tasks.json"
    tasks.write_text(json.dumps([task(image, rectangle(x=25, y=50, width=50, height=25))]))
    (only,) = found(tasks)
    assert only.suggested is not None
    assert only.suggested.box(FRAME).edges == (100, 150, 300, 225)


def test_a_turned_rectangle_is_its_hull(tmp_path: Path) -> None:
    photo(tmp_path)
    tasks = tmp_path / "tasks.json"
    # A quarter turn about the upper left corner: 40 px across becomes 40 px down, to the left of the corner.
    tasks.write_text(json.dumps([task("a.png", rectangle(x=50, y=10, width=10, height=20, rotation=90))]))
    (only,) = found(tasks)
    assert only.suggested is not None
    assert only.suggested.box(FRAME).edges == pytest.approx((200 - 60, 30, 200, 30 + 40))


def test_what_people_drew_there_is_carried_along(tmp_path: Path) -> None:
    photo(tmp_path)
    tasks = tmp_path / "tasks.json"
    tasks.write_text(
        json.dumps([task("a.png", rectangle(x=0, y=0, width=50, height=50), kind="annotations"), {"data": 3}])
    )
    good, bad = read_source(tasks)
    assert isinstance(good, Found)
    assert (good.suggested, good.extra) == (None, {"label_studio": {"percent": [[[0, 0, 50, 50]]]}})
    assert isinstance(bad, Problem)
    assert bad.where == "task 2"


def test_an_image_folder_has_a_table_for_each_split(tmp_path: Path) -> None:
    for split in ("train", "test"):
        photo(tmp_path, f"{split}/a.png")
        write_jsonl(tmp_path / split / "metadata.jsonl", {"file_name": "a.png", "question": f"{split}?"})
    assert [(row.split, row.question, row.image.parent.name) for row in found(tmp_path)] == [
        ("test", "test?", "test"),
        ("train", "train?", "train"),
    ]


def test_photos_alone_need_a_question(tmp_path: Path) -> None:
    photo(tmp_path, "deep/b.png")
    photo(tmp_path)
    assert [row.where for row in found(tmp_path, "What is this?")] == ["a.png", "b.png"]
    with pytest.raises(SourceInvalid, match="ask nothing"):
        list(read_source(tmp_path))


def test_nothing_that_can_be_imported_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(SourceInvalid, match="nothing that can be imported"):
        read_source(tmp_path / "a.txt")
    with pytest.raises(SourceInvalid, match="no photo and no table"):
        list(read_source(tmp_path))


def test_names_in_an_upload_lead_nowhere_else(tmp_path: Path) -> None:
    photo(tmp_path, "outside.png")
    inside = tmp_path / "upload"
    photo(inside, "a.png")
    (inside / "link.png").symlink_to(tmp_path / "outside.png")
    names = ["../outside.png", str(tmp_path / "outside.png"), "link.png"]
    table = write_jsonl(inside / "q.jsonl", *({"image": name, "question": "Which?"} for name in [*names, "a.png"]))
    *bad, good = read_source(table, inside=True)
    assert isinstance(good, Found)
    assert [isinstance(row, Problem) and "lies outside" in row.text for row in bad] == [True] * 3
    assert len(found(table)) == 4, "the owner of the machine may"


def zip_of(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_zip_is_unpacked_within_itself(tmp_path: Path) -> None:
    content = photo(tmp_path).read_bytes()
    table = json.dumps({"image": "in/a.png", "question": "Which?"}).encode()
    hostile = ["../a.png", "/tmp/a.png", "C:\\a.png", "..\\b.png", "x" * 300, "a\nb"]
    packed = zip_of(tmp_path / "z.zip", {"q.jsonl": table, "in/a.png": content} | dict.fromkeys(hostile, b"x"))
    with zipfile.ZipFile(packed, "a") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    folder = tmp_path / "out"
    folder.mkdir()
    left_out = unpack(packed, folder)
    assert len(left_out) == len(hostile) + 1
    assert sorted(path.name for path in folder.rglob("*")) == ["a.png", "in", "q.jsonl"]
    assert len(found(folder, inside=True)) == 1


def test_a_zip_that_is_too_much_is_refused(tmp_path: Path) -> None:
    packed = zip_of(tmp_path / "z.zip", {"a.png": b"x" * 5_000, "b.png": b"y", "c.png": b"z" * 900})

    def unpacked(**limits: int) -> list[Problem]:
        folder = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return unpack(packed, folder, Limits(**limits))

    assert [problem.where for problem in unpacked(file_bytes=1_000)] == ["a.png"]
    with pytest.raises(SourceInvalid, match="3 entries"):
        unpacked(entries=2)
    with pytest.raises(SourceInvalid, match="unpacks to more"):
        unpacked(all_bytes=5_500)
    (tmp_path / "no.zip").write_bytes(b"PK\3\4 and nothing")
    with pytest.raises(SourceInvalid, match="no zip"):
        unpack(tmp_path / "no.zip", tmp_path)
