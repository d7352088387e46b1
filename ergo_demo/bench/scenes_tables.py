"""The report's tables: what every method came to, by type and by k. The numbers arrive as they stand in the JSON."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ergo_demo.bench.scenes_methods import METHODS, SHORT

Numbers = Mapping[str, Any]

TYPE_WORDS = {
    "read": "what is written on a thing that the first look shows but cannot read",
    "attribute": "the colour or shape of a small part of a thing",
    "relation": "where one of two things is relative to the other",
    "hidden": "what a tag shows that the first look cannot make out, in one of k places that it can",
}

_BLIND = {"majority": "most frequent answer", "text_only": "best guess from the text"}


def methods_table(numbers: Numbers) -> str:
    """One line a method, and what can be had without looking."""
    head = (
        "",
        "accuracy",
        "vision tokens",
        "tokens written",
        "seconds",
        "target in the box",
        "box of the photo",
        "not parsed",
        "repaired",
        "failed",
    )
    rows = []
    for name, part in numbers["methods"].items():
        cells = [
            _with_interval(part["accuracy"], part["accuracy_ci"]),
            f"{part['vision_tokens']:,.0f}",
            f"{part['reply_tokens']:,.0f}",
            seconds_of(part["seconds"]),
            *(percent(part.get(key)) for key in ("coverage", "box_area", "parse_failures", "repairs", "failed")),
        ]
        asked = "" if part["n"] == numbers["n"] * len(TYPE_WORDS) else f" <small>n = {part['n']:,}</small>"
        rows.append((name, f"{_name(name)}{asked}", cells))
    for name, part in numbers["baselines"].items():
        if part["accuracy"] is not None:
            rows.append(("blind", escape(_BLIND[name]), [percent(part["accuracy"]), *["–"] * 8]))
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(METHODS[name])}</dd>" for name in METHODS if name in numbers["methods"]
    )
    return _table(head, rows, "The methods") + f"<dl>{lines}</dl>"


def types_table(numbers: Numbers) -> str:
    """Accuracy by type."""
    rows = [
        (name, _name(name), [_with_interval(part["accuracy"], part["accuracy_ci"]) for part in _types(method)])
        for name, method in numbers["methods"].items()
    ]
    for name, part in numbers["baselines"].items():
        if part["accuracy_by_type"]:
            rows.append(("blind", escape(_BLIND[name]), [percent(part["accuracy_by_type"].get(t)) for t in TYPE_WORDS]))
    words = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in TYPE_WORDS.items())
    return _table(("", *TYPE_WORDS), rows, "Accuracy by type") + f"<dl>{words}</dl>"


def every_number(numbers: Numbers) -> str:
    """All measures of each method and type, folded away."""
    keys = ("n", "accuracy", "vision_tokens", "seconds", "coverage", "box_area", "parse_failures", "repairs", "failed")
    head = ("", "n", "accuracy", "tokens", "seconds", "in the box", "box", "not parsed", "repaired", "failed")
    rows = []
    for name, method in numbers["methods"].items():
        for type, part in method["by_type"].items():
            known = {key: percent(part.get(key)) for key in keys}
            known |= {
                "n": f"{part['n']}",
                "accuracy": _with_interval(part["accuracy"], part["accuracy_ci"]),
                "vision_tokens": f"{part['vision_tokens']:,.0f}",
                "seconds": seconds_of(part["seconds"]),
            }
            rows.append((name, f"{_name(name)} {escape(type)}", [known[key] for key in keys]))
    return f"<details><summary>Every number by method and type</summary>{_table(head, rows, 'Every number')}</details>"


def hidden_section(numbers: Numbers) -> str:
    """The deeper claim in a table."""
    head = ("k", "accuracy, find", "accuracy, cover", "covered", "covered, painted out", "box", "box, painted out")
    find, cover = (numbers["hidden"][half]["by_k"] for half in ("find", "cover"))
    keys = ("accuracy", "coverage", "coverage_painted_out", "box_area", "box_area_painted_out")
    rows = [
        ("", k, [percent(find.get(k, {}).get("accuracy")), *(percent(cover.get(k, {}).get(key)) for key in keys)])
        for k in sorted({*find, *cover}, key=int)
    ]
    if not rows:
        return ""
    text = (
        "The first look cannot make the target out; it can see where it may be. Half of these questions ask to find "
        "it, where one of k places is as good as another, half to be sure to cover every place. Painted out is the "
        "same scene with nothing on the tag: a model that reasons names the same box. Covered and box are of the "
        "half that is asked to cover."
    )
    return f'<h2>Hidden targets</h2><p class="note">{text}</p>{_table(head, rows, "Hidden targets by k")}'


def _table(head: Iterable[str], rows: Iterable[tuple[str, str, Sequence[str]]], label: str) -> str:
    """Rows of (class, first cell, other cells); the cells are HTML."""
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr class="{escape(kind)}"><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for kind, first, cells in rows
    )
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


def _types(method: Numbers) -> list[Numbers]:
    empty = {"accuracy": None, "accuracy_ci": None}
    return [method["by_type"].get(type, empty) for type in TYPE_WORDS]


def percent(share: float | None) -> str:
    """A fraction as people read it; a dash where there is none."""
    return "–" if share is None else f"{share * 100:.1f} %"


def interval(edges: Sequence[float] | None) -> str:
    """The ends of an interval in percent."""
    return "" if edges is None else f"{edges[0] * 100:.1f} to {edges[1] * 100:.1f}"


def _with_interval(share: float | None, edges: Sequence[float] | None) -> str:
    return f"{percent(share)} <small>{interval(edges)}</small>"


def seconds_of(seconds: float | None) -> str:
    """Seconds to a hundredth."""
    return "–" if seconds is None else f"{seconds:.2f} s"


def _name(method: str) -> str:
    """What a figure calls it, and what the command line does."""
    short = SHORT.get(method, method)
    return escape(short) if short.casefold() == method else f"{escape(short)} <small>{escape(method)}</small>"
