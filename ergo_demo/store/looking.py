"""Reading for people's lists: projects with how far they are, a person's last decisions, every decision in short.

Read only; the store's `looking`. Each call sees one moment.
"""

import time
from dataclasses import dataclass

import sqlalchemy as sa

from ergo_demo.geometry import Box, Size
from ergo_demo.records import from_json
from ergo_demo.store import rows, tables, worklist
from ergo_demo.store.records import Annotation, Plan

ANNOTATION, BOX, ITEM, MEMBER, PROJECT = (
    tables.annotation,
    tables.annotation_box,
    tables.item,
    tables.member,
    tables.project,
)


@dataclass(frozen=True, slots=True)
class Project:
    """One project as a person sees it. `role` and `agreement` are None and "" for whoever is no member."""

    id: str
    name: str
    plan: Plan
    role: str | None
    agreement: str
    items: int
    done: int
    mine: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision that counts, in short; `box` is the hull of its boxes. Source px."""

    id: str
    item: str
    annotator: str
    version: int
    action: str
    effect: str
    reasons: tuple[str, ...]
    iou: float | None
    active_ms: float
    created: str
    box: Box | None
    suggested: Box | None
    frame: Size
    coarse: Size | None
    blind: bool
    repeat_of: str | None
    uncertainty: float


@dataclass(frozen=True, slots=True)
class State:
    """Of a project's decisions, every version: another one whenever one comes or goes."""

    number: int
    newest: str
    """When the newest was made; "" without one."""
    before: int
    """How many were made before that."""
    forgotten: int
    """How many photos and people were, of every project."""


class Looking:
    """Questions to the store that change nothing. Thread safe."""

    def __init__(self, reading: sa.Engine) -> None:
        self._reading = reading

    def projects(self, person: str | None, *, all_of_them: bool = False, id: str | None = None) -> list[Project]:
        """The projects in which `person` is a member, or all, the newest last; with `id` only that one."""
        joined = PROJECT.outerjoin(MEMBER, (MEMBER.c.project == PROJECT.c.id) & (MEMBER.c.person == (person or "")))
        chosen = sa.select(PROJECT, MEMBER.c.role, MEMBER.c.agreement).select_from(joined).order_by(PROJECT.c.created)
        if not all_of_them:
            chosen = chosen.where(MEMBER.c.person.is_not(None))
        if id is not None:
            chosen = chosen.where(PROJECT.c.id == id)
        with self._reading.connect() as connection:
            return [_project(connection, row, person) for row in connection.execute(chosen).mappings()]

    def project(self, id: str, person: str | None) -> Project | None:
        """One of them, whoever asks."""
        return next(iter(self.projects(person, all_of_them=True, id=id)), None)

    def last(self, project: str, annotator: str, limit: int) -> list[Annotation]:
        """This person's last decisions that count, the newest first."""
        chosen = (
            sa.select(ANNOTATION.c.record)
            .where(ANNOTATION.c.project == project, ANNOTATION.c.annotator == annotator, rows.newest_of(ANNOTATION))
            .order_by(ANNOTATION.c.created.desc(), ANNOTATION.c.id.desc())
            .limit(limit)
        )
        with self._reading.connect() as connection:
            return [from_json(Annotation, record) for record in connection.execute(chosen).scalars()]

    def active_ms(self, project: str, annotator: str, limit: int) -> list[float]:
        """How long each of this person's last decisions took; times of 0 were not measured."""
        chosen = (
            sa.select(ANNOTATION.c.active_ms)
            .where(ANNOTATION.c.project == project, ANNOTATION.c.annotator == annotator, ANNOTATION.c.active_ms > 0)
            .where(rows.newest_of(ANNOTATION))
            .order_by(ANNOTATION.c.created.desc())
            .limit(limit)
        )
        with self._reading.connect() as connection:
            return list(connection.execute(chosen).scalars())

    def state(self, project: str) -> State:
        """Changes whenever a decision of the project comes or goes."""
        chosen = sa.select(sa.func.count(), sa.func.max(ANNOTATION.c.created)).where(ANNOTATION.c.project == project)
        with self._reading.connect() as connection:
            number, newest = connection.execute(chosen).one()
            before = connection.execute(_made_before(project, newest or "")).scalar_one()
            return State(number, newest or "", before, connection.execute(_FORGOTTEN).scalar_one())

    def only_grew(self, project: str, state: State) -> bool:
        """Whether all that came or went since this state is as new as its newest decision, or newer."""
        with self._reading.connect() as connection:
            before = connection.execute(_made_before(project, state.newest)).scalar_one()
            return (before, connection.execute(_FORGOTTEN).scalar_one()) == (state.before, state.forgotten)

    def decisions(self, project: str, since: str = "") -> list[Decision]:
        """Every decision of a project that counts and was made `since` or then, by time: 100,000 are some 60 MB."""
        reasons = tables.annotation_reason
        chosen_reasons = (
            sa.select(reasons.c.annotation, reasons.c.reason)
            .join(ANNOTATION, ANNOTATION.c.id == reasons.c.annotation)
            .where(ANNOTATION.c.project == project, ANNOTATION.c.created >= since)
        )
        with self._reading.connect() as connection:
            said: dict[str, tuple[str, ...]] = {}
            for annotation, reason in connection.execute(chosen_reasons):
                said[annotation] = (*said.get(annotation, ()), reason)
            return [_decision(row, said) for row in connection.execute(_decisions_of(project, since)).mappings()]


def _project(connection: sa.Connection, row: rows.Row, person: str | None) -> Project:
    work = worklist.work(connection, row["id"], time.time())
    counted = sa.select(sa.func.count(ANNOTATION.c.item.distinct())).where(
        ANNOTATION.c.project == row["id"], ANNOTATION.c.annotator == (person or "")
    )
    mine = connection.execute(counted).scalar_one()
    plan = from_json(Plan, row["plan"])
    return Project(row["id"], row["name"], plan, row["role"], row["agreement"] or "", work.items, work.done, mine)


_FORGOTTEN = sa.select(sa.func.count()).select_from(tables.tombstone)


def _made_before(project: str, moment: str) -> sa.Select[int]:
    """How many decisions of a project, every version."""
    made = sa.and_(ANNOTATION.c.project == project, ANNOTATION.c.created < moment)
    return sa.select(sa.func.count()).select_from(ANNOTATION).where(made)


def _decisions_of(project: str, since: str) -> sa.Select[tuple[object, ...]]:
    wanted = (ANNOTATION.c.project == project, ANNOTATION.c.created >= since)
    hull = (
        sa.select(
            BOX.c.annotation,
            sa.func.min(BOX.c.x1).label("left"),
            sa.func.min(BOX.c.y1).label("top"),
            sa.func.max(BOX.c.x2).label("right"),
            sa.func.max(BOX.c.y2).label("bottom"),
        )
        .join(ANNOTATION, ANNOTATION.c.id == BOX.c.annotation)
        .where(*wanted)
        .group_by(BOX.c.annotation)
        .subquery()
    )
    short = ("id", "item", "annotator", "version", "action", "effect", "iou", "active_ms", "created")
    of_item = ("x1", "y1", "x2", "y2", "width", "height", "coarse_width", "coarse_height", "blind", "repeat_of")
    columns = [
        *(ANNOTATION.c[name] for name in short),
        *(ITEM.c[name] for name in (*of_item, "uncertainty")),
        *(hull.c[name] for name in ("left", "top", "right", "bottom")),
    ]
    return (
        sa.select(*columns)
        .join(ITEM, ITEM.c.id == ANNOTATION.c.item)
        .outerjoin(hull, hull.c.annotation == ANNOTATION.c.id)
        .where(*wanted, rows.newest_of(ANNOTATION))
        .order_by(ANNOTATION.c.created, ANNOTATION.c.id)
    )


def _decision(row: rows.Row, said: dict[str, tuple[str, ...]]) -> Decision:
    same = ("id", "item", "annotator", "version", "action", "effect", "iou", "active_ms", "created", "blind")
    return Decision(
        **{name: row[name] for name in same},
        reasons=said.get(row["id"], ()),
        box=None if row["left"] is None else Box(row["left"], row["top"], row["right"], row["bottom"]),
        suggested=rows.box_of(row),
        frame=Size(row["width"], row["height"]),
        coarse=Size(row["coarse_width"], row["coarse_height"]) if row["coarse_width"] else None,
        repeat_of=row["repeat_of"],
        uncertainty=row["uncertainty"],
    )
