"""The owner's review as HTML: filters, four figures, a page of decisions, two people on one item, tables.

As a page of its own without any script, and as the part that the Review tab shows (review_view). It is written from
what the routes of review.py give, and everything that somebody wrote goes in as text.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from ergo_demo.annotation.tabled import SHOWN_LETTERS
from ergo_demo.store.looking import Project
from ergo_demo.store.records import Action, Effect, Reason
from ergo_demo.ui.annotate import office_page, review
from ergo_demo.ui.annotate.call import Call, Desk, project_of
from ergo_demo.ui.annotate.reviewed import ACTION_WORDS, Figure

STYLES = (Path(__file__).parents[1] / "ergo.css", Path(__file__).parent / "review.css")
DARK = 'if(matchMedia("(prefers-color-scheme: dark)").matches)document.documentElement.classList.add("dark")'
FRAME = """html { background: var(--e-ground); }
body { max-width: 1376px; margin: 0 auto; padding: 0 clamp(12px, 2.4vw, 24px) 24px; }"""
PEOPLE_SHOWN = 4
"""Of those who decided one item; whoever wants all asks the route."""

FILTERS: Mapping[str, Sequence[str]] = {
    "action": [action.value for action in Action],
    "reason": [reason.value for reason in Reason],
    "effect": [effect.value for effect in Effect],
    "disagreement": ["true", "false"],
    "blind": ["true", "false"],
}
NUMBERS = {"iou_least": "IoU, from", "iou_most": "IoU, to", "spread_least": "Spread, from", "spread_most": "Spread, to"}
SHOWN_WORDS = {"true": "yes", "false": "no", **ACTION_WORDS}
"""Where the page says it otherwise than the store."""
FILTERED = ("annotator", *FILTERS, *NUMBERS)


NAMES_END = (
    '<p class="e-panel e-pad" role="note"><b>ERGO_SECRET is not set.</b> Who somebody is does not survive a restart of '
    "this Space: the links that you gave people end, and what they decided is another\u2019s. Set it in the "
    "Space\u2019s settings, as a secret of at least 16 characters.</p>"
)
NOTHING_YET = "<p>There is no project yet: <code>python -m ergo_demo import</code> makes one.</p>"


def page(desk: Desk, call: Call) -> Response:
    """The review of the project that the address names, else of the first; nothing yet without one."""
    projects = desk.store.looking.projects(call.who, all_of_them=True)
    if not projects:
        return _html(_note(desk) + NOTHING_YET)
    call = _of_a_project(call, projects[0].id)
    name = escape(project_of(desk, call).name)
    title = f'<h1>Review: {name} <a class="e-link" href="./">Ask and annotate</a></h1>'
    return _html(title + _note(desk) + _review(desk, call, projects))


def part(desk: Desk, call: Call) -> Response:
    """What the tab shows: the owner's forms, and the review of a project."""
    projects = desk.store.looking.projects(call.who, all_of_them=True)
    if not projects:
        return _fragment(_note(desk) + office_page.forms(None))
    call = _of_a_project(call, projects[0].id)
    return _fragment(_note(desk) + office_page.forms(project_of(desk, call)) + _review(desk, call, projects))


def _note(desk: Desk) -> str:
    return "" if desk.names_last else NAMES_END


def _of_a_project(call: Call, first: str) -> Call:
    """The call, with the first project where it names none."""
    asked = dict(call.query)
    asked.setdefault("project", first)
    return Call(call.person, query=type(call.query)(asked))


def _review(desk: Desk, call: Call, projects: Sequence[Project]) -> str:
    asked = dict(call.query)
    reviewed = review.reviewed_in(desk, call)
    numbers, found = review.summary_of(reviewed), review.page_of(reviewed, call)
    one = review.side_by_side(desk, call) if asked.get("item") else None
    head = f"{_filters([(each.id, each.name) for each in projects], numbers, asked)}{_top(numbers)}"
    gallery = f"{_pager(found, asked)}{_gallery(found['cards'], asked)}"
    if not numbers["decisions"]:  # figures and tables of nothing say nothing
        return f'{head}<section aria-label="Decisions">{gallery}</section>'
    drawn = _figures(reviewed.figures, asked) + _tables(numbers, asked)
    beside = f'<div class="e-col">{_people(one) if one else ""}{drawn}</div>'
    return f'{head}<section class="e-rev" aria-label="Decisions"><div>{gallery}</div>{beside}</section>'


def _fragment(body: str) -> HTMLResponse:
    return HTMLResponse(body, headers={"Cache-Control": "no-store"})


def _html(body: str) -> HTMLResponse:
    styles = "".join(path.read_text("utf-8") for path in STYLES)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    # Addresses are relative to the page above, as everywhere.
    return _fragment(
        f'<!doctype html><html lang="en"><head>{head}<base href="../"><title>ERGO Demo, Review</title>'
        f"<style>{styles}{FRAME}</style><script>{DARK}</script></head>"
        f'<body><main class="e e-review">{body}</main></body></html>'
    )


def _address(asked: Mapping[str, str], **changed: object) -> str:
    """This page with other fields; empty ones are left out."""
    fields = {**asked, **{name: str(value) for name, value in changed.items()}}
    return escape("annotate/review?" + urlencode({name: value for name, value in fields.items() if value}))


def _filters(projects: Iterable[tuple[str, str]], numbers: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    people = [(one, f"person {one[:SHOWN_LETTERS]}") for one in numbers["annotators"]]
    parts = [
        _select("project", list(projects), asked),
        _select("annotator", [("", "all"), *people], asked),
        *(
            _select(name, [("", "any"), *((value, _words(value)) for value in values)], asked)
            for name, values in FILTERS.items()
        ),
        *(_number(name, asked) for name in NUMBERS),
    ]
    narrowed = [_words(name) for name in FILTERED if asked.get(name)]
    # Folded on a phone, where its title says what is filtered.
    return (
        '<details class="e-acc e-fold" open><summary>Filters'
        f'<span class="sum">{", ".join(narrowed) or "none"}</span></summary><form class="in e-filters" '
        f'action="annotate/review">{"".join(parts)}<button class="e-btn">Show</button></form></details>'
    )


def _select(name: str, choices: Sequence[tuple[str, str]], asked: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if asked.get(name, "") == value else ""}>{escape(words)}</option>'
        for value, words in choices
    )
    return f'<label>{_words(name).capitalize()}<select name="{name}">{options}</select></label>'


def _number(name: str, asked: Mapping[str, str]) -> str:
    words = NUMBERS[name]
    value = escape(asked.get(name, ""))
    return f'<label>{words}<input name="{name}" type="number" min="0" max="1" step="0.01" value="{value}"></label>'


def _words(name: str) -> str:
    return SHOWN_WORDS.get(name, name.replace("_", " "))


def _top(numbers: Mapping[str, Any]) -> str:
    alpha, effects, people = numbers["alpha"], numbers["effects"], numbers["people"]
    of = ", ".join(
        f"{_words(name)} {_seconds(value)}" for name, value in list(numbers["median_seconds_of"].items())[:2]
    )
    agree = ("–", "too few items that several people did")
    if alpha:
        agree = (
            f"{alpha['value']:.2f}",
            f"α ({alpha['low']:.2f} to {alpha['high']:.2f}), {numbers['alpha_items']:,} items",
        )
    figures_of = [
        ("Decisions", f"{numbers['decisions']:,}", "by 1 person" if people == 1 else f"by {people:,} people"),
        ("Seconds per item", _seconds(numbers["median_seconds"]), f"median; {of}" if of else "median"),
        ("People agree", *agree),
        (
            "Answers that a correction changed",
            f"{effects['wrong_to_right']:,}",
            f"wrong to right; {effects['right_to_wrong']:,} right to wrong",
        ),
    ]
    parts = (
        f'<div><h2>{title}</h2><div class="n">{n}<small>{escape(small)}</small></div></div>'
        for title, n, small in figures_of
    )
    return f'<div class="e-panel e-kpi">{"".join(parts)}</div>'


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _pager(found: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    at, pages, first = found["page"], found["pages"], found["page"] * review.PER_PAGE
    links = [("Page before", at - 1, at > 0), ("Next page", at + 1, at + 1 < pages)]
    nav = "".join(
        f'<a class="e-btn" href="{_address(asked, page=to, item="")}">{words}</a>' for words, to, able in links if able
    )
    if not found["total"]:
        clear = f'<a class="e-btn" href="{_address({"project": asked["project"]})}">Clear filters</a>'
        if any(asked.get(name) for name in FILTERED):
            return f'<div class="e-pager"><span>No decision fits these filters.</span>{clear}</div>'
        return '<div class="e-pager"><span>Nobody has decided anything in this project yet.</span></div>'
    shown = f"{first + 1:,}–{first + len(found['cards']):,} shown"
    number = "1 decision" if found["total"] == 1 else f"{found['total']:,} decisions"
    words = f"<span><b>{number}</b>, {shown}</span>"
    return f'<div class="e-pager">{words}<nav aria-label="Pages">{nav}</nav></div>'


def _gallery(cards: Iterable[Mapping[str, Any]], asked: Mapping[str, str]) -> str:
    parts = []
    for card in cards:
        here = " aria-current" if asked.get("item") == card["item"] else ""
        iou = "" if card["iou"] is None else f"IoU {card['iou']:.2f}"
        effect = "" if card["effect"] == Effect.UNKNOWN else card["effect"]
        why = _words(" ".join(card["reasons"]) or effect)
        words = f"<b>{escape(_words(card['action']))}</b> {escape(why)}"
        shot = _shot(card["picture"], card["frame"], card["suggested"], [card["box"]], f"Item {card['item']}")
        line = f'<span class="f"><span>{words}</span><span>{iou}</span></span>'
        parts.append(f'<li><a class="e-card"{here} href="{_address(asked, item=card["item"])}">{shot}{line}</a></li>')
    return f'<ul class="e-gal">{"".join(parts)}</ul>'


def _shot(
    picture: str,
    frame: Sequence[float],
    suggested: Sequence[float] | None,
    boxes: Sequence[Sequence[float] | None],
    words: str,
) -> str:
    """A cut of the photo with boxes over it, all in source px."""
    x1, y1, x2, y2 = frame
    where = f'x="{x1:.0f}" y="{y1:.0f}" width="{x2 - x1:.0f}" height="{y2 - y1:.0f}"'
    lines = [("box", suggested), *(("you", box) for box in boxes)]
    drawn = "".join(_outline("cas", box) + _outline(kind, box) for kind, box in lines if box)
    drawn += "".join(_outline("core", box) for box in boxes if box)
    view = f'viewBox="{x1:.0f} {y1:.0f} {x2 - x1:.0f} {y2 - y1:.0f}" role="img" aria-label="{escape(words)}"'
    return f'<svg class="e-shot" {view}><image href="{escape(picture)}" {where}/>{drawn}</svg>'


def _outline(kind: str, box: Sequence[float]) -> str:
    x1, y1, x2, y2 = box
    return f'<rect class="{kind}" x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}" height="{y2 - y1:.1f}"/>'


def _people(one: Mapping[str, Any]) -> str:
    """The first people who decided an item, side by side."""
    ious = ", ".join(f"{pair['iou']:.2f}" for pair in one["ious"][:6])
    shots = []
    for decision in one["decisions"][:PEOPLE_SHOWN]:
        name = f"person {decision['annotator'][:SHOWN_LETTERS]}"
        shot = _shot(one["picture"], one["frame"], one["suggested"], decision["boxes"], f"Boxes of {name}")
        said = " ".join([_words(decision["action"]), *map(_words, decision["reason"]), decision["text"]]).strip()
        answer = f"; answer: {decision['answer']}" if decision["answer"] else ""
        shots.append(f"<figure>{shot}<figcaption><b>{name}</b> {escape(said + answer)}</figcaption></figure>")
    overlap = f"IoU {ious}" if ious else "one person so far"
    head = f'<div class="hd"><h2>Two people, one item</h2><span class="m">{overlap}</span></div>'
    asked = f'<p class="m">{escape(one["question"])} Model: {escape(one["answer"] or "–")}</p>'
    return f'<div class="e-panel e-pad">{head}{asked}<div class="e-pair">{"".join(shots)}</div></div>'


def _figures(figures: Iterable[Figure], asked: Mapping[str, str]) -> str:
    project = urlencode({"project": asked["project"]})
    parts = []
    for one in figures:
        link = f'<a class="e-link" href="annotate/review/figure?{escape(project)}&amp;name={one.name}">SVG</a>'
        head = f'<div class="hd"><h2>{escape(one.title)}</h2>{link}</div>'
        parts.append(f'<div class="e-panel e-pad">{head}{one.drawn}</div>')
    return "".join(parts)


def _tables(numbers: Mapping[str, Any], asked: Mapping[str, str]) -> str:
    return "".join(
        _table(table, urlencode({"project": asked["project"], "name": table["name"]})) for table in numbers["tables"]
    )


def _table(table: Mapping[str, Any], query: str) -> str:
    head = "".join(f"<th scope=col>{escape(column)}</th>" for column in table["columns"])
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table["rows"])
    link = f'<a class="e-link" href="annotate/review/table?{escape(query)}">CSV</a>'
    title = f'<div class="hd"><h2>{escape(table["title"])}</h2>{link}</div>'
    body = f'<table class="e-tbl"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="e-panel e-pad">{title}<div class="e-scroll">{body}</div></div>'


def _cell(cell: object) -> str:
    if isinstance(cell, str):
        return f'<td class="t">{escape(_words(cell))}</td>'
    shown = "–" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else f"{cell:,}"
    return f"<td>{shown}</td>"
