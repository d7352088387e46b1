"""`python -m ergo_demo calibrate FILE`: a calibration from rows that `batch` wrote, or questions that `scenes` wrote;
with `--project NAME` from what people corrected.

Only items with a target count, and only those of the random stream: an item that says another "stream" is left out.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median
from typing import Any, TypeAlias

from pydantic import ValidationError

from ergo_demo.asking import run_settings
from ergo_demo.batch import cli, reading
from ergo_demo.batch.questions import read_lines
from ergo_demo.batch.rows import Row, read_rows
from ergo_demo.engines import open_engine
from ergo_demo.errors import CannotCalibrate, InputError
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door
from ergo_demo.records import Calibration, Trace, from_json, to_json
from ergo_demo.settings import Settings
from ergo_demo.uncertainty import conformal
from ergo_demo.uncertainty.calibrating import Variant, calibration_of, score_of
from ergo_demo.uncertainty.measuring import expanded_region, region_of_samples
from ergo_demo.uncertainty.sampled import EDGE_SHARE, edge_share_for

SPLITS = 200
"""Random halves on which the report checks the promise."""

Items: TypeAlias = Sequence[tuple[Trace, Box]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `calibrate` takes beside the settings."""
    source = parser.add_mutually_exclusive_group(required=True)
    wants = "rows of `batch`, or questions.jsonl of `scenes`, which is asked first"
    source.add_argument("file", type=Path, metavar="FILE", nargs="?", help=wants)
    wants = "instead: what people decided in this project about items that were drawn at random"
    source.add_argument("--project", metavar="NAME", help=wants)
    add = parser.add_argument
    add("--out", type=Path, help="the record to write (default: FILE or the project, with .calibration.json)")
    add("--variant", choices=["plain", "adaptive"], default="plain", help="adaptive: wider where the samples disagree")
    wants = "instead of holding the target: is read right as often as the target's own box, give or take this share"
    add("--risk", type=_share, metavar="EPSILON", help=f"{wants} (of items with an answer; asks the model again)")
    add("--report", action="store_true", help="also say how far the promise is kept on random halves, and at what size")


@dataclass(frozen=True, slots=True)
class Source:
    """What a calibration is made from. `words` stand in the record, `out` is where it goes unless somebody says."""

    items: Items
    words: str
    out: Path
    rows: Path | None = None
    """The rows of `batch`, where these are the source."""
    notes: tuple[str, ...] = ()


def run(options: argparse.Namespace, settings: Settings) -> None:
    """Writes the record and says what it promises. Raises ErgoError."""
    source = _of_people(options.project, settings) if options.file is None else _of_file(options.file, settings)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    found = calibration_of(source.items, alpha=settings.alpha, variant=options.variant, source=source.words, when=when)
    if options.risk is None:
        said = report(source.items, found.variant) if options.report else []
    else:
        found, said = _risk(source.rows, found, options.risk, settings)
    out: Path = options.out or source.out
    out.write_text(json.dumps(to_json(found), indent=1) + "\n", "utf-8")
    sys.stdout.write("\n".join([*in_words(found), *source.notes, *said, f"Written: {out}"]) + "\n")


def _of_file(file: Path, settings: Settings) -> Source:
    rows = file if _is_rows(file) else _asked(file, settings)
    items = items_of(rows)
    words = f"{file.name}, {len(items):,} items of the random stream"
    return Source(items, words, file.with_suffix(".calibration.json"), rows)


def _of_people(name: str, settings: Settings) -> Source:
    from ergo_demo.annotation.calibrating import corrections
    from ergo_demo.annotation.cli import project_id
    from ergo_demo.store.cli import open_settings

    id = project_id(name)
    with open_settings(settings) as store:
        if id not in (there := store.projects()):
            known = ", ".join(there.values()) or "none yet"
            raise CannotCalibrate(f"There is no project {name!r}.", remedy=f"Name one that is there: {known}.")
        found = corrections(store, id)
    words = f"corrections in project {id}, {len(found.items):,} items of the random stream, {found.blind:,} blind"
    notes = [f"Who sees the model's box stays near it: {found.blind:,} of {len(found.items):,} were decided blind."]
    if found.without_target:
        notes.append(f"Left out: {found.without_target:,} that were rejected or skipped; of such nothing is promised.")
    if found.asked_otherwise:
        notes.append(f"Left out: {found.asked_otherwise:,} of another model, or asked in another way, than the others.")
    return Source(found.items, words, Path(f"{id}.calibration.json"), notes=tuple(notes))


def _risk(rows: Path | None, found: Calibration, epsilon: float, settings: Settings) -> tuple[Calibration, list[str]]:
    """The calibration with the growth that risk control finds, and every growth in words. Raises ErgoError."""
    if rows is None:
        raise CannotCalibrate("--risk reads photos again that rows of `batch` name.", remedy="Give FILE, or no --risk.")
    known = [
        one for row in read_rows(rows) if (item := _item(row)) and (one := reading.known_of(row, rows.parent, *item))
    ]
    engine = open_engine(settings, announce=_say)
    chosen = replace(run_settings(engine.info, settings), calibration=None)
    if (engine.info.model.name, engine.info.model.revision) != (found.model, found.revision):
        raise CannotCalibrate(
            f"These traces are of {found.model} {found.revision}, and {engine.info.model.name} would read.",
            remedy="Give --model and --revision as they were.",
        )
    with tempfile.TemporaryDirectory(prefix="ergo-risk-") as photos, Door(Path(photos), tiled=False) as door:
        answers = reading.Reader(engine, door, chosen, _say).read(known)
    risk = reading.controlled(answers, epsilon)
    source = f"{found.source}, {risk.n:,} with answers"
    found = replace(
        found, q=risk.growth, n=risk.n, variant="plain", epsilon=epsilon, source=source, edge_share=EDGE_SHARE
    )
    return found, reading.risk_report(answers, risk, epsilon)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text} is no share between 0 and 1")
    return share


def items_of(rows: Path) -> Items:
    """The traces that have a target to be measured with. Raises CannotCalibrate where there are none, RowsInvalid."""
    found = [item for row in read_rows(rows) if (item := _item(row))]
    if not found:
        raise CannotCalibrate(
            f'No row of {rows.name} has a "target" and a trace.',
            remedy='Give each question its "target": [x1, y1, x2, y2] in source px.',
        )
    return found


def in_words(calibration: Calibration) -> list[str]:
    """What was found, in two lines."""
    n, alpha, q = calibration.n, calibration.alpha, calibration.q
    if n < conformal.LEAST_ITEMS:
        return [f"n = {n}: too few to promise anything; {conformal.LEAST_ITEMS} are needed."]
    if calibration.epsilon is not None:
        return [
            f"growth {q:+g}: each edge moves by that share of the sample region's width or height.",
            f"Answers right as often as the target's own box, within {calibration.epsilon:g} (n = {n}).",
        ]
    if q is None:
        return [f"n = {n}: no growth holds {100 * (1 - alpha):g} % of the targets; the region is the whole photo."]
    low, high = conformal.share_range(n, alpha)
    unit = " x difficulty" if calibration.variant == "adaptive" else ""
    return [
        f"q = {q:.4f}{unit}: each edge moves by that share of the sample region's width or height.",
        f"Holds the target in {100 * (1 - alpha):g} % of cases (n = {n}, {100 * low:.0f}-{100 * high:.0f} %).",
    ]


def report(items: Items, variant: Variant) -> list[str]:
    """For 80, 90 and 95 %: the promise, what random halves gave on average, and the size of the regions."""
    half = len(items) // 2
    lines = [f"{SPLITS} random halves, {half} items to calibrate; areas are medians, in boxes of the model:"]
    for alpha in (0.2, 0.1, 0.05):
        share = edge_share_for(alpha)
        scores = [score_of(trace, target, variant, share) for trace, target in items]
        shares = conformal.realised(scores, alpha, SPLITS, seed=0)
        promise, q = conformal.promised(half, alpha), conformal.quantile(scores, alpha)
        area = "the whole photo" if q is None else f"{_median_area(items, variant, alpha):.2f}"
        lines.append(f"  {1 - alpha:4.0%}  promised {promise:.1%}  realised {fmean(shares):.1%}  area {area}")
    without = sum(region_of_samples(trace) is None for trace, _target in items)
    return [*lines, f"  {without:,} of {len(items):,} items have no region; each counts as missed."]


def _median_area(items: Items, variant: Variant, alpha: float) -> float:
    found = calibration_of(items, alpha=alpha, variant=variant, source="", when="")
    grown = [(trace, expanded_region(replace(trace, calibration=found))) for trace, _target in items]
    return median(region.area / trace.box.area for trace, region in grown if region and trace.box)


def _is_rows(path: Path) -> bool:
    first = next(read_lines(path), None)
    try:
        content: Any = json.loads(first.content) if first else None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise CannotCalibrate(f"{path.name} holds no rows and no questions.", remedy="Give what batch or scenes wrote.")
    return "trace" in content


def _asked(questions: Path, settings: Settings) -> Path:
    """The rows of these questions; what was asked before is not asked again."""
    out = questions.with_suffix(".answers.jsonl")
    cli.run(argparse.Namespace(questions=questions, out=out, at_once=None, failed_again=False), settings)
    return out


def _item(row: Row) -> tuple[Trace, Box] | None:
    item = row["item"] or {}
    target, trace = item.get("target"), row["trace"]
    if target is None or trace is None or item.get("stream", "random") != "random":
        return None
    try:
        return from_json(Trace, trace), Box(*(float(edge) for edge in target))
    except (TypeError, ValueError, ValidationError, InputError) as error:
        raise CannotCalibrate(
            f"Line {row['line']}: its target or its trace cannot be read ({str(error).splitlines()[0]}).",
            remedy="A target is [x1, y1, x2, y2] in source px; a trace is what this version or an older one wrote.",
        ) from error
