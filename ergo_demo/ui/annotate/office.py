"""The owner's routes: projects, people, and items that were asked about on the page; and whether all is well."""

from typing import Any

from ergo_demo.annotation.cli import project_id
from ergo_demo.annotation.importing import Terms, add_run
from ergo_demo.errors import InputError
from ergo_demo.store.records import Plan
from ergo_demo.ui import photos
from ergo_demo.ui.annotate.answers import text_of
from ergo_demo.ui.annotate.call import Call, Desk, project_of
from ergo_demo.ui.annotate.decisions import read_record
from ergo_demo.ui.annotate.people import clean_name


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


def publish(call: Call) -> bool:
    """The tick that lets photos be published: off unless it was set."""
    ticked = call.body.get("consent", False)
    if not isinstance(ticked, bool):
        raise InputError('"consent" is no tick.', remedy="Send true or false.")
    return ticked
