"""What a submission becomes: checks against the item, what is kept, and what it measures. Pure; no SQL."""

import hashlib
import json

from ergo_demo.errors import BoxInvalid, InputError
from ergo_demo.geometry import Box, Size
from ergo_demo.records import to_json
from ergo_demo.store.records import Action, Item, Reason, Submission

LEAST_SIDE_PX = 1.0
"""Of a kept box: less than one source px holds nothing that a person could have meant."""

WITH_BOXES = (Action.EDIT, Action.REDRAW)


def digest_of(submission: Submission) -> str:
    """Tells a retry, which says the same again, from another decision under the same id."""
    return hashlib.sha256(json.dumps(to_json(submission), sort_keys=True).encode()).hexdigest()


def check(submission: Submission) -> None:
    """What can be said without the item. Raises InputError."""
    if submission.action in WITH_BOXES and not submission.boxes:
        raise BoxInvalid("There is no box.", remedy="Draw one, or say that the full photo is needed.")
    if submission.action not in (*WITH_BOXES, Action.ACCEPT) and submission.boxes:
        raise BoxInvalid(f"{submission.action.value} has no box.", remedy="Fix the box instead, or remove yours.")
    if submission.action is Action.REJECT and not submission.reasons:
        raise InputError("Why is it rejected?", remedy="Choose a reason.")
    if Reason.OTHER in submission.reasons and not submission.other.strip():
        raise InputError("The other reason has no words.", remedy="Say it in a few words.")
    if len(set(submission.reasons)) < len(submission.reasons):
        raise InputError("A reason is given twice.", remedy="Give each once.")


def kept_boxes(submission: Submission, item: Item) -> tuple[Box, ...]:
    """The boxes that are kept: clipped to the photo; the suggested one where it was accepted. Raises BoxInvalid."""
    if submission.action is Action.ACCEPT:
        if item.suggested is None or item.blind:
            raise BoxInvalid("There is no suggested box to accept.", remedy="Draw one.")
        return (_clipped(item.suggested, item.frame),)
    return tuple(_clipped(box, item.frame) for box in submission.boxes)


def _clipped(box: Box, frame: Size) -> Box:
    kept = box.clip(Box.of(frame))
    if kept.width < LEAST_SIDE_PX or kept.height < LEAST_SIDE_PX:
        raise BoxInvalid(
            f"The box {tuple(round(edge, 1) for edge in box.edges)} has less than 1 px inside the photo.",
            remedy="Draw it on the photo.",
        )
    return kept
