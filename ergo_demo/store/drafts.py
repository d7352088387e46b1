"""Unsent work, one draft for each (item, annotator): the only thing here that is overwritten."""

import sqlalchemy as sa

from ergo_demo.errors import NotThere
from ergo_demo.store import rows, tables
from ergo_demo.store.forgetting import refuse_forgotten
from ergo_demo.store.records import Draft
from ergo_demo.store.sql import insert_for

DRAFT, ITEM = tables.draft, tables.item


def save_draft(connection: sa.Connection, draft: Draft, annotator: str) -> None:
    """Keeps `draft` unless a later one of this pair is there. Raises NotThere."""
    refuse_forgotten(connection, "annotator", annotator)
    if connection.execute(sa.select(ITEM.c.id).where(ITEM.c.id == draft.item)).first() is None:
        raise NotThere("There is no such item.", remedy="Go on with the next one: it may have been removed.")
    kept = {"base": draft.base, "number": draft.number, "body": draft.body, "updated": rows.now()}
    inserting = insert_for(connection, DRAFT).values(item=draft.item, annotator=annotator, **kept)
    connection.execute(
        inserting.on_conflict_do_update(
            index_elements=["item", "annotator"], set_=kept, where=DRAFT.c.number < draft.number
        )
    )


def draft(connection: sa.Connection, item: str, annotator: str) -> Draft | None:
    """What this person has not submitted yet about this item."""
    chosen = sa.select(DRAFT).where(DRAFT.c.item == item, DRAFT.c.annotator == annotator)
    found = connection.execute(chosen).mappings().first()
    if found is None:
        return None
    return Draft(item, found["base"], found["number"], found["body"], found["updated"])
