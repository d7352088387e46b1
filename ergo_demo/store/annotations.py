"""Annotations in the database: added, never changed. Each function works in the transaction that it is given."""

from collections.abc import Callable

import sqlalchemy as sa

from ergo_demo.errors import InputError, NotThere
from ergo_demo.geometry import Box
from ergo_demo.records import from_json, to_json
from ergo_demo.store import deciding, rows, tables
from ergo_demo.store.forgetting import count_done, refuse_forgotten
from ergo_demo.store.keeping import agree
from ergo_demo.store.measures import measure
from ergo_demo.store.reading import MINE, NEWEST, newest
from ergo_demo.store.records import Action, Annotation, Order, Plan, Receipt, Stale, Submission
from ergo_demo.store.sql import add_once

ANNOTATION, DRAFT, ITEM, LEASE, PROJECT = tables.annotation, tables.draft, tables.item, tables.lease, tables.project
MEMBER, TOMB = tables.member, tables.tombstone

# Made once: building a statement costs more than SQLite needs to run it.
_REPEATED = sa.select(
    ANNOTATION.c.item, ANNOTATION.c.annotator, ANNOTATION.c.digest, ANNOTATION.c.version, ANNOTATION.c.created
).where(ANNOTATION.c.id == sa.bindparam("id"))
_ITEM = (
    sa.select(
        ITEM,
        PROJECT.c.plan,
        sa.exists().where(ANNOTATION.c.id == sa.bindparam("id")).label("repeated"),
        sa.select(sa.func.max(ANNOTATION.c.version)).where(MINE).scalar_subquery().label("newest"),
        sa.select(LEASE.c.queue)
        .where(LEASE.c.item == sa.bindparam("item"), LEASE.c.annotator == sa.bindparam("annotator"))
        .scalar_subquery()
        .label("queue"),
        sa.exists()
        .where(DRAFT.c.item == sa.bindparam("item"), DRAFT.c.annotator == sa.bindparam("annotator"))
        .label("drafted"),
        sa.select(MEMBER.c.agreement)
        .where(MEMBER.c.project == ITEM.c.project, MEMBER.c.person == sa.bindparam("annotator"))
        .scalar_subquery()
        .label("agreed"),
        sa.exists().where(TOMB.c.kind == "annotator", TOMB.c.name == sa.bindparam("annotator")).label("forgotten"),
    )
    .join(PROJECT, PROJECT.c.id == ITEM.c.project)
    .where(ITEM.c.id == sa.bindparam("item"))
)
_ADD = sa.insert(ANNOTATION)
_ADD_BOX = sa.insert(tables.annotation_box)
_ADD_REASON = sa.insert(tables.annotation_reason)
_DONE = (
    sa.update(ITEM)
    .where(ITEM.c.id == sa.bindparam("its_id"))
    .values(done=ITEM.c.done + sa.bindparam("more"), open=ITEM.c.done + sa.bindparam("more") < ITEM.c.wanted)
)
_PAIR = {
    table: sa.delete(table).where(
        table.c.item == sa.bindparam("of_item"), table.c.annotator == sa.bindparam("of_annotator")
    )
    for table in (DRAFT, LEASE)
}


def submitting(
    submission: Submission, annotator: str, role: str, expanded: Box | None, *, agrees: bool
) -> Callable[[sa.Connection], Receipt | Stale]:
    """The work of one submission, with what needs no database done already: Store.submit_soon. Raises InputError."""
    deciding.check(submission)
    digest = deciding.digest_of(submission)

    def work(connection: sa.Connection) -> Receipt | Stale:
        return _submit(connection, submission, annotator, role, digest, expanded, agrees)

    return work


def _submit(
    connection: sa.Connection,
    submission: Submission,
    annotator: str,
    role: str,
    digest: str,
    expanded: Box | None,
    agrees: bool,
) -> Receipt | Stale:
    pair = {"item": submission.item, "annotator": annotator}
    found = connection.execute(_ITEM, {**pair, "id": submission.client_id}).mappings().first()
    if found is None:
        raise NotThere("There is no such item.", remedy="Go on with the next one: it may have been removed.")
    if found["repeated"]:
        repeated = connection.execute(_REPEATED, {"id": submission.client_id}).mappings().one()
        return _receipt_again(repeated, submission, annotator, digest)
    if found["forgotten"]:
        refuse_forgotten(connection, "annotator", annotator)
    version = found["newest"] or 0
    if submission.base != version:
        return _refuse(connection, submission, annotator)
    before = connection.execute(NEWEST, pair).mappings().first() if version else None
    annotation = _annotation(submission, annotator, role, found, before, expanded)
    _add(connection, annotation, digest)
    if agrees and not version and found["agreed"] != annotation.agreement:
        agree(connection, annotation.project, annotator, role, annotation.agreement)
    if more := _decides(submission.action) - _decided(before):
        connection.execute(_DONE, {"its_id": submission.item, "more": more})
    for table, there in ((DRAFT, found["drafted"]), (LEASE, found["queue"])):
        if there:
            connection.execute(_PAIR[table], {"of_item": submission.item, "of_annotator": annotator})
    return Receipt(submission.client_id, submission.item, annotation.version, annotation.created)


def add_again(connection: sa.Connection, annotation: Annotation) -> bool:
    """A decision that was made elsewhere, as it is; again is once. False where another one has its place.

    Raises Forgotten, NotThere without its item.
    """
    submission = annotation.submission
    refuse_forgotten(connection, "annotator", annotation.annotator)
    if connection.execute(sa.select(ITEM.c.id).where(ITEM.c.id == submission.item)).first() is None:
        raise NotThere(f"There is no item {submission.item}.", remedy="Add the item before what was said about it.")
    if connection.execute(_REPEATED, {"id": submission.client_id}).first():
        return True
    place = (ANNOTATION.c.item, ANNOTATION.c.annotator, ANNOTATION.c.version)
    wanted = (submission.item, annotation.annotator, annotation.version)
    if connection.execute(sa.select(ANNOTATION.c.id).where(sa.tuple_(*place) == wanted)).first():
        return False
    _add(connection, annotation, deciding.digest_of(submission))
    count_done(connection, [submission.item])
    return True


def _receipt_again(row: rows.Row, submission: Submission, annotator: str, digest: str) -> Receipt:
    if row["annotator"] != annotator or row["digest"] != digest:
        # Without a word about whose or what it is: ids can be guessed at.
        raise InputError("This id was used for another decision.", remedy="Submit again with a new id.")
    return Receipt(submission.client_id, row["item"], row["version"], row["created"], repeated=True)


def _refuse(connection: sa.Connection, submission: Submission, annotator: str) -> Stale:
    """Kept all the same, beside the annotations: what a person did is never thrown away."""
    row = {
        "id": submission.client_id,
        "item": submission.item,
        "annotator": annotator,
        "created": rows.now(),
        "record": to_json(submission),
    }
    add_once(connection, tables.refusal, [row])
    current = newest(connection, submission.item, annotator)
    if current is None:
        raise InputError(
            f"There is no version {submission.base} of this decision.", remedy="Load the item again, then submit."
        )
    return Stale(current, submission)


def _annotation(
    submission: Submission,
    annotator: str,
    role: str,
    found: rows.Row,
    before: rows.Row | None,
    expanded: Box | None,
) -> Annotation:
    item, plan = rows.item_of(found), from_json(Plan, found["plan"])
    boxes = deciding.kept_boxes(submission, item)
    return Annotation(
        submission=submission,
        boxes=boxes,
        annotator=annotator,
        version=submission.base + 1,
        created=rows.now(),
        supersedes=before["id"] if before else None,
        role=role,
        project=item.project,
        trace=item.trace,
        blind=item.blind,
        queue=_queue(found, before),
        agreement=plan.agreement,
        licence=plan.label_licence,
        measures=measure(boxes, item.suggested, item.frame, item.coarse, expanded),
    )


def _decides(action: str) -> bool:
    """Whether it brings an item nearer to being done: one that was skipped is another's to decide."""
    return action != Action.SKIP


def _decided(before: rows.Row | None) -> bool:
    return before is not None and _decides(before["record"]["submission"]["action"])


def _queue(found: rows.Row, before: rows.Row | None) -> Order | None:
    queue = found["queue"] or (before and before["record"]["queue"])
    return Order(queue) if queue else None


def _add(connection: sa.Connection, annotation: Annotation, digest: str) -> None:
    submission = annotation.submission
    connection.execute(_ADD, rows.annotation_row(annotation, digest))
    if annotation.boxes:
        boxes = enumerate(annotation.boxes)
        connection.execute(
            _ADD_BOX,
            [{"annotation": submission.client_id, "place": place, **rows.edges(box)} for place, box in boxes],
        )
    if submission.reasons:
        reasons = [{"annotation": submission.client_id, "reason": reason.value} for reason in submission.reasons]
        connection.execute(_ADD_REASON, reasons)
