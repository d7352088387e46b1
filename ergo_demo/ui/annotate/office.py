"""The owner's routes: projects, people, and items that were asked about on the page; and whether all is well."""

from typing import Any

from ergo_demo.annotation.cli import project_id
from ergo_demo.annotation.importing import Terms, add_run, import_rows
from ergo_demo.asking import MOST_QUESTION_CHARACTERS
from ergo_demo.errors import InputError
from ergo_demo.store.identity import clean_name
from ergo_demo.store.records import Plan
from ergo_demo.ui import photos
from ergo_demo.ui.annotate.answers import number_of, text_of
from ergo_demo.ui.annotate.call import Call, Desk, project_of
from ergo_demo.ui.annotate.decisions import read_record
from ergo_demo.ui.annotate.receiving import rows_of

MOST_SHOWN = 200
"""Problems of one upload that are named; all are counted."""


def health(desk: Desk, _call: Call) -> dict[str, Any]:
    """Whether the store answers; raises StoreError otherwise. Says nothing else to anybody."""
    desk.store.looking.project("", None)
    return {"ok": True}


def add_project(desk: Desk, call: Call) -> dict[str, Any]:
    """Makes a project; one of this name that is there stays as it is."""
    name = text_of(call.body, "name", most=100).strip()
    id = project_id(name)
    chosen = call.body.get("plan")
    plan = read_record(Plan, chosen if isinstance(chosen, dict) else {})
    desk.store.add_project(id, name, plan)
    desk.store.agree(id, call.who, "owner", "")
    return {"id": id}


def add_person(desk: Desk, call: Call) -> dict[str, Any]:
    """Lets a person annotate in a project, and gives the link that makes whoever opens it this person."""
    project = project_of(desk, call)
    name = clean_name(text_of(call.body, "name"))
    desk.store.add_member(project.id, desk.store.identity(name), "annotator", "")
    return {"name": name, "link": desk.invitation(name)}


def add_asked(desk: Desk, call: Call) -> dict[str, Any]:
    """Puts what was asked on the Ask tab into a project: its photo, its trace, its question."""
    project = project_of(desk, call)
    photo, trace = photos.kept_run(desk.photos, text_of(call.body, "photo"), text_of(call.body, "look"))
    terms = Terms(project=project.id, licence=text_of(call.body, "licence", default=""), consent_publish=publish(call))
    report = add_run(desk.store, photo, trace, terms)
    return {"added": report.added, "already": report.already}


def upload(desk: Desk, call: Call) -> dict[str, Any]:
    """Imports the files that were uploaded; what was left out, and why."""
    assert call.folder is not None, "the table says that files come"
    project = project_of(desk, call)
    terms = Terms(
        project=project.id,
        blind_share=share_of(call, "blind"),
        repeat_share=share_of(call, "repeats"),
        people=number_of(call.body.get("people"), 1, 1, 20),
        licence=text_of(call.body, "licence", default=""),
        consent_publish=publish(call),
    )
    question = text_of(call.body, "question", most=MOST_QUESTION_CHARACTERS, default="")
    desk.store.agree(project.id, call.who, "owner", project.plan.agreement)
    report = import_rows(desk.store, desk.shelf.door, terms, rows_of(call.folder, question))
    shown = [{"where": problem.where, "text": problem.text} for problem in report.problems[:MOST_SHOWN]]
    return {
        "added": report.added,
        "already": report.already,
        "left_out": len(report.problems),
        "problems": shown,
    }


def share_of(call: Call, name: str) -> float:
    """A share of a form, 0 where it is not said. Raises InputError."""
    text = text_of(call.body, name, default="0")
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError(f'"{name}" is no share.', remedy="Send a number from 0 to 1.")
    return share


def publish(call: Call) -> bool:
    """The tick that lets photos be published: off unless it was set."""
    ticked = call.body.get("consent", False)
    if ticked not in (True, False, "true", "false"):
        raise InputError('"consent" is no tick.', remedy="Send true or false.")
    return ticked in (True, "true")
