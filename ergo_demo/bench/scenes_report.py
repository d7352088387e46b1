"""The report as one HTML file: no script, no request, light and dark. Everything that anybody wrote is escaped."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from ergo_demo.bench.scenes_failures import Failure, Picture
from ergo_demo.bench.scenes_figures import Drawn
from ergo_demo.bench.scenes_methods import METHODS, SHORT

Numbers = Mapping[str, Any]

TYPE_WORDS = {
    "read": "what is written on a thing that the first look shows but cannot read",
    "attribute": "the colour or shape of a small part of a thing",
    "relation": "where one of two things is relative to the other",
    "hidden": "what a tag shows that the first look cannot make out, in one of k places that it can",
}


def write(folder: Path, numbers: Numbers, figures: Sequence[Drawn], failures: Sequence[Failure]) -> None:
    """report.html, report.json and the figures as PNG."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for figure in figures:
        (folder / "figures" / f"{figure.name}.png").write_bytes(figure.png)
    (folder / "report.json").write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    (folder / "report.html").write_text(page(numbers, figures, failures), "utf-8")


def page(numbers: Numbers, figures: Sequence[Drawn], failures: Sequence[Failure]) -> str:
    """The whole document."""
    style = (files("ergo_demo.bench") / "report.css").read_text("utf-8")
    title = f"{numbers['model']['name']} on drawn scenes"
    body = "\n".join(
        [
            f"<h1>{escape(headline(numbers))}</h1>",
            about(numbers),
            claims(numbers),
            "<h2>The methods</h2>",
            methods_table(numbers),
            "<h2>By type of question</h2>",
            types_table(numbers),
            every_number(numbers),
            "<h2>Figures</h2>",
            f'<div class="figures">{"".join(map(_figure, figures))}</div>',
            hidden_section(numbers),
            _failures(failures),
            how(numbers),
        ]
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def headline(numbers: Numbers) -> str:
    """What came out, in a sentence."""
    methods = numbers["methods"]
    if "ergo" not in methods:
        return f"{numbers['model']['name']} on drawn scenes"
    ours = methods["ergo"]
    text = f"Two looks: {_percent(ours['accuracy'])} right with {ours['vision_tokens']:,.0f} vision tokens"
    if whole := methods.get("direct_full"):
        text += f"; one look at everything: {_percent(whole['accuracy'])} with {whole['vision_tokens']:,.0f}"
    return text + "."


def about(numbers: Numbers) -> str:
    """On what it was measured."""
    model, machine = numbers["model"], numbers["machine"]
    size = "about 3.6" if numbers["megapixels"] is None else f"{numbers['megapixels']:g}"
    world = "the families that the model was trained on" if numbers["world"] == "home" else "a family never trained on"
    text = (
        f"{model['name']} ({model['revision']}, {model['device']}, {model['dtype']}), {numbers['n']} scenes of each "
        f"type, {size} megapixels, {world}, seed {numbers['seed']} of the test stream; "
        f"{machine['cores']} cores, {machine['architecture']}."
    )
    return f'<p class="about">{escape(text)}</p>'


def claims(numbers: Numbers) -> str:
    """Four numbers to take away."""
    methods, against = numbers["methods"], numbers["against_direct_full"]
    cards: list[tuple[str, str]] = []
    if ours := methods.get("ergo"):
        cards.append((_percent(ours["accuracy"]), f"right with two looks ({_interval(ours['accuracy_ci'])})"))
    if against:
        gain, (low, high) = against["accuracy_gain"] * 100, (edge * 100 for edge in against["accuracy_gain_ci"])
        same = f"on the same {against['n']:,} scenes"
        cards.append((f"{gain:+.1f} points", f"against one look at everything, {same} ({low:+.1f} to {high:+.1f})"))
        cards.append((_percent(against["vision_tokens_share"]), "of its vision tokens, both views counted"))
        cards.append(
            (f"{against['times_faster']:.1f} times", f"as fast ({_seconds(methods['ergo']['seconds'])} median)")
        )
    if numbers["coverage"] is not None:
        cards.append(
            (_percent(numbers["coverage"]), f"of targets inside the box, {_percent(numbers['box_area'])} of the photo")
        )
    items = "".join(f"<li><b>{escape(big)}</b><span>{escape(small)}</span></li>" for big, small in cards[:4])
    return f'<ul class="claims">{items}</ul>'


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
            _seconds(part["seconds"]),
            *(_percent(part.get(key)) for key in ("coverage", "box_area", "parse_failures", "repairs", "failed")),
        ]
        asked = "" if part["n"] == numbers["n"] * len(TYPE_WORDS) else f" <small>n = {part['n']:,}</small>"
        rows.append((name, f"{_name(name)}{asked}", cells))
    for name, part in numbers["baselines"].items():
        if part["accuracy"] is not None:
            rows.append(("blind", escape(_BLIND[name]), [_percent(part["accuracy"]), *["–"] * 8]))
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(METHODS[name])}</dd>" for name in METHODS if name in numbers["methods"]
    )
    return _table(head, rows, "The methods") + f"<dl>{lines}</dl>"


_BLIND = {"majority": "most frequent answer", "text_only": "best guess from the text"}


def types_table(numbers: Numbers) -> str:
    """Accuracy by type."""
    rows = [
        (name, _name(name), [_with_interval(part["accuracy"], part["accuracy_ci"]) for part in _types(method)])
        for name, method in numbers["methods"].items()
    ]
    for name, part in numbers["baselines"].items():
        if part["accuracy_by_type"]:
            rows.append(
                ("blind", escape(_BLIND[name]), [_percent(part["accuracy_by_type"].get(t)) for t in TYPE_WORDS])
            )
    words = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in TYPE_WORDS.items())
    return _table(("", *TYPE_WORDS), rows, "Accuracy by type") + f"<dl>{words}</dl>"


def every_number(numbers: Numbers) -> str:
    """All measures of each method and type, folded away."""
    keys = ("n", "accuracy", "vision_tokens", "seconds", "coverage", "box_area", "parse_failures", "repairs", "failed")
    head = ("", "n", "accuracy", "tokens", "seconds", "in the box", "box", "not parsed", "repaired", "failed")
    rows = []
    for name, method in numbers["methods"].items():
        for type, part in method["by_type"].items():
            known = {key: _percent(part.get(key)) for key in keys}
            known |= {
                "n": f"{part['n']}",
                "accuracy": _with_interval(part["accuracy"], part["accuracy_ci"]),
                "vision_tokens": f"{part['vision_tokens']:,.0f}",
                "seconds": _seconds(part["seconds"]),
            }
            rows.append((name, f"{_name(name)} {escape(type)}", [known[key] for key in keys]))
    return f"<details><summary>Every number by method and type</summary>{_table(head, rows, 'Every number')}</details>"


def hidden_section(numbers: Numbers) -> str:
    """The deeper claim in a table."""
    head = ("k", "accuracy, find", "accuracy, cover", "covered", "covered, painted out", "box", "box, painted out")
    find, cover = (numbers["hidden"][half]["by_k"] for half in ("find", "cover"))
    keys = ("accuracy", "coverage", "coverage_painted_out", "box_area", "box_area_painted_out")
    rows = [
        ("", k, [_percent(find.get(k, {}).get("accuracy")), *(_percent(cover.get(k, {}).get(key)) for key in keys)])
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


def how(numbers: Numbers) -> str:
    """How it was measured, and how to do it again."""
    shown = {"seed": numbers["seed"], "n": numbers["n"], "world": numbers["world"]}
    command = [
        "python",
        "-m",
        "ergo_demo",
        "bench",
        "scenes",
        *(str(w) for k, v in shown.items() for w in (f"--{k}", v)),
    ]
    command += ["--methods", *numbers["methods"]]
    if numbers["megapixels"] is not None:
        command += ["--megapixels", f"{numbers['megapixels']:g}"]
    notes = (
        ("Total", "the mean over the four types."),
        ("Intervals", "95 %, percentile bootstrap over scenes, each type resampled on its own."),
        ("Failed", "a sample that failed, named no box or has no readable answer is in every denominator."),
        ("Vision tokens", "of every picture that the model saw, both views of the two looks."),
        (
            "Seconds",
            "median a question: views cut from the stored photo, vision encoder, replies; not opening the photo.",
        ),
        (
            "In the box",
            "the target lies wholly inside, to half a pixel. No box counts as outside, and as the whole photo.",
        ),
        (
            "Box methods",
            "continue ERGO's own first look; their seconds hold it. A box equal to ERGO's was read before.",
        ),
        ("Most frequent answer", "of each type, chosen with these answers in sight."),
        ("Best guess", "learned from the text of questions of other scenes; what stands in the picture is not used."),
    )
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in notes)
    again = f"<p>Again: <code>{escape(shlex.join(command))}</code></p>"
    return f"<h2>How it was measured</h2><dl>{lines}</dl>{again}"


def _failures(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    key = (
        '<span class="key"><i></i> the box that ERGO named</span> <span class="key"><i class="t"></i> the target</span>'
    )
    items = "".join(map(_failure, failures))
    return f'<h2>The {len(failures)} worst failures</h2><p class="note">{key}</p><ol class="failures">{items}</ol>'


def _failure(failure: Failure) -> str:
    sample = failure.sample
    why = sample.error or (f"no box: {sample.why.value}" if sample.why else "")
    if not why:
        why = "the target was in the box" if sample.covered else "the target was not in the box"
    kind = sample.type if sample.type != "hidden" else f"hidden, k = {sample.k}, {'cover' if sample.cover else 'find'}"
    said = escape(sample.answer) or "nothing"
    return (
        f"<li><h3>{escape(sample.question)}</h3>"
        f'<p>Said <span class="said">{said}</span>, true is <span class="true">{escape(sample.truth)}</span>; '
        f"{escape(why)} <small>({escape(kind)}, {escape(failure.family)}, number {sample.number})</small></p>"
        f'<div class="pictures">{"".join(map(_picture, failure.pictures))}</div></li>'
    )


def _picture(picture: Picture) -> str:
    width, height = picture.size.width, picture.size.height
    marks = "".join(
        _rectangle(edges, name) for edges, name in ((picture.box, "box"), (picture.target, "target")) if edges
    )
    return (
        f'<div><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(picture.title)}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{picture.jpeg}"/>{marks}</svg>'
        f"<small>{escape(picture.title)}</small></div>"
    )


def _rectangle(edges: tuple[float, float, float, float], name: str) -> str:
    at = 'x="{}" y="{}" width="{}" height="{}"'.format(*edges)
    return f'<rect class="casing" {at}/><rect class="{name}" {at}/>'


def _figure(figure: Drawn) -> str:
    svg = figure.svg.replace("<svg", f'<svg role="img" aria-label="{escape(figure.alt)}"', 1)
    return f'<figure id="{escape(figure.name)}">{svg}<figcaption>{escape(figure.caption)}</figcaption></figure>'


def _table(head: Iterable[str], rows: Iterable[tuple[str, str, Sequence[str]]], label: str) -> str:
    """Rows of (class, first cell, other cells); the cells are HTML."""
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr class="{escape(kind)}"><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for kind, first, cells in rows
    )
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


def _name(method: str) -> str:
    """What a figure calls it, and what the command line does."""
    short = SHORT.get(method, method)
    return escape(short) if short.casefold() == method else f"{escape(short)} <small>{escape(method)}</small>"


def _types(method: Numbers) -> list[Numbers]:
    empty = {"accuracy": None, "accuracy_ci": None}
    return [method["by_type"].get(type, empty) for type in TYPE_WORDS]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _interval(edges: Sequence[float] | None) -> str:
    return "" if edges is None else f"{edges[0] * 100:.1f} to {edges[1] * 100:.1f}"


def _with_interval(share: float | None, edges: Sequence[float] | None) -> str:
    return f"{_percent(share)} <small>{_interval(edges)}</small>"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f} s"
