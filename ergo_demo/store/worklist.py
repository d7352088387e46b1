"""Who works on what: an item is leased for a time, so that nobody does it twice unless it is wanted twice.

Each function works in the transaction that it is given. Moments are seconds since 1970.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from ergo_demo.store import rows, tables
from ergo_demo.store.forgetting import refuse_forgotten
from ergo_demo.store.records import Lease, Order
from ergo_demo.store.sql import insert_for

ANNOTATION, ITEM, LEASE = tables.annotation, tables.item, tables.lease

ORDERS = {
    Order.FILE: (ITEM.c.position, ITEM.c.id),
    Order.RANDOM: (ITEM.c.shuffled, ITEM.c.id),
    Order.UNCERTAINTY: (ITEM.c.uncertainty.desc(), ITEM.c.id),
}


@dataclass(frozen=True, slots=True)
class Work:
    """How far a project is: items, those that need nobody any more, and those that somebody holds now."""

    items: int
    done: int
    held: int


def take(
    connection: sa.Connection,
    project: str,
    annotator: str,
    order: Order,
    lease_seconds: float,
    now: float,
    besides: Collection[str] = (),
) -> Lease | None:
    """The next item for this person, leased; None when there is none. `besides`: what the page holds already.

    What this person holds from before (a page that was reloaded) comes first. A blind item hides what was suggested.
    """
    refuse_forgotten(connection, "annotator", annotator)
    found = _held(connection, project, annotator, now, besides)
    if found is None:
        found = _free(connection, project, annotator, order, now, besides)
    if found is None:
        return None
    queue = Order(found["queue"]) if "queue" in found else order
    kept = {"expires": now + lease_seconds, "queue": queue.value}
    leasing = insert_for(connection, LEASE).values(item=found["id"], annotator=annotator, **kept)
    connection.execute(leasing.on_conflict_do_update(index_elements=["item", "annotator"], set_=kept))
    return Lease(rows.without_suggestion(rows.item_of(found)), now + lease_seconds, queue)


def _held(
    connection: sa.Connection, project: str, annotator: str, now: float, besides: Collection[str]
) -> rows.Row | None:
    chosen = (
        sa.select(ITEM, LEASE.c.queue)
        .join(LEASE, LEASE.c.item == ITEM.c.id)
        .where(
            LEASE.c.annotator == annotator, LEASE.c.expires > now, ITEM.c.project == project, ITEM.c.id.not_in(besides)
        )
        .order_by(LEASE.c.expires)
        .limit(1)
    )
    return connection.execute(chosen).mappings().first()


def _free(
    connection: sa.Connection, project: str, annotator: str, order: Order, now: float, besides: Collection[str]
) -> rows.Row | None:
    if connection.dialect.name == "postgresql":
        # One replica at a time: the count of leases below must see the other's. SQLite has one writer anyway.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(project))))
    mine = sa.exists().where(ANNOTATION.c.item == ITEM.c.id, ANNOTATION.c.annotator == annotator)
    theirs = ANNOTATION.alias("theirs")
    already = sa.exists().where(theirs.c.item == LEASE.c.item, theirs.c.annotator == LEASE.c.annotator)
    # A repeat is for whoever did the item that it repeats: it measures agreement with oneself.
    before = ANNOTATION.alias("before")
    was_theirs = sa.exists().where(before.c.item == ITEM.c.repeat_of, before.c.annotator == annotator)
    held = (
        sa.select(sa.func.count())
        .select_from(LEASE)
        .where(LEASE.c.item == ITEM.c.id, LEASE.c.annotator != annotator, LEASE.c.expires > now, ~already)
        .scalar_subquery()
    )
    chosen = (
        sa.select(ITEM)
        .where(
            ITEM.c.project == project,
            ITEM.c.open.is_(True),
            ITEM.c.id.not_in(besides),
            ~mine,
            ITEM.c.done + held < ITEM.c.wanted,
            sa.or_(ITEM.c.repeat_of.is_(None), was_theirs),
        )
        .order_by(*ORDERS[order])
        .limit(1)
    )
    return connection.execute(chosen).mappings().first()


def renew(connection: sa.Connection, items: Collection[str], annotator: str, lease_seconds: float, now: float) -> int:
    """Holds what this person still has on the page; how many. What ran out may be another's by now and is left."""
    mine = sa.and_(LEASE.c.item.in_(items), LEASE.c.annotator == annotator, LEASE.c.expires > now)
    return connection.execute(sa.update(LEASE).where(mine).values(expires=now + lease_seconds)).rowcount


def release(connection: sa.Connection, items: Collection[str], annotator: str) -> None:
    """Gives items back, for others to take at once."""
    connection.execute(sa.delete(LEASE).where(LEASE.c.item.in_(items), LEASE.c.annotator == annotator))


def work(connection: sa.Connection, project: str, now: float) -> Work:
    """How far this project is."""
    counted = sa.select(sa.func.count(), sa.func.count().filter(ITEM.c.open.is_(False))).where(
        ITEM.c.project == project
    )
    items, done = connection.execute(counted).one()
    # Not a join: there are few leases and may be 100,000 items, and SQLite would begin with these.
    of_project = sa.exists().where(ITEM.c.id == LEASE.c.item, ITEM.c.project == project)
    holding = sa.select(sa.func.count()).select_from(LEASE).where(LEASE.c.expires > now, of_project)
    return Work(items, done, connection.execute(holding).scalar_one())
