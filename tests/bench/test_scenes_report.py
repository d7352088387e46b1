"""The report: every figure, nothing that runs, nothing from outside, and no text that becomes markup."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ergo_demo.bench import scenes_measures as measures
from ergo_demo.bench.scenes import write_report
from ergo_demo.bench.scenes_baselines import TEXT_ONLY
from ergo_demo.bench.scenes_failures import SHOWN, shown, worst
from ergo_demo.bench.scenes_figures import draw_figures
from ergo_demo.bench.scenes_items import Item, Stream, draw, items
from ergo_demo.bench.scenes_methods import METHODS, PAINTED_OUT
from ergo_demo.bench.scenes_report import page
from ergo_demo.bench.scenes_run import Found, Plan
from ergo_demo.bench.scenes_samples import Sample, scored
from ergo_demo.bench.scenes_sizes import row
from ergo_demo.geometry import Box
from ergo_demo.records import Outcome

STREAM = Stream(9, megapixels=0.3)
PLAN = Plan(STREAM, 8, tuple(METHODS))
HOSTILE = '<img src=x onerror=alert(1)> & "quoted" </svg><script>alert(2)</script>'
FIGURES = {
    "accuracy_tokens", "accuracy_type", "seconds_megapixels", "accuracy_megapixels", "hidden_coverage", "hidden_area",
}  # fmt: skip


def samples(method: str) -> Iterator[Sample]:
    """Half right, half with a box that misses; the question of the first stands in for what a stranger may write."""
    for item in items(PLAN.n):
        if method == PAINTED_OUT and item.type != "hidden":
            continue
        scene, question = draw(STREAM, item)
        good = item.number % 2 == 0
        box = question.place if good else Box(0, 0, 30, 30)
        answer = question.answer if good else HOSTILE
        stages = {"direct": 300} if method.startswith("direct") else {"coarse": 100, "zoom": 60}
        yield scored(
            method, item, question, scene.size, box, outcome=Outcome.ANSWERED, answer=answer, tokens_by_stage=stages,
            seconds=1.5,
        )  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Found:
    return {method: list(samples(method)) for method in (*METHODS, PAINTED_OUT, TEXT_ONLY)}


@pytest.fixture(scope="module")
def numbers(found: Found) -> dict[str, object]:
    about = {
        "n": PLAN.n, "seed": 9, "world": "home", "megapixels": 0.3, "longest_trained_tokens": 1280,
        "model": {"name": HOSTILE, "revision": "1", "device": "CPU", "dtype": "fp32"},
        "machine": {"cores": 2, "architecture": "x86_64"},
    }  # fmt: skip
    rows = [row(megapixels, found, longest) for megapixels, longest in ((1.0, 400), (4.0, 200))]
    return about | measures.summary(found) | {"by_megapixels": rows}


@pytest.fixture(scope="module")
def folder(numbers: dict[str, object], found: Found, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(folder, PLAN, numbers, found)
    return folder


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.values: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [(tag, name, value or "") for name, value in attributes]


@pytest.fixture(scope="module")
def tags(folder: Path) -> _Tags:
    tags = _Tags()
    tags.feed((folder / "report.html").read_text("utf-8"))
    return tags


def test_every_figure_is_there_on_the_page_and_as_a_file(folder: Path, tags: _Tags) -> None:
    ids = {value for tag, name, value in tags.values if (tag, name) == ("figure", "id")}
    assert ids == FIGURES
    assert {path.stem for path in (folder / "figures").glob("*.png")} == FIGURES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in (folder / "figures").glob("*.png"))


def test_what_a_stranger_wrote_stays_text(folder: Path, tags: _Tags) -> None:
    html = (folder / "report.html").read_text("utf-8")
    assert "&lt;img src=x onerror" in html
    assert "script" not in tags.tags
    assert "img" not in tags.tags
    assert not [name for _, name, _ in tags.values if name.startswith("on")]


def test_the_page_asks_for_nothing(folder: Path, tags: _Tags) -> None:
    links = [value for _, name, value in tags.values if name in ("src", "href", "xlink:href", "data")]
    assert links
    assert all(link.startswith(("data:image/jpeg;base64,", "#")) for link in links)
    assert "@import" not in (folder / "report.html").read_text("utf-8")
    assert ("meta", "name", "viewport") in tags.values


def test_figures_take_their_colours_from_the_page(numbers: dict[str, object]) -> None:
    for figure in draw_figures(numbers):
        assert "var(--ink)" in figure.svg
        assert not re.search(r"#0(\d)0(\1)0\1\b", figure.svg)
        assert figure.alt
    ids = [
        identity for figure in draw_figures(numbers) for identity in re.findall(r'\bid="(p[0-9a-f]{6,})"', figure.svg)
    ]
    assert len(ids) == len(set(ids))


def test_direct_is_dashed_where_it_was_not_trained(numbers: dict[str, object]) -> None:
    figures = {figure.name: figure for figure in draw_figures(numbers)}
    assert "longer than anything it was trained on" in figures["seconds_megapixels"].svg
    known = {**numbers, "by_megapixels": [{**r, "longer_than_trained": False} for r in numbers["by_megapixels"]]}  # type: ignore[attr-defined]
    plain = next(figure for figure in draw_figures(known) if figure.name == "seconds_megapixels")
    assert "longer than anything" not in plain.svg
    assert "stroke-dasharray" not in plain.svg


def test_the_numbers_are_beside_the_page(folder: Path, numbers: dict[str, object]) -> None:
    assert json.loads((folder / "report.json").read_text("utf-8")) == json.loads(json.dumps(numbers))


def test_the_worst_failures_are_of_all_types_and_never_right(found: Found) -> None:
    chosen = worst(found["ergo"])
    assert len(chosen) == SHOWN
    assert not any(sample.right for sample in chosen)
    assert len({sample.type for sample in chosen}) == 4
    by_chance = replace(chosen[3], cover=False, candidates_covered=1, covered=False)
    fault = replace(chosen[3], cover=True, candidates_covered=1, covered=False, number=99)
    assert worst([by_chance, fault]) == [fault, by_chance]


def test_a_failure_shows_the_photo_what_was_seen_and_what_was_missed(found: Found) -> None:
    missed = next(s for s in found["ergo"] if s.item == Item("read", 1))
    pictures = shown(STREAM, missed).pictures
    assert [picture.title for picture in pictures] == ["The photo", "What the second look saw", "What it missed"]
    photo, _seen, target = pictures
    assert photo.box is not None
    assert photo.target is not None
    assert target.target is not None
    without = shown(STREAM, replace(missed, box=None)).pictures
    assert [picture.title for picture in without] == ["The photo", "What it missed"]
    assert without[0].box is None


def test_a_report_without_ergo_or_figures_is_still_a_page(numbers: dict[str, object], found: Found) -> None:
    only = {"direct_coarse": found["direct_coarse"], TEXT_ONLY: found[TEXT_ONLY]}
    html = page({**numbers, **measures.summary(only), "by_megapixels": []}, [], [])
    assert "direct_coarse" in html
    assert "worst failures" not in html
