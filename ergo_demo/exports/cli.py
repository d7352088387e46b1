"""`python -m ergo_demo export FORMAT OUT`: a dry run on request, then the files, read again and checked."""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ergo_demo.errors import InputError, NotWritten
from ergo_demo.settings import Settings

if TYPE_CHECKING:
    from ergo_demo.exports.exporting import Exported, Preview, Request
    from ergo_demo.exports.processor import Whose
    from ergo_demo.store.store import Store

Say: TypeAlias = Callable[[str], None]

EVERY = 100
"""Decisions between two lines of progress."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("format", metavar="FORMAT", help="one of those that `export formats` lists")
    parser.add_argument("out", type=Path, metavar="OUT", nargs="?", help="the new folder")
    parser.add_argument("--project", action="append", default=[], metavar="NAME", help="only this one; again for more")
    parser.add_argument(
        "--filter", action="append", default=[], metavar="KEY=VALUE[,VALUE]",
        help="only decisions like this: action=edit,redraw or blind=no; several must all hold",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument(
        "--publish", action="store_true",
        help="only what may be published: with the consent of the photo's owner and of whoever decided, and a licence",
    )  # fmt: skip
    parser.add_argument(
        "--below-iou", type=_overlap, default=0.7, metavar="IOU", help="a box teaches only where it differs so much"
    )
    parser.add_argument("--most-pairs", type=_pairs, default=4, metavar="N", help="of one item's boxes")
    parser.add_argument(
        "--grid", type=_grid, default=1, metavar="PX",
        help="round right boxes in text to multiples of this, in view px: for a model that names only such boxes "
        "(ERGO-tiny: 28)",
    )  # fmt: skip
    parser.add_argument(
        "--processor", type=Path, metavar="FOLDER",
        help="a checkpoint whose processor is asked whether it would resize a picture (default: Qwen2.5-VL's own)",
    )  # fmt: skip


def _overlap(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no overlap: give 0 to 1")
    return value


def _grid(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no grid: give whole view px, at least 1; 28 for ERGO-tiny")
    return int(text)


def _pairs(text: str) -> int:
    if not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text} is no number of pairs: give 1 to 64")
    return int(text)


def run(options: argparse.Namespace, settings: Settings, say: Say) -> None:
    """The command. Raises InputError, StoreError."""
    from ergo_demo.exports.choosing import read_filter
    from ergo_demo.exports.exporting import Request, preview
    from ergo_demo.exports.formats import FORMATS, format_named
    from ergo_demo.exports.said import Rules
    from ergo_demo.store.cli import open_settings

    if options.format == "formats":
        for made in FORMATS.values():
            say(f"{made.name:18} {made.what}")
        return
    request = Request(
        format=format_named(options.format),
        projects=tuple(options.project),
        wanted=read_filter(options.filter),
        rules=Rules(
            informative_below_iou=options.below_iou,
            most_pairs=options.most_pairs,
            grid_px=options.grid,
            publish=options.publish,
            **_budgets(settings),
        ),
        processor=_checkpoint(options.processor),
    )
    with open_settings(settings) as store:
        if options.dry_run or options.out is None:
            _tell(preview(store, request), say)
            say("Nothing was written: this was a dry run." if options.dry_run else "Nothing was written: name OUT.")
            return
        done = _export(store, request, options.out, say)
    _tell(done.preview, say)
    if done.taken:
        say(f"{done.taken:,} pictures had been made before it was interrupted.")
    say(f"{options.out}: {done.checked.rows:,} rows read again, {done.checked.words}.")


def _export(store: "Store", request: "Request", out: Path, say: Say) -> "Exported":
    from ergo_demo.exports.exporting import export
    from ergo_demo.exports.folder import Interrupted

    try:
        return export(store, request, out, partial(_progress, say))
    except KeyboardInterrupt:
        remedy = "The same command goes on: the pictures that were made wait beside OUT."
        raise Interrupted(f"It was stopped; there is no {out}.", remedy=remedy) from None
    except OSError as error:
        remedy = "Make room, or name a folder elsewhere. Nothing was left of it, and nothing is lost."
        raise NotWritten(f"{out} could not be written: {error.strerror or error}.", remedy=remedy) from error


def _checkpoint(folder: Path | None) -> "Whose":
    """Whose processor is asked. Raises InputError, before anything is written."""
    if folder is None:
        return "Qwen2.5-VL"
    if not any((folder / name).is_file() for name in ("preprocessor_config.json", "processor_config.json")):
        remedy = "Name the folder of a checkpoint, or leave --processor out."
        raise InputError(f"{folder} holds no processor: no preprocessor_config.json.", remedy=remedy)
    return folder


def _budgets(settings: Settings) -> dict[str, int]:
    """What the settings say of views, for items that no model was asked about."""
    names = ("coarse_budget_tokens", "zoom_budget_tokens", "zoom_least_tokens")
    return {name: value for name in names if (value := getattr(settings, name)) is not None}


def _progress(say: Say, counts: "Preview") -> None:
    if counts.checking:
        say(f"{counts.rows:,} rows are written; reading them again")
    elif counts.decisions % EVERY == 0:
        say(f"{counts.decisions:,} decisions, {counts.rows:,} rows")


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `import-log`."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `export log` or `export log-parquet` wrote")


def run_import(options: argparse.Namespace, settings: Settings, say: Say) -> None:
    """Puts an exported log back. Raises RowsInvalid, StoreError."""
    from ergo_demo.exports.importing import import_log
    from ergo_demo.store.cli import open_settings

    with open_settings(settings) as store:
        counts = import_log(store, options.folder)
    say(f"{counts['added']:,} decisions are there now.")
    if counts["forgotten"]:
        say(f"{counts['forgotten']:,} were left out: their photo or person was to be forgotten.")
    if counts["taken"]:
        say(f"{counts['taken']:,} were left out: this store has another decision in their place.")


def _tell(found: "Preview", say: Say) -> None:
    say(f"{found.decisions:,} decisions, {found.filtered:,} filtered out, {found.rows:,} rows:")
    for name, count in sorted(found.kinds.items()):
        say(f"  {count:7,}  {name}")
    for name, count in found.dropped.most_common():
        say(f"  {count:7,}  dropped: {name}")
    if found.tally.not_for_publishing:
        lacking = "decisions with rows may not be published: a consent or a licence lacks. Keep the files private"
        say(f"  {found.tally.not_for_publishing:7,}  {lacking}")
    if found.grid is not None:
        asked = f"{found.grid.asked:,} of {found.grid.sizes:,} picture sizes"
        say(f"  {asked}: {found.grid.by} {'; '.join(found.grid.problems[:3]) or 'resizes none'}")
    for number, row in enumerate(found.shown, 1):
        say(f"row {number}")
        for name, value in row.words.items():
            say(f"    {name}: {value}")
