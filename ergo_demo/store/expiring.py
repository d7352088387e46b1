"""What a project was to keep for some days only, and did: removed as by hand, with tombstones (see forgetting.py).

The days of a photo begin when it came, or with the project where it was here before. A photo that another project
still keeps stays there; what hangs on it in this one goes.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ergo_demo.records import from_json
from ergo_demo.store import tables
from ergo_demo.store.forgetting import Gone, delete_items, forget_image, same_photo
from ergo_demo.store.records import Plan

IMAGE, ITEM, PROJECT, TRACE = tables.image, tables.item, tables.project, tables.trace


def overdue_photos(connection: sa.Connection, now: datetime) -> list[str]:
    """blob_sha256 of every photo that some project has kept for its days."""
    found: set[str] = set()
    for project, since in _running_out(connection, now):
        found.update(connection.execute(_items_since(ITEM.c.blob_sha256, project, since).distinct()).scalars())
    return sorted(found)


def expire_photo(connection: sa.Connection, blob_sha256: str, now: datetime) -> Gone:
    """Removes the photo and all that hangs on it; where another project still keeps it, only this one's items."""
    names = same_photo(connection, blob_sha256)
    of_photo = sa.or_(ITEM.c.blob_sha256.in_(names), ITEM.c.upload_sha256.in_(names))
    items = set(connection.execute(sa.select(ITEM.c.id).where(of_photo)).scalars())
    over = {
        item
        for project, since in _running_out(connection, now)
        for item in connection.execute(_items_since(ITEM.c.id, project, since).where(of_photo)).scalars()
    }
    if over == items:
        return forget_image(connection, blob_sha256) if items else Gone((), 0, 0, 0, 0)
    which = ITEM.c.id.in_(over)
    traces = set(connection.execute(sa.select(ITEM.c.trace).where(which, ITEM.c.trace.is_not(None))).scalars())
    annotations, others, removed = delete_items(connection, which)
    unused = ~sa.exists().where(ITEM.c.trace == TRACE.c.id)
    gone = connection.execute(sa.delete(TRACE).where(TRACE.c.id.in_(traces), unused)).rowcount
    return Gone(photos=(), traces=gone, items=removed, annotations=annotations, others=others)


def _running_out(connection: sa.Connection, now: datetime) -> list[tuple[str, str]]:
    """(project, moment): the project's photos that came until then have had their days."""
    found = []
    for project, plan, created in connection.execute(sa.select(PROJECT.c.id, PROJECT.c.plan, PROJECT.c.created)):
        days = from_json(Plan, plan).kept_days
        if days is None:
            continue
        since = (now.astimezone(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
        if created <= since:
            found.append((project, since))
    return found


def _items_since(column: sa.Column[str], project: str, since: str) -> sa.Select[str]:
    joined = ITEM.join(IMAGE, IMAGE.c.blob_sha256 == ITEM.c.blob_sha256)
    return sa.select(column).select_from(joined).where(ITEM.c.project == project, IMAGE.c.created <= since)
