"""The store, put together: one writer, many readers, photos beside them, and the checks before the first of all.

ERGO_DATA/store.sqlite    the database (unless ERGO_STORE names a PostgreSQL)
ERGO_DATA/images/         photos by hash
ERGO_DATA/secret.key      the key of identities (unless ERGO_SECRET)
ERGO_DATA/backups/        the database as it was before a new version changed it
ERGO_DATA/exports/        what the page's owner had written, to be fetched; gone when somebody is forgotten
ERGO_DATA/outbox/         what waits to be sent to the Hub, and which ids were sent
"""

import random
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

from ergo_demo.errors import Forgotten, NotThere
from ergo_demo.geometry import Box
from ergo_demo.records import Trace
from ergo_demo.store import annotations, blobs, copying, drafts, identity, keeping, reading, verifying, worklist
from ergo_demo.store.expiring import expire_photo, overdue_photos
from ergo_demo.store.forgetting import Gone, Kind, forget_annotator, forget_image, tombstones
from ergo_demo.store.identity import keyed_hash
from ergo_demo.store.looking import Looking
from ergo_demo.store.opening import Parts, open_parts
from ergo_demo.store.records import (
    Annotation,
    Draft,
    Image,
    Item,
    Lease,
    Plan,
    Receipt,
    Stale,
    Submission,
)
from ergo_demo.store.wiping import EXPORTS, OUTBOX, wipe
from ergo_demo.store.writer import Writer


class Store:
    """Everything that is kept. Thread safe; several processes may open the same one. Writing returns once it is on the
    disk; it raises StoreError otherwise, and then nothing was saved.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._writer = Writer(parts.writing, partial(blobs.check_room, parts.data))
        self.looking = Looking(parts.reading)
        """Lists for people: projects, last decisions, every decision in short."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finishes what was handed in."""
        self._writer.close()
        self._parts.close()

    def identity(self, name: str) -> str:
        """What stands for a person's name."""
        return keyed_hash(self._parts.key, name)

    @property
    def exports(self) -> Path:
        """The folder for exports that are to be fetched; it may not be there."""
        return self._parts.data / EXPORTS

    @property
    def outbox(self) -> Path:
        """The folder of what waits to be sent elsewhere, and of what was; it may not be there."""
        return self._parts.data / OUTBOX

    # Photos and traces

    def put_image(self, file: Path, image: Image) -> None:
        """Keeps a copy of `file`. Raises Forgotten, StoreDamaged when the bytes are not those of the hash."""
        path = blobs.put(self._parts.photos, file, image.blob_sha256, image.suffix)
        try:
            self._writer.do(lambda connection: keeping.add_image(connection, image))
        except Forgotten:
            path.unlink(missing_ok=True)
            raise

    def image(self, blob_sha256: str) -> tuple[Image, Path]:
        """A photo and its file. Raises NotThere."""
        with self._parts.reading.connect() as connection:
            image = keeping.image(connection, blob_sha256)
        if image is None:
            raise NotThere("There is no such photo.", remedy="It may have been removed.")
        return image, blobs.path_of(self._parts.photos, image.blob_sha256, image.suffix)

    def put_trace(self, trace: Trace, asked_by: str | None = None) -> None:
        """Keeps `trace`; again is once. Raises Forgotten."""
        self._writer.do(lambda connection: keeping.add_trace(connection, trace, asked_by))

    def trace(self, id: str, asked_by: str | None = None) -> Trace | None:
        """The trace; with `asked_by` only if it is that person's."""
        with self._parts.reading.connect() as connection:
            return keeping.trace(connection, id, asked_by)

    # Projects

    def projects(self) -> dict[str, str]:
        """Every project: its name by its id."""
        with self._parts.reading.connect() as connection:
            return keeping.projects(connection)

    def add_project(self, id: str, name: str, plan: Plan) -> None:
        """A project; one of this id that is there stays as it is."""
        self._writer.do(lambda connection: keeping.add_project(connection, id, name, plan))

    def plan(self, project: str) -> Plan:
        """How a project works. Raises NotThere."""
        with self._parts.reading.connect() as connection:
            return keeping.plan(connection, project)

    def add_member(self, project: str, person: str, role: str, agreement: str) -> None:
        """Lets a person work in a project, on the terms of this version of its text."""
        self._writer.do(lambda connection: keeping.add_member(connection, project, person, role, agreement))

    def agree(self, project: str, person: str, role: str, agreement: str) -> None:
        """Notes that a person agreed to the terms; whoever is no member yet becomes one with `role`."""
        self._writer.do(lambda connection: keeping.agree(connection, project, person, role, agreement))

    def role(self, project: str, person: str) -> str | None:
        """What a person is in a project; None for nobody."""
        with self._parts.reading.connect() as connection:
            return keeping.role(connection, project, person)

    def add_items(self, items: Sequence[Item]) -> int:
        """Items whose photos and traces are kept, at best some hundreds at a time; how many were new."""
        return self._writer.do(lambda connection: keeping.add_items(connection, items))

    def item(self, id: str) -> Item | None:
        """The item of this id."""
        with self._parts.reading.connect() as connection:
            return keeping.item(connection, id)

    # Work

    def take(self, project: str, annotator: str, besides: Collection[str] = ()) -> Lease | None:
        """The next item for this person; `besides`: what the page holds already."""
        plan = self.plan(project)
        draws_random = random.random() < plan.random_share
        return self._writer.do(
            lambda connection: worklist.take(connection, project, annotator, plan, draws_random, time.time(), besides)
        )

    def renew(self, project: str, items: Collection[str], annotator: str) -> int:
        """Keeps what the page holds for another while; how many are still this person's."""
        seconds = self.plan(project).lease_seconds
        return self._writer.do(lambda connection: worklist.renew(connection, items, annotator, seconds, time.time()))

    def release(self, items: Collection[str], annotator: str) -> None:
        """Gives items back."""
        self._writer.do(lambda connection: worklist.release(connection, items, annotator))

    def work(self, project: str) -> worklist.Work:
        """How far a project is."""
        with self._parts.reading.connect() as connection:
            return worklist.work(connection, project, time.time())

    # Decisions

    def case(self, item: str, person: str) -> keeping.Case | None:
        """The item of this id, the person's role in its project, and its trace; read once for a whole decision."""
        with self._parts.reading.connect() as connection:
            return keeping.case(connection, item, person)

    def submit_soon(
        self,
        submission: Submission,
        annotator: str,
        role: str = "annotator",
        *,
        expanded: Box | None,
        agrees: bool = False,
    ) -> "Future[Receipt | Stale]":
        """As `submit`, without waiting and without reading. What is wrong with `submission` is raised at once.

        `expanded`: the region (source px) of the item's trace, which the measures compare with. Whoever `agrees` has
        seen the project's terms, and is noted for it with the first decision about an item.
        """
        return self._writer.soon(annotations.submitting(submission, annotator, role, expanded, agrees=agrees))

    def submit(self, submission: Submission, annotator: str, role: str = "annotator") -> Receipt | Stale:
        """Keeps a decision: the receipt once it is on the disk, the same for a retry. Raises InputError, NotThere."""
        case = self.case(submission.item, annotator)
        expanded = case.trace.region if case and case.trace else None
        return self.submit_soon(submission, annotator, role, expanded=expanded).result()

    def newest(self, item: str, annotator: str) -> Annotation | None:
        """What this person last decided about this item."""
        with self._parts.reading.connect() as connection:
            return reading.newest(connection, item, annotator)

    def history(self, item: str, annotator: str) -> list[Annotation]:
        """Every version of it, oldest first."""
        with self._parts.reading.connect() as connection:
            return reading.history(connection, item, annotator)

    def refused(self, item: str, annotator: str) -> list[Submission]:
        """What this person submitted too late about this item."""
        with self._parts.reading.connect() as connection:
            return reading.refused(connection, item, annotator)

    def annotations(self, project: str, annotator: str | None = None) -> Iterable[Annotation]:
        """Every annotation of a project that counts, by time, a page at a time."""
        return reading.by_time(self._parts.reading, project, annotator)

    def annotations_by_item(self, project: str, *, every_version: bool = False) -> Iterator[Annotation]:
        """The annotations of a project that count, or all versions; those of one item follow each other."""
        return reading.by_item(self._parts.reading, project, every_version=every_version)

    def annotation_ids(self) -> set[str]:
        """Every annotation's, all versions."""
        with self._parts.reading.connect() as connection:
            return reading.ids(connection)

    def annotations_of(self, ids: Collection[str]) -> list[Annotation]:
        """Those of `ids` that are there, at best some hundreds at a time; those of one item follow each other."""
        with self._parts.reading.connect() as connection:
            return reading.chosen(connection, ids)

    def add_again(self, annotation: Annotation) -> bool:
        """Keeps a decision that was made elsewhere, as it is; False where another has its place. Raises Forgotten."""
        return self._writer.do(lambda connection: annotations.add_again(connection, annotation))

    def save_draft(self, draft: Draft, annotator: str) -> None:
        """Keeps unsent work unless a later draft is there. Raises NotThere."""
        self._writer.do(lambda connection: drafts.save_draft(connection, draft, annotator))

    def draft(self, item: str, annotator: str) -> Draft | None:
        """This person's unsent work on this item."""
        with self._parts.reading.connect() as connection:
            return drafts.draft(connection, item, annotator)

    # Care

    def forget_image(self, sha256: str) -> Gone:
        """Removes a photo and all that hangs on it, for good."""
        gone = self._writer.do(lambda connection: forget_image(connection, sha256))
        self._unlink(gone)
        wipe(self._parts)
        return gone

    def forget_overdue(self, now: datetime | None = None) -> Gone:
        """Removes for good what projects were to keep for some days only (see Plan.kept_days)."""
        moment = now or datetime.now(UTC)
        with self._parts.reading.connect() as connection:
            photos = overdue_photos(connection, moment)
        gone = Gone(photos=(), traces=0, items=0, annotations=0, others=0)
        for photo in photos:
            went = self._writer.do(partial(expire_photo, blob_sha256=photo, now=moment))
            self._unlink(went)
            gone += went
        if gone:
            wipe(self._parts)
        return gone

    def _unlink(self, gone: Gone) -> None:
        for blob, suffix in gone.photos:
            blobs.path_of(self._parts.photos, blob, suffix).unlink(missing_ok=True)

    def forget_annotator(self, annotator: str) -> Gone:
        """Removes what a person (see `identity`) decided and drafted, for good."""
        gone = self._writer.do(lambda connection: forget_annotator(connection, annotator))
        wipe(self._parts)
        return gone

    def forgotten(self) -> dict[Kind, set[str]]:
        """Every tombstone: hashes of photos, and of people."""
        with self._parts.reading.connect() as connection:
            return {kind: tombstones(connection, kind) for kind in get_args(Kind)}

    def forget_again(self, images: Collection[str], people: Collection[str]) -> None:
        """What was forgotten elsewhere is forgotten here, whether anything of it is here or not."""
        known, photos = self.forgotten(), self._parts.photos
        if set(images) - known["image"] or set(people) - known["annotator"]:
            self._writer.do(lambda connection: copying.bury_all(connection, images, people, photos))
            wipe(self._parts)

    def verify(self) -> verifying.Report:
        """Hashes every photo again and looks for every row's parents."""
        return verifying.verify(self._parts.reading, self._parts.photos)

    def backup(self, folder: Path) -> dict[str, int]:
        """Writes one moment of everything into a new folder; rows per table."""
        return copying.backup(self._parts.reading, self._parts.data, self._parts.photos, folder)

    def has_another_key(self, folder: Path) -> bool:
        """Whether the backup's people were hashed otherwise than this store's."""
        return identity.differs(self._parts.data, folder)

    def restore(self, folder: Path) -> dict[str, int]:
        """Adds what a backup has and this store lacks; rows added per table."""
        return copying.restore(self._writer, self._parts.data, self._parts.photos, folder)


def open_store(data: Path, *, url: str | None = None, secret: str | None = None, served: Iterable[Path] = ()) -> Store:
    """The store in the folder `data`, or its rows in the PostgreSQL at `url`. `served`: what a web server shows.

    Raises StoreError rather than start with a store that could lose something.
    """
    return Store(open_parts(data, url=url, secret=secret, served=served))
