"""Backup and restore while people annotate. A backup is a folder: a SQLite file (PostgreSQL's too), photos, key.

Both copy rows and leave out what is there already, so a restore adds and never takes away: into an empty store it is
the whole backup, into a living one what that has lost. What was forgotten since stays forgotten.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ergo_demo.errors import InputError, StoreDamaged
from ergo_demo.store import blobs, identity, rows, schema, tables
from ergo_demo.store.connection import open_sqlite
from ergo_demo.store.forgetting import bury, count_done, forget_annotator, forget_image, tombstones
from ergo_demo.store.identity import KEY_FILE
from ergo_demo.store.sql import add_once, chunks
from ergo_demo.store.writer import Writer

DATABASE, PHOTOS, SNAPSHOTS, LABEL = "store.sqlite", "images", "backups", "backup.json"

COPIED = (
    tables.tombstone, tables.image, tables.project, tables.member, tables.trace, tables.item, tables.annotation,
    tables.annotation_box, tables.annotation_reason, tables.refusal, tables.draft,
)  # fmt: skip
"""Parents first. Leases are for minutes: they are not copied."""


def backup(reader: sa.Engine, data: Path, photos: Path, folder: Path) -> dict[str, int]:
    """Writes one moment of the store into `folder`, which must not exist. Returns rows per table. Raises InputError."""
    if folder.exists():
        raise InputError(f"{folder} exists.", remedy="Name a new folder: a backup is never written over another.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # only its owner may read it
    try:
        counts = _write(reader, data, photos, making)
        os.replace(making, folder)
        blobs.sync_folder(folder.parent)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return counts


def _write(reader: sa.Engine, data: Path, photos: Path, making: Path) -> dict[str, int]:
    with _database(making / DATABASE) as copy:
        with reader.connect() as source:
            counts = {table.name: _copy(source, copy, table) for table in COPIED}
        _copy_photos(reader, copy, photos, making / PHOTOS)
    if (data / KEY_FILE).exists():
        shutil.copy(data / KEY_FILE, making / KEY_FILE)
        (making / KEY_FILE).chmod(0o600)
    label = {"schema": schema.newest(), "created": rows.now(), "rows": counts}
    label["sha256"] = blobs.hash_of(making / DATABASE)
    (making / LABEL).write_text(json.dumps(label, indent=1), "utf-8")
    for path in making.rglob("*"):
        blobs.sync_folder(path)  # files alike
    return counts


@contextmanager
def _database(file: Path) -> Iterator[sa.Engine]:
    """A store's database in one file: without a log beside it when this ends."""
    engine = open_sqlite(file)
    try:
        schema.migrate(engine)
        yield engine
        with engine.connect() as connection:
            connection.rollback()
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA journal_mode=DELETE")
    finally:
        engine.dispose()


def _copy(source: sa.Connection, target: sa.Engine, table: sa.Table) -> int:
    count = 0
    for chunk in _chunks(source, table):
        with target.begin() as connection:
            add_once(connection, table, chunk)
        count += len(chunk)
    return count


def _chunks(source: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    """All rows of a table, in an order that puts parents first."""
    order = list(table.primary_key.columns)
    found = source.execution_options(yield_per=500).execute(sa.select(table).order_by(*order))
    yield from chunks(dict(row) for row in found.mappings())


def _copy_photos(reader: sa.Engine, copy: sa.Engine, photos: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    with copy.connect() as connection:
        named = connection.execute(sa.select(tables.image.c.blob_sha256, tables.image.c.suffix)).all()
    lost = []
    for sha256, suffix in named:
        try:
            blobs.put(target, blobs.path_of(photos, sha256, suffix), sha256, suffix)
        except (StoreDamaged, FileNotFoundError):
            lost.append(sha256)
    # Last: somebody may have been forgotten while this was copied.
    with reader.connect() as connection:
        images, people = tombstones(connection, "image"), tombstones(connection, "annotator")
    with copy.begin() as connection:
        bury_all(connection, images, people, target)
    if damaged := sorted(set(lost) - images):
        raise StoreDamaged(f"Photo {damaged[0]} is damaged or gone.", remedy="Run verify; restore it from a backup.")


def bury_all(connection: sa.Connection, images: Collection[str], people: Collection[str], photos: Path) -> None:
    """Forgets what was forgotten elsewhere, and leaves the same tombstones."""
    for sha256 in set(images) - tombstones(connection, "image"):
        for blob, suffix in forget_image(connection, sha256).photos:
            blobs.path_of(photos, blob, suffix).unlink(missing_ok=True)
        bury(connection, "image", [sha256])
    for person in set(people) - tombstones(connection, "annotator"):
        forget_annotator(connection, person)
        bury(connection, "annotator", [person])


def restore(writer: Writer, data: Path, photos: Path, folder: Path) -> dict[str, int]:
    """Adds what the backup in `folder` has and this store lacks; rows added per table. Raises StoreDamaged."""
    with ExitStack() as stack:
        source = stack.enter_context(_opened(folder))
        with source.connect() as connection:
            named = connection.execute(sa.select(tables.image.c.blob_sha256, tables.image.c.suffix)).all()
            images, people = tombstones(connection, "image"), tombstones(connection, "annotator")
            writer.do(lambda live: bury_all(live, images, people, photos))
            gone = writer.do(lambda live: tombstones(live, "image"))
            for sha256, suffix in named:
                if sha256 not in gone:
                    _mend(photos, blobs.path_of(folder / PHOTOS, sha256, suffix), sha256, suffix)
            if identity.differs(data, folder) and writer.do(_knows_nobody):
                identity.adopt(data, folder)
            return {table.name: _merge(connection, writer, table) for table in COPIED}


def _mend(photos: Path, file: Path, sha256: str, suffix: str) -> None:
    there = blobs.path_of(photos, sha256, suffix)
    if there.exists() and blobs.hash_of(there) != sha256:
        there.unlink()
    blobs.put(photos, file, sha256, suffix)


def _knows_nobody(live: sa.Connection) -> bool:
    people = (tables.member.c.person, tables.annotation.c.annotator, tables.draft.c.annotator, tables.trace.c.asked_by)
    return not any(live.execute(sa.select(person).where(person.is_not(None)).limit(1)).first() for person in people)


@contextmanager
def _opened(folder: Path) -> Iterator[sa.Engine]:
    """The backup's database, checked, copied and brought up to this program's schema."""
    try:
        label = json.loads((folder / LABEL).read_text("utf-8"))
        if blobs.hash_of(folder / DATABASE) != label["sha256"]:
            raise StoreDamaged(f"{folder / DATABASE} has changed since it was written.", remedy="Use another backup.")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(f"{folder} is no backup: {error}.", remedy="Name a folder that backup wrote.") from error
    with tempfile.TemporaryDirectory(prefix="ergo-restore-") as scratch:
        shutil.copy(folder / DATABASE, Path(scratch) / DATABASE)
        with _database(Path(scratch) / DATABASE) as engine:
            yield engine


def _merge(source: sa.Connection, writer: Writer, table: sa.Table) -> int:
    added = 0
    for chunk in _chunks(source, table):
        added += writer.do(lambda live, chunk=chunk: _add(live, table, chunk))  # type: ignore[misc]
    return added


def _add(live: sa.Connection, table: sa.Table, chunk: list[dict[str, Any]]) -> int:
    images, people = tombstones(live, "image"), tombstones(live, "annotator")
    kept = [row for row in chunk if not _forgotten(row, images, people)]
    for key in table.foreign_keys:
        parents = _present(live, key.column, {row[key.parent.name] for row in kept} - {None})
        kept = [row for row in kept if row[key.parent.name] is None or row[key.parent.name] in parents]
    before = live.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    add_once(live, table, kept)
    if table is tables.annotation:
        _settle(live, kept)
    return live.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() - before


def _forgotten(row: dict[str, Any], images: set[str], people: set[str]) -> bool:
    return (
        row.get("blob_sha256") in images
        or row.get("upload_sha256") in images
        or any(row.get(name) in people for name in ("annotator", "person", "asked_by"))
    )


def _present(live: sa.Connection, column: sa.Column[Any], values: set[Any]) -> set[Any]:
    return set(live.execute(sa.select(column).where(column.in_(values))).scalars())


def _settle(live: sa.Connection, annotations: list[dict[str, Any]]) -> None:
    """Where this store holds another decision under the same version, the backup's is kept beside the annotations."""
    there = _present(live, tables.annotation.c.id, {row["id"] for row in annotations})
    others = [row for row in annotations if row["id"] not in there]
    names = ("id", "item", "annotator", "created")
    refused = [{**{name: row[name] for name in names}, "record": row["record"]["submission"]} for row in others]
    add_once(live, tables.refusal, refused)
    count_done(live, sorted({row["item"] for row in annotations}))
