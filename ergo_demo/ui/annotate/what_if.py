"""The what-if: what the model answers from a corrected box, beside its own answer and that of the expanded region.

Two questions and not one: the corrected box is what the person waits for, the expanded region is read after it.
"""

from typing import Any

from ergo_demo.annotation.boxes import read_boxes
from ergo_demo.batch.questions import with_options
from ergo_demo.errors import BoxInvalid, EngineUnavailable
from ergo_demo.geometry import hull
from ergo_demo.imaging import Photo
from ergo_demo.store import rows
from ergo_demo.store.records import Item
from ergo_demo.ui.annotate.call import Call, Desk, case_of
from ergo_demo.ui.annotate.looking_again import LookAgain, Looker


def what_if(desk: Desk, call: Call) -> dict[str, Any]:
    """The answer from the boxes of the call, beside what is known of the others; None of what is hidden or not known.

    A newer call of the same person ends this one (409, "superseded"), and so does its browser when it hangs up.
    """
    look_again, case = _model(desk), case_of(desk, call)
    boxes, _repaired = read_boxes(call.body.get("boxes"), case.item.frame)
    if not boxes:
        raise BoxInvalid("There is no box to look at.", remedy="Draw one.")
    item = rows.without_suggestion(case.item)
    trace = case.trace if item.trace else None
    answer = look_again.answer(_looker(call), _kept_photo(desk, item), _question(item), trace, hull(boxes))
    known = look_again.known_of_expanded(item.id, trace) if trace else None
    return {"answer": answer, "box_answer": trace.answer if trace else None, "expanded_answer": known}


def expanded(desk: Desk, call: Call) -> dict[str, Any]:
    """The answer from the expanded region of an item's run; None where it is hidden, or a look costs. Ends as above."""
    look_again, case = _model(desk), case_of(desk, call)
    item = rows.without_suggestion(case.item)
    trace = case.trace if item.trace else None
    if trace is None:
        return {"expanded_answer": None}
    photo, question = _kept_photo(desk, item), _question(item)
    return {"expanded_answer": look_again.answer_from_expanded(_looker(call), item.id, photo, question, trace)}


def _model(desk: Desk) -> LookAgain:
    if desk.look_again is None:
        raise EngineUnavailable("There is no model here.", remedy="Start the page with one.")
    return desk.look_again


def _looker(call: Call) -> Looker:
    return Looker(call.who, call.gone.is_set)


def _question(item: Item) -> str:
    return with_options(item.question, item.extra.get("options", []))


def _kept_photo(desk: Desk, item: Item) -> Photo:
    """The stored file itself, not what the page shows of it: the model sees what it saw in the run."""
    image, path = desk.store.image(item.blob_sha256)
    return Photo(path.parent, path, image.name, image.size, image.upload_sha256, image.blob_sha256)
