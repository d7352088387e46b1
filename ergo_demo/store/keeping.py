"""Images, traces, projects and items in the database. Each function works in the transaction that it is given."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from ergo_demo.errors import NotThere
from ergo_demo.records import Trace, from_json, to_json
from ergo_demo.store import rows, tables
from ergo_demo.store.forgetting import refuse_forgotten
from ergo_demo.store.records import Image, Item, Plan
from ergo_demo.store.sql import add_once

ITEM, TRACE = tables.item, tables.trace

# Made once, because every submission asks. The whole record, not a field of it: PostgreSQL reads none where a model
# wrote a NUL anywhere.
_CASE = (
    sa.select(ITEM, tables.member.c.role, TRACE.c.record)
    .outerjoin(TRACE, TRACE.c.id == ITEM.c.trace)
    .outerjoin(
        tables.member,
        sa.and_(tables.member.c.project == ITEM.c.project, tables.member.c.person == sa.bindparam("person")),
    )
    .where(ITEM.c.id == sa.bindparam("item"))
)


@dataclass(frozen=True)
class Case:
    """An item before a person: `role` is what they are in its project, None for nobody."""

    item: Item
    role: str | None
    record: dict[str, Any] | None

    @cached_property
    def trace(self) -> Trace | None:
        """Of the item's run."""
        return None if self.record is None else from_json(Trace, self.record)


def add_image(connection: sa.Connection, image: Image) -> None:
    """The row of a photo whose file is on the disk. Raises Forgotten."""
    refuse_forgotten(connection, "image", image.blob_sha256, image.upload_sha256)
    add_once(connection, tables.image, [rows.image_row(image)])


def image(connection: sa.Connection, blob_sha256: str) -> Image | None:
    """The stored photo of this hash."""
    chosen = sa.select(tables.image).where(tables.image.c.blob_sha256 == blob_sha256)
    found = connection.execute(chosen).mappings().first()
    return rows.image_of(found) if found else None


def add_trace(connection: sa.Connection, trace: Trace, asked_by: str | None) -> None:
    """Keeps `trace`; again is once. Raises Forgotten."""
    refuse_forgotten(connection, "image", trace.blob_sha256, trace.upload_sha256)
    if asked_by is not None:
        refuse_forgotten(connection, "annotator", asked_by)
    add_once(connection, TRACE, [rows.trace_row(trace, asked_by)])


def trace(connection: sa.Connection, id: str, asked_by: str | None = None) -> Trace | None:
    """The trace, if `asked_by` is None or whoever asked; nobody learns that another's exists."""
    chosen = sa.select(TRACE.c.record).where(TRACE.c.id == id)
    if asked_by is not None:
        chosen = chosen.where(TRACE.c.asked_by == asked_by)
    found = connection.execute(chosen).first()
    return from_json(Trace, found[0]) if found else None


def case(connection: sa.Connection, item: str, person: str) -> Case | None:
    """The item of this id with all that a decision of `person` about it is checked against."""
    found = connection.execute(_CASE, {"item": item, "person": person}).mappings().first()
    if found is None:
        return None
    return Case(rows.item_of(found), found["role"], found["record"])


def add_project(connection: sa.Connection, id: str, name: str, plan: Plan) -> None:
    """A project; one of this id that is there stays as it is."""
    row = {"id": id, "name": rows.plain(name), "plan": to_json(plan), "created": rows.now()}
    add_once(connection, tables.project, [row])


def projects(connection: sa.Connection) -> dict[str, str]:
    """Every project: its name by its id."""
    chosen = sa.select(tables.project.c.id, tables.project.c.name).order_by(tables.project.c.id)
    return {row.id: row.name for row in connection.execute(chosen)}


def plan(connection: sa.Connection, project: str) -> Plan:
    """How this project works. Raises NotThere."""
    found = connection.execute(sa.select(tables.project.c.plan).where(tables.project.c.id == project)).first()
    if found is None:
        raise NotThere("There is no such project.", remedy="Choose one from the list.")
    return from_json(Plan, found[0])


def add_member(connection: sa.Connection, project: str, person: str, role: str, agreement: str) -> None:
    """Lets `person` (keyed hash) work in a project; `agreement`: the version of the text they agreed to."""
    refuse_forgotten(connection, "annotator", person)
    plan(connection, project)
    row = {"project": project, "person": person, "role": role, "agreement": agreement, "created": rows.now()}
    add_once(connection, tables.member, [row])


def agree(connection: sa.Connection, project: str, person: str, role: str, agreement: str) -> None:
    """Notes that `person` agreed to this version of the terms; whoever is no member yet becomes one with `role`."""
    add_member(connection, project, person, role, agreement)
    table = tables.member
    mine = sa.and_(table.c.project == project, table.c.person == person)
    connection.execute(sa.update(table).where(mine).values(agreement=agreement))


def role(connection: sa.Connection, project: str, person: str) -> str | None:
    """What `person` is in a project; None for nobody."""
    table = tables.member
    return connection.execute(
        sa.select(table.c.role).where(table.c.project == project, table.c.person == person)
    ).scalar()


def add_items(connection: sa.Connection, items: Sequence[Item]) -> int:
    """Items whose photos and traces are kept; one whose id is there is left as it is. How many were not. Raises
    Forgotten."""
    photos = {name for item in items for name in (item.blob_sha256, item.upload_sha256)}
    refuse_forgotten(connection, "image", *sorted(photos))
    there = set(connection.execute(sa.select(ITEM.c.id).where(ITEM.c.id.in_([item.id for item in items]))).scalars())
    new = {item.id: item for item in items if item.id not in there}
    add_once(connection, ITEM, [rows.item_row(item, shuffled(item.id)) for item in new.values()])
    return len(new)


def item(connection: sa.Connection, id: str) -> Item | None:
    """The item of this id."""
    found = connection.execute(sa.select(ITEM).where(ITEM.c.id == id)).mappings().first()
    return rows.item_of(found) if found else None


def shuffled(id: str) -> float:
    """The item's place in the random order, 0 to 1: the same wherever the item is imported."""
    return int(hashlib.sha256(id.encode()).hexdigest()[:13], 16) / 16**13
