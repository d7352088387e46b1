"""What was found becomes items of a project: photos through the safe door, traces checked, shares drawn.

An item's id is made from the project, the photo and the question: what is imported twice is there once. A row that
cannot be taken is reported by its line, and the rest goes on.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from ergo_demo.annotation.found import Found, Problem, Row
from ergo_demo.asking import check_question
from ergo_demo.batch.photos import Photos
from ergo_demo.errors import ErgoError, NotWritten, SourceInvalid
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door, Photo
from ergo_demo.records import Trace, from_json
from ergo_demo.store.records import Image, Item
from ergo_demo.store.store import Store

AT_ONCE = 100
"""Items of one transaction: what was imported before a crash stays."""

OPEN_PHOTOS = 4
"""Several questions about one photo often stand together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How rows become items, the same for all of one import."""

    project: str
    blind_share: float = 0.0
    """Of the items whose suggestion is hidden until they are decided."""
    repeat_share: float = 0.0
    """Of the items that whoever did them is given once more."""
    people: int = 1
    """By how many each item is done."""
    licence: str = ""
    """Of the photos, where a row names none."""
    consent_publish: bool = False


@dataclass
class Report:
    """What became of the rows."""

    added: int = 0
    already: int = 0
    """Items that the project had."""
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        already = f", {self.already:,} were there already" if self.already else ""
        return f"{self.added:,} items added{already}; {len(self.problems):,} rows left out"


class Importer:
    """Puts rows into the store. `door` is for the time of the import: its photos are forgotten afterwards."""

    def __init__(self, store: Store, door: Door) -> None:
        self._store = store
        self._photos = Photos(door, most=OPEN_PHOTOS)
        self._kept: set[str] = set()

    def add(self, found: Iterable[Row], terms: Terms, first_position: int = 0) -> Report:
        """Adds items in the order of the rows. Raises StoreError when nothing can be kept any more."""
        report, waiting = Report(), list[Item]()
        for position, row in enumerate(found, first_position):
            if isinstance(row, Problem):
                report.problems.append(row)
                continue
            try:
                waiting.extend(self._items(row, terms, position))
            except NotWritten:
                raise
            except (ErgoError, OSError) as error:
                report.problems.append(Problem(row.where, str(error)))
            if len(waiting) >= AT_ONCE:
                self._keep(waiting, report)
        self._keep(waiting, report)
        return report

    def _keep(self, waiting: list[Item], report: Report) -> None:
        added = self._store.add_items(waiting)
        report.added += added
        report.already += len(waiting) - added
        waiting.clear()

    def _items(self, row: Found, terms: Terms, position: int) -> Iterator[Item]:
        question = check_question(row.question)
        with self._photos.open(row.image) as photo:
            trace = None if row.trace is None else _checked(row.trace, photo)
            self._keep_photo(photo, row, terms)
            if trace is not None:
                self._store.put_trace(trace)
            item = _item(row, terms, position, photo, question, trace)
        yield item
        if _drawn(item.id, "repeat", terms.repeat_share):
            yield replace(item, id=f"{item.id[:27]}.again", repeat_of=item.id, wanted=1)

    def _keep_photo(self, photo: Photo, row: Found, terms: Terms) -> None:
        if photo.blob_sha256 not in self._kept:
            keep_photo(self._store, photo, licence=row.licence or terms.licence, source=row.source)
            self._kept.add(photo.blob_sha256)


def keep_photo(store: Store, photo: Photo, *, licence: str = "", source: str = "") -> None:
    """Keeps an opened photo. Raises Forgotten, NotWritten."""
    image = Image(
        blob_sha256=photo.blob_sha256,
        upload_sha256=photo.upload_sha256,
        size=photo.size,
        suffix=".tif" if photo.path.suffix == ".tif" else ".jpg",
        name=photo.name,
        mime=photo.mime,
        exif_orientation=photo.exif_orientation,
        source=source,
        licence=licence,
    )
    store.put_image(photo.path, image)


def add_run(store: Store, photo: Photo, trace: Trace, terms: Terms) -> Report:
    """What was asked on the page, as an item. Raises StoreError, QuestionEmpty."""
    found = Found(where=photo.name, image=photo.path, question=trace.question)
    keep_photo(store, photo, licence=terms.licence)
    store.put_trace(trace)
    position = store.work(terms.project).items
    added = store.add_items([_item(found, terms, position, photo, check_question(trace.question), trace)])
    return Report(added=added, already=1 - added)


def _checked(record: dict[str, Any], photo: Photo) -> Trace:
    try:
        trace = from_json(Trace, record)
    except (ValidationError, ErgoError) as error:
        raise SourceInvalid("Its trace cannot be read.", remedy="Ask again with this version of ERGO Demo.") from error
    if (trace.upload_sha256, trace.source) != (photo.upload_sha256, photo.size):
        raise SourceInvalid("The photo is not the one that was asked about.", remedy="Put the file back, or ask again.")
    # The same bytes may have become another stored file with another version of the decoder.
    return replace(trace, blob_sha256=photo.blob_sha256)


def _item(row: Found, terms: Terms, position: int, photo: Photo, question: str, trace: Trace | None) -> Item:
    id = item_id(terms.project, photo.upload_sha256, question, *row.options)
    suggested = row.suggested.box(photo.size) if row.suggested else None
    if trace is not None:
        suggested = trace.box or suggested
    return Item(
        id=id,
        project=terms.project,
        blob_sha256=photo.blob_sha256,
        upload_sha256=photo.upload_sha256,
        frame=photo.size,
        question=question,
        trace=trace.id if trace else None,
        suggested=_with_area(suggested),
        coarse=trace.coarse.view.size if trace and trace.coarse else None,
        uncertainty=uncertainty_of(trace),
        position=position,
        wanted=terms.people,
        blind=_drawn(id, "blind", terms.blind_share),
        split=row.split,
        image_licence=row.licence or terms.licence,
        consent_publish=terms.consent_publish,
        extra={**row.extra, "options": list(row.options)} if row.options else row.extra,
    )


def _with_area(box: Box | None) -> Box | None:
    return box if box is not None and box.has_area else None


def item_id(*parts: str) -> str:
    """32 letters for the same project, photo and question; two questions about one photo are two items."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def uncertainty_of(trace: Trace | None) -> float:
    """What the order of a worklist sorts by, 0 to 1: the spread; the most where no region was named, the least
    where no model was asked."""
    if trace is None:
        return 0.0
    return trace.spread if trace.spread is not None else (0.0 if trace.box else 1.0)


def _drawn(id: str, what: str, share: float) -> bool:
    """Whether an item is in a random share: by its id, so that another import draws the same."""
    number = int(hashlib.sha256(f"{what} {id}".encode()).hexdigest()[:8], 16)
    return number / 16**8 < share


def import_rows(store: Store, door: Door, terms: Terms, rows: Iterable[Row]) -> Report:
    """As `Importer.add`, behind what the project holds already. Raises StoreError."""
    return Importer(store, door).add(rows, terms, store.work(terms.project).items)
