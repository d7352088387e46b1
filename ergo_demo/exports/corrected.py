"""What people decided, one decision at a time, with everything that it is about."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from ergo_demo.errors import NotThere
from ergo_demo.geometry import Box, hull
from ergo_demo.imaging import Photo
from ergo_demo.records import Trace
from ergo_demo.store.blobs import hash_of
from ergo_demo.store.records import Annotation, Image, Item, Plan
from ergo_demo.store.store import Store

TEST_SHARE = 0.1
"""Share of the photos whose rows are kept for testing."""


@dataclass(frozen=True)
class Corrected:
    """One decision about one item, its photo (a file of the store) and the model's run, where one is kept."""

    annotation: Annotation
    item: Item
    image: Image
    photo: Photo
    trace: Trace | None
    plan: Plan
    project_name: str
    trace_lost: bool = False
    """A trace is named, but it is not kept any more."""

    @property
    def id(self) -> str:
        """Of the decision."""
        return self.annotation.submission.client_id

    @property
    def boxes(self) -> tuple[Box, ...]:
        """What the person decided on (source px); none where no box was wanted."""
        return self.annotation.boxes

    @property
    def hull(self) -> Box | None:
        """All boxes as one (source px): what a text can name, and what the second look shows."""
        return hull(self.boxes) if self.boxes else None

    @property
    def suggested(self) -> Box | None:
        """What the model proposed (source px)."""
        return self.item.suggested

    @cached_property
    def split(self) -> str:
        """ "train" or "test": by the photo alone, so that no photo is in both and none moves when others come."""
        drawn = int(hashlib.sha256(b"split of " + self.image.blob_sha256.encode()).hexdigest()[:13], 16) / 16**13
        return "test" if drawn < TEST_SHARE else "train"

    @property
    def private(self) -> str:
        """Why this may not be published, "" where it may: the photo's owner and whoever decided must both agree, and
        a licence of the photo must be named."""
        if not self.item.consent_publish:
            return "no consent to publish the photo"
        if not self.annotation.submission.consent_publish:
            return "no consent to publish the decision"
        return "" if self.image_licence else "no licence of the photo"

    @property
    def image_licence(self) -> str:
        """The photo's, which is not the annotation's."""
        return self.item.image_licence or self.image.licence


def read(store: Store, projects: Sequence[str], *, every_version: bool = False) -> Iterator[Corrected]:
    """Every decision that counts, or ever did, those about one item together. Raises NotThere without the project."""
    for project in projects:
        store.plan(project)
        yield from about(store, store.annotations_by_item(project, every_version=every_version))


def about(store: Store, annotations: Iterable[Annotation]) -> Iterator[Corrected]:
    """Each with what it is about; those about one item should follow each other."""
    names, plans = store.projects(), dict[str, Plan]()
    found: Corrected | None = None
    for annotation in annotations:
        project = annotation.project
        if found is None or found.item.id != annotation.submission.item:
            if project not in plans:
                plans[project] = store.plan(project)
            found = _about(store, annotation, plans[project], names[project])
        if found is not None:
            yield replace(found, annotation=annotation)


def _about(store: Store, annotation: Annotation, plan: Plan, name: str) -> Corrected | None:
    """None for what was forgotten while we read: nothing of it may come out."""
    item = store.item(annotation.submission.item)
    if item is None:
        return None
    try:
        image, file = store.image(item.blob_sha256)
    except NotThere:
        return None
    photo = Photo(file.parent, file, image.name, image.size, image.upload_sha256, image.blob_sha256)
    trace = store.trace(item.trace) if item.trace else None
    lost = bool(item.trace) and trace is None
    return Corrected(annotation, item, image, photo, trace, plan, name, trace_lost=lost)


def photo_trouble(corrected: Corrected) -> str | None:
    """Why the photo's file cannot be used; None where it is there, whole: it has the bytes that it is named by."""
    path = corrected.photo.path
    try:
        found = path.stat()
        whole = _hash(path, found.st_size, found.st_mtime_ns) == corrected.image.blob_sha256
    except FileNotFoundError:
        return "the photo's file is gone"
    return None if whole else "the photo's file is damaged: see `verify`"


@lru_cache(maxsize=1024)
def _hash(file: Path, _size_bytes: int, _changed_ns: int) -> str:
    """Items of one photo come one after the other, or soon: it is not read again for each."""
    return hash_of(file)
