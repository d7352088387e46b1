"""The rows of a dry run as its page shows them: words, boxes, and a route for the small picture of each.

A picture is named by a job and a row, never by a photo: only what the owner's last job shows can be fetched.
"""

from typing import Any

from starlette.responses import Response

from ergo_demo.errors import NotThere
from ergo_demo.exports.shown import Glance, Shown
from ergo_demo.geometry import Box, Size, View, hull
from ergo_demo.ui.annotate.answers import NOT_KEPT, number_of
from ergo_demo.ui.annotate.call import Call, Desk
from ergo_demo.ui.gallery.cards import framing, within

ASPECT = 4 / 3
"""Of the field that a picture stands in."""

SIDE_PX = 444
"""Of a picture's longer side: three for each CSS px of its field. A smaller cut of the view is not enlarged."""


def told(shown: Shown) -> dict[str, Any]:
    """A row for the page; boxes as x, y, width and height in shares of its picture."""
    cut = _cut(shown.glance)
    boxes = [{"side": mark.side, "box": within(mark.box_in_view, cut)} for mark in shown.glance.marks]
    return {"words": shown.words, "ratio": cut.width / cut.height, "boxes": boxes}


def picture(desk: Desk, call: Call) -> Response:
    """The picture of a row that the last job shows, as JPEG. Raises NotThere, also where the photo is gone by now."""
    job = desk.exports.job
    number, row = (number_of(call.query.get(name), -1, 0, 10**9) for name in ("job", "row"))
    if job is None or job.number != number or not 0 <= row < len(job.counts.shown):
        raise NotThere("There is no such row.", remedy="Another dry run or export has begun since: look at its rows.")
    glance = job.counts.shown[row].glance
    cut_in_view = _cut(glance)
    scale = min(1.0, SIDE_PX / max(cut_in_view.width, cut_in_view.height))
    size = Size(*(max(1, round(scale * side)) for side in (cut_in_view.width, cut_in_view.height)))
    made = desk.reviews.picture(glance.blob_sha256, View(glance.view.to_source(cut_in_view), size))
    return Response(made, media_type="image/jpeg", headers=NOT_KEPT)


def _cut(glance: Glance) -> Box:
    """What is shown of the view (view px, whole): its boxes with their surroundings."""
    known = [mark.box_in_view for mark in glance.marks]
    cut = framing(hull(known) if known else None, glance.view.size, ASPECT)
    return cut.outward().clip(Box.of(glance.view.size))
