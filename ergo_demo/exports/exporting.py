"""Preview and export: from the store to a folder. The command line and a page call these two.

preview(store, request)             what would be written, what is dropped and why, and three rows: writes nothing
export(store, request, out, watch)  writes, reads again, checks, and only then lets the folder appear

Both call `watch` after every decision; whatever it raises ends them. An export that was interrupted goes on when it is
started again (folder.py).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from ergo_demo.errors import InputError, StoreDamaged
from ergo_demo.exports import card, croissant
from ergo_demo.exports.choosing import is_wanted, projects_named
from ergo_demo.exports.corrected import Corrected, read
from ergo_demo.exports.flaws import of_lesson
from ergo_demo.exports.folder import new_folder, write_json
from ergo_demo.exports.format import Checked, Format, Out, corrected_of, kind_of
from ergo_demo.exports.lessons import Dropped, Lesson, of_boxes
from ergo_demo.exports.pictures import Pictures
from ergo_demo.exports.processor import Grid, Whose, ask
from ergo_demo.exports.said import Rules
from ergo_demo.exports.shown import Shown, shown, views_of
from ergo_demo.exports.tally import Tally
from ergo_demo.geometry import Size
from ergo_demo.store.store import Store

SHOWN = 3
"""Rows of a preview."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is wanted. `projects`: by id or by name; none: all of them."""

    format: Format[Any]
    projects: tuple[str, ...] = ()
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    processor: Whose | None = None
    """Whose processor is asked whether it would resize a picture."""


@dataclass
class Preview:
    """What an export has, or would have.

    `decisions` were read; `filtered` of them were not asked for, `giving` gave at least one row.
    """

    decisions: int = 0
    filtered: int = 0
    giving: int = 0
    withheld: int = 0
    """Not to be published, and left out because only what may be was asked for: nothing else is said of them."""
    kinds: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    shown: list[Shown] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    views: set[Size] = field(default_factory=set)
    """The sizes of every picture that a processor will see."""
    grid: Grid | None = None
    """What the processor said of them, where it was asked."""
    checking: bool = False
    """All rows are there; they are being checked."""

    @property
    def rows(self) -> int:
        """How many rows."""
        return sum(self.kinds.values())


Watch: TypeAlias = Callable[[Preview], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what reading it again found. `taken`: pictures that an interrupted try had made."""

    preview: Preview
    checked: Checked
    taken: int = 0


def unwatched(_counts: Preview) -> None:
    """Nobody looks on."""


def preview(store: Store, request: Request, watch: Watch = unwatched) -> Preview:
    """The dry run: the same rows in the same order, without pictures and files. Raises InputError."""
    counts = Preview()
    for _ in _rows(store, request, counts, watch):
        pass
    if request.processor is not None and counts.views:
        counts.checking = True
        watch(counts)
        counts.grid = ask(counts.views, request.processor)
    return counts


def export(store: Store, request: Request, out: Path, watch: Watch = unwatched) -> Exported:
    """Writes the rows into the new folder `out`, which appears whole or not at all.

    Raises InputError where there is nothing to write or `out` exists, StoreDamaged where what was read again is wrong.
    """
    counts = Preview()
    with new_folder(out) as making:
        folder, pictures = making.files, Pictures(making.files, making.made)
        with request.format.writing(Out(folder, pictures)) as write:
            for row in _rows(store, request, counts, watch):
                write(row)
        if not counts.rows:
            raise InputError("There is nothing to export.", remedy=_why_nothing(counts))
        counts.checking = True
        watch(counts)
        checked = _check(request, folder, counts)
        card.write(folder, request, counts, checked)
        write_json(folder / "export.json", card.facts(request, counts, checked))
        croissant.write(folder, request.format, counts)
    return Exported(counts, checked, pictures.taken)


def _check(request: Request, folder: Path, counts: Preview) -> Checked:
    checked = request.format.check(folder)
    problems = list(checked.problems)
    if checked.rows != counts.rows:
        problems.append(f"{counts.rows} rows were written and {checked.rows} read again")
    if request.processor is not None and checked.sizes:
        counts.grid = ask(checked.sizes, request.processor)
    if counts.grid is not None:
        problems += counts.grid.problems
        checked = replace(checked, processor=counts.grid.by)
    if problems:
        raise StoreDamaged(
            f"The export is not as it should be: {'; '.join(problems[:3])}.",
            remedy="Nothing was kept of it. Report this, with the format's name.",
        )
    return checked


def _rows(store: Store, request: Request, counts: Preview, watch: Watch) -> Iterator[Any]:
    there, item, left = store.projects(), "", 0
    projects = projects_named(there, request.projects) or tuple(there)
    for corrected in read(store, projects, every_version=request.format.every_version):
        counts.decisions += 1
        if corrected.item.id != item:
            item, left = corrected.item.id, request.rules.most_pairs
        watch(counts)
        if not is_wanted(corrected, request.wanted):
            counts.filtered += 1
            continue
        if request.rules.publish and corrected.private:
            counts.withheld += 1
        else:
            counts.tally.add(corrected)
        before = counts.rows
        for row in _rows_of(corrected, request, replace(request.rules, most_pairs=left), counts):
            left -= of_boxes(row)
            yield row
        if counts.rows > before:
            counts.giving += 1
            counts.tally.leave(corrected)


def _rows_of(corrected: Corrected, request: Request, rules: Rules, counts: Preview) -> Iterator[Any]:
    why = request.format.refuses(corrected, rules)
    made: Iterator[Any] = iter([Dropped(why)]) if why else request.format.rows(corrected, rules)
    for row in made:
        if why := _left_out(row, request.format):
            counts.dropped[why] += 1
            continue
        counts.kinds[kind_of(row)] += 1
        counts.splits[corrected_of(row).split] += 1
        counts.views |= views_of(row, whole_photo=request.format.whole_photo)
        if len(counts.shown) < SHOWN:
            counts.shown.append(shown(row, whole_photo=request.format.whole_photo))
        yield row


def _left_out(row: Any, made: Format[Any]) -> str | None:
    """Why this is no row: nothing is learned from it, or no trainer could take it. None where it is one."""
    if isinstance(row, Dropped):
        return row.why
    # A photo that travels as it is has no text and no view beside it.
    flaw = of_lesson(row) if isinstance(row, Lesson) and not made.whole_photo else None
    return flaw.what if flaw else None


def _why_nothing(counts: Preview) -> str:
    if not counts.decisions:
        return "Nobody has decided anything yet; is this the right ERGO_DATA?"
    reasons = "; ".join(f"{why}: {count}" for why, count in counts.dropped.most_common(3))
    return f"Of {counts.decisions} decisions {counts.filtered} were filtered out. {reasons}".strip()
