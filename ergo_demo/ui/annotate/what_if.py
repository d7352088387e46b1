"""The what-if: what the model answers from a corrected box, beside its own answer and that of the expanded region."""

from typing import Any

from ergo_demo.annotation.boxes import read_boxes
from ergo_demo.batch.questions import with_options
from ergo_demo.errors import BoxInvalid, EngineUnavailable
from ergo_demo.geometry import hull
from ergo_demo.imaging import Photo
from ergo_demo.store import rows
from ergo_demo.store.records import Item
from ergo_demo.ui.annotate.call import Call, Desk, item_of


def what_if(desk: Desk, call: Call) -> dict[str, Any]:
    """Three answers; what is hidden of a blind item, and what no model was asked, is None.

    A newer call of the same person ends this one: 409, "superseded".
    """
    if desk.look_again is None:
        raise EngineUnavailable("There is no model here.", remedy="Start the page with one.")
    whole, _role = item_of(desk, call)
    boxes, _repaired = read_boxes(call.body.get("boxes"), whole.frame)
    if not boxes:
        raise BoxInvalid("There is no box to look at.", remedy="Draw one.")
    item = rows.without_suggestion(whole)
    trace = desk.store.trace(item.trace) if item.trace else None
    photo, question = _kept_photo(desk, item), with_options(item.question, item.extra.get("options", []))
    answer = desk.look_again.answer(call.who, photo, question, trace, hull(boxes))
    expanded = None
    if trace is not None:
        expanded = desk.look_again.answer_from_expanded(call.who, item.id, photo, question, trace)
    return {"answer": answer, "box_answer": trace.answer if trace else None, "expanded_answer": expanded}


def _kept_photo(desk: Desk, item: Item) -> Photo:
    """The stored file itself, not what the page shows of it: the model sees what it saw in the run."""
    image, path = desk.store.image(item.blob_sha256)
    return Photo(path.parent, path, image.name, image.size, image.upload_sha256, image.blob_sha256)
