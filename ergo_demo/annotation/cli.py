"""`python -m ergo_demo import SOURCE --project NAME`: work for people, from files of this machine."""

import argparse
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ergo_demo.annotation.folders import read_source
from ergo_demo.annotation.found import Row
from ergo_demo.annotation.zips import unpack
from ergo_demo.errors import SettingInvalid, SourceInvalid
from ergo_demo.settings import Settings
from ergo_demo.store.cli import Say, open_settings

if TYPE_CHECKING:
    from ergo_demo.annotation.importing import Terms
    from ergo_demo.store.store import Store

SHOWN_PROBLEMS = 50


def share(text: str) -> float:
    """A share of an argument, 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: give 0 to 1")
    return value


def days(text: str) -> int:
    """A number of days of an argument, 1 to 36,500."""
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError(f"{text} are no days: give 1 to 36500")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `import` takes beside the data folder."""
    add = parser.add_argument
    add(
        "source",
        type=Path,
        help="questions.jsonl, output of batch, .csv, .parquet, .zip, Label Studio's .json, or a folder",
    )
    add("--project", required=True, help="name of the project that gets the items; made if there is none")
    add("--question", default="", help="what is asked about photos that come without a question")
    add("--order", choices=("uncertainty", "random", "file"), default="uncertainty", help="of a new project")
    add("--random-share", type=share, default=0.2, help="of a new project: drawn at random, for calibration")
    add("--labels", default="CC-BY-4.0", metavar="LICENCE", help="of a new project's annotations")
    add(
        "--kept-days", type=days, metavar="N", help="of a new project: how long its photos are kept (default: for good)"
    )
    add("--blind", type=share, default=0.0, metavar="SHARE", help="of the items whose suggestion is hidden")
    add("--repeats", type=share, default=0.0, metavar="SHARE", help="of the items that a person gets once more")
    add("--people", type=int, default=1, choices=range(1, 21), metavar="N", help="by how many each item is done")
    add("--licence", default="", help="of the photos, where a row names none")
    add("--publish", action="store_true", help="whoever gave the photos agreed that they are published")
    add("--allow-urls", action="store_true", help="fetch photos that are named by their address")


def run(options: argparse.Namespace, settings: Settings, say: Say) -> None:
    """Imports, and says what was left out. Raises ErgoError."""
    from ergo_demo.annotation.importing import Terms, import_rows
    from ergo_demo.imaging import Door

    if not options.source.exists():
        raise SourceInvalid(f"There is no {options.source}.", remedy="Give a file or a folder.")
    with ExitStack() as opened:
        scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="ergo-import-")))
        store = opened.enter_context(open_settings(settings))
        terms = Terms(
            project=project_id(options.project),
            blind_share=options.blind,
            repeat_share=options.repeats,
            people=options.people,
            licence=options.licence,
            consent_publish=options.publish,
        )
        _make_project(store, terms, options)
        door = opened.enter_context(Door(scratch / "photos"))
        report = import_rows(store, door, terms, _rows(options, scratch))
    for problem in report.problems[:SHOWN_PROBLEMS]:
        say(f"{problem.where}: {problem.text}")
    if len(report.problems) > SHOWN_PROBLEMS:
        say(f"... and {len(report.problems) - SHOWN_PROBLEMS:,} more.")
    say(f"{options.project}: {report}.")
    if not report.added and not report.already:
        raise SourceInvalid(f"Nothing of {options.source} could be imported.", remedy="See the lines above.")


def _rows(options: argparse.Namespace, scratch: Path) -> Iterator[Row]:
    from ergo_demo.annotation.fetching import Fetcher

    fetch = None
    if options.allow_urls:
        (scratch / "fetched").mkdir()
        fetch = Fetcher(scratch / "fetched")
    source = options.source
    if source.is_file() and zipfile.is_zipfile(source):
        source = scratch / "zip"
        source.mkdir()
        yield from unpack(options.source, source)
    # Names in a zip resolve only inside it; those in a file of this machine's owner lead where they lead.
    yield from read_source(source, options.question, inside=source is not options.source, fetch=fetch)


def _make_project(store: "Store", terms: "Terms", options: argparse.Namespace) -> None:
    from ergo_demo.store.records import Order, Plan

    plan = Plan(
        order=Order(options.order),
        random_share=options.random_share,
        label_licence=options.labels,
        kept_days=options.kept_days,
    )
    store.add_project(terms.project, options.project.strip(), plan)


def project_id(name: str) -> str:
    """What stands for a project's name in addresses. Raises SettingInvalid for a name without letters.

    >>> project_id("Street signs, 2026")
    'street-signs-2026'
    """
    id = re.sub(r"[^\w]+", "-", name.strip().lower(), flags=re.ASCII).strip("-")[:64]
    if not id:
        raise SettingInvalid(f"{name!r} is no name of a project.", remedy="Use some letters.")
    return id
