"""The owner's review as routes: figures and tables with downloads, a gallery by pages, two people on one item."""

import math
import re
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from ergo_demo.annotation import agreement, counting
from ergo_demo.annotation.filtering import Filter, matching
from ergo_demo.errors import InputError, NotThere
from ergo_demo.geometry import Box, Size, hull
from ergo_demo.store.looking import Decision
from ergo_demo.ui.annotate import decisions as decided
from ergo_demo.ui.annotate import shelf
from ergo_demo.ui.annotate.answers import number_of
from ergo_demo.ui.annotate.call import Call, Desk, case_of, item_of, project_of
from ergo_demo.ui.annotate.reviewed import Reviewed
from ergo_demo.ui.annotate.reviews import card_view
from ergo_demo.ui.gallery.cards import framing

PER_PAGE = 12


def reviewed_in(desk: Desk, call: Call) -> Reviewed:
    """The decisions of the project that the call names. Raises NotThere."""
    return desk.reviews.of(project_of(desk, call).id)


def summary(desk: Desk, call: Call) -> dict[str, Any]:
    """The four figures at the top, and every table."""
    return summary_of(reviewed_in(desk, call))


def summary_of(reviewed: Reviewed) -> dict[str, Any]:
    """The same, of decisions that were read."""
    some = reviewed.decisions
    alpha, speed = reviewed.alpha, counting.speed(some)
    same, pairs = reviewed.same
    by_action = counting.grouped(some, lambda one: one.action)
    return {
        "decisions": len(some),
        "people": len({one.annotator for one in some}),
        "median_seconds": speed.median,
        "median_seconds_of": {name: counting.speed(group).median for name, group in by_action.items()},
        "alpha": None if alpha is None else {"value": alpha.value, "low": alpha.low, "high": alpha.high},
        "alpha_items": 0 if alpha is None else alpha.items,
        "same_decision": {"same": same, "pairs": pairs},
        "effects": counting.effects(some),
        "disagreements": len(reviewed.apart),
        "annotators": sorted({one.annotator for one in some}),
        "tables": [
            {"name": table.name, "title": table.title, "columns": table.columns, "rows": table.rows}
            for table in reviewed.tables
        ],
    }


def table(desk: Desk, call: Call) -> Response:
    """One table as CSV."""
    tables = {one.name: one for one in reviewed_in(desk, call).tables}
    name = call.query.get("name", "")
    if name not in tables:
        raise NotThere(f"There is no table {name!r}.", remedy=f"Ask for one of {', '.join(tables)}.")
    return _download(tables[name].csv(), "text/csv; charset=utf-8", f"{name}.csv")


def figure(desk: Desk, call: Call) -> Response:
    """One figure as SVG."""
    asked = call.query.get("name", "")
    for one in reviewed_in(desk, call).figures:
        if one.name == asked:
            return _download(one.drawn, "image/svg+xml", f"{asked}.svg")
    raise NotThere(f"There is no figure {asked!r}.", remedy="Ask for overlap or speed.")


def gallery(desk: Desk, call: Call) -> dict[str, Any]:
    """A page of decisions, the newest first, of those that a filter lets through."""
    return page_of(reviewed_in(desk, call), call)


def page_of(reviewed: Reviewed, call: Call) -> dict[str, Any]:
    """The same, of decisions that were read."""
    found = matching(reviewed.decisions, _filter(call), reviewed.apart)
    pages = max(1, math.ceil(len(found) / PER_PAGE))
    page = number_of(call.query.get("page"), 0, 0, pages - 1)
    cards = [_card(one, one.item in reviewed.apart) for one in found[page * PER_PAGE : (page + 1) * PER_PAGE]]
    return {"total": len(found), "page": page, "pages": pages, "cards": cards}


def side_by_side(desk: Desk, call: Call) -> dict[str, Any]:
    """One item with everybody's decision, and how far each two boxes overlap."""
    case = case_of(desk, call, call.query.get("item", ""))
    item, trace = case.item, case.trace
    some = [one for one in desk.reviews.of(item.project).decisions if one.item == item.id]
    kept = [(one, desk.store.newest(item.id, one.annotator)) for one in some]
    return {
        "item": item.id,
        "question": item.question,
        **_pictured(item.id, _around([item.suggested, *(one.box for one in some)], item.frame)),
        "photo": shelf.shown(desk.shelf.open(item.blob_sha256)),
        "suggested": list(item.suggested.edges) if item.suggested else None,
        "answer": trace.answer if trace else None,
        "decisions": [{"annotator": one.annotator, **decided.shown(whole)} for one, whole in kept if whole],
        "ious": [
            {"one": pair.one.annotator, "other": pair.other.annotator, "iou": pair.iou}
            for pair in agreement.between_people(some)
        ],
    }


def picture(desk: Desk, call: Call) -> Response:
    """The photo of an item, cut to the frame that its card named, small."""
    item = item_of(desk, call, call.query.get("item", ""))
    made = desk.reviews.picture(item.blob_sha256, card_view(_frame_asked(call, item.frame)))
    return Response(made, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def _around(boxes: Iterable[Box | None], size: Size) -> Box:
    """What is shown of a photo of this size: the boxes with their surroundings, on whole px."""
    known = [box for box in boxes if box is not None]
    return framing(hull(known) if known else None, size).outward().clip(Box.of(size))


def _pictured(item: str, frame: Box) -> dict[str, Any]:
    edges = ",".join(f"{edge:.0f}" for edge in frame.edges)
    return {"frame": list(frame.edges), "picture": f"annotate/review/picture?item={item}&frame={edges}"}


def _frame_asked(call: Call, size: Size) -> Box:
    text = call.query.get("frame", "")
    if not re.fullmatch(r"[0-9]{1,6}(,[0-9]{1,6}){3}", text):
        return Box.of(size)
    x1, y1, x2, y2 = map(int, text.split(","))
    cut = Box.between(x1, y1, x2, y2).clip(Box.of(size))
    return cut if cut.has_area else Box.of(size)


def _card(one: Decision, apart: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "item": one.item,
        "annotator": one.annotator,
        "action": one.action,
        "reasons": one.reasons,
        "effect": one.effect,
        "iou": one.iou,
        "seconds": one.active_ms / 1000 if one.active_ms > 0 else None,
        "created": one.created,
        "box": _edges(one.box),
        "suggested": _edges(one.suggested),
        "blind": one.blind,
        "disagreement": apart,
        **_pictured(one.item, _around([one.box, one.suggested], one.frame)),
    }


def _edges(box: Box | None) -> list[float] | None:
    return None if box is None else list(box.edges)


def _filter(call: Call) -> Filter:
    asked = call.query
    return Filter(
        annotator=asked.get("annotator") or None,
        action=asked.get("action") or None,
        reason=asked.get("reason") or None,
        effect=asked.get("effect") or None,
        iou_least=_number(asked.get("iou_least"), "iou_least"),
        iou_most=_number(asked.get("iou_most"), "iou_most"),
        spread_least=_number(asked.get("spread_least"), "spread_least"),
        spread_most=_number(asked.get("spread_most"), "spread_most"),
        disagreement=_tick(asked.get("disagreement")),
        blind=_tick(asked.get("blind")),
    )


def _number(text: str | None, name: str) -> float | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,10})?", text):
        raise InputError(f'"{name}" is no number.', remedy="Give one from 0 to 1.")
    return float(text)


def _tick(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get(text or "")


def _download(content: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
