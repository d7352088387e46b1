"""Who works on what: an item is leased for a time, so that nobody does it twice unless it is wanted twice.

A share of a project's items is the random stream. Which ones is fixed by their ids before anybody works, and no other
order ever hands them out: were they drawn from what is left, the uncertain ones would be gone, and a calibration from
them too narrow.

Each function works in the transaction that it is given. Moments are seconds since 1970.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from ergo_demo.store import rows, tables
from ergo_demo.store.forgetting import refuse_forgotten
from ergo_demo.store.keeping import shuffled
from ergo_demo.store.records import Action, Lease, Order, Plan
from ergo_demo.store.sql import insert_for

ANNOTATION, ITEM, LEASE = tables.annotation, tables.item, tables.lease

ORDERS = {
    Order.FILE: (ITEM.c.position, ITEM.c.id),
    Order.RANDOM: (ITEM.c.shuffled, ITEM.c.id),
    # Both downwards, so that the index is read backwards and nothing is sorted.
    Order.UNCERTAINTY: (ITEM.c.uncertainty.desc(), ITEM.c.id.desc()),
}
"""Each has an index of its own (see tables.py)."""


@dataclass(frozen=True, slots=True)
class Work:
    """How far a project is: items, those that need nobody any more, and those that somebody holds now."""

    items: int
    done: int
    held: int


def is_random(plan: Plan, item: str) -> bool:
    """Whether the item of this id is in the random stream."""
    return plan.order is Order.RANDOM or shuffled(item) < plan.random_share


def take(
    connection: sa.Connection,
    project: str,
    annotator: str,
    plan: Plan,
    draws_random: bool,
    now: float,
    besides: Collection[str] = (),
) -> Lease | None:
    """The next item for this person, leased; None when there is none. `besides`: what the page holds already.

    What this person holds from before (a page that was reloaded) comes first. Then with `draws_random` the random
    stream, else the plan's order; the other one where that has nothing left. A blind item hides what was suggested.
    """
    refuse_forgotten(connection, "annotator", annotator)
    got = _held(connection, project, annotator, now, besides)
    if got is None:
        free = (_free(connection, project, annotator, *stream, now, besides) for stream in _streams(plan, draws_random))
        got = next(filter(None, free), None)
    if got is None:
        return None
    found, queue = got
    kept = {"expires": now + plan.lease_seconds, "queue": queue.value}
    leasing = insert_for(connection, LEASE).values(item=found["id"], annotator=annotator, **kept)
    connection.execute(leasing.on_conflict_do_update(index_elements=["item", "annotator"], set_=kept))
    return Lease(rows.without_suggestion(rows.item_of(found)), now + plan.lease_seconds, queue)


def _streams(plan: Plan, draws_random: bool) -> Iterator[tuple[Order, sa.ColumnElement[bool]]]:
    """Where to look, in turn: an order and the items that it hands out."""
    if plan.order is Order.RANDOM:
        yield Order.RANDOM, sa.true()
        return
    random = (Order.RANDOM, ITEM.c.shuffled < plan.random_share)
    # A sum is nothing that an index is searched by: SQLite would take the one of `shuffled`, then sort what it finds.
    ordered = (plan.order, ITEM.c.shuffled + 0.0 >= plan.random_share)
    yield from (random, ordered) if draws_random else (ordered, random)


def _held(
    connection: sa.Connection, project: str, annotator: str, now: float, besides: Collection[str]
) -> tuple[rows.Row, Order] | None:
    chosen = (
        sa.select(ITEM, LEASE.c.queue)
        .join(LEASE, LEASE.c.item == ITEM.c.id)
        .where(
            LEASE.c.annotator == annotator, LEASE.c.expires > now, ITEM.c.project == project, ITEM.c.id.not_in(besides)
        )
        .order_by(LEASE.c.expires)
        .limit(1)
    )
    found = connection.execute(chosen).mappings().first()
    return None if found is None else (found, Order(found["queue"]))


def _free(
    connection: sa.Connection,
    project: str,
    annotator: str,
    order: Order,
    stream: sa.ColumnElement[bool],
    now: float,
    besides: Collection[str],
) -> tuple[rows.Row, Order] | None:
    if connection.dialect.name == "postgresql":
        # One replica at a time: the count of leases below must see the other's. SQLite has one writer anyway.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(project))))
    mine = sa.exists().where(ANNOTATION.c.item == ITEM.c.id, ANNOTATION.c.annotator == annotator)
    theirs = ANNOTATION.alias("theirs")
    already = sa.exists().where(theirs.c.item == LEASE.c.item, theirs.c.annotator == LEASE.c.annotator)
    # A repeat is for whoever did the item that it repeats: it measures agreement with oneself.
    before = ANNOTATION.alias("before")
    was_theirs = sa.exists().where(
        before.c.item == ITEM.c.repeat_of, before.c.annotator == annotator, before.c.action != Action.SKIP.value
    )
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
            stream,
            ITEM.c.id.not_in(besides),
            ~mine,
            ITEM.c.done + held < ITEM.c.wanted,
            sa.or_(ITEM.c.repeat_of.is_(None), was_theirs),
        )
        .order_by(*ORDERS[order])
        .limit(1)
    )
    found = connection.execute(chosen).mappings().first()
    return None if found is None else (found, order)


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
