"""Forgetting an image or a person: everything of theirs goes, a tombstone stays, so that nothing brings it back.

An export joins with tombstones, a restored backup is filtered by them, and `refuse_forgotten` guards what comes in.
"""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from typing import Literal, TypeAlias

import sqlalchemy as sa

from ergo_demo.errors import Forgotten
from ergo_demo.store import rows, tables
from ergo_demo.store.records import Action
from ergo_demo.store.sql import add_once

Kind: TypeAlias = Literal["image", "annotator"]

ANNOTATION, ITEM, TRACE = tables.annotation, tables.item, tables.trace


@dataclass(frozen=True, slots=True)
class Gone:
    """How much went. `photos`: (blob_sha256, suffix) whose files are now nobody's."""

    photos: tuple[tuple[str, str], ...]
    traces: int
    items: int
    annotations: int
    others: int
    """Drafts, leases, memberships, and what was submitted too late."""

    def __add__(self, other: "Gone") -> "Gone":
        return Gone(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    def __bool__(self) -> bool:
        return bool(self.photos or self.traces or self.items or self.annotations or self.others)


def refuse_forgotten(connection: sa.Connection, kind: Kind, *names: str) -> None:
    """Raises Forgotten where one of `names` has a tombstone."""
    table = tables.tombstone
    chosen = sa.select(table.c.name).where(table.c.kind == kind, table.c.name.in_(names))
    if connection.execute(chosen).first():
        raise Forgotten(
            f"This {kind} was to be forgotten.",
            remedy="It is not kept again." if kind == "image" else "Take part under another name.",
        )


def tombstones(connection: sa.Connection, kind: Kind) -> set[str]:
    """Every name of this kind that was forgotten."""
    table = tables.tombstone
    return set(connection.execute(sa.select(table.c.name).where(table.c.kind == kind)).scalars())


def forget_image(connection: sa.Connection, sha256: str) -> Gone:
    """Removes the photo with this hash, of the upload or of the stored file, and all that hangs on it.

    Where nothing was kept, there is no tombstone either: it may have been a slip of the pen.
    """
    names = same_photo(connection, sha256)
    chosen = sa.select(tables.image.c.blob_sha256, tables.image.c.suffix).where(_of_photo(tables.image, names))
    photos = tuple((sha256, suffix) for sha256, suffix in connection.execute(chosen))
    annotations, others, items = delete_items(connection, _of_photo(ITEM, names))
    gone = Gone(
        annotations=annotations,
        others=others,
        items=items,
        traces=connection.execute(sa.delete(TRACE).where(_of_photo(TRACE, names))).rowcount,
        photos=photos,
    )
    connection.execute(sa.delete(tables.image).where(_of_photo(tables.image, names)))
    if gone:
        bury(connection, "image", names)
    return gone


def delete_items(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[int, int, int]:
    """Removes items and all that people did with them; how many annotations, others (see Gone) and items."""
    items = sa.select(ITEM.c.id).where(which)
    annotations = _delete_annotations(connection, ANNOTATION.c.item.in_(items))
    others = sum(
        connection.execute(sa.delete(table).where(table.c.item.in_(items))).rowcount
        for table in (tables.refusal, tables.draft, tables.lease)
    )
    return annotations, others, connection.execute(sa.delete(ITEM).where(which)).rowcount


def same_photo(connection: sa.Connection, sha256: str) -> set[str]:
    """All hashes of one photo: several uploads may have become the same stored file."""
    names, new = {sha256}, True
    while new:
        before = len(names)
        for table in (tables.image, ITEM, TRACE):
            found = sa.select(table.c.blob_sha256, table.c.upload_sha256).where(_of_photo(table, names)).distinct()
            names.update(name for row in connection.execute(found) for name in row)
        new = len(names) > before
    return names


def _of_photo(table: sa.Table, names: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.or_(table.c.blob_sha256.in_(names), table.c.upload_sha256.in_(names))


def forget_annotator(connection: sa.Connection, annotator: str) -> Gone:
    """Removes what this person decided and drafted; their items are open again. Photos have names of their own."""
    items = list(
        connection.execute(sa.select(ANNOTATION.c.item).where(ANNOTATION.c.annotator == annotator).distinct()).scalars()
    )
    annotations = _delete_annotations(connection, ANNOTATION.c.annotator == annotator)
    theirs = (tables.refusal.c.annotator, tables.draft.c.annotator, tables.lease.c.annotator, tables.member.c.person)
    others = sum(connection.execute(sa.delete(who.table).where(who == annotator)).rowcount for who in theirs)
    used = sa.exists().where(ITEM.c.trace == TRACE.c.id)
    traces = connection.execute(sa.delete(TRACE).where(TRACE.c.asked_by == annotator, ~used)).rowcount
    connection.execute(sa.update(TRACE).where(TRACE.c.asked_by == annotator).values(asked_by=None))
    count_done(connection, items)
    gone = Gone(photos=(), traces=traces, items=0, annotations=annotations, others=others)
    if gone:
        bury(connection, "annotator", [annotator])
    return gone


def _delete_annotations(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    ids = sa.select(ANNOTATION.c.id).where(which)
    for table in (tables.annotation_box, tables.annotation_reason):
        connection.execute(sa.delete(table).where(table.c.annotation.in_(ids)))
    return connection.execute(sa.delete(ANNOTATION).where(which)).rowcount


def count_done(connection: sa.Connection, items: Sequence[str]) -> None:
    """Counts anew how many people have done each of `items`; whoever skipped one has not."""
    people = (
        sa.select(sa.func.count())
        .select_from(ANNOTATION)
        .where(ANNOTATION.c.item == ITEM.c.id, ANNOTATION.c.action != Action.SKIP.value, rows.newest_of(ANNOTATION))
        .scalar_subquery()
    )
    counting = (
        sa.update(ITEM).where(ITEM.c.id == sa.bindparam("its_id")).values(done=people, open=people < ITEM.c.wanted)
    )
    if items:
        connection.execute(counting, [{"its_id": item} for item in items])


def bury(connection: sa.Connection, kind: Kind, names: Collection[str]) -> None:
    """Leaves tombstones."""
    add_once(
        connection, tables.tombstone, [{"kind": kind, "name": name, "created": rows.now()} for name in sorted(names)]
    )
