"""Datasets in Parquet files, as Hugging Face's `datasets` writes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ergo_demo.__main__ import main
from ergo_demo.annotation.folders import read_source
from ergo_demo.annotation.found import Found, Problem
from ergo_demo.errors import SourceInvalid
from ergo_demo.store.store import open_store
from tests.annotation.making import photo


def write(path: Path, **columns: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def read(path: Path, question: str = "", **more: Any) -> Iterator[tuple[Found | Problem, bytes]]:
    """Each row with its photo as it was while the row was read."""
    for row in read_source(path, question, **more):
        yield row, row.image.read_bytes() if isinstance(row, Found) else b""


@pytest.fixture
def content(tmp_path: Path) -> tuple[bytes, bytes]:
    some = photo(tmp_path / "made", "a.png").read_bytes(), photo(tmp_path / "made", "b.png", 500, 300).read_bytes()
    for path in (tmp_path / "made").iterdir():
        path.unlink()
    return some


def test_a_dataset_folder_with_its_photos_in_it(tmp_path: Path, content: tuple[bytes, bytes]) -> None:
    first, second = content
    data = tmp_path / "set" / "data"
    write(
        data / "train-00000-of-00001.parquet",
        image=[{"bytes": first, "path": "a.png"}, {"bytes": second, "path": None}, {"bytes": second, "path": None}],
        question=["Which?", "Where?", None],
        options=[["red", "blue"], [], None],
        box=[[1.0, 2.0, 30.0, 40.0], None, None],
        score=[0.5, float("nan"), None],
        thumbnail=[b"\xff", None, None],
    )
    write(data / "test-00000-of-00001.parquet", image=[{"bytes": first, "path": None}], question=["Who?"])
    rows = list(read(tmp_path / "set"))
    assert [held for _, held in rows] == [first, first, second, b""]
    (who, _), (which, _), (where, _), (nothing, _) = rows
    assert isinstance(who, Found)
    assert isinstance(which, Found)
    assert isinstance(where, Found)
    assert (who.question, who.split) == ("Who?", "test")
    assert (which.question, which.options, which.split, which.extra) == (
        "Which?",
        ("red", "blue"),
        "train",
        {"score": 0.5},
    )
    assert which.suggested is not None
    assert list(which.suggested.numbers) == [1.0, 2.0, 30.0, 40.0]
    assert (where.suggested, where.extra) == (None, {})
    assert nothing == Problem(
        "train-00000-of-00001.parquet, row 3", 'The row lacks an "image" or a "question". Give both as text.'
    )
    assert not who.image.exists(), "a photo is a file only while its row is read"


def test_photos_that_a_dataset_only_names_lie_inside_it(tmp_path: Path) -> None:
    photo(tmp_path, "secret.png")
    photo(tmp_path / "set", "a.png")
    names = ["a.png", "../secret.png", str(tmp_path / "secret.png"), None]
    file = write(tmp_path / "set" / "rows.parquet", image=pa.array(names, pa.string()))
    rows = [row for row, _ in read(file, "Which?")]
    assert [type(row) for row in rows] == [Found, Problem, Problem, Problem]
    assert isinstance(rows[1], Problem)
    assert "outside" in rows[1].text


def test_what_is_no_dataset_is_said(tmp_path: Path, content: tuple[bytes, bytes]) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and nothing else")
    other = write(tmp_path / "other.parquet", picture=[content[0]], question=["Which?"])
    whole = write(tmp_path / "whole.parquet", image=[content[0]] * 40, question=["Which?"] * 40)
    halved = bytearray(whole.read_bytes())
    halved[100:4_000] = b"\0" * 3_900
    whole.write_bytes(halved)
    for path, words in ((broken, "cannot be read as Parquet"), (other, 'no column "image"'), (whole, "cannot be read")):
        (problem,) = list(read_source(path))
        assert isinstance(problem, Problem)
        assert words in problem.text


def test_a_strangers_upload_is_not_read_as_parquet(tmp_path: Path, content: tuple[bytes, bytes]) -> None:
    file = write(tmp_path / "set" / "rows.parquet", image=[content[0]], question=["Which?"])
    for path in (file, file.parent):
        with pytest.raises(SourceInvalid):
            list(read_source(path, inside=True))


def test_it_is_imported(tmp_path: Path, content: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    images = [{"bytes": each, "path": None} for each in (content[0], content[0], content[1], b"no photo")]
    file = write(tmp_path / "rows.parquet", image=images, question=["A?", "B?", "C?", "D?"])
    monkeypatch.setenv("ERGO_DATA", str(tmp_path / "data"))
    assert main(["import", str(file), "--project", "Set"]) == 0
    with open_store(tmp_path / "data") as store:
        assert store.work("set").items == 3
        assert store.verify().photos == 2
