"""Whether everything that was kept is there and is what it was: every photo is hashed again, every row's parents looked
for. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ergo_demo.store import blobs, tables
from ergo_demo.store.connection import check_whole


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found. `problems`: one line each, empty when all is well. `orphans`: files that no row names."""

    photos: int
    annotations: int
    orphans: int
    problems: tuple[str, ...]


def verify(engine: sa.Engine, photos: Path) -> Report:
    """Looks at everything. Raises StoreDamaged when the database itself cannot be read."""
    check_whole(engine)
    with engine.connect() as connection:
        named = connection.execute(sa.select(tables.image.c.blob_sha256, tables.image.c.suffix)).all()
        annotations = connection.execute(sa.select(sa.func.count()).select_from(tables.annotation)).scalar_one()
        problems = list(_lost_parents(connection))
    hashes = {sha256 for sha256, _ in named}
    problems += [problem for sha256, suffix in named if (problem := _photo(photos, sha256, suffix))]
    orphans = sum(path.stem not in hashes for path in blobs.stored(photos))
    return Report(len(named), annotations, orphans, tuple(problems))


def _photo(root: Path, sha256: str, suffix: str) -> str | None:
    path = blobs.path_of(root, sha256, suffix)
    try:
        found = blobs.hash_of(path)
    except OSError as error:
        return f"photo {sha256}: {error.strerror}"
    return None if found == sha256 else f"photo {sha256}: its bytes have changed, they are now {found}"


def _lost_parents(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"{table} row {row}: its {parent} is gone"
    lost = (
        sa.select(tables.annotation.c.item, tables.annotation.c.annotator)
        .group_by(tables.annotation.c.item, tables.annotation.c.annotator)
        .having(sa.func.max(tables.annotation.c.version) != sa.func.count())
    )
    for item, annotator in connection.execute(lost):
        yield f"item {item}: a version of {annotator}'s annotations is gone"
