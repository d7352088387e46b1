"""The import command as it is used: what stands in the store afterwards, and what was said about the rest."""

import json
import socket
from pathlib import Path

import httpx
import pytest

from ergo_demo.__main__ import main
from ergo_demo.annotation.fetching import refuse_private
from ergo_demo.errors import SourceInvalid
from ergo_demo.geometry import Size
from ergo_demo.store.records import Item
from ergo_demo.store.store import Store, open_store
from tests.annotation.making import photo, write_jsonl
from tests.imaging.zoo import oriented


def imported(folder: Path, *arguments: str) -> int:
    return main(["import", *arguments, "--project", "Signs", "--data", str(folder / "data")])


def items(store: Store) -> list[Item]:
    """All of them, as somebody who does nothing else would get them."""
    got: list[Item] = []
    while lease := store.take("signs", "somebody", [item.id for item in got]):
        got.append(lease.item)
    return sorted(got, key=lambda item: item.position)


def test_rows_become_items_with_their_photos_and_again_is_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo(tmp_path)
    (tmp_path / "note.png").write_text("no photo")
    table = write_jsonl(
        tmp_path / "q.jsonl",
        {"image": "a.png", "question": "Which?", "options": ["red", "blue"], "box": [10, 20, 30, 4_000]},
        {"image": "note.png", "question": "Which?"},
        {"image": "a.png", "question": "And this?", "box": [500, 20, 600, 40]},
        {"image": "a.png", "question": "What else?", "answer": "a tree"},
    )
    assert imported(tmp_path, str(table), "--licence", "CC0", "--publish") == 0
    said = capsys.readouterr().out
    assert "line 2: This file is not a photo" in said
    assert "line 3: The box (500.0, 20.0, 600.0, 40.0) is not on the photo." in said
    assert "2 items added; 2 rows left out" in said
    with open_store(tmp_path / "data") as store:
        first, second = items(store)
        image, file = store.image(first.blob_sha256)
        assert store.verify().problems == ()
    assert (first.question, first.image_licence) == ("Which?", "CC0")
    assert first.extra["options"] == ["red", "blue"]
    assert first.suggested is not None
    assert list(first.suggested.edges) == [10, 20, 30, 300], "clipped to the photo"
    assert (second.extra, second.consent_publish) == ({"answer": "a tree"}, True)
    assert (image.size.width, file.suffix, image.name) == (400, ".tif", "a.png")
    assert imported(tmp_path, str(table)) == 0
    assert "0 items added, 2 were there already" in capsys.readouterr().out


def test_what_batch_wrote_brings_its_suggestion_and_only_with_its_own_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERGO_ENGINE", "scripted")
    photo(tmp_path)
    table = write_jsonl(tmp_path / "q.jsonl", {"image": "a.png", "question": "Which?"})
    assert main(["batch", str(table), str(tmp_path / "out.jsonl")]) == 0
    assert imported(tmp_path, str(tmp_path / "out.jsonl"), "--order", "file") == 0
    with open_store(tmp_path / "data") as store:
        (only,) = items(store)
        assert only.trace is not None
        trace = store.trace(only.trace)
    assert trace is not None
    assert trace.answer == "scripted"
    assert (only.suggested, only.uncertainty) == (trace.box, trace.spread)
    assert trace.coarse is not None
    assert only.coarse == trace.coarse.view.size
    photo(tmp_path, width=500)
    capsys.readouterr()
    assert imported(tmp_path, str(tmp_path / "out.jsonl")) == 2
    assert "not the one that was asked about" in capsys.readouterr().out


def test_shares_of_blind_items_and_repeats(tmp_path: Path) -> None:
    photo(tmp_path)
    rows = [{"image": "a.png", "question": f"Number {number}?", "box": [1, 2, 30, 40]} for number in range(60)]
    table = write_jsonl(tmp_path / "q.jsonl", *rows)
    shares = ["--blind", "0.3", "--repeats", "0.2", "--people", "2"]
    assert imported(tmp_path, str(table), *shares) == 0
    with open_store(tmp_path / "data") as store:
        got = items(store)
        repeats = store.work("signs").items - 60
    assert len(got) == 60, "a repeat is for whoever did the first one"
    assert 5 <= sum(item.blind for item in got) <= 32
    assert {item.suggested is None for item in got if item.blind} == {True}
    assert 2 <= repeats <= 25
    assert {item.wanted for item in got} == {2}


def test_an_empty_import_fails_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_jsonl(tmp_path / "q.jsonl", {"image": "b.png", "question": "Which?"})
    assert imported(tmp_path, str(table)) == 2
    assert imported(tmp_path, str(tmp_path / "nothing")) == 2
    said = capsys.readouterr()
    assert "line 1: There is no file b.png." in said.out
    assert "There is no" in said.err


def test_addresses_only_where_they_are_allowed_and_never_of_this_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/a.png"
        table = write_jsonl(tmp_path / "q.jsonl", {"image": address, "question": "Which?"})
        assert imported(tmp_path, str(table)) == 2
        assert "is an address, not a file" in capsys.readouterr().out
        assert imported(tmp_path, str(table), "--allow-urls") == 2
        assert "not on the public net" in capsys.readouterr().out
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()
    for bad in ("http://[::1]/a.png", "http://169.254.169.254/a.png", "ftp://192.0.2.1/a.png"):
        with pytest.raises(SourceInvalid):
            refuse_private(httpx.URL(bad))


def test_a_task_file_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tasks.json").write_text(json.dumps({"tasks": 3}))
    assert imported(tmp_path, str(tmp_path / "tasks.json")) == 2
    assert "no list of tasks" in capsys.readouterr().err


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_a_camera_said_of_its_photo_is_kept_with_it(tmp_path: Path, orientation: int) -> None:
    """The boxes are those of the upright photo; the tag says how another tool that reads the upload may see it."""
    (tmp_path / "a.jpg").write_bytes(oriented("JPEG", orientation))
    table = write_jsonl(tmp_path / "q.jsonl", {"image": "a.jpg", "question": "Which?"})
    assert imported(tmp_path, str(table)) == 0
    with open_store(tmp_path / "data") as store:
        (only,) = items(store)
        image, _file = store.image(only.blob_sha256)
    assert (image.exif_orientation, image.mime) == (orientation, "image/jpeg")
    assert image.size == only.frame == Size(96, 64)
