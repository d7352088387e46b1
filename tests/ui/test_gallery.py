"""The gallery without a browser: what the index finds, what the cards say, what a hostile row or event cannot do."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ergo_demo.batch.rows import read_rows
from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.errors import RowsInvalid
from ergo_demo.geometry import Box, Size
from ergo_demo.imaging import Door
from ergo_demo.ui.gallery import cards
from ergo_demo.ui.gallery.index import NO_BOX, RIGHT, UNASKED, UNKNOWN, WRONG, Filter, RowsIndex
from ergo_demo.ui.gallery.pictures import Pictures, open_gallery
from ergo_demo.ui.gallery.tab import GalleryTab
from tests.batch.asking import answer, write_lines
from tests.photos import pattern, write_png

Controls: TypeAlias = tuple[str, str, str, str, str]

ANYTHING: Controls = ("any", "any", "any", "any", "")

REPLIES = [
    "<zoom>[0, 0, 28, 28]</zoom>", "<answer>The 47.</answer>",
    "I see it all.", "<answer>12</answer>",
    "<zoom>[90, 20, 60, 60]</zoom>", "<answer>nothing</answer>",
]  # fmt: skip
"""To both looks at each photo, one after the other."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five rows: right with a small box, no region and wrong, swapped edges and nobody knows, no photo, no question."""
    folder = tmp_path_factory.mktemp("batch")
    for name, width, height in (("a", 168, 112), ("b", 140, 112), ("c", 112, 112)):
        write_png(folder / f"{name}.png", pattern(width, height))
    items = [
        {"image": "a.png", "question": "Which number?", "answer": "47"},
        {"image": "b.png", "question": "How many?", "answer": "13"},
        {"image": "c.png", "question": "What is it?"},
        {"image": "nowhere.png", "question": "Where?", "answer": "here"},
        {"image": "a.png", "question": " "},
    ]
    replies = iter(REPLIES)
    engine = ScriptedEngine(lambda _picture, _turn: next(replies))
    answer(write_lines(folder / "questions.jsonl", items), folder / "out.jsonl", engine, at_once=1, samples=0)
    return folder / "out.jsonl"


@pytest.fixture
def gallery(out: Path, tmp_path: Path) -> Any:
    with Door(tmp_path / "photos") as door:
        yield open_gallery(out, door)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (Filter(), [0, 1, 2, 3, 4]),
        (Filter(outcome="answered"), [0, 2]),
        (Filter(outcome="no_zoom"), [1]),
        (Filter(outcome=UNASKED), [3, 4]),
        (Filter(flag=""), [0, 1, 3, 4]),
        (Filter(flag="inverted"), [2]),
        (Filter(size=NO_BOX), [1, 3, 4]),
        (Filter(size=2), [0]),
        (Filter(size=3), [2]),
        (Filter(right=RIGHT), [0]),
        (Filter(right=WRONG), [1, 3]),
        (Filter(right=UNKNOWN), [2, 4]),
        (Filter(answer=" THE 4 "), [0]),
        (Filter(outcome="answered", right=WRONG), []),
    ],
)
def test_filters_find_the_rows(out: Path, wanted: Filter, places: list[int]) -> None:
    assert list(RowsIndex(out).places(wanted)) == places


def test_what_is_written_meanwhile_is_seen(out: Path, tmp_path: Path) -> None:
    growing, lines = tmp_path / "growing.jsonl", out.read_bytes().splitlines(keepends=True)
    growing.write_bytes(lines[0] + lines[1][:50])
    index = RowsIndex(growing)
    assert len(index) == 1
    growing.write_bytes(b"".join(lines))
    index.refresh()
    assert len(index) == 5
    assert index.row(4)["line"] == 5


@pytest.mark.parametrize("content", [b"no rows\n", b'{"line": 1}\n', b'{"image": "a", "question": "b"}\n'])
def test_a_file_that_no_batch_wrote_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    with pytest.raises(RowsInvalid, match=r"Line 1 of x\.jsonl is no row of a batch"):
        RowsIndex(tmp_path / "x.jsonl")


@pytest.mark.parametrize(
    ("box", "frame"),
    [
        pytest.param(None, (0, 0, 1600, 1200), id="everything"),
        pytest.param(Box(700, 500, 900, 700), (516, 311, 1084, 889), id="with surroundings"),
        pytest.param(Box(0, 0, 10, 10), (0, 0, 426, 240), id="in a corner"),
        pytest.param(Box(0, 0, 1600, 1200), (0, 0, 1600, 1200), id="the whole"),
        pytest.param(Box(100, 0, 110, 1200), (0, 0, 1600, 1200), id="a sliver"),
    ],
)
def test_a_card_shows_a_box_with_what_is_around_it(box: Box | None, frame: tuple[float, ...]) -> None:
    framed = cards.framing(box, Size(1600, 1200))
    assert Box(0, 0, 1600, 1200).contains(framed, 1e-6)
    if box:
        assert framed.contains(box, 1e-6)
        x, y, width, height = cards.within(box, framed)
        assert 0 <= x <= x + width <= 1.0001
        assert 0 <= y <= y + height <= 1.0001
    whole = box is None or box.height > 600
    assert framed.edges == frame if whole else math.isclose(framed.width / framed.height, 16 / 9, rel_tol=0.01)


def test_the_cards_say_what_was_answered(gallery: Pictures) -> None:
    shown = GalleryTab(gallery).page(Filter(), 0)
    assert (shown["heading"], shown["range"], shown["pages"]) == ("5 questions", "1–5 shown", 1)
    said = [(card["answer"], card["sign"], card["note"], bool(card["picture"])) for card in shown["cards"]]
    assert said == [
        ("The 47.", "good", "box 4.2 %", True),
        ("12", "bad", "no box", True),
        ("nothing", "none", "box 9.6 %", True),
        ("not asked", "bad", "", False),
        ("not asked", "none", "", False),
    ]
    assert [card["question"] for card in shown["cards"]][-1] == "Line 5 of the questions"


def test_pages_hold_twelve_and_the_last_one_is_the_last() -> None:
    here, shown = cards.page_of(list(range(0, 60, 2)), 100, 99)
    assert here == [48, 50, 52, 54, 56, 58]
    assert (shown["page"], shown["pages"], shown["range"]) == (2, 3, "25–30 shown")
    assert shown["heading"] == "30 of 100 questions"
    assert cards.page_of([], 100, 0)[1]["range"] == ""


def opened(gallery: Pictures, data: object, controls: Controls = ANYTHING) -> tuple[Any, ...]:
    return GalleryTab(gallery).opened(*controls, gr.EventData(None, data))


def test_an_item_is_shown_as_ask_shows_it(gallery: Pictures) -> None:
    shown, screen = opened(gallery, {"row": 0}, ("answered", "any", "any", "any", ""))
    assert shown["item"] == {
        "place": "1 of 2", "question": "Which number?", "expected": "47", "verdict": "right", "sign": "good",
        "problem": "", "shown": True, "before": None, "next": 2,
    }  # fmt: skip
    assert (screen["phase"], screen["answer"]) == ("finished", "The 47.")
    assert screen["box"] == [0, 0, 28, 28]
    assert [link["label"] for link in screen["downloads"]] == ["Trace, JSON", "Overlay, PNG", "Crop, JPEG"]


def test_an_item_without_a_run_says_why(gallery: Pictures) -> None:
    shown, _ = opened(gallery, {"row": 3})
    assert not shown["item"]["shown"]
    assert "nowhere.png" in shown["item"]["problem"]


@pytest.mark.parametrize("data", [None, [], {}, {"row": -1}, {"row": 5}, {"row": "0"}, {"row": 1e3}, {"row": True}])
def test_whatever_is_sent_opens_nothing_else(gallery: Pictures, data: object) -> None:
    assert opened(gallery, data)[0]["item"] is None


def test_controls_that_no_page_sends_count_as_anything() -> None:
    assert cards.read_filter(3, ["x"], "9", None, {"a": 1}) == Filter()
    assert len(cards.read_filter("any", "any", "any", "any", "x" * 10_000).answer) == cards.LONGEST_WORDS


def changed(row: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**row, **values}


HOSTILE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another photo": lambda row: changed(row, image="b.png"),
    "a file of the machine": lambda row: changed(row, image="/etc/passwd"),
    "no image": lambda row: changed(row, image=None),
    "another size": lambda row: changed(row, trace=changed(row["trace"], source={"width": 9_999, "height": 9})),
    "no photo there": lambda row: changed(row, image="gone.png"),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_only_the_photo_that_was_asked_about_is_shown(
    out: Path, tmp_path: Path, hostile: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    for photo in out.parent.glob("*.png"):
        (tmp_path / photo.name).write_bytes(photo.read_bytes())
    row: Any = next(iter(read_rows(out)))
    write_lines(tmp_path / "out.jsonl", [hostile(row)])
    with Door(tmp_path / "photos") as door:
        gallery = open_gallery(tmp_path / "out.jsonl", door)
        shown, _ = opened(gallery, {"row": 0})
        with TestClient(Starlette(routes=gallery.routes())) as client:
            assert client.get(f"/{gallery.address(0)}").status_code == 404
    assert shown["item"]["problem"]
    assert not shown["item"]["shown"]


def test_a_trace_id_names_no_folder(out: Path, tmp_path: Path) -> None:
    row: Any = next(iter(read_rows(out)))
    (tmp_path / "a.png").write_bytes((out.parent / "a.png").read_bytes())
    write_lines(tmp_path / "out.jsonl", [changed(row, trace=changed(row["trace"], id="../../../escaped"))])
    with Door(tmp_path / "deep" / "photos") as door:
        screen = opened(open_gallery(tmp_path / "out.jsonl", door), {"row": 0})[1]
    assert screen["phase"] == "finished"
    assert not list(tmp_path.rglob("escaped*"))


def test_a_trace_that_cannot_be_read_is_a_card_without_a_picture(out: Path, tmp_path: Path) -> None:
    row: Any = next(iter(read_rows(out)))
    write_lines(
        tmp_path / "out.jsonl", [changed(row, trace={"outcome": "answered", "answer": "x", "flags": [3, "new"]})]
    )
    with Door(tmp_path / "photos") as door:
        tab = GalleryTab(open_gallery(tmp_path / "out.jsonl", door))
        assert [card["picture"] for card in tab.page(Filter(), 0)["cards"]] == [""]
        assert opened(tab.pictures, {"row": 0})[0]["item"] is None


def test_pictures_are_jpegs_of_the_region(gallery: Pictures) -> None:
    with TestClient(Starlette(routes=gallery.routes())) as client:
        first, again = client.get(f"/{gallery.address(0)}"), client.get(f"/{gallery.address(0)}")
        assert first.status_code == 200
        assert first.headers["content-type"] == "image/jpeg"
        assert first.content == again.content
        assert client.get(f"/{gallery.address(3)}").status_code == 404
        assert client.get(f"/{gallery.address(99)}").status_code == 404


def test_the_numbers_of_a_row_survive_json(out: Path) -> None:
    for line in out.read_text("utf-8").splitlines():
        assert json.loads(line)["line"] >= 1


def test_rows_carry_the_heat_map_and_the_item_shows_it_with_all_that_was_sampled(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", pattern(168, 112))
    questions = write_lines(tmp_path / "questions.jsonl", [{"image": "a.png", "question": "Which number?"}])
    (row,) = answer(questions, tmp_path / "out.jsonl", samples=4)
    assert row["trace"] is not None
    heat = row["trace"]["heat"]
    assert (len(heat), {len(cells) for cells in heat}) == (48, {64})
    with Door(tmp_path / "shown") as door:
        tab = GalleryTab(open_gallery(tmp_path / "out.jsonl", door))
        _shown, screen = tab.opened(*ANYTHING, gr.EventData(None, {"row": 0}))
    assert screen["heat"] == heat
    assert (len(screen["samples"]), screen["region"] is not None) == (4, True)
