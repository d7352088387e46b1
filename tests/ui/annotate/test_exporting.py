"""The owner's exports over HTTP: a dry run, the files, the download; stopped, failed, removed, and forgotten."""

import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from ergo_demo.asking import RunSettings
from ergo_demo.exports import jobs
from ergo_demo.exports.exporting import Preview, Request, Watch, export
from ergo_demo.exports.formats import FORMATS
from ergo_demo.exports.processor import ask
from ergo_demo.exports.said import Rules
from ergo_demo.geometry import Size
from ergo_demo.imaging import look_at
from ergo_demo.records import Sampling
from ergo_demo.store.store import Store
from ergo_demo.ui.annotate import LookAgain
from ergo_demo.ui.annotate.exporting import GROUPS, request_of
from ergo_demo.ui.annotate.glances import SIDE_PX
from tests.annotation.making import HEIGHT, WIDTH
from tests.ui.annotate.serving import Serving, decision, error_of, take

COCO = {"format": "coco", "projects": ["signs"]}
FIXED = [101.5, 60, 202, 150]


@pytest.fixture(scope="module")
def owner(server: Serving) -> httpx.Client:
    # Now: loading transformers holds up every thread of this process for seconds, the server's too.
    assert ask({Size(280, 224)}, "Qwen2.5-VL") is not None
    server.project("signs", items=6)
    ada = server.person("ada", "signs")
    for action in ("fix", "fix", "fix", "fix", "accept", "skip"):
        boxes = [FIXED] if action == "fix" else []
        sent = decision(take(ada)["id"], action=action, boxes=boxes)
        assert ada.post("/annotate/submit", json=sent).status_code == 200
    return server.owner()


@pytest.fixture(autouse=True)
def clean(owner: httpx.Client) -> Iterator[None]:
    yield
    for kept in owner.get("/annotate/export/state").json()["kept"]:
        assert owner.post("/annotate/export/remove", json={"name": kept["name"]}).json() == {}


def run(owner: httpx.Client, **settings: Any) -> dict[str, Any]:
    """Starts it and waits for its end."""
    started = owner.post("/annotate/export/start", json=settings)
    assert started.status_code == 200, started.text
    return ended(owner, started.json()["number"])


def ended(owner: httpx.Client, number: int) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = owner.get("/annotate/export/state").json()["job"]
        assert job["number"] == number
        if not job["at_work"]:
            return job
        time.sleep(0.02)


def test_an_item_without_a_run_is_exported_as_the_page_s_model_looks(server: Serving) -> None:
    chosen = RunSettings(Sampling(), coarse_budget_tokens=80, zoom_budget_tokens=48, zoom_least_tokens=40)
    desk = replace(server.desk, look_again=LookAgain(lambda *_asked: None, chosen))
    rules = request_of(desk, {"format": "trl-sft"}).rules
    assert (rules.coarse_budget_tokens, rules.zoom_budget_tokens, rules.zoom_least_tokens) == (80, 48, 40)
    assert request_of(server.desk, {"format": "trl-sft"}).rules == Rules()


def test_every_format_is_offered_once(owner: httpx.Client) -> None:
    found = owner.get("/annotate/export/options").json()
    offered = [each["name"] for group in found["groups"] for each in group["formats"]]
    assert sorted(offered) == sorted(FORMATS)
    assert {"id": "signs", "name": "Signs"} in found["projects"]
    assert [group["title"] for group in found["groups"]] == list(GROUPS)


def test_a_dry_run_counts_and_writes_nothing(server: Serving, owner: httpx.Client) -> None:
    job = run(owner, **COCO, dry=True)
    assert (job["stage"], job["decisions"], job["filtered"]) == ("done", 6, 0)
    assert (job["giving"], job["kinds"]) == (5, {"accept": 1, "edit": 4})
    assert job["dropped"] == {"no box: skip": 1}
    assert (len(job["shown"]), job["people"], job["not_for_publishing"]) == (3, 1, 5)
    assert sum(job["splits"].values()) == job["rows"] == 5
    assert "written" not in job
    assert list(server.store.exports.glob("*")) == []


def test_a_dry_run_shows_the_picture_of_each_row_to_the_owner_alone(server: Serving, owner: httpx.Client) -> None:
    job = run(owner, format="trl-sft", projects=["signs"], dry=True)
    assert job["grid"]["by"].startswith("the processor of transformers")
    assert job["grid"]["problems"] == []
    row = job["shown"][0]
    assert [each["side"] for each in row["boxes"]] == ["chosen"]
    named = {"job": job["number"], "row": 0}
    got = owner.get("/annotate/export/picture", params=named)
    assert (got.headers["content-type"], got.headers["cache-control"]) == ("image/jpeg", "no-store")
    size = look_at(got.content).size
    assert max(size.width, size.height) <= SIDE_PX
    assert size.width / size.height == pytest.approx(row["ratio"], abs=0.01)
    for somebody, status in ((server.client(), 401), (server.person("ada", "signs"), 403)):
        assert error_of(somebody.get("/annotate/export/picture", params=named)) == (status, "denied")
    for wrong in ({}, {**named, "row": len(job["shown"])}, {**named, "job": job["number"] + 1}, {**named, "row": "-1"}):
        assert error_of(owner.get("/annotate/export/picture", params=wrong)) == (404, "not-there")
    run(owner, **COCO, dry=True)
    assert error_of(owner.get("/annotate/export/picture", params=named)) == (404, "not-there"), "that job is over"


@pytest.mark.parametrize("format", ["trl-sft", "coco"])
def test_the_box_of_a_row_lies_on_its_picture_where_it_lies_on_the_photo(owner: httpx.Client, format: str) -> None:
    job = run(owner, format=format, projects=["signs"], filters={"action": ["edit"]}, dry=True)
    got = owner.get("/annotate/export/picture", params={"job": job["number"], "row": 0}).content
    pixels = np.asarray(Image.open(io.BytesIO(got)))
    height, width, _ = pixels.shape
    x, y, across, down = job["shown"][0]["boxes"][0]["box"]
    # The photo's red and green say how far right and down a pixel is (tests/photos.py).
    red, green, _ = pixels[round((y + down / 2) * height), round((x + across / 2) * width)].tolist()
    left, top, right, bottom = FIXED
    assert red == pytest.approx(255 * (left + right) / 2 / WIDTH, abs=5)
    assert green == pytest.approx(255 * (top + bottom) / 2 / HEIGHT, abs=5)


def test_the_files_are_written_checked_packed_and_fetched(owner: httpx.Client) -> None:
    job = run(owner, **COCO, filters={"action": ["edit"]})
    written = job["written"]
    assert (job["filtered"], written["rows"], written["rows_again"]) == (2, 4, 4)
    assert written["checked"].startswith("checked with pycocotools")
    assert owner.get("/annotate/export/state").json()["kept"][0]["name"] == written["name"]
    got = owner.get("/annotate/export/file", params={"name": written["name"]})
    assert got.headers["content-disposition"] == f'attachment; filename="{written["name"]}"'
    assert (got.headers["cache-control"], len(got.content)) == ("no-store", written["size_bytes"])
    with zipfile.ZipFile(io.BytesIO(got.content)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        folder = written["name"].removesuffix(".zip")
        assert all(name.startswith(f"{folder}/") and ".." not in name for name in names)
        assert json.loads(packed.read(f"{folder}/export.json"))["rows"] == 4
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_download_is_the_owner_s_and_names_lead_nowhere_else(server: Serving, owner: httpx.Client) -> None:
    name = run(owner, **COCO)["written"]["name"]
    for somebody, status in ((server.client(), 401), (server.person("ada", "signs"), 403)):
        got = somebody.get("/annotate/export/file", params={"name": name})
        assert error_of(got) == (status, "denied")
    for wrong in (
        "",
        "../store.sqlite",
        f"../exports/{name}",
        name.replace(".zip", ".json"),
        "coco-20200101-000000.zip",
    ):
        assert error_of(owner.get("/annotate/export/file", params={"name": wrong})) == (404, "not-there")
        assert error_of(owner.post("/annotate/export/remove", json={"name": wrong})) == (404, "not-there")


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "coca"},
        {"format": 7},
        {**COCO, "below_iou": 2},
        {**COCO, "below_iou": "0.5"},
        {**COCO, "most_pairs": 0},
        {**COCO, "most_pairs": True},
        {**COCO, "filters": {"colour": ["red"]}},
        {**COCO, "filters": {"action": "edit"}},
        {**COCO, "filters": {"action": ["edited"]}},
        {**COCO, "filters": ["action"]},
    ],
    ids=str,
)
def test_what_cannot_be_chosen_is_refused(owner: httpx.Client, wrong: dict[str, Any]) -> None:
    assert error_of(owner.post("/annotate/export/start", json=wrong))[0] == 400


def test_what_fails_says_why(owner: httpx.Client) -> None:
    nothing = run(owner, **COCO, filters={"action": ["redraw"]})
    assert nothing["stage"] == "failed"
    assert nothing["failed"]["message"] == "There is nothing to export."
    assert "6 were filtered out" in nothing["failed"]["remedy"]
    unknown = run(owner, format="coco", projects=["nobody-s"], dry=True)
    assert unknown["failed"]["message"].startswith("There is no project 'nobody-s'")


def test_one_at_a_time_and_a_stopped_one_goes_on(
    server: Serving, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, held = threading.Event(), threading.Event()

    def slowly(store: Store, request: Request, out: Any, watch: Watch) -> Any:
        def look(counts: Preview) -> None:
            if counts.decisions == 4:
                reached.set()
                held.wait()
            watch(counts)

        return export(store, request, out, look)

    monkeypatch.setattr(jobs, "export", slowly)
    settings = {"format": "trl-sft", "projects": ["signs"]}
    number = owner.post("/annotate/export/start", json=settings).json()["number"]
    reached.wait()
    assert error_of(owner.post("/annotate/export/start", json=settings)) == (400, "input-error")
    at_work = owner.get("/annotate/export/state").json()["job"]
    assert (at_work["stage"], at_work["decisions"]) == ("writing", 4)
    owner.post("/annotate/export/stop", json={})
    held.set()
    assert ended(owner, number)["stage"] == "stopped"
    assert [path.name[:9] for path in server.store.exports.iterdir()] == [".trl-sft-"]
    (server.store.exports / "csv-0123456789ab").mkdir()
    written = run(owner, **settings)["written"]
    assert (written["rows"], written["rows_again"]) == (10, 10), "a region and an answer each"
    assert written["taken"] >= 1, "the photo's coarse view had been made"
    assert [path.suffix for path in sorted(server.store.exports.iterdir())] == [".json", ".zip"], "the rest is gone"


def test_the_oldest_files_make_room(owner: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_KEPT", 1)
    run(owner, format="csv", projects=["signs"])
    newest = run(owner, **COCO)["written"]["name"]
    assert [kept["name"] for kept in owner.get("/annotate/export/state").json()["kept"]] == [newest]


def test_whoever_is_forgotten_is_in_no_file_that_is_kept(server: Serving, owner: httpx.Client) -> None:
    server.project("gone", items=1)
    bo = server.person("bo", "gone")
    assert bo.post("/annotate/submit", json=decision(take(bo, "gone")["id"])).status_code == 200
    name = run(owner, format="csv")["written"]["name"]
    server.store.forget_annotator(server.store.identity("bo"))
    assert error_of(owner.get("/annotate/export/file", params={"name": name})) == (404, "not-there")
    assert not list(server.folder.joinpath("data").rglob("*.zip"))
    assert run(owner, **COCO)["written"]["rows"] == 5
