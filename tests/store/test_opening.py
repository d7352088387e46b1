"""What is looked at before the store is used: the schema's version, the disk, the folder, the key."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ergo_demo.errors import DatabaseLocked, DatabaseTooNew, SettingInvalid, StoreDamaged, StoreError, StoreUnsafe
from ergo_demo.settings import read_settings
from ergo_demo.store import connection as connections
from ergo_demo.store import mounts, schema
from ergo_demo.store.connection import open_postgresql, open_sqlite
from ergo_demo.store.identity import KEY_FILE, read_key
from ergo_demo.store.store import open_store
from ergo_demo.store.tables import metadata
from tests.store.making import fill, keep_photo, receipt, submission_of
from tests.store.old_databases import DATA

VERSIONS = sorted(path.stem for path in DATA.glob("*.sql"))


def load(version: str, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / "store.sqlite")) as connection:
        connection.executescript((DATA / f"{version}.sql").read_text("utf-8"))


def test_there_is_an_old_database_of_every_version() -> None:
    scripts = ScriptDirectory(str(schema.FOLDER)).walk_revisions()
    assert sorted(script.revision for script in scripts) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_every_version_opens_with_all_that_it_held(tmp_path: Path, version: str) -> None:
    load(version, tmp_path)
    with open_store(tmp_path) as store:
        keep_photo(store, b"a photo")
        assert [kept.version for kept in store.history("i0", "ada")] == [1, 2]
        assert [len(kept.boxes) for kept in store.history("traced", "bo")] == [1]
        assert len(store.refused("i0", "ada")) == 1
        assert store.draft("i1", "ada") is not None
        trace, item = store.trace("trace", asked_by="ada"), store.item("i0")
        assert trace is not None
        assert item is not None
        assert (trace.answer, item.image_licence, item.consent_publish) == (
            "EXIT", "CC-BY-4.0" if version == "0001" else "", False
        )  # fmt: skip
        assert receipt(store.submit(submission_of(base=2), "ada")).version == 3
        assert store.verify().problems == ()
    snapshots = list(tmp_path.glob("backups/*"))
    names = [] if version == schema.newest() else [f"before-{schema.newest()}-from-{version}.sqlite"]
    assert [path.name for path in snapshots] == names
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in snapshots)
    with open_store(tmp_path) as store:
        assert store.forget_annotator("ada")
    assert list(tmp_path.glob("backups/*")) == [], "it held what was to be forgotten"


def test_what_was_only_skipped_is_open_again(tmp_path: Path) -> None:
    """Up to the second version a skip used an item up."""
    load("0002", tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        connection.execute("UPDATE annotation SET action = 'skip' WHERE item = 'traced'")
        connection.commit()
    with open_store(tmp_path) as store:
        assert store.work("p").done == 1
        lease = store.take("p", "cy", besides=["i1"])
        assert lease is not None
        assert lease.item.id == "traced"


def test_the_migrations_lead_to_the_tables(tmp_path: Path, url: str | None) -> None:
    engine = open_postgresql(url) if url else open_sqlite(tmp_path / "new.sqlite")
    try:
        schema.migrate(engine)
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    finally:
        engine.dispose()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path, url: str | None) -> None:
    with open_store(tmp_path, url=url) as store:
        fill(store)
    engine = open_postgresql(url) if url else open_sqlite(tmp_path / "store.sqlite")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseTooNew, match="version 9999; this program knows versions up to"):
        open_store(tmp_path, url=url)


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        fill(store, items=200)
    content = bytearray((tmp_path / "store.sqlite").read_bytes())
    content[8192:40960] = os.urandom(40960 - 8192)
    (tmp_path / "store.sqlite").write_bytes(content)
    with pytest.raises(StoreDamaged, match="is damaged"):
        open_store(tmp_path)


FULL = """
import pathlib, resource, signal, sys
from ergo_demo.errors import NotWritten
from ergo_demo.store.store import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))
try:
    open_store(pathlib.Path(sys.argv[1]))
except NotWritten as error:
    print(error)
"""


def test_a_full_disk_is_not_taken_for_damage(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        fill(store)
    ran = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "could not be written" in ran.stdout, "not: move it aside, and restore a backup"
    assert "Free some disk space" in ran.stdout
    with open_store(tmp_path) as store:
        assert store.verify().problems == ()


@pytest.mark.parametrize(("pragma", "found"), [("synchronous=OFF", "0"), ("journal_mode=DELETE", "delete")])
def test_commits_that_may_be_lost_are_refused(tmp_path: Path, pragma: str, found: str) -> None:
    engine = open_sqlite(tmp_path / "new.sqlite")
    try:
        connections.check_durable(engine)
        with engine.connect() as connection:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.cursor().execute(f"PRAGMA {pragma}")
        with pytest.raises(StoreUnsafe, match=f"is {found}, not"):
            connections.check_durable(engine)
    finally:
        engine.dispose()


def test_postgresql_that_does_not_sync_is_refused(postgresql: str) -> None:
    engine = sa.create_engine(
        connections.postgresql_address(postgresql), connect_args={"options": "-c synchronous_commit=off"}
    )
    with pytest.raises(StoreUnsafe, match="SHOW synchronous_commit is off"):
        connections.check_durable(engine)
    engine.dispose()


@pytest.mark.parametrize("url", ["postgresql://me:hidden@127.0.0.1:1/db", "postgresql://me:hidden@[/db"])
def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(tmp_path, url=url)
    assert "hidden" not in str(raised.value)


MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /net/share rw shared:2 - nfs4 server:/share rw
41 22 0:36 / /bucket\040of\040mine rw - fuse.gcsfuse bucket rw
42 40 8:2 / /net/share/disk rw - xfs /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("folder", "kind", "safe"),
    [
        ("/home/ada", "ext4", True),
        ("/net/share/x", "nfs4", False),
        ("/net/share/disk/x", "xfs", True),
        ("/bucket of mine/x", "fuse.gcsfuse", False),
    ],
)
def test_a_mount_where_sqlite_is_unsafe_is_refused(tmp_path: Path, folder: str, kind: str, safe: bool) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert mounts.file_system_of(Path(folder), tmp_path / "mountinfo") == kind
    if safe:
        mounts.refuse_unsafe(Path(folder), tmp_path / "mountinfo")
    else:
        with pytest.raises(StoreUnsafe, match=f"lies on {kind}"):
            mounts.refuse_unsafe(Path(folder), tmp_path / "mountinfo")


def test_a_folder_that_the_page_serves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnsafe, match="which the page serves"):
        open_store(tmp_path / "served" / "data", served=[tmp_path / "served"])


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as store:
        fill(store)
        assert not (tmp_path / "data" / "backups").exists()
        for path in [tmp_path / "data", *(tmp_path / "data").rglob("*")]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_identities_are_keyed_and_survive_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        ada = store.identity("ada")
    with open_store(tmp_path) as store:
        assert store.identity("ada") == ada != store.identity("bo")
    with open_store(tmp_path, secret="another key of the house") as store:
        assert store.identity("ada") != ada
    assert b"ada" not in (tmp_path / KEY_FILE).read_bytes()


def test_a_key_that_was_cut_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(StoreDamaged, match="too short"):
        read_key(tmp_path)


def test_another_program_that_holds_the_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.1)
    with open_store(tmp_path) as store, closing(sqlite3.connect(tmp_path / "store.sqlite")) as other:
        fill(store)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseLocked):
            store.submit(submission_of(), "ada")
        other.rollback()
        receipt(store.submit(submission_of(), "ada"))


@pytest.mark.parametrize("variable", ["ERGO_STORE", "ERGO_SECRET"])
def test_what_is_secret_is_not_shown(variable: str) -> None:
    with pytest.raises(SettingInvalid) as raised:
        read_settings({variable: "mysql:hid"}, {})
    assert "hid" not in str(raised.value)
    _, origins = read_settings({variable: "postgresql://me:hidden@host/db"}, {})
    assert "hidden" not in str(origins)


def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    fill(store)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="The store is closed"):
        store.submit(submission_of(), "ada")
