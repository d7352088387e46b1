"""What the store promises, the same on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ergo_demo.errors import BoxInvalid, InputError, NotThere, StoreDamaged
from ergo_demo.geometry import Box
from ergo_demo.records import from_json, to_json
from ergo_demo.store.records import Action, Draft, Effect, Order, Plan, Reason, Submission, WhatIf
from ergo_demo.store.store import Store, open_store
from ergo_demo.store.worklist import is_random
from tests.store.conftest import Opening
from tests.store.making import SUGGESTED, fill, image_of, item_of, keep_photo, receipt, stale, submission_of, trace_of


def test_a_submission_comes_back_as_it_was(store: Store, opening: Opening) -> None:
    sent = submission_of(
        boxes=(Box(10.125, 20.0625, 30.1, 40.2), Box(3990, 2990, 9999, 9999)),
        reasons=(Reason.TOO_TIGHT, Reason.OTHER),
        other="half of the ‘sign’ 🪧 is hidden",
        confidence=2,
        answer="EXIT",
        what_if=WhatIf(model="EXIT", corrected="ENTRY", effect=Effect.RIGHT_TO_WRONG, shown=("model", "corrected")),
    )
    got = receipt(store.submit(sent, "ada"))
    kept = opening().newest("i0", "ada")
    assert kept is not None
    assert kept.submission == sent
    assert kept.boxes == (Box(10.125, 20.0625, 30.1, 40.2), Box(3990, 2990, 4000, 3000))
    assert (kept.version, kept.annotator, kept.project, kept.supersedes) == (1, "ada", "p", None)
    assert (got.id, got.version, got.created, got.repeated) == (sent.client_id, 1, kept.created, False)
    assert kept.measures is not None
    assert kept.measures.in_coarse == (1, 3, 560, 420)


def test_a_retry_gets_the_same_receipt_and_adds_nothing(store: Store, opening: Opening) -> None:
    sent = submission_of()
    first = receipt(store.submit(sent, "ada"))
    again = receipt(opening().submit(sent, "ada"))
    assert again == replace(first, repeated=True)
    assert len(store.history("i0", "ada")) == 1


def test_an_id_is_good_for_one_decision_of_one_person(store: Store) -> None:
    sent = submission_of()
    store.submit(sent, "ada")
    for other, who in ((replace(sent, confidence=1), "ada"), (sent, "bo")):
        with pytest.raises(InputError, match="used for another decision"):
            store.submit(other, who)


def test_a_change_is_the_next_version_and_the_history_stays(store: Store) -> None:
    first = submission_of()
    second = submission_of(base=1, action=Action.FULL_IMAGE, boxes=())
    store.submit(first, "ada")
    assert receipt(store.submit(second, "ada")).version == 2
    versions = store.history("i0", "ada")
    assert [kept.submission for kept in versions] == [first, second]
    assert versions[1].supersedes == first.client_id
    assert [kept.version for kept in store.annotations("p")] == [2]


def test_a_stale_submit_loses_nothing(store: Store) -> None:
    """Two tabs of one person, both from the same version."""
    mine, late = submission_of(), submission_of(action=Action.REJECT, boxes=(), reasons=(Reason.WRONG_THING,))
    store.submit(mine, "ada")
    refused = stale(store.submit(late, "ada"))
    assert (refused.newest.submission, refused.refused) == (mine, late)
    assert [kept.submission for kept in store.history("i0", "ada")] == [mine]
    assert stale(store.submit(late, "ada")).refused == late
    assert store.refused("i0", "ada") == [late]
    assert receipt(store.submit(replace(late, base=1), "ada")).version == 2


def test_two_people_decide_about_one_item_and_both_stay(store: Store) -> None:
    ours, theirs = submission_of(), submission_of(boxes=(Box(5, 5, 50, 50),))
    assert receipt(store.submit(ours, "ada")).version == receipt(store.submit(theirs, "bo")).version == 1
    assert {kept.annotator: kept.submission for kept in store.annotations("p")} == {"ada": ours, "bo": theirs}


def test_of_many_at_once_from_the_same_version_one_wins(store: Store, opening: Opening) -> None:
    stores, sent = (store, opening()), [submission_of() for _ in range(24)]
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda pair: stores[pair[0] % 2].submit(pair[1], "ada"), enumerate(sent)))
    won = [answer for answer in answers if not hasattr(answer, "newest")]
    assert len(won) == 1
    assert len(store.history("i0", "ada")) == 1
    assert len(store.refused("i0", "ada")) == 23


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (submission_of(boxes=()), "no box"),
        (submission_of(boxes=(Box(5000, 10, 6000, 20),)), "inside the photo"),
        (submission_of(boxes=(Box(1, 1, 1.5, 50),)), "inside the photo"),
        (submission_of(action=Action.SKIP), "has no box"),
        (submission_of(action=Action.REJECT, boxes=()), "Why is it rejected"),
        (submission_of(reasons=(Reason.OTHER,), other="  "), "no words"),
        (submission_of(base=3), "no version 3"),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_what_makes_no_sense_is_refused_with_a_word(store: Store, sent: Submission, words: str) -> None:
    with pytest.raises(InputError, match=words):
        store.submit(sent, "ada")
    assert store.history("i0", "ada") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "../../x"},
        {"boxes": [{"x1": float("nan"), "y1": 0, "x2": 1, "y2": 1}]},
        {"boxes": [{"x1": 9, "y1": 0, "x2": 1, "y2": 1}]},
        {"other": "x" * 20_001},
        {"other": "\0"},
        {"confidence": 4},
        {"base": -1},
        {"action": "delete"},
        {"effort": {"active_ms": float("inf")}},
    ],
    ids=str,
)
def test_what_a_browser_sends_is_checked_field_by_field(wrong: dict[str, object]) -> None:
    good = to_json(submission_of())
    assert from_json(Submission, good)
    with pytest.raises((ValueError, BoxInvalid)):
        from_json(Submission, {**good, **wrong})


def test_one_bad_submission_does_not_hold_up_the_others(store: Store) -> None:
    sent = [submission_of(f"i{number}" if number % 3 else "nowhere") for number in range(10)]
    with ThreadPoolExecutor(10) as threads:
        futures = [threads.submit(store.submit, submission, "ada") for submission in sent]
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors[::3]] == [NotThere] * 4
    assert len(list(store.annotations("p"))) == 6


def test_accepting_keeps_the_suggested_box(store: Store) -> None:
    store.submit(submission_of(action=Action.ACCEPT, boxes=()), "ada")
    kept = store.newest("i0", "ada")
    assert kept is not None
    assert kept.boxes == (SUGGESTED,)
    assert kept.measures is not None
    assert kept.measures.iou == 1.0


def test_whether_a_box_lies_in_the_expanded_region_is_measured(store: Store) -> None:
    image = keep_photo(store, b"a photo")
    for id, region in (("with", Box(900, 400, 1500, 1000)), ("without", None)):
        store.put_trace(trace_of(image, id=id, region=region))
        store.add_items([item_of(image, f"traced.{id}", trace=id)])

    def inside(item: str, base: int, *edges: float) -> bool | None:
        store.submit(submission_of(item, base=base, boxes=(Box(*edges),)), "ada")
        kept = store.newest(item, "ada")
        assert kept is not None
        assert kept.measures is not None
        return kept.measures.inside_expanded

    assert inside("traced.with", 0, 950, 450, 1500, 1000) is True
    assert inside("traced.with", 1, 950, 450, 1600, 1000) is False
    assert inside("traced.without", 0, 950, 450, 1500, 1000) is None
    assert inside("i0", 0, 950, 450, 1500, 1000) is None


def test_drafts_are_kept_until_submitted_and_an_older_one_comes_too_late(store: Store, opening: Opening) -> None:
    store.save_draft(Draft("i0", 0, 2, {"boxes": [[1, 2, 3, 4]]}), "ada")
    store.save_draft(Draft("i0", 0, 1, {"boxes": []}), "ada")
    kept = opening().draft("i0", "ada")
    assert kept is not None
    assert (kept.number, kept.body) == (2, {"boxes": [[1, 2, 3, 4]]})
    assert store.draft("i0", "bo") is None
    store.submit(submission_of(), "ada")
    assert store.draft("i0", "ada") is None


def test_nobody_gets_what_another_holds_or_has_done(store: Store, opening: Opening) -> None:
    stores = (store, opening())
    with ThreadPoolExecutor(10) as threads:
        leases = list(threads.map(lambda number: stores[number % 2].take("p", f"person{number}"), range(12)))
    items = [lease.item.id for lease in leases if lease]
    assert sorted(items) == [f"i{number}" for number in range(10)]
    assert leases.count(None) == 2
    assert store.work("p").held == 10


def test_a_page_that_was_reloaded_gets_its_item_again_and_one_that_looks_ahead_the_next(store: Store) -> None:
    first = store.take("p", "ada")
    again = store.take("p", "ada")
    assert first is not None
    assert again is not None
    assert first.item == again.item
    ahead = store.take("p", "ada", besides=[first.item.id])
    assert ahead is not None
    assert ahead.item.id == "i1"
    assert store.renew("p", ["i0", "i1", "i2"], "ada") == 2
    store.release(["i0"], "ada")
    other = store.take("p", "bo")
    assert other is not None
    assert other.item.id == "i0"


def test_a_lease_runs_out_and_late_work_is_kept_all_the_same(opening: Opening) -> None:
    store = opening()
    fill(store, items=1, plan=Plan(lease_seconds=0.05, order=Order.RANDOM))
    assert store.take("p", "ada")
    threading.Event().wait(0.1)
    lease = store.take("p", "bo")
    assert lease is not None
    assert lease.queue is Order.RANDOM
    for who in ("bo", "ada"):
        assert receipt(store.submit(submission_of(), who)).version == 1
    kept = store.newest("i0", "bo")
    assert kept is not None
    assert kept.queue is Order.RANDOM
    assert store.take("p", "cy") is None


def test_an_item_that_is_wanted_twice_goes_to_two_people(opening: Opening) -> None:
    store = opening()
    image = fill(store, items=0)
    store.add_items([item_of(image, "twice", wanted=2)])
    for who in ("ada", "bo"):
        lease = store.take("p", who)
        assert lease is not None
        store.submit(submission_of("twice"), who)
        assert store.take("p", who) is None
    assert store.take("p", "cy") is None
    assert store.work("p").done == 1


def test_a_skipped_item_is_another_persons_and_never_comes_back_to_whoever_skipped_it(opening: Opening) -> None:
    store = opening()
    fill(store, items=1)

    def taken(who: str) -> str | None:
        lease = store.take("p", who)
        return lease.item.id if lease else None

    skipped = submission_of(action=Action.SKIP, boxes=())
    assert taken("ada") == "i0"
    store.submit(skipped, "ada")
    assert store.work("p").done == 0
    assert (taken("ada"), taken("bo")) == (None, "i0")
    store.submit(submission_of(), "bo")
    assert (store.work("p").done, taken("cy")) == (1, None)
    store.submit(replace(skipped, client_id="skipped-too", base=1), "bo")
    assert (store.work("p").done, taken("cy")) == (0, "i0")
    store.release(["i0"], "cy")
    store.submit(submission_of(base=1), "ada")
    assert (store.work("p").done, taken("cy")) == (1, None)
    store.submit(submission_of(base=2), "ada")
    assert store.forget_annotator("bo")
    assert store.work("p").done == 1, "a change of a decision is no second one"
    assert store.forget_annotator("ada")
    assert taken("cy") == "i0"


def test_who_skipped_an_item_is_not_asked_to_repeat_it(opening: Opening) -> None:
    store = opening()
    image = fill(store, items=1)
    store.add_items([item_of(image, "again", repeat_of="i0", position=1)])
    store.submit(submission_of(action=Action.SKIP, boxes=()), "ada")
    assert store.take("p", "ada") is None
    store.submit(submission_of(base=1), "ada")
    lease = store.take("p", "ada")
    assert lease is not None
    assert lease.item.id == "again"


def test_a_blind_item_hides_what_was_suggested(opening: Opening) -> None:
    store = opening()
    image = fill(store, items=0)
    store.add_items([item_of(image, "blind", blind=True, uncertainty=0.5)])
    lease = store.take("p", "ada")
    assert lease is not None
    assert (lease.item.suggested, lease.item.trace, lease.item.uncertainty) == (None, None, None)
    with pytest.raises(BoxInvalid, match="no suggested box"):
        store.submit(submission_of("blind", action=Action.ACCEPT, boxes=()), "ada")
    store.submit(submission_of("blind"), "ada")
    kept = store.newest("blind", "ada")
    assert kept is not None
    assert kept.blind
    assert kept.measures is not None
    assert kept.measures.iou is not None


@pytest.mark.parametrize(
    ("order", "expected"), [(Order.FILE, ["a", "b", "c"]), (Order.UNCERTAINTY, ["c", "a", "b"])], ids=str
)
def test_the_order_of_a_worklist(opening: Opening, order: Order, expected: list[str]) -> None:
    store = opening()
    image = fill(store, items=0, plan=Plan(order=order, random_share=0))
    places = {"a": (0, 0.5), "b": (1, None), "c": (2, 0.75)}
    store.add_items([item_of(image, id, position=place, uncertainty=spread) for id, (place, spread) in places.items()])
    taken: list[str] = []
    while lease := store.take("p", "ada", besides=taken):
        taken.append(lease.item.id)
    assert taken == expected


def drained(store: Store, random_share: float, spreads: Callable[[int], float]) -> dict[Order, list[str]]:
    """Every item of a project of its own, by the order that handed it out."""
    image = keep_photo(store, b"a photo")
    store.add_project("q", "Mixed", Plan(random_share=random_share))
    store.add_items([item_of(image, f"n{number}", project="q", uncertainty=spreads(number)) for number in range(60)])
    taken: dict[Order, list[str]] = {order: [] for order in Order}
    while lease := store.take("q", "ada"):
        taken[lease.queue].append(lease.item.id)
        store.submit(submission_of(lease.item.id), "ada")
    return taken


def test_what_is_drawn_at_random_does_not_depend_on_what_is_uncertain(store: Store, tmp_path: Path) -> None:
    one = drained(store, 0.3, lambda number: number / 60)
    with open_store(tmp_path / "other") as other_store:
        other = drained(other_store, 0.3, lambda number: 1 - number / 60)
    assert one[Order.RANDOM] == other[Order.RANDOM]
    assert one[Order.UNCERTAINTY] == other[Order.UNCERTAINTY][::-1]
    assert sorted(one[Order.RANDOM] + one[Order.UNCERTAINTY]) == sorted(f"n{number}" for number in range(60))
    assert 8 <= len(one[Order.RANDOM]) <= 28
    plan = store.plan("q")
    assert all(is_random(plan, id) for id in one[Order.RANDOM])
    assert not any(is_random(plan, id) for id in one[Order.UNCERTAINTY])


@pytest.mark.parametrize(("share", "handed_out"), [(0, Order.UNCERTAINTY), (1, Order.RANDOM)])
def test_a_share_of_nothing_and_of_all(store: Store, share: float, handed_out: Order) -> None:
    taken = drained(store, share, lambda number: number / 60)
    assert [order for order in Order if taken[order]] == [handed_out]


def test_traces_are_seen_by_whoever_asked(store: Store) -> None:
    image = keep_photo(store, b"another photo")
    trace = trace_of(image)
    store.put_trace(trace, asked_by="ada")
    store.put_trace(trace, asked_by="ada")
    assert store.trace(trace.id) == store.trace(trace.id, asked_by="ada") == trace
    assert store.trace(trace.id, asked_by="bo") is None


def test_photos_are_kept_once_and_only_with_the_right_bytes(store: Store, tmp_path: Path) -> None:
    image = keep_photo(store, b"bytes")
    assert keep_photo(store, b"bytes") == image
    kept, path = store.image(image.blob_sha256)
    assert (kept, path.read_bytes()) == (image, b"bytes")
    (tmp_path / "cut.jpg").write_bytes(b"byte")
    other = image_of(b"other bytes")
    with pytest.raises(StoreDamaged, match="not those of"):
        store.put_image(tmp_path / "cut.jpg", other)
    with pytest.raises(NotThere):
        store.image(other.blob_sha256)


def test_members_have_roles(store: Store) -> None:
    store.add_member("p", "ada", "annotator", agreement="1")
    assert (store.role("p", "ada"), store.role("p", "bo")) == ("annotator", None)
    with pytest.raises(NotThere, match="no such project"):
        store.add_member("nowhere", "ada", "owner", agreement="1")


def test_a_project_is_read_by_person(store: Store) -> None:
    for number in range(10):
        store.submit(submission_of(f"i{number}"), "ada" if number % 2 else "bo")
    assert len(list(store.annotations("p"))) == 10
    assert len(list(store.annotations("p", annotator="ada"))) == 5
