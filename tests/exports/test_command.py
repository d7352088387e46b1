"""The command, the card and the metadata."""

import errno
import json
import os
import re
from pathlib import Path

import mlcroissant
import pytest
from huggingface_hub import DatasetCard

from ergo_demo.__main__ import main
from ergo_demo.errors import InputError
from ergo_demo.exports import cli
from ergo_demo.exports.choosing import FILTERS, is_wanted, read_filter
from ergo_demo.exports.corrected import read
from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import FORMATS, format_named
from ergo_demo.exports.said import Rules
from ergo_demo.store.records import Action
from ergo_demo.store.store import open_store
from tests.exports.making import Shop, everything, many


@pytest.fixture
def data(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Path:
    everything(shop)
    shop.store.close()
    monkeypatch.setenv("ERGO_SECRET", "a secret for the tests only")
    return shop.folder.parent / "data"


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", "trl-dpo", str(out), "--data", str(data), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "13 decisions, 0 filtered out, 16 rows:" in said
    assert "dropped: accepted: goes to SFT and KTO" in said
    assert "2  dropped: more pairs than wanted of one item" in said, "two people decided about it"
    assert said.count("\nrow ") == 3
    assert said.endswith("Nothing was written: this was a dry run.\n")
    assert re.search(r"\d of \d picture sizes: the processor of transformers [\d.]+ resizes none\n", said)
    assert not out.exists()


def test_without_a_folder_nothing_is_written_and_that_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "csv", "--data", str(data)]) == 0
    assert capsys.readouterr().out.endswith("Nothing was written: name OUT.\n")


def test_whoever_stops_it_reads_that_it_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_progress", stopped)
    assert main(["export", "csv", str(tmp_path / "out"), "--data", str(data)]) == 1
    assert "The same command goes on" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_said(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert main(["export", "csv", str(tmp_path / "file" / "out"), "--data", str(data)]) == 1
    assert "out could not be written: Not a directory.\nMake room, or name" in capsys.readouterr().err


def test_a_full_disk_leaves_nothing_and_is_said(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cli, "_progress", full)
    assert main(["export", "csv", str(tmp_path / "new" / "out"), "--data", str(data)]) == 1
    assert "out could not be written: No space left on device.\nMake room" in capsys.readouterr().err
    assert os.listdir(tmp_path / "new") == []


def test_the_command_exports_and_says_who_checked(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["export", "coco", str(out), "--data", str(data), "--project", "p", "--filter", "action=edit"]
    assert main(command) == 0
    assert "6 rows read again, checked with pycocotools" in capsys.readouterr().out
    lessons = ["export", "trl-sft", str(tmp_path / "lessons"), "--data", str(data), "--grid", "28"]
    assert main(lessons) == 0
    assert json.loads((tmp_path / "lessons" / "export.json").read_text("utf-8"))["rules"]["grid_px"] == 28
    assert "; picture sizes with the processor of transformers" in capsys.readouterr().out
    assert main(command) == 2
    assert "never written over another" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["coca", "out"], "There is no format 'coca'"),
        (["csv", "out", "--filter", "colour=red"], "The filter 'colour=red' is unknown"),
        (
            ["csv", "out", "--filter", "action=edited"],
            "No decision has the action 'edited'.\nChoose from accept,",
        ),
        (["csv", "out", "--filter", "queue=chance"], 'uncertainty, "" (not said)'),
        (["csv", "out", "--project", "nobody's"], 'There is no project "nobody\'s".\nName one that is there: Signs.'),
        (["csv", "out", "--filter", "item=none"], "There is nothing to export"),
        (["csv", "out", "--processor", "nowhere"], "nowhere holds no processor"),
    ],
)
def test_what_cannot_be_exported_is_said(
    data: Path, tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, out, *more = arguments
    assert main(["export", name, str(tmp_path / out), "--data", str(data), *more]) in (1, 2)
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--below-iou", "nan"],
        ["--below-iou", "7"],
        ["--most-pairs", "0"],
        ["--most-pairs", "-3"],
        ["--most-pairs", "x"],
        ["--grid", "0"],
        ["--grid", "2.5"],
    ],
)
def test_rules_that_mean_nothing_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "trl-dpo", *words])
    assert words[1] in capsys.readouterr().err


def test_a_project_is_named_by_name_or_id_and_counts_once(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [word for name in ("p", "signs", "Signs", "p") for word in ("--project", name)]
    assert main(["export", "csv", str(tmp_path / "out"), "--data", str(data), *named]) == 0
    assert "13 rows read again" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "items"), [(["--publish"], {"a-edit"}), ([], {"a-edit", "c-lone"})])
def test_what_is_published_was_ticked(data: Path, tmp_path: Path, words: list[str], items: set[str]) -> None:
    out = tmp_path / "out"
    chosen = ["--filter", "item=a-edit,c-lone"]
    assert main(["export", "w3c", str(out), "--data", str(data), *chosen, *words]) == 0
    with open_store(data, secret="a secret for the tests only") as store:
        named = {it.item.id for it in read(store, ["p"]) if it.id in (out / "annotations.jsonl").read_text("ascii")}
    assert named == items


def test_the_command_lists_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "formats"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(FORMATS)


def test_an_export_of_the_log_is_imported(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["export", "log", str(out), "--data", str(data)]) == 0
    assert main(["import-log", str(out), "--data", str(tmp_path / "other")]) == 0
    assert "13 decisions are there now." in capsys.readouterr().out
    assert main(["import-log", str(data), "--data", str(tmp_path / "other")]) == 2


@pytest.mark.parametrize(
    ("texts", "items"),
    [
        (["action=accept,reject"], {"d-accept", "f-reject", "k-hopeless"}),
        (["action= edit, redraw", "effect=wrong_to_right"], {"a-edit"}),
        (["reason=unanswerable"], {"k-hopeless"}),
        (["model="], {"j-unasked"}),
    ],
)
def test_filters(shop: Shop, texts: list[str], items: set[str]) -> None:
    everything(shop)
    wanted = read_filter(texts)
    assert {it.item.id for it in read(shop.store, ["p"]) if is_wanted(it, wanted)} == items
    assert set(wanted) <= set(FILTERS)
    with pytest.raises(InputError):
        read_filter(["action"])


OF_A_LIBRARY_OF_MLCROISSANT = pytest.mark.filterwarnings("ignore")
"""It uses what others call deprecated; warnings of ours are errors in the other tests."""


@OF_A_LIBRARY_OF_MLCROISSANT
@pytest.mark.parametrize("name", ["trl-dpo", "llamafactory-sft", "coco", "yolo", "csv"])
def test_the_metadata_are_croissant(shop: Shop, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    many(shop, 8)
    export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    described = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json"))
    assert (described.metadata.ctx.issues.errors, described.metadata.ctx.issues.warnings) == (set(), set())
    assert caplog.records == []  # it says there what it thinks of a context
    assert described.metadata.name == f"corrected-regions-{name}"
    assert {"README.md", "export.json"} < {found.name for found in described.metadata.distribution}


@OF_A_LIBRARY_OF_MLCROISSANT
def test_croissant_s_own_reader_finds_the_rows(shop: Shop, tmp_path: Path) -> None:
    many(shop, 8)
    export(shop.store, Request(format=format_named("log-parquet")), tmp_path / "out")
    described = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json"))
    assert [row["log/item"] for row in described.records("log")] == [f"m{n:06}".encode() for n in range(8)]


def test_what_may_be_published_says_so(shop: Shop, tmp_path: Path) -> None:
    everything(shop)
    shop.item(shop.photo(60, licence="MIT"), "m-other", consent_publish=True)
    shop.decide("m-other", Action.SKIP, consent_publish=True)
    asked = Request(format=format_named("w3c"), rules=Rules(publish=True), wanted=read_filter(["blind=no"]))
    export(shop.store, asked, tmp_path / "out")
    card = DatasetCard.load(tmp_path / "out" / "README.md")
    assert card.data.license == "cc-by-4.0", "of what leaves: not of what was withheld or gave no row"
    assert "Private" not in card.text
    assert "only these: blind no." in card.text
    facts = json.loads((tmp_path / "out" / "export.json").read_text())
    assert (facts["without_consent_to_publish"], facts["rules"]["publish"]) == (0, True)
    assert (facts["rows"], facts["label_licences"], facts["image_licences"]) == (2, *[{"CC-BY-4.0": 2}] * 2)
    assert facts["people"] == 1, "nothing is told of a decision that may not be published"


def test_the_card_is_read_by_the_hub_s_own_reader(shop: Shop, tmp_path: Path) -> None:
    everything(shop)
    export(shop.store, Request(format=format_named("trl-dpo")), tmp_path / "out")
    card = DatasetCard.load(tmp_path / "out" / "README.md")
    assert card.data.license == "other"
    assert card.data.to_dict()["configs"][0]["data_files"] == [
        {"split": "train", "path": "train.parquet"}, {"split": "test", "path": "test.parquet"},
    ]  # fmt: skip
    assert "5 decisions may not be published" in card.text, "of those with rows"
    assert "Active time for one decision, median: 6.00 s" in card.text
    assert "Agreement of two people, mean IoU of 1: 0.91" in card.text
    facts = json.loads((tmp_path / "out" / "export.json").read_text())
    assert facts["rows"] == facts["rows_read_again"] == 16
    assert facts["people"] == 2
