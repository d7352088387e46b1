"""One request, read: who asks and for what; and what of the store that person may touch. The checks of every route.

Whether something is not there or not yours is answered alike: nobody learns what exists by guessing ids.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.datastructures import QueryParams

from ergo_demo.errors import NotThere
from ergo_demo.exports.hub.sending import Sender
from ergo_demo.exports.jobs import Exports
from ergo_demo.store.keeping import Case
from ergo_demo.store.looking import Project
from ergo_demo.store.records import Item
from ergo_demo.store.store import Store
from ergo_demo.ui.annotate.answers import text_of
from ergo_demo.ui.annotate.looking_again import LookAgain
from ergo_demo.ui.annotate.people import Person
from ergo_demo.ui.annotate.reviews import Reviews
from ergo_demo.ui.annotate.shelf import Shelf


@dataclass(frozen=True)
class Desk:
    """What the handlers work with."""

    store: Store
    shelf: Shelf
    reviews: Reviews
    exports: Exports
    photos: Path
    """The folder of what visitors asked about."""
    invitation: Callable[[str], str] = lambda _name: ""
    """The link that makes somebody a person, relative to the page."""
    sender: Sender | None = None
    """What sends decisions to the Hub; None where no dataset is named."""
    look_again: LookAgain | None = None
    """How the model answers from a corrected box; None without a model."""
    names_last: bool = True
    """Whether somebody is the same person after a restart (see people.Entrance)."""


@dataclass(frozen=True)
class Call:
    """Who asks, and the fields of the body or of the address."""

    person: Person
    body: dict[str, Any] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)
    folder: Path | None = None
    """Where the files of an upload lie until it is answered."""
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the browser has hung up: whatever waits for a model may stop. Watched where a route `waits`."""

    @property
    def who(self) -> str:
        """What stands for this person in the store; routes for visitors have no use for it."""
        assert self.person.hash is not None, "the table of routes lets nobody unknown in here"
        return self.person.hash


def project_of(desk: Desk, call: Call, id: str | None = None) -> Project:
    """The project that the call names, if this person works in it. Raises NotThere."""
    id = id if id is not None else call.query.get("project") or text_of(call.body, "project")
    found = desk.store.looking.project(id, call.who)
    if found is None or (found.role is None and not call.person.owner):
        raise NotThere("There is no such project.", remedy="Choose one from the list, or ask its owner to invite you.")
    return found


def member_of(desk: Desk, call: Call) -> str:
    """The id of the project that the call names, without counting what is in it. Raises NotThere, as `project_of`."""
    id = text_of(call.body, "project")
    if not call.person.owner and desk.store.role(id, call.who) is None:
        raise NotThere("There is no such project.", remedy="Choose one from the list, or ask its owner to invite you.")
    return id


def case_of(desk: Desk, call: Call, id: str | None = None) -> Case:
    """The item that the call names, whole, with its trace and this person's role. Raises NotThere."""
    case = desk.store.case(id if id is not None else text_of(call.body, "item"), call.who)
    if case is not None and call.person.owner:
        return replace(case, role="owner")
    if case is None or case.role is None:
        raise NotThere("There is no such item.", remedy="Go on with the next one: it may have been removed.")
    return case


def item_of(desk: Desk, call: Call, id: str | None = None) -> Item:
    """The item that the call names, whole. Raises NotThere."""
    return case_of(desk, call, id).item
