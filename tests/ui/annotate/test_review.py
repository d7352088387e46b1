"""The owner's review over HTTP: numbers, pages, two people on one item, downloads; new decisions are seen at once."""

import html
import re
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from ergo_demo.annotation.found import Place
from ergo_demo.annotation.importing import Terms, import_rows
from ergo_demo.annotation.tables import read_jsonl
from ergo_demo.errors import NotThere
from tests.annotation.making import photo, write_jsonl
from tests.ui.annotate.serving import BOX, Serving, decision, error_of, serving, take

ITEMS = 15


@pytest.fixture(scope="module")
def owner(server: Serving) -> httpx.Client:
    server.project("signs", items=ITEMS, people=2)
    for name, boxes in (("ada", [[100, 60, 200, 150]]), ("bo", [[100, 60, 150, 150]])):
        client = server.person(name, "signs")
        for _ in range(ITEMS):
            sent = decision(take(client)["id"], boxes=boxes, effort={"active_ms": 4_000 if name == "ada" else 6_000})
            assert client.post("/annotate/submit", json=sent).status_code == 200
    return server.owner()


def get(owner: httpx.Client, what: str, **query: Any) -> Any:
    got = owner.get(f"/annotate/review/{what}", params={"project": "signs", **query})
    assert got.status_code == 200, got.text
    return got.json()


def test_the_numbers_at_the_top(owner: httpx.Client) -> None:
    found = get(owner, "summary")
    assert (found["decisions"], found["people"], found["median_seconds"]) == (2 * ITEMS, 2, 5.0)
    assert found["median_seconds_of"] == {"edit": 5.0}
    assert found["same_decision"] == {"same": ITEMS, "pairs": ITEMS}
    overlap = next(table for table in found["tables"] if table["name"] == "overlap")
    assert overlap["rows"][0][:4] == ["people, box shown", ITEMS, 0.5, 0.5]
    agree = next(table for table in found["tables"] if table["name"] == "alpha")
    assert agree["columns"] == ["people", "alpha", "low", "high", "items", "boxes"]
    assert agree["rows"] == [
        ["people and people", *(found["alpha"][name] for name in ("value", "low", "high")), ITEMS, 2 * ITEMS]
    ]
    # Everybody drew the same two boxes on every item: no more agreement than by chance, a little less in so few.
    assert found["alpha"]["value"] < 0.1
    assert found["alpha_items"] == ITEMS


def test_the_gallery_comes_in_pages(owner: httpx.Client) -> None:
    first, last, beyond = (get(owner, "items", page=page) for page in (0, 2, 99))
    assert (first["total"], first["pages"], len(first["cards"]), len(last["cards"])) == (30, 3, 12, 6)
    assert beyond == last
    card = first["cards"][0]
    assert (card["box"], card["suggested"], card["iou"]) == ([100, 60, 150, 150], BOX, 0.5)
    picture = owner.get(f"/{card['picture']}")
    pixels: Any = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape[1] == 480
    assert picture.headers["content-type"] == "image/jpeg"


def test_filters_of_the_address(server: Serving, owner: httpx.Client) -> None:
    ada = server.store.identity("ada")
    assert get(owner, "items", annotator=ada[:6], iou_least="0.9")["total"] == ITEMS
    assert get(owner, "items", annotator=ada, iou_most="0.9")["total"] == 0
    assert get(owner, "items", disagreement="true")["total"] == 0
    wrong = owner.get("/annotate/review/items", params={"project": "signs", "iou_least": "1e9999"})
    assert error_of(wrong) == (400, "input-error")


def test_two_people_on_one_item(server: Serving, owner: httpx.Client) -> None:
    item = get(owner, "items")["cards"][0]["item"]
    both = get(owner, "item", item=item)
    people = {server.store.identity(name) for name in ("ada", "bo")}
    assert {one["annotator"] for one in both["decisions"]} == people
    assert [pair["iou"] for pair in both["ious"]] == [0.5]
    assert both["suggested"] == BOX


@pytest.mark.parametrize(
    ("kind", "name"), [("table", "overlap"), ("table", "alpha"), ("table", "speed"), ("figure", "overlap")]
)
def test_downloads(owner: httpx.Client, kind: str, name: str) -> None:
    got = owner.get(f"/annotate/review/{kind}", params={"project": "signs", "name": name})
    assert got.status_code == 200
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.text.startswith({"table": '"', "figure": "<svg"}[kind])
    missing = owner.get(f"/annotate/review/{kind}", params={"project": "signs", "name": "nothing"})
    assert error_of(missing) == (404, "not-there")


def test_a_new_decision_is_seen_at_once(server: Serving, owner: httpx.Client) -> None:
    before = get(owner, "summary")["decisions"]
    extra = server.person("cy", "signs")
    item = get(owner, "items")["cards"][0]["item"]
    assert extra.post("/annotate/submit", json=decision(item)).status_code == 200
    assert get(owner, "summary")["decisions"] == before + 1


def test_an_empty_project_has_numbers_too(server: Serving, owner: httpx.Client) -> None:
    server.project("empty", items=1)
    found = owner.get("/annotate/review/summary", params={"project": "empty"}).json()
    assert (found["decisions"], found["alpha"], found["median_seconds"]) == (0, None, None)
    assert owner.get("/annotate/review/figure", params={"project": "empty", "name": "speed"}).status_code == 200
    assert owner.get("/annotate/review/items", params={"project": "empty"}).json()["cards"] == []


def test_the_page_shows_what_the_routes_give_and_runs_nothing_that_somebody_wrote(
    server: Serving, owner: httpx.Client
) -> None:
    server.project("hostile", items=0)
    photo(server.folder, "a.png")
    row = {"image": "a.png", "question": "<script>alert(1)</script>", "box": BOX}
    import_rows(
        server.store, server.door, Terms(project="hostile", people=2),
        read_jsonl(write_jsonl(server.folder / "hostile.jsonl", row), Place(server.folder)),
    )  # fmt: skip
    mallory = server.person("mallory", "hostile")
    item = take(mallory, "hostile")["id"]
    sent = decision(item, answer="<img src=x onerror=alert(1)>", text='"><script>alert(2)</script>')
    assert mallory.post("/annotate/submit", json=sent).status_code == 200
    got = owner.get("/annotate/review", params={"project": "hostile", "item": item, "reason": '"><script>'})
    assert got.status_code == 200
    assert got.text.count("<script>") == 1, "the one that looks whether it is dark"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in got.text
    assert "&lt;img src=x onerror" in got.text
    unfiltered = owner.get("/annotate/review", params={"project": "hostile", "item": item}).text
    assert "<b>1 decision</b>" in unfiltered
    assert "by 1 person<" in unfiltered
    assert f"annotate/review/picture?item={item}&amp;frame=" in unfiltered


def test_without_a_decision_there_are_no_figures_and_tables_of_nothing(server: Serving, owner: httpx.Client) -> None:
    server.project("fresh", items=1)
    text = owner.get("/annotate/review", params={"project": "fresh"}).text
    assert "Nobody has decided anything in this project yet." in text
    assert "<table" not in text
    assert "Overlap of boxes" not in text
    assert "Overlap of boxes" in owner.get("/annotate/review", params={"project": "signs"}).text


def test_the_page_leads_from_page_to_page_with_its_filters(owner: httpx.Client) -> None:
    text = owner.get("/annotate/review", params={"project": "signs", "action": "edit"}).text
    (following,) = re.findall(r'href="(annotate/review\?[^"]*page=1[^"]*)"', text)
    assert "action=edit" in following
    assert "13–24 shown" in owner.get("/" + html.unescape(following)).text


def test_a_forgotten_photo_is_gone_from_the_pages_too(server: Serving, owner: httpx.Client) -> None:
    item = get(owner, "items")["cards"][0]
    shown = get(owner, "item", item=item["item"])["photo"]
    assert owner.get(f"/{shown['preview']}").status_code == 200
    kept = server.store.item(item["item"])
    assert kept is not None
    server.store.forget_image(kept.blob_sha256)
    assert owner.get(f"/{item['picture']}").status_code == 404
    with pytest.raises(NotThere):
        server.desk.shelf.open(kept.blob_sha256)
    assert owner.get(f"/{shown['preview']}").status_code == 404


def test_the_part_for_the_tab_has_the_owners_forms_and_no_markup_of_theirs(server: Serving) -> None:
    owner = server.owner()
    project = owner.post("/annotate/projects", json={"name": "<b>Bold", "plan": {"kept_days": 30}}).json()["id"]
    text = owner.get("/annotate/review/part", params={"project": project}).text
    assert re.findall(r'data-office="(\w+)"', text) == ["upload", "people", "asked", "projects"]
    assert f'name="project" value="{project}"' in text
    assert "&lt;b&gt;Bold" in text
    assert "<b>Bold" not in text
    assert "<script" not in text
    assert "Kept on this server for 30 days" in text


def test_a_space_without_a_secret_says_on_the_page_that_names_end(server: Serving, tmp_path: Path) -> None:
    words = "ERGO_SECRET is not set"
    with serving(tmp_path, names_last=False) as fresh:
        owner = fresh.owner()
        assert words in owner.get("/annotate/review/part").text
        fresh.project("signs", items=1)
        assert [words in owner.get(f"/annotate/review{end}").text for end in ("", "/part")] == [True, True]
    assert words not in server.owner().get("/annotate/review/part").text


def test_before_the_first_project_there_is_the_form_that_makes_one(tmp_path: Path) -> None:
    with serving(tmp_path) as fresh:
        text = fresh.owner().get("/annotate/review/part").text
        assert re.findall(r'data-office="(\w+)"', text) == ["projects"]
        assert "There is no project yet" in fresh.owner().get("/annotate/review").text
