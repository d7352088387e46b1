"""An annotator's routes: projects, the next item, drafts, decisions, the way back. Each takes a call and gives JSON."""

import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from ergo_demo.errors import InputError, NotThere
from ergo_demo.geometry import Box, Size, fit_to_budget
from ergo_demo.records import Trace
from ergo_demo.store import rows
from ergo_demo.store.looking import Project
from ergo_demo.store.records import Draft, Item, Receipt, Stale
from ergo_demo.ui import promise
from ergo_demo.ui.annotate import decisions, shelf
from ergo_demo.ui.annotate.answers import ids_of, number_of
from ergo_demo.ui.annotate.call import Call, Desk, case_of, item_of, member_of, project_of

DRAFT_CHARACTERS = 100_000
LAST_TIMES = 500
"""Decisions that the median time is of."""

COARSE_TOKENS = 1_280
"""Of the grid on which a box can be moved where no model has looked: what ERGO was made for."""


@dataclass(frozen=True)
class Conflict:
    """Not the newest: both decisions, to be answered with 409."""

    body: dict[str, Any]


@dataclass(frozen=True)
class Later:
    """What the store has not answered yet, and what is made of its answer: no thread waits for a disk."""

    kept: "Future[Receipt | Stale]"
    answer: Callable[[Receipt | Stale], dict[str, Any] | Conflict]


def projects(desk: Desk, call: Call) -> dict[str, Any]:
    """Where this person may work, nothing for a visitor; and whether the model looks again, and what that costs."""
    person = call.person
    found = [] if person.hash is None else desk.store.looking.projects(person.hash, all_of_them=person.owner)
    return {
        "projects": [_project(project, person.owner) for project in found],
        "you": {"name": person.name, "role": person.role},
        "what_if": None if desk.look_again is None else "costs" if desk.look_again.costs else "free",
    }


def _project(project: Project, owner: bool) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "role": "owner" if owner else project.role,
        "items": project.items,
        "done": project.done,
        "mine": project.mine,
        "terms": terms(project),
    }


def terms(project: Project) -> dict[str, Any]:
    """The one line that is shown before a person's first upload and first submit, and whether they have seen it."""
    days = project.plan.kept_days
    long = "until its owner removes it" if days is None else f"for {days:,} days, then removed for good"
    line = (
        f"Kept on this server {long}: photos without their metadata, your decisions with their "
        "times, and a keyed hash in place of your name. "
        f"Decisions are under {project.plan.label_licence}; nothing is published without your tick."
    )
    version = project.plan.agreement
    return {"version": version, "line": line, "seen": project.agreement == version}


def take(desk: Desk, call: Call) -> dict[str, Any]:
    """The next item of a project, leased; None and how many are left for others when there is none for this person."""
    project = member_of(desk, call)
    lease = desk.store.take(project, call.who, ids_of(call.body, "besides"))
    if lease is None:
        work = desk.store.work(project)
        return {"item": None, "left": work.items - work.done}
    try:
        return {"item": _item(desk, call, lease.item, lease.expires)}
    except BaseException:
        desk.store.release([lease.item.id], call.who)
        raise


def _item(desk: Desk, call: Call, item: Item, until: float) -> dict[str, Any]:
    """An item as the page gets it; `item` without what is hidden from this person."""
    newest, draft = desk.store.newest(item.id, call.who), desk.store.draft(item.id, call.who)
    trace = desk.store.trace(item.trace) if item.trace else None
    coarse = item.coarse or fit_to_budget(item.frame, COARSE_TOKENS)
    return {
        "id": item.id,
        "project": item.project,
        "question": item.question,
        "options": item.extra.get("options", []),
        "photo": shelf.shown(desk.shelf.open(item.blob_sha256)),
        "proposal": _proposal(item, trace),
        "blind": item.blind,
        "repeat": item.repeat_of is not None,
        "lease_until": until,
        "base_version": newest.version if newest else 0,
        "draft": draft.body if draft else None,
        "coarse": _size(coarse),
    }


def _proposal(item: Item, trace: Trace | None) -> dict[str, Any] | None:
    if item.suggested is None and trace is None:
        return None
    return {
        "box": _edges(item.suggested),
        "expanded": _edges(trace.region if trace else None),
        "region_label": promise.region_label(trace),
        "heat": [list(row) for row in trace.heat] if trace and trace.heat else None,
        "thought": trace.coarse.thought if trace and trace.coarse else "",
        "answer": trace.answer if trace else "",
        "expanded_answer": trace.region_answer if trace else None,
        "samples": [list(sample.box.edges) for sample in trace.samples if sample.box] if trace else [],
    }


def _edges(box: Box | None) -> list[float] | None:
    return None if box is None else list(box.edges)


def _size(size: Size) -> dict[str, int]:
    return {"width": size.width, "height": size.height}


def renew(desk: Desk, call: Call) -> dict[str, Any]:
    """Keeps what is on the page for a while longer: which are still this person's, and until when."""
    project, items = member_of(desk, call), ids_of(call.body, "items")
    mine = items
    if desk.store.renew(project, items, call.who) < len(items):
        mine = [id for id in items if desk.store.renew(project, [id], call.who)]
    found = [item for id in items if (item := desk.store.item(id)) is not None and item.project == project]
    desk.shelf.touch([item.blob_sha256 for item in found])
    return {"items": mine, "lease_until": time.time() + desk.store.plan(project).lease_seconds}


def release(desk: Desk, call: Call) -> dict[str, Any]:
    """Gives items back. What this person does not hold is left as it is."""
    desk.store.release(ids_of(call.body, "items"), call.who)
    return {}


def draft(desk: Desk, call: Call) -> dict[str, Any]:
    """Keeps unsent work."""
    item = item_of(desk, call)
    body = call.body.get("body")
    if len(json.dumps(body)) > DRAFT_CHARACTERS:
        raise InputError("The draft is too long.", remedy=f"{DRAFT_CHARACTERS:,} characters is the most.")
    newest = desk.store.newest(item.id, call.who)
    number = call.body.get("number")
    if not isinstance(number, int) or not 0 <= number < 2**53:
        number = time.time_ns() // 1_000_000
    desk.store.save_draft(Draft(item.id, newest.version if newest else 0, number, body), call.who)
    return {"saved_at": rows.now()}


def submit(desk: Desk, call: Call) -> Later:
    """Keeps a decision; answered once it is on the disk."""
    case = case_of(desk, call)
    # The suggestion as it is, also of a blind item: what is submitted is compared with it.
    submission, repaired = decisions.read_submission(call.body, case.item, case.trace)
    role = "owner" if case.role == "owner" else "annotator"
    region = case.trace.region if case.trace else None
    # Whoever submits has had the line of the project's terms before their eyes.
    kept = desk.store.submit_soon(submission, call.who, role, expanded=region, agrees=True)
    return Later(kept, partial(_answered, repaired=repaired))


def _answered(got: Receipt | Stale, repaired: tuple[str, ...]) -> dict[str, Any] | Conflict:
    if isinstance(got, Stale):
        newest = decisions.shown(got.newest)
        return Conflict({"stale": {"yours": decisions.sent_again(got.refused), "newest": newest}})
    return {"version": got.version, "saved_at": got.created, "repaired": list(repaired)}


def mine(desk: Desk, call: Call) -> dict[str, Any]:
    """This person's last decisions, the newest first."""
    project = project_of(desk, call)
    limit = number_of(call.query.get("limit"), 10, 1, 50)
    found = desk.store.looking.last(project.id, call.who, limit)
    questions = {item.id: item.question for one in found if (item := desk.store.item(one.submission.item))}
    return {"decisions": [{**decisions.shown(one), "question": questions.get(one.submission.item)} for one in found]}


def reopen(desk: Desk, call: Call) -> dict[str, Any]:
    """An item that this person has decided, with that decision to go on from."""
    item = item_of(desk, call)
    newest = desk.store.newest(item.id, call.who)
    if newest is None:
        raise NotThere("You have not decided this item.", remedy="Choose one of your last decisions.")
    until = time.time() + desk.store.plan(item.project).lease_seconds
    shown = _item(desk, call, rows.without_suggestion(item), until)
    return {"item": {**shown, "draft": shown["draft"] or decisions.shown(newest)}}


def panel(desk: Desk, call: Call) -> dict[str, Any]:
    """How far this person is."""
    project = project_of(desk, call)
    last = desk.store.looking.last(project.id, call.who, 1)
    times = desk.store.looking.active_ms(project.id, call.who, LAST_TIMES)
    return {
        "items": project.items,
        "done": project.done,
        "mine": project.mine,
        "median_seconds": statistics.median(times) / 1000 if times else None,
        "last": decisions.shown(last[0]) if last else None,
    }
