"""Records as rows and back: what each column holds is said here once. Knows no transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from ergo_demo.geometry import Box, Size
from ergo_demo.records import Trace, to_json
from ergo_demo.store.records import Annotation, Image, Item

Row: TypeAlias = Mapping[Any, Any]


def now() -> str:
    """This moment, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def plain(text: str) -> str:
    """Text that both databases take: a model may write NUL or half a character.

    >>> plain("a\\0b")
    'a�b'
    """
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def edges(box: Box | None) -> dict[str, float | None]:
    """The four columns of a box, source px; all None without one."""
    if box is None:
        return dict.fromkeys(("x1", "y1", "x2", "y2"))
    return dict(zip(("x1", "y1", "x2", "y2"), map(float, box.edges), strict=True))


def box_of(row: Row) -> Box | None:
    """The box of a row, None where it has none."""
    return None if row["x1"] is None else Box(row["x1"], row["y1"], row["x2"], row["y2"])


def image_row(image: Image) -> dict[str, Any]:
    """Columns of `image`."""
    return {
        **{name: getattr(image, name) for name in ("blob_sha256", "upload_sha256", "suffix", "exif_orientation")},
        **{name: plain(getattr(image, name)) for name in ("name", "mime", "source", "licence")},
        "width": image.size.width,
        "height": image.size.height,
        "created": now(),
    }


def image_of(row: Row) -> Image:
    """The image of a row."""
    names = ("blob_sha256", "upload_sha256", "suffix", "name", "mime", "exif_orientation", "source", "licence")
    return Image(size=Size(row["width"], row["height"]), **{name: row[name] for name in names})


def trace_row(trace: Trace, asked_by: str | None) -> dict[str, Any]:
    """Columns of `trace`. `asked_by`: keyed hash of whoever may see it."""
    return {
        **{name: getattr(trace, name) for name in ("id", "blob_sha256", "upload_sha256", "created")},
        "question": plain(trace.question),
        "answer": plain(trace.answer),
        "outcome": trace.outcome.value,
        "model": plain(trace.model.name),
        "revision": plain(trace.model.revision),
        **edges(trace.box),
        "asked_by": asked_by,
        "record": to_json(trace),
    }


def item_row(item: Item, shuffled: float) -> dict[str, Any]:
    """Columns of `item`. `shuffled` in 0 to 1 is its place in the random order."""
    same = (
        "id", "project", "blob_sha256", "upload_sha256", "trace", "position", "wanted", "repeat_of", "blind",
        "consent_publish", "extra",
    )  # fmt: skip
    return {
        **{name: getattr(item, name) for name in same},
        **{name: plain(getattr(item, name)) for name in ("question", "split", "image_licence")},
        **edges(item.suggested),
        "width": item.frame.width,
        "height": item.frame.height,
        "coarse_width": item.coarse and item.coarse.width,
        "coarse_height": item.coarse and item.coarse.height,
        "uncertainty": item.uncertainty or 0.0,
        "shuffled": shuffled,
        "done": 0,
        "open": item.wanted > 0,
    }


def item_of(row: Row) -> Item:
    """The item of a row."""
    same = (
        "id", "project", "blob_sha256", "upload_sha256", "question", "trace", "uncertainty", "position", "wanted",
        "repeat_of", "blind", "split", "image_licence", "consent_publish", "extra",
    )  # fmt: skip
    return Item(
        frame=Size(row["width"], row["height"]),
        coarse=Size(row["coarse_width"], row["coarse_height"]) if row["coarse_width"] else None,
        suggested=box_of(row),
        **{name: row[name] for name in same},
    )


def annotation_row(annotation: Annotation, digest: str) -> dict[str, Any]:
    """Columns of `annotation`. `digest` tells a retry from another decision under the same id."""
    submission, measures = annotation.submission, annotation.measures
    return {
        "id": submission.client_id,
        "item": submission.item,
        **{name: getattr(annotation, name) for name in ("project", "annotator", "version", "created")},
        "digest": digest,
        "action": submission.action.value,
        "effect": submission.what_if.effect.value,
        "iou": measures.iou if measures else None,
        "active_ms": submission.effort.active_ms,
        "record": to_json(annotation),
    }


def newest_of(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """True for the annotations that count: no later version of the same (item, annotator)."""
    later = table.alias()
    return ~sa.exists().where(
        later.c.item == table.c.item, later.c.annotator == table.c.annotator, later.c.version > table.c.version
    )


def without_suggestion(item: Item) -> Item:
    """What a person may see of a blind item before they decided."""
    return replace(item, suggested=None, trace=None, uncertainty=None) if item.blind else item
