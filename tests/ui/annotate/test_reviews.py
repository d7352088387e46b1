"""What the review is made from: read again where something changed, and only that where nothing else did."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ergo_demo.store.records import Action
from ergo_demo.store.store import Store, open_store
from ergo_demo.ui.annotate.reviews import Reviews
from tests.store.making import fill, receipt, submission_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        fill(opened)
        for number, name in enumerate(("ada", "bo", "cy")):
            receipt(opened.submit(submission_of(f"i{number}"), name))
        yield opened


def test_what_came_since_stands_beside_what_was_read(store: Store) -> None:
    reviews = Reviews(store)
    before = reviews.of("p")
    assert reviews.of("p") is before
    time.sleep(0.002)
    receipt(store.submit(submission_of("i0", base=1, action=Action.ACCEPT, boxes=()), "ada"))
    receipt(store.submit(submission_of("i0"), "bo"))
    now = reviews.of("p")
    assert now == Reviews(store).of("p"), "as if all of it were read"
    assert [(one.item, one.annotator, one.version) for one in now.decisions] == [
        ("i1", "bo", 1), ("i2", "cy", 1), ("i0", "ada", 2), ("i0", "bo", 1),
    ]  # fmt: skip
    assert now.decisions[0] is before.decisions[1], "which it was not"


def test_who_was_forgotten_is_in_no_review(store: Store) -> None:
    reviews = Reviews(store)
    reviews.of("p")
    store.forget_annotator("ada")
    receipt(store.submit(submission_of("i5"), "bo"))
    assert [one.annotator for one in reviews.of("p").decisions] == ["bo", "cy", "bo"]
    assert reviews.of("p") == Reviews(store).of("p")
