"""Annotations as they are read: the newest, the history, what came too late, a project page by page."""

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import sqlalchemy as sa

from ergo_demo.records import from_json
from ergo_demo.store import rows, tables
from ergo_demo.store.records import Annotation, Submission

ANNOTATION = tables.annotation
Place = TypeVar("Place")
PAGE = 500
"""Annotations in memory at once."""

MINE = sa.and_(ANNOTATION.c.item == sa.bindparam("item"), ANNOTATION.c.annotator == sa.bindparam("annotator"))
NEWEST = sa.select(ANNOTATION.c.id, ANNOTATION.c.record).where(MINE).order_by(ANNOTATION.c.version.desc()).limit(1)


def newest(connection: sa.Connection, item: str, annotator: str) -> Annotation | None:
    """What this person last decided about this item."""
    found = connection.execute(NEWEST, {"item": item, "annotator": annotator}).mappings().first()
    return from_json(Annotation, found["record"]) if found else None


def history(connection: sa.Connection, item: str, annotator: str) -> list[Annotation]:
    """Every version, oldest first."""
    chosen = sa.select(ANNOTATION.c.record).where(MINE).order_by(ANNOTATION.c.version)
    records = connection.execute(chosen, {"item": item, "annotator": annotator}).scalars()
    return [from_json(Annotation, record) for record in records]


def refused(connection: sa.Connection, item: str, annotator: str) -> list[Submission]:
    """What this person submitted too late about this item, oldest first."""
    table = tables.refusal
    chosen = sa.select(table.c.record).where(table.c.item == item, table.c.annotator == annotator)
    return [from_json(Submission, record) for record in connection.execute(chosen.order_by(table.c.created)).scalars()]


def by_time(engine: sa.Engine, project: str, annotator: str | None = None) -> Iterator[Annotation]:
    """The annotations of a project that count, by time, a page at a time."""
    return _pages(
        engine,
        ("", ""),
        lambda connection, after: _page_by_time(connection, project, after, annotator),
        lambda last: (last.created, last.submission.client_id),
    )


def _page_by_time(
    connection: sa.Connection, project: str, after: tuple[str, str], annotator: str | None
) -> list[Annotation]:
    """`after`: (created, id) of the last one of the page before."""
    chosen = sa.select(ANNOTATION.c.record).where(ANNOTATION.c.project == project, rows.newest_of(ANNOTATION))
    chosen = chosen.where(sa.tuple_(ANNOTATION.c.created, ANNOTATION.c.id) > after)
    if annotator is not None:
        chosen = chosen.where(ANNOTATION.c.annotator == annotator)
    records = connection.execute(chosen.order_by(ANNOTATION.c.created, ANNOTATION.c.id).limit(PAGE)).scalars()
    return [from_json(Annotation, record) for record in records]


def ids(connection: sa.Connection) -> set[str]:
    """Every annotation's, all versions."""
    return set(connection.execute(sa.select(ANNOTATION.c.id)).scalars())


def chosen(connection: sa.Connection, wanted: Collection[str]) -> list[Annotation]:
    """The annotations with these ids; what was said about one item stands together."""
    table = ANNOTATION.c
    found = sa.select(table.record).where(table.id.in_(wanted)).order_by(table.item, table.annotator, table.version)
    return [from_json(Annotation, record) for record in connection.execute(found).scalars()]


def by_item(engine: sa.Engine, project: str, *, every_version: bool = False) -> Iterator[Annotation]:
    """As `by_time`, but what was said about one item stands together, with `every_version` all of it."""
    return _pages(
        engine,
        ("", "", 0),
        lambda connection, after: _page_by_item(connection, project, after, every_version),
        lambda last: (last.submission.item, last.annotator, last.version),
    )


def _pages(
    engine: sa.Engine,
    first: Place,
    page_after: Callable[[sa.Connection, Place], list[Annotation]],
    place_of: Callable[[Annotation], Place],
) -> Iterator[Annotation]:
    """Page after page, each from where the one before ended, with no connection held between them."""
    after = first
    while True:
        with engine.connect() as connection:
            page = page_after(connection, after)
        yield from page
        if not page:
            return
        after = place_of(page[-1])


def _page_by_item(
    connection: sa.Connection, project: str, after: tuple[str, str, int], every_version: bool
) -> list[Annotation]:
    """`after`: (item, annotator, version) of the last one of the page before."""
    table = ANNOTATION.c
    chosen = sa.select(table.record).where(table.project == project)
    if not every_version:
        chosen = chosen.where(rows.newest_of(ANNOTATION))
    chosen = chosen.where(sa.tuple_(table.item, table.annotator, table.version) > after)
    chosen = chosen.order_by(table.item, table.annotator, table.version).limit(PAGE)
    return [from_json(Annotation, record) for record in connection.execute(chosen).scalars()]
