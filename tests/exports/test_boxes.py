"""The formats for boxes, the table and the log: read by the real libraries, and back in source px."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import datasets
import numpy as np
import pytest
import supervision
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from ergo_demo.errors import RowsInvalid, StoreDamaged
from ergo_demo.exports import coco, yolo
from ergo_demo.exports.choosing import read_filter
from ergo_demo.exports.exporting import Exported, Request, export
from ergo_demo.exports.folder import read_lines
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.importing import import_log
from ergo_demo.exports.table import cell
from ergo_demo.geometry import Box, Size
from ergo_demo.imaging import encode_jpeg
from ergo_demo.protocol import prompts
from ergo_demo.store.records import Action, Image, Order, Plan
from ergo_demo.store.store import open_store
from tests.exports.making import CORRECTED, Shop, everything
from tests.photos import pattern

Exporting = Callable[..., Exported]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def run(shop: Shop, name: str, out: Path, *filters: str) -> Exported:
    return export(shop.store, Request(format=format_named(name), wanted=read_filter(filters)), out)


BOXED = {"coco": "pycocotools", "yolo": "supervision", "w3c": "jsonschema", "imagefolder": "datasets"}


@pytest.mark.parametrize("name", [*BOXED, "label-studio"])
def test_rows_in_are_rows_out(shop: Shop, out: Path, name: str) -> None:
    everything(shop)
    done = run(shop, name, out)
    assert done.checked.rows == done.preview.rows == 9
    assert done.preview.dropped == {"no box: full_image": 1, "no box: reject": 2, "no box: skip": 1}
    assert [by.split()[0] for by in done.checked.by] == ([BOXED[name]] if name in BOXED else [])
    assert done.checked.words == ("structure checked only" if name == "label-studio" else done.checked.words)


def test_coco_evaluates_the_model_against_people(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "coco", out, "item=a-edit,d-accept")
    matched: dict[str, bool] = {}
    for file in (out / "annotations").glob("*.json"):
        truth = COCO(str(file))
        found = COCOeval(truth, truth.loadRes(str(out / "results" / file.name)), "bbox")
        found.evaluate()
        names = {annotation["image_id"]: annotation["item"] for annotation in truth.dataset["annotations"]}
        matched |= {names[it["image_id"]]: bool(it["dtMatches"][0].any()) for it in found.evalImgs if it}
    assert matched == {"a-edit": False, "d-accept": True}


def test_a_photo_that_is_kept_as_tiff_leaves_as_png_pixel_for_pixel(shop: Shop, out: Path) -> None:
    shop.project()
    pixels = pattern(300, 200)
    file = shop.folder / "photo.tif"
    assert cv2.imwrite(str(file), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    name = hashlib.sha256(file.read_bytes()).hexdigest()
    image = Image(blob_sha256=name, upload_sha256=name, size=Size(300, 200), suffix=".tif")
    shop.store.put_image(file, image)
    shop.item(image, "tiff", suggested=None, trace={"none": True})
    shop.decide("tiff", Action.REDRAW, boxes=(Box(10, 10, 60, 60),))
    run(shop, "coco", out)
    shown = cv2.imread(str(out / "images" / name[:2] / f"{name}.png"))
    assert shown is not None
    assert np.array_equal(cv2.cvtColor(shown, cv2.COLOR_BGR2RGB), pixels)


def test_yolo_gives_the_boxes_back(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "yolo", out, "item=a-edit,b-thought,c-lone")
    boxes = []
    for split in ("train", "test"):
        if (out / "images" / split).exists():
            found = supervision.DetectionDataset.from_yolo(
                str(out / "images" / split), str(out / "labels" / split), str(out / "data.yaml")
            )
            boxes += [tuple(box) for it in found.annotations.values() for box in it.xyxy.tolist()]
    assert sorted(boxes) == [
        pytest.approx(edges, abs=0.01)
        for edges in ((300, 200, 480, 330), (300, 200, 480, 330), (300, 200, 480, 330), (500, 350, 560, 400))
    ]


def test_label_studio_keeps_the_model_s_box_apart_and_the_people_of_an_item_together(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "label-studio", out, "item=l-twice")
    (task,) = json.loads((out / "tasks.json").read_text())
    assert [len(annotation["result"]) for annotation in task["annotations"]] == [1, 1]
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("ergo-tiny@abc", 0.5)
    value = task["annotations"][0]["result"][0]["value"]
    assert value["x"] in (pytest.approx(300 / 9), pytest.approx(310 / 9))
    assert {len(name) for name in task["data"]["annotators"]} == {32}


def test_imagefolder_loads_boxes_with_their_photos(shop: Shop, out: Path, tmp_path: Path) -> None:
    everything(shop)
    run(shop, "imagefolder", out)
    loaded = datasets.load_dataset("imagefolder", data_dir=str(out), cache_dir=str(tmp_path / "cache"))
    rows = {row["id"]: row for split in loaded.values() for row in split}
    assert len(rows) == 9
    row = next(row for row in rows.values() if row["item"] == "a-edit")
    assert row["image"].size == (900, 600)
    assert row["objects"] == {"bbox": [[300.0, 200.0, 180.0, 130.0]], "categories": [0]}


def test_w3c_names_whole_px(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "w3c", out, "item=a-edit")
    (row,) = read_lines(out / "annotations.jsonl")
    assert row["target"][0]["selector"]["value"] == "xywh=pixel:300,200,180,130"
    assert {body["purpose"] for body in row["body"]} == {"tagging", "questioning", "replying"}


def test_the_table_has_every_decision(shop: Shop, out: Path) -> None:
    everything(shop)
    assert run(shop, "csv", out).checked.rows == 13
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["item"]: row for row in csv.DictReader(file)}
    assert [float(rows["a-edit"][name]) for name in ("x1", "y1", "x2", "y2")] == list(CORRECTED.edges)
    assert (rows["g-skip"]["action"], rows["g-skip"]["x1"]) == ("skip", "")


@pytest.mark.parametrize(
    "text", ["=1+1", " =1", "\t=1", "\r=1", "+1", "-1", "@A1", "|calc", "＝1", "\n=1", "'=1", '"=1']
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("name", ["log", "log-parquet"])
def test_an_imported_log_is_exported_byte_for_byte(shop: Shop, out: Path, tmp_path: Path, name: str) -> None:
    everything(shop)
    shop.decide("a-edit", base=1, client_id="changed", boxes=(CORRECTED.pad(3, 3),))
    done = run(shop, name, out)
    assert done.checked.rows == 14
    with open_store(tmp_path / "other", secret="a secret for the tests only") as other:
        for _ in range(2):
            assert import_log(other, out) == {"added": 14}
        export(other, Request(format=format_named(name)), tmp_path / "again")
        assert other.verify().problems == ()
        assert other.newest("a-edit", shop.store.identity("ada")) == shop.store.newest(
            "a-edit", shop.store.identity("ada")
        )
        assert other.work("p") == shop.store.work("p")
    files = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()} == files
    for file in files:
        assert (out / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file


def test_a_line_holds_the_words_that_its_run_was_asked_with(shop: Shop, out: Path, tmp_path: Path) -> None:
    shop.project()
    for id, sha256 in (("ours", prompts.sha256()), ("others", "a" * 64)):
        shop.item(shop.photo(0), id, trace={"prompts_sha256": sha256})
        shop.decide(id)
    run(shop, "log", out)
    lines = {line["item"]["id"]: line for line in read_lines(out / "log.jsonl")}
    said = lines["ours"]["prompts"]
    asked = [said["system"], *(said[turn].replace("{Question}", "Why?") for turn in ("coarse_turn", "zoom_turn"))]
    assert asked == [prompts.system(), prompts.coarse_turn("Why?"), prompts.zoom_turn("Why?")]
    assert lines["others"]["prompts"] is None, "nobody here knows them"
    with open_store(tmp_path / "other", secret="a secret for the tests only") as other:
        import_log(other, out)
        export(other, Request(format=format_named("log")), tmp_path / "again")
    assert (tmp_path / "again" / "log.jsonl").read_bytes() == (out / "log.jsonl").read_bytes()


def test_a_line_says_its_split_and_the_prompts_of_its_run(shop: Shop, out: Path, tmp_path: Path) -> None:
    shop.project()
    image = shop.photo(0)
    shop.item(image, "asked", trace={"prompts_sha256": "a" * 64})
    shop.item(image, "unasked", trace={"none": True}, suggested=None)
    shop.decide("asked")
    shop.decide("unasked", Action.REDRAW)
    run(shop, "log", out)
    lines = {line["item"]["id"]: line for line in read_lines(out / "log.jsonl")}
    assert {name: line["prompts_sha256"] for name, line in lines.items()} == {"asked": "a" * 64, "unasked": ""}
    assert {line["split"] for line in lines.values()} <= {"train", "test"}
    # A log from before a run said itself which prompts it was asked with: its line did.
    older = [{**line, "trace": None if line["trace"] is None else dict(line["trace"])} for line in lines.values()]
    for line in older:
        line.pop("split")
        if line["trace"]:
            line["trace"].pop("prompts_sha256")
    (out / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in older), "ascii")
    with open_store(tmp_path / "other", secret="a secret for the tests only") as other:
        import_log(other, out)
        export(other, Request(format=format_named("log")), tmp_path / "again")
    assert {line["item"]["id"]: line for line in read_lines(tmp_path / "again" / "log.jsonl")} == lines


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda text: text[: len(text) - 400], "log.jsonl, line 13 cannot be read: it was cut short"),
        (lambda text: text + "\n", "log.jsonl, line 14 cannot be read"),
        (lambda text: text.replace('"photo": "images', '"foto": "images'), "log.jsonl, line 1 is none of `export log`"),
        (lambda text: text.replace('"schema": 1, "project"', '"schema": 9, "project"'), "line 1 has schema 9"),
        (lambda text: text.replace('"random_share": 0', '"random_share": 7'), "A line's project cannot be read"),
        (lambda text: text.replace("images/", "../images/"), "There is no photo '../images/"),
        (lambda text: "[1]\n" + text, "line 1 is none of `export log`"),
    ],
    ids=["cut", "empty line", "renamed", "schema", "plan", "path", "no object"],
)
def test_a_log_that_was_changed_is_refused_by_the_line(
    shop: Shop, out: Path, tmp_path: Path, harm: Callable[[str], str], said: str
) -> None:
    everything(shop)
    run(shop, "log", out)
    file = out / "log.jsonl"
    file.write_text(harm(file.read_text("ascii")), "ascii")
    with (
        open_store(tmp_path / "other", secret="a secret for the tests only") as other,
        pytest.raises(RowsInvalid) as refused,
    ):
        import_log(other, out)
    assert said in refused.value.problem


def test_a_log_that_an_editor_wrote_in_letters_of_its_own_is_read(shop: Shop, out: Path, tmp_path: Path) -> None:
    everything(shop)
    run(shop, "log", out)
    file = out / "log.jsonl"
    file.write_text(file.read_text("ascii").replace("What is written", "Was steht für"), "utf-8")
    with open_store(tmp_path / "other", secret="a secret for the tests only") as other:
        assert import_log(other, out) == {"added": 13}
        item = other.item("a-edit")
        assert item is not None
        assert item.question.startswith("Was steht für")


def test_a_parquet_log_that_was_cut_is_refused(shop: Shop, out: Path, tmp_path: Path) -> None:
    everything(shop)
    run(shop, "log-parquet", out)
    file = out / "log.parquet"
    file.write_bytes(file.read_bytes()[:-300])
    with (
        open_store(tmp_path / "other", secret="a secret for the tests only") as other,
        pytest.raises(RowsInvalid, match=r"log\.parquet, row 1 cannot be read"),
    ):
        import_log(other, out)


def test_an_import_brings_nothing_back_that_was_forgotten(shop: Shop, out: Path) -> None:
    everything(shop)
    run(shop, "log", out)
    item = shop.store.item("a-edit")
    assert item is not None
    shop.store.forget_image(item.blob_sha256)
    shop.store.forget_annotator(shop.store.identity("bo"))
    assert import_log(shop.store, out) == {"added": 11, "forgotten": 2}
    assert shop.store.item("a-edit") is None


@pytest.mark.parametrize(
    ("check", "name", "file", "wrong", "right"),
    [
        (coco.check, "coco", "annotations/*.json", "[300.0, 200.0,", "[890.0, 200.0,"),
        (yolo.check, "yolo", "labels/*/*.txt", " 0.200000000", " 1.200000000"),
    ],
)
def test_the_check_finds_a_box_outside_its_photo(
    shop: Shop, out: Path, check: Callable[[Path], object], name: str, file: str, wrong: str, right: str
) -> None:
    everything(shop)
    run(shop, name, out, "item=a-edit")
    (found,) = out.glob(file)
    found.write_text(found.read_text().replace(wrong, right))
    assert "no box in its photo" in str(check(out)) or "outside its photo" in str(check(out))


@pytest.mark.parametrize("name", ["coco", "yolo", "vlm-r1"])
def test_the_check_measures_the_photos_themselves(shop: Shop, out: Path, name: str) -> None:
    everything(shop)
    run(shop, name, out, "item=a-edit")
    assert format_named(name).check(out).problems == ()
    (photo,) = out.glob("images/**/*.jpg")
    photo.write_bytes(encode_jpeg(pattern(600, 900)))  # as a photo is that was turned once too often
    (problem,) = format_named(name).check(out).problems
    assert problem.endswith("is said to have 900 x 600 px and has 600 x 900")
    photo.unlink()
    assert format_named(name).check(out).problems[0].endswith("is not there")


def test_coco_names_the_photos_licences_by_number(shop: Shop, out: Path) -> None:
    shop.project()
    for number, licence in enumerate(("MIT", "", "ask me", "MIT")):
        shop.item(shop.photo(number, licence=licence), f"i{number}")
        shop.decide(f"i{number}")
    run(shop, "coco", out)
    named = []
    for file in (out / "annotations").glob("*.json"):
        dataset = COCO(str(file)).dataset
        known = {licence["id"]: (licence["name"], licence["url"]) for licence in dataset["licenses"]}
        named += [known[image["license"]] for image in dataset["images"]]
    mit = ("MIT", "https://opensource.org/license/mit")
    assert sorted(named) == [mit, mit, ("ask me", ""), ("none named", "")]


@pytest.mark.parametrize(
    ("licence", "rights"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("ask me", None),
        ("javascript:alert(1)", None),
    ],
)
def test_w3c_s_rights_are_an_address_or_nothing(shop: Shop, out: Path, licence: str, rights: str | None) -> None:
    shop.store.add_project("p", "Signs", Plan(order=Order.FILE, random_share=0, label_licence=licence))
    shop.item(shop.photo(0), "a")
    shop.decide("a")
    run(shop, "w3c", out)
    (row,) = read_lines(out / "annotations.jsonl")
    assert row.get("rights") == rights


def test_what_is_wrong_never_appears(shop: Shop, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(shop)
    monkeypatch.setattr(yolo, "line_of", lambda box, size: "0 2 2 1 1")
    with pytest.raises(StoreDamaged, match="is no box in its photo"):
        run(shop, "yolo", out)
    assert list(out.parent.glob("*out*")) == []
