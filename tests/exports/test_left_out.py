"""One odd decision is left out and counted; it does not keep all the others from being exported."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ergo_demo.exports.exporting import Request, export, preview
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.syncing import pull, push
from ergo_demo.geometry import Box, Size, View
from ergo_demo.store.records import Action
from ergo_demo.store.store import Store
from tests.exports.fake_hub import FakeHub
from tests.exports.making import SIZE, Shop, coarse_look, many

THIN = "an image is too thin for Qwen's processor"
RESIZED = "an image would be resized"
DAMAGED = "the photo's file is damaged: see `verify`"


def a_thin_box(shop: Shop) -> None:
    """A line of text, say: its crop is 278 x 1 tokens at the model's own budget."""
    shop.item(shop.photo(1, Size(8000, 400)), "odd", trace={"none": True}, suggested=None)
    shop.decide("odd", Action.REDRAW, boxes=(Box(100, 100, 7900, 128),), answer="EXIT")


def a_view_of_two_tokens(shop: Shop) -> None:
    look = replace(coarse_look(SIZE, "There."), view=View(Box.of(SIZE), Size(56, 28)))
    shop.item(shop.photo(1), "odd", trace={"coarse": look})
    shop.decide("odd")


def a_coarse_view_in_another_grid(shop: Shop) -> None:
    shop.item(shop.photo(1), "odd", trace={"none": True}, coarse=Size(1000, 750))
    shop.decide("odd")


def a_suggestion_beside_the_photo(shop: Shop) -> None:
    shop.item(shop.photo(1), "odd", trace={"samples": ()}, suggested=Box(0, 700, 90, 800))
    shop.decide("odd")


def an_answer_that_is_a_mark(shop: Shop) -> None:
    shop.item(shop.photo(1), "odd", trace={"answer": "!", "samples": ()}, suggested=None)
    shop.decide("odd", answer="!")


def a_question_with_long_signs(shop: Shop) -> None:
    shop.item(shop.photo(1), "odd", question=f"What is <|{'a' * 61}|>?", trace={"samples": ()})
    shop.decide("odd")


def a_thought_with_brackets(shop: Shop) -> None:
    shop.item(shop.photo(1), "odd", trace={"samples": ()})
    shop.decide("odd", thought="the <ima[]ge> of it")


@pytest.mark.parametrize(
    ("odd", "name", "why"),
    [
        (a_thin_box, "trl-sft", THIN),
        (a_thin_box, "swift-kto", THIN),
        (a_view_of_two_tokens, "trl-dpo", RESIZED),
        (a_view_of_two_tokens, "verl", RESIZED),
        (a_coarse_view_in_another_grid, "llamafactory-dpo", RESIZED),
        (a_suggestion_beside_the_photo, "trl-dpo", "a box is not within its picture"),
    ],
)
def test_an_odd_decision_is_left_out_and_counted(
    shop: Shop, tmp_path: Path, odd: Callable[[Shop], None], name: str, why: str
) -> None:
    shop.project()
    shop.item(shop.photo(0), "plain")
    shop.decide("plain", answer="EXIT")
    odd(shop)
    asked = Request(format=format_named(name), processor="Qwen2.5-VL")
    done = export(shop.store, asked, tmp_path / "out")
    assert done.preview.dropped[why] > 0
    assert done.checked.rows > 0
    assert preview(shop.store, asked).dropped == done.preview.dropped, "a dry run says the same"


@pytest.mark.parametrize("odd", [an_answer_that_is_a_mark, a_question_with_long_signs, a_thought_with_brackets])
@pytest.mark.parametrize("name", ["trl-dpo", "trl-kto", "swift-dpo"])
def test_words_that_are_only_odd_leave(shop: Shop, tmp_path: Path, odd: Callable[[Shop], None], name: str) -> None:
    shop.project()
    shop.item(shop.photo(0), "plain")
    shop.decide("plain", answer="EXIT")
    odd(shop)
    done = export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    assert done.checked.rows == done.preview.rows > 3


def test_what_was_answered_right_is_no_wrong_answer_too(shop: Shop) -> None:
    shop.project()
    an_answer_that_is_a_mark(shop)
    found = preview(shop.store, Request(format=format_named("trl-kto")))
    assert found.kinds["verdict, answer"] == 1, "a thumb up, and none down for the same reply"


@pytest.mark.parametrize(
    ("left", "why"),
    [(None, "the photo's file is gone"), (0, DAMAGED), (3000, DAMAGED)],
    ids=["deleted", "emptied", "cut short"],
)
@pytest.mark.parametrize("name", ["trl-sft", "coco", "log"])
def test_a_photo_that_is_not_whole_does_not_leave(
    shop: Shop, tmp_path: Path, left: int | None, why: str, name: str
) -> None:
    shop.project()
    for number in range(2):
        shop.item(shop.photo(number), f"i{number}")
        shop.decide(f"i{number}")
    damage(shop, "i1", left)
    done = export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    assert (done.preview.giving, done.preview.dropped[why]) == (1, 1)


def damage(shop: Shop, item: str, left: int | None) -> None:
    """Leaves so many bytes of an item's photo, None for no file: as a failing disk does."""
    found = shop.store.item(item)
    assert found is not None
    file = shop.store.image(found.blob_sha256)[1]
    content = file.read_bytes()
    file.unlink()
    if left is not None:
        file.write_bytes(content[:left])


def test_a_damaged_photo_is_not_sent_to_the_hub(shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub) -> None:
    shop.project()
    for number in range(2):
        shop.item(shop.photo(number), f"i{number}")
        shop.decide(f"i{number}")
    damage(shop, "i1", 3000)
    assert push(shop.store, dataset) == 1
    assert len(hub.ids()) == 1
    assert pull(other, dataset) == {"added": 1}, "a damaged one would end every later start"


def test_without_a_question_nothing_is_asked(shop: Shop) -> None:
    shop.project()
    shop.item(shop.photo(0), "bare", question="  ")
    shop.decide("bare")
    assert preview(shop.store, Request(format=format_named("trl-sft"))).dropped == {"there is no question": 1}


@pytest.mark.parametrize("name", ["trl-sft", "verl", "imagefolder", "yolo", "coco"])
def test_a_folder_may_have_any_name(shop: Shop, tmp_path: Path, name: str) -> None:
    many(shop, 4)
    out = tmp_path / "signs [2] {a,b}*?" / "é [1]"
    done = export(shop.store, Request(format=format_named(name)), out)
    assert done.checked.rows == 4
    assert done.checked.words.startswith("checked with")
