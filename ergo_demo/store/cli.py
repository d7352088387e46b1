"""`python -m ergo_demo verify|backup|restore|forget`: the store's care, also while people annotate.

SQLAlchemy is imported only when one of them runs.
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ergo_demo.errors import NotThere, StoreDamaged
from ergo_demo.settings import Settings

if TYPE_CHECKING:
    from ergo_demo.store.store import Store

Say: TypeAlias = Callable[[str], None]


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> list[tuple[argparse.ArgumentParser, str]]:
    """Adds the four commands with `add` (a subparser's add_parser); each with its name here."""
    backup = add("backup", help="copy the store into a new folder, while people annotate")
    backup.add_argument("folder", type=Path, metavar="FOLDER")
    restore = add("restore", help="add what a backup has and the store lacks; nothing is taken away")
    restore.add_argument("folder", type=Path, metavar="FOLDER")
    forget = add("forget", help="remove an image or a person for good, and leave a tombstone")
    forget.add_argument("what", metavar="IMAGE|ANNOTATOR", help="a file, a photo's SHA-256, a person's name or hash")
    verify = add("verify", help="hash every stored photo again and check every row")
    return [(backup, "backup"), (restore, "restore"), (forget, "forget"), (verify, "verify")]


def run(name: str, options: argparse.Namespace, settings: Settings, say: Say) -> None:
    """One of the commands. Raises StoreError, InputError."""
    with open_settings(settings) as store:
        {"backup": _backup, "restore": _restore, "forget": _forget, "verify": _verify}[name](store, options, say)


def open_settings(settings: Settings, served: tuple[Path, ...] = ()) -> "Store":
    """The store that the settings name, without what projects were to keep until now."""
    from ergo_demo.store.store import open_store

    url = settings.store.get_secret_value() if settings.store else None
    secret = settings.secret.get_secret_value() if settings.secret else None
    store = open_store(settings.data or default_folder(), url=url, secret=secret, served=served)
    try:
        store.forget_overdue()
    except BaseException:
        store.close()
        raise
    return store


def default_folder() -> Path:
    """A person's own data folder: no web server shows it."""
    return Path.home() / ".local" / "share" / "ergo-demo"


def _backup(store: "Store", options: argparse.Namespace, say: Say) -> None:
    rows = store.backup(options.folder)
    say(f"{options.folder}: {rows['annotation']:,} annotations, {rows['image']:,} photos.")
    say("It holds what the store held, names' key included: keep it as safe, and forget people there too.")


def _restore(store: "Store", options: argparse.Namespace, say: Say) -> None:
    rows = store.restore(options.folder)
    if store.has_another_key(options.folder):
        say("Its names were hashed with another key: its people count as others here. Set ERGO_SECRET to join them.")
    say(f"Added: {rows['annotation']:,} annotations, {rows['image']:,} photos, {rows['item']:,} items.")
    if rows["refusal"]:
        say(f"{rows['refusal']:,} decisions that this store has otherwise are kept beside them.")


def _forget(store: "Store", options: argparse.Namespace, say: Say) -> None:
    from ergo_demo.store.blobs import hash_of
    from ergo_demo.store.identity import clean_name

    what = str(options.what)
    sha256 = hash_of(Path(what)) if Path(what).is_file() else what.lower()
    if re.fullmatch("[0-9a-f]{64}", sha256):
        gone = store.forget_image(sha256)
    else:
        gone = store.forget_annotator(what if re.fullmatch("[0-9a-f]{32}", what) else store.identity(clean_name(what)))
    if not gone:
        raise NotThere(f"Nothing of {what} was kept.", remedy="If that is unexpected: is this the right ERGO_DATA?")
    say(
        f"Removed: {len(gone.photos)} photos, {gone.traces} traces, {gone.items} items, "
        f"{gone.annotations} annotations. A tombstone keeps them out."
    )
    say("Backups that were made before still hold them; a restore leaves them out.")


def _verify(store: "Store", _options: argparse.Namespace, say: Say) -> None:
    report = store.verify()
    say(f"{report.annotations:,} annotations, {report.photos:,} photos, {report.orphans:,} files without a row.")
    if report.problems:
        for problem in report.problems:
            say(problem)
        raise StoreDamaged(
            f"{len(report.problems):,} problems.", remedy="Restore a backup: it adds what is gone and mends photos."
        )
