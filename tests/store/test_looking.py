"""Lists for people, on both databases: projects and how far they are, last decisions, every decision in short."""

import time
from dataclasses import replace

from ergo_demo.geometry import Box
from ergo_demo.store.looking import State
from ergo_demo.store.records import Action, Effort, Order, Plan, Reason
from ergo_demo.store.store import Store
from tests.store.making import SUGGESTED, item_of, keep_photo, receipt, submission_of


def test_projects_of_a_person_and_of_all(store: Store) -> None:
    store.add_project("q", "Other", Plan())
    store.add_member("p", "ada", "annotator", "")
    receipt(store.submit(submission_of("i3"), "ada"))
    receipt(store.submit(submission_of("i4"), "bo"))
    (mine,) = store.looking.projects("ada")
    assert (mine.id, mine.name, mine.role, mine.agreement) == ("p", "Signs", "annotator", "")
    assert (mine.items, mine.done, mine.mine) == (10, 2, 1)
    assert mine.plan.order is Order.FILE
    assert [one.role for one in store.looking.projects("cy", all_of_them=True)] == [None, None]
    assert store.looking.projects(None) == []
    assert store.looking.project("nothing", "ada") is None


def test_terms_are_seen_once_and_a_role_stays(store: Store) -> None:
    store.add_member("p", "ada", "annotator", "")
    store.agree("p", "ada", "owner", "2")
    assert (_agreed(store, "ada"), store.role("p", "ada")) == ("2", "annotator")
    store.agree("p", "bo", "owner", "1")
    assert store.role("p", "bo") == "owner"


def _agreed(store: Store, person: str) -> str | None:
    project = store.looking.project("p", person)
    return project.agreement if project else None


def test_a_first_decision_notes_that_its_maker_has_seen_the_terms(store: Store) -> None:
    """Those of now, once it is kept; not one that was refused, nor one from elsewhere that says nothing of terms."""
    store.add_member("p", "ada", "annotator", "0")
    store.submit_soon(submission_of("i0", base=3), "ada", expanded=None, agrees=True).exception()
    receipt(store.submit(submission_of("i1"), "ada"))
    assert _agreed(store, "ada") == "0"
    receipt(store.submit_soon(submission_of("i0"), "ada", expanded=None, agrees=True).result())
    assert (_agreed(store, "ada"), store.role("p", "ada")) == ("1", "annotator")
    receipt(store.submit_soon(submission_of("i0"), "bo", "owner", expanded=None, agrees=True).result())
    assert (_agreed(store, "bo"), store.role("p", "bo")) == ("1", "owner")


def test_the_last_decisions_are_those_that_count(store: Store) -> None:
    receipt(store.submit(submission_of("i0", effort=Effort(active_ms=3_000)), "ada"))
    receipt(store.submit(submission_of("i1", effort=Effort(active_ms=5_000)), "ada"))
    receipt(store.submit(submission_of("i0", base=1, action=Action.ACCEPT, boxes=()), "ada"))
    receipt(store.submit(submission_of("i2"), "bo"))
    last = store.looking.last("p", "ada", 10)
    assert [(one.submission.item, one.version) for one in last] == [("i0", 2), ("i1", 1)]
    assert len(store.looking.last("p", "ada", 1)) == 1
    assert store.looking.active_ms("p", "ada", 10) == [5_000]


def test_every_decision_in_short(store: Store) -> None:
    assert store.looking.state("p") == State(0, "", 0, 0)
    boxes = (Box(1010, 500, 1400, 910), Box(2000, 100, 2100, 300))
    receipt(store.submit(submission_of("i0", boxes=boxes), "ada"))
    reasons = (Reason.TOO_TIGHT, Reason.WRONG_THING)
    receipt(store.submit(submission_of("i1", action=Action.REJECT, boxes=(), reasons=reasons), "ada"))
    first, second = store.looking.decisions("p")
    assert (first.item, first.action, first.box) == ("i0", "edit", Box(1010, 100, 2100, 910))
    assert (first.suggested, first.frame.width, first.blind) == (SUGGESTED, 4000, False)
    assert first.iou is not None
    assert (second.box, set(second.reasons)) == (None, {"too_tight", "wrong_thing"})
    assert store.looking.state("p").number == 2
    assert store.looking.decisions("p", since=second.created)[-1] == second
    receipt(store.submit(submission_of("i1", base=1, boxes=boxes), "ada"))
    assert [(one.version, one.action) for one in store.looking.decisions("p")] == [(1, "edit"), (2, "edit")]


def test_whether_a_project_only_grew(store: Store) -> None:
    kept = receipt(store.submit(submission_of("i0"), "ada"))
    before = store.looking.state("p")
    time.sleep(0.002)
    receipt(store.submit(submission_of("i0", base=1), "ada"))
    receipt(store.submit(submission_of("i1"), "bo"))
    assert store.looking.only_grew("p", before)
    late = store.newest("i1", "bo")
    assert late is not None
    submission = replace(late.submission, client_id="earlier", item="i2")
    assert store.add_again(replace(late, submission=submission, created="2020-01-01T00:00:00.000+00:00"))
    assert not store.looking.only_grew("p", before)
    now = store.looking.state("p")
    assert (now.number, now.newest > kept.created) == (4, True)
    store.forget_annotator("ada")
    assert not store.looking.only_grew("p", now)


def test_a_repeat_waits_for_whoever_did_the_first_one(store: Store) -> None:
    image = keep_photo(store, b"another photo")
    store.add_project("q", "Twice", Plan(order=Order.FILE, random_share=0))
    first = item_of(image, "first", project="q")
    assert store.add_items([first, item_of(image, "again", project="q", repeat_of="first", position=1)]) == 2
    assert store.add_items([first, item_of(image, "new", project="p")]) == 1

    def taken(who: str) -> str | None:
        lease = store.take("q", who)
        return lease.item.id if lease else None

    assert (taken("ada"), taken("bo")) == ("first", None)
    receipt(store.submit(submission_of("first"), "ada"))
    assert (taken("bo"), taken("ada")) == (None, "again")
    assert store.work("q").held == 1
    assert store.work("p").held == 0
