"""The report as one HTML file: no script, no request, light and dark. Everything that anybody wrote is escaped."""

import json
import shlex
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from ergo_demo.bench.figures import Drawn
from ergo_demo.bench.scenes_failures import Failure, Picture
from ergo_demo.bench.scenes_tables import (
    Numbers,
    every_number,
    hidden_section,
    interval,
    methods_table,
    percent,
    seconds_of,
    types_table,
)


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
    text = f"Two looks: {percent(ours['accuracy'])} right with {ours['vision_tokens']:,.0f} vision tokens"
    if whole := methods.get("direct_full"):
        text += f"; one look at everything: {percent(whole['accuracy'])} with {whole['vision_tokens']:,.0f}"
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
        cards.append((percent(ours["accuracy"]), f"right with two looks ({interval(ours['accuracy_ci'])})"))
    if against:
        gain, (low, high) = against["accuracy_gain"] * 100, (edge * 100 for edge in against["accuracy_gain_ci"])
        same = f"on the same {against['n']:,} scenes"
        cards.append((f"{gain:+.1f} points", f"against one look at everything, {same} ({low:+.1f} to {high:+.1f})"))
        cards.append((percent(against["vision_tokens_share"]), "of its vision tokens, both views counted"))
        cards.append(
            (f"{against['times_faster']:.1f} times", f"as fast ({seconds_of(methods['ergo']['seconds'])} median)")
        )
    if numbers["coverage"] is not None:
        cards.append(
            (percent(numbers["coverage"]), f"of targets inside the box, {percent(numbers['box_area'])} of the photo")
        )
    items = "".join(f"<li><b>{escape(big)}</b><span>{escape(small)}</span></li>" for big, small in cards[:4])
    return f'<ul class="claims">{items}</ul>'


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
