"""The first rows as people see them: the boxes that a text names, on the picture that travels with it."""

from pathlib import Path

import pytest

from ergo_demo.exports.exporting import Request, export, preview
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.frames import written
from ergo_demo.exports.parquet import rows
from ergo_demo.exports.shown import Mark
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import look_at
from ergo_demo.store.records import Action
from tests.exports.making import CORRECTED, SIZE, SUGGESTED, Shop, everything

PROCESSOR = Path("assets/models/ergo-tiny")


@pytest.fixture
def corrected(shop: Shop) -> View:
    """One box drawn anew against the model's; the coarse view in which both are written."""
    shop.project()
    image = shop.photo(0)
    shop.item(image, "one")
    shop.decide("one", Action.REDRAW, boxes=(CORRECTED,))
    item = shop.store.item("one")
    assert item is not None
    trace = shop.store.trace(item.trace or "")
    assert trace is not None
    assert trace.coarse is not None
    return View(Box.of(SIZE), trace.coarse.view.size)


def in_view(box: Box, view: View) -> Box:
    return Box(*map(float, written(box, view)))


@pytest.mark.parametrize(
    ("format", "sides"),
    [
        ("trl-dpo", [["chosen", "rejected"], ["chosen", "rejected"], ["chosen", "rejected"]]),
        ("trl-kto", [["rejected"], ["rejected"], ["rejected"]]),
        ("trl-sft", [["chosen"]]),
        ("trl-grpo", [["chosen"]]),
        ("coco", [["chosen"]]),
        ("vlm-r1", [["chosen"]]),
    ],
)
def test_each_row_shows_the_boxes_that_it_names(
    shop: Shop, corrected: View, format: str, sides: list[list[str]]
) -> None:
    found = preview(shop.store, Request(format=format_named(format))).shown
    assert [[mark.side for mark in row.glance.marks] for row in found] == sides[: len(found)]
    first = found[0].glance
    if format in ("coco", "vlm-r1"):
        assert found[0].words["boxes"] == "300.0, 200.0, 480.0, 330.0"
        assert (first.view, first.marks) == (View(Box.of(SIZE), SIZE), (Mark("chosen", CORRECTED),))
        return
    assert first.view == corrected
    boxes = {"chosen": in_view(CORRECTED, corrected), "rejected": in_view(SUGGESTED, corrected)}
    assert [mark.box_in_view for mark in first.marks] == [boxes[side] for side in sides[0]]


def test_the_picture_that_is_shown_is_the_one_that_is_written(shop: Shop, corrected: View, tmp_path: Path) -> None:
    request = Request(format=format_named("trl-dpo"), processor=PROCESSOR)
    done = export(shop.store, request, tmp_path / "out")
    every = [row for split in ("train", "test") for row in rows(tmp_path / "out" / f"{split}.parquet")]
    travels = look_at(every[0]["images"][0]["bytes"]).size
    assert done.preview.shown[0].glance.view.size == travels == corrected.size
    assert f"[{', '.join(map(str, written(CORRECTED, corrected)))}]" in str(every[0]["chosen"])


def test_a_dry_run_asks_the_processor_about_the_views_that_an_export_would_write(shop: Shop, tmp_path: Path) -> None:
    everything(shop)
    for name in ("trl-dpo", "swift-dpo", "verl"):
        request = Request(format=format_named(name), processor="Qwen2.5-VL")
        foreseen = preview(shop.store, request)
        found = export(shop.store, request, tmp_path / name).preview
        assert foreseen.grid is not None
        assert foreseen.grid.problems == ()
        assert (foreseen.grid, foreseen.views) == (found.grid, found.views)
    for name in ("coco", "vlm-r1"):  # these travel with the photo itself
        assert preview(shop.store, Request(format=format_named(name), processor="Qwen2.5-VL")).grid is None
    assert preview(shop.store, Request(format=format_named("trl-dpo"))).grid is None, "nobody asked for it"


def test_a_dry_run_says_what_a_checkpoint_s_own_processor_would_resize(shop: Shop, tmp_path: Path) -> None:
    shop.project()
    shop.item(shop.photo(0), "one", trace={"none": True}, suggested=None, coarse=Size(280, 224))
    shop.decide("one", Action.REDRAW, boxes=(CORRECTED,))
    config = (PROCESSOR / "processor_config.json").read_text("utf-8")
    (tmp_path / "processor_config.json").write_text(config.replace("12845056", str(64 * 28**2)), "utf-8")
    grid = preview(shop.store, Request(format=format_named("trl-sft"), processor=tmp_path)).grid
    assert grid is not None
    (problem,) = grid.problems
    assert "280 x 224 px" in problem, "80 tokens, and it takes 64"
