"""A decision as the browser sends it, read field by field; and as the browser gets it back."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from ergo_demo.annotation.boxes import read_boxes
from ergo_demo.annotation.effect import effect_of
from ergo_demo.errors import InputError
from ergo_demo.geometry import Box
from ergo_demo.records import Trace, from_json, to_json
from ergo_demo.store.records import Action, Annotation, Item, Submission

T = TypeVar("T")

WORDS = {"fix": Action.EDIT, "full_photo": Action.FULL_IMAGE}
"""What the page calls these; the store's own words are taken as well."""

WITHOUT_BOXES = (Action.FULL_IMAGE, Action.REJECT, Action.SKIP)


def read_submission(body: dict[str, Any], item: Item, trace: Trace | None) -> tuple[Submission, tuple[str, ...]]:
    """The decision about `item`, and what was repaired. The same body gives the same decision: a retry is known by it.

    Raises InputError, BoxInvalid.
    """
    action = WORDS.get(str(body.get("action")), body.get("action"))
    boxes, repaired = read_boxes(body.get("boxes"), item.frame)
    if action in WITHOUT_BOXES and boxes:
        boxes, repaired = (), ("a decision without a box keeps none",)
    reason = body.get("reason") or []
    fields = {
        "client_id": body.get("client_id"),
        "item": item.id,
        "base": body.get("base_version", 0),
        "action": action,
        "boxes": [to_json(box) for box in boxes],
        "reasons": [reason] if isinstance(reason, str) else reason,
        "other": body.get("text") or "",
        "confidence": body.get("confidence"),
        "answer": _or_none(body.get("answer")),
        "thought": _or_none(body.get("thought")),
        "what_if": _what_if(body, item, trace),
        "effort": body.get("effort") or {},
        "session": body.get("session"),
        "consent_publish": _tick(body.get("consent")),
    }
    return read_record(Submission, fields), repaired


def read_record(kind: type[T], fields: dict[str, Any]) -> T:
    """The record. Raises InputError, which names the field that is wrong and not what stands in it."""
    try:
        return from_json(kind, fields)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
    raise InputError(f'"{place}" is wrong: {first["msg"]}.', remedy="Load the page again, then send it.")


def _or_none(value: object) -> object:
    """An empty field says nothing."""
    return None if isinstance(value, str) and not value.strip() else value


def _tick(consent: object) -> bool:
    return consent is True or (isinstance(consent, dict) and consent.get("publish") is True)


def _what_if(body: dict[str, Any], item: Item, trace: Trace | None) -> dict[str, Any]:
    """The answers side by side. What the model answered, and what came of it, is not for the browser to say."""
    sent = body.get("what_if")
    sent = sent if isinstance(sent, dict) else {}
    corrected, given, known = (_or_none(one) for one in (sent.get("corrected"), body.get("answer"), _known(item)))
    right = given if isinstance(given, str) else known if isinstance(known, str) else None
    model = trace.answer if trace else ""
    effect = effect_of(model, corrected if isinstance(corrected, str) else None, right)
    same = {name: sent.get(name) for name in ("expanded", "preferred") if sent.get(name) is not None}
    shown = sent.get("shown") or ()
    return {"model": model, "corrected": corrected, "right": right, "effect": effect.value, "shown": shown, **same}


def _known(item: Item) -> object:
    return item.extra.get("answer")


def edges_of(boxes: Sequence[Box]) -> list[list[float]]:
    """Boxes as the browser knows them, source px."""
    return [list(box.edges) for box in boxes]


def sent_again(submission: Submission) -> dict[str, Any]:
    """A decision in the fields in which it was submitted: what an editor goes on from."""
    action = next((word for word, action in WORDS.items() if action is submission.action), submission.action.value)
    return {
        "action": action,
        "boxes": edges_of(submission.boxes),
        "reason": [reason.value for reason in submission.reasons],
        "text": submission.other,
        "confidence": submission.confidence,
        "answer": submission.answer,
        "thought": submission.thought,
        "consent": submission.consent_publish,
    }


def shown(annotation: Annotation) -> dict[str, Any]:
    """A kept decision, for whoever made it."""
    decided = sent_again(annotation.submission)
    return {
        **decided,
        "item": annotation.submission.item,
        "boxes": edges_of(annotation.boxes),
        "version": annotation.version,
        "saved_at": annotation.created,
    }
