"""The figures of `bench scenes`. Knows numbers only."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ergo_demo.bench.figures import DASHED, Canvas, Drawn, Numbers, drawn, legend, log_axis, percent, plain_log
from ergo_demo.bench.scenes_methods import SHORT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS: Mapping[str, tuple[str, str]] = {
    "ergo": ("model", "o"),
    "direct_full": ("you", "s"),
    "direct_coarse": ("you", "v"),
    "oracle_box": ("ok", "D"),
    "random_box": ("quiet", "X"),
    "centre_crop": ("quiet", "P"),
}
"""Method -> its colour and marker."""


def draw_figures(numbers: Numbers) -> list[Drawn]:
    """Every figure that the numbers are there for."""
    longest = numbers.get("longest_trained_tokens")
    figures = [drawn("accuracy_tokens", lambda c: _accuracy_tokens(c, numbers), *_accuracy_tokens_text(numbers))]
    figures.append(drawn("accuracy_type", lambda c: _accuracy_type(c, numbers), *_BY_TYPE))
    if rows := numbers.get("by_megapixels"):
        figures.append(drawn("seconds_megapixels", lambda c: _megapixels(c, rows, "seconds", longest), *_SECONDS))
        figures.append(drawn("accuracy_megapixels", lambda c: _megapixels(c, rows, "accuracy", longest), *_ACCURACY))
    hidden = numbers.get("hidden") or {}
    if any(half["by_k"] for half in hidden.values()):
        figures.append(drawn("hidden_coverage", lambda c: _hidden(c, hidden, "coverage"), *_HIDDEN_COVERAGE))
        figures.append(drawn("hidden_area", lambda c: _hidden(c, hidden, "box_area"), *_HIDDEN_AREA))
    return figures


_BY_TYPE = (
    "Accuracy by type of question, with 95 % intervals.",
    "Chart: accuracy of each method on the four types of question; the numbers stand in the table above.",
)
_SECONDS = (
    "Median seconds a question against the size of the photo.",
    "Line chart: seconds against megapixels for two looks and for one look at the whole photo.",
)
_ACCURACY = (
    "Accuracy against the size of the photo, with 95 % intervals; few scenes of each size, so the intervals are wide.",
    "Line chart: accuracy against megapixels for two looks and for one look at the whole photo.",
)
_HIDDEN_COVERAGE = (
    "Hidden targets: how often the target lies wholly inside the box, with 95 % intervals, as it is and painted out.",
    "Line chart: coverage against the number of places where the target could be.",
)
_HIDDEN_AREA = (
    "Hidden targets: how much of the photo the box takes. Asked to cover, it has to grow with the number of places.",
    "Line chart: the box's share of the photo against the number of places where the target could be.",
)


def _accuracy_tokens_text(numbers: Numbers) -> tuple[str, str]:
    points = [
        f"{SHORT[name]} {part['accuracy']:.0%} at {part['vision_tokens']:,.0f} tokens"
        for name, part in numbers["methods"].items()
    ]
    return (
        "Accuracy (mean over the types, 95 % interval) against vision tokens a question.",
        "Chart: " + "; ".join(points) + ".",
    )


def _accuracy_tokens(canvas: Canvas, numbers: Numbers) -> None:
    axes, colours = canvas.axes, canvas.colours
    points = []
    for name, part in numbers["methods"].items():
        (colour, marker), label = LOOKS[name], SHORT[name]
        _point(axes, part["vision_tokens"], part, colours[colour], marker)
        points.append((part["vision_tokens"], part["accuracy"] * 100, label, colours[colour]))
    tokens = [x for x, *_ in points]
    log_axis(axes, min(tokens) / 1.35, max(tokens) * (3.4 if max(tokens) < 3 * min(tokens) else 2.6))
    _label(axes, points)
    if guess := numbers["baselines"].get("text_only"):
        axes.axhline(guess["accuracy"] * 100, color=colours["quiet"], linestyle=(0, (1, 2)), linewidth=1.2)
        x = axes.get_xlim()[1]
        axes.text(x, guess["accuracy"] * 100 - 1.5, "without looking", ha="right", va="top", color=colours["quiet"])
    percent(axes)
    axes.set_xlabel("vision tokens a question")


def _point(axes: "Axes", x: float, part: Numbers, colour: str, marker: str) -> None:
    y, (low, high) = part["accuracy"] * 100, (edge * 100 for edge in part["accuracy_ci"])
    axes.errorbar(
        [x], [y], yerr=[[max(0.0, y - low)], [max(0.0, high - y)]],
        color=colour, marker=marker, markersize=7, elinewidth=1.6, capsize=3, linestyle="none",
    )  # fmt: skip


def _label(axes: "Axes", points: Sequence[tuple[float, float, str, str]], apart: float = 6.5) -> None:
    """Names beside their points; those of points close together are moved apart."""
    last: dict[int, float] = {}
    for x, y, label, colour in sorted(points, key=lambda point: (point[1], point[2])):
        # Points within the width of a name of each other share a column.
        column = next((c for c in last if 1 / 2.5 < x / (c / 1000) < 2.5), round(x * 1000))
        at = max(y, last.get(column, -100.0) + apart)
        last[column] = at
        axes.annotate(
            label, (x, y), xytext=(x * 1.12, at), color=colour, va="center", ha="left", textcoords="data",
        )  # fmt: skip


def _accuracy_type(canvas: Canvas, numbers: Numbers) -> None:
    axes, colours = canvas.axes, canvas.colours
    methods = numbers["methods"]
    types = list(next(iter(methods.values()))["by_type"])
    for index, (name, method) in enumerate(methods.items()):
        (colour, marker), label = LOOKS[name], SHORT[name]
        aside = (index - (len(methods) - 1) / 2) * 0.13
        for place, type in enumerate(types):
            if type in method["by_type"]:
                _point(axes, place + aside, method["by_type"][type], colours[colour], marker)
        axes.plot([], [], marker, color=colours[colour], label=label)
    axes.set_xticks(range(len(types)), types)
    axes.tick_params(axis="x", length=0)
    percent(axes)
    legend(canvas, columns=3)


def _megapixels(canvas: Canvas, rows: Sequence[Numbers], what: str, longest: int | None) -> None:
    axes, colours = canvas.axes, canvas.colours
    for name in ("ergo", "direct_full"):
        (colour, marker), label = LOOKS[name], SHORT[name]
        own = [row for row in rows if name in row["methods"]]
        x = [row["megapixels"] for row in own]
        y = [row["methods"][name][what] * (100 if what == "accuracy" else 1) for row in own]
        beyond = [name == "direct_full" and row["longer_than_trained"] for row in own]
        for i in range(len(own) - 1):
            style: Any = DASHED if beyond[i + 1] else "-"
            axes.plot(x[i : i + 2], y[i : i + 2], color=colours[colour], linestyle=style, linewidth=1.8)
        for i, row in enumerate(own):
            face = colours["panel"] if beyond[i] else colours[colour]
            if what == "accuracy":
                _point(axes, x[i], row["methods"][name], colours[colour], "")
            axes.plot(x[i], y[i], marker, color=colours[colour], markerfacecolor=face, markersize=6.5)
        axes.plot([], [], marker + "-", color=colours[colour], label=label)
    if longest and any(row["longer_than_trained"] for row in rows):
        axes.plot([], [], "s", linestyle=DASHED, color=colours["you"], markerfacecolor=colours["panel"],
                  label=f"longer than anything it was trained on ({longest:,} tokens)")  # fmt: skip
    sizes = [row["megapixels"] for row in rows]
    log_axis(axes, min(sizes) / 1.3, max(sizes) * 1.3)
    axes.set_xticks(sizes, [f"{round(size, 1):g}" for size in sizes], minor=False)
    axes.set_xlabel("megapixels of the photo")
    if what == "accuracy":
        percent(axes)
    else:
        axes.set_yscale("log")
        plain_log(axes.yaxis)
        axes.set_ylabel("seconds a question")
    legend(canvas)


def _hidden(canvas: Canvas, hidden: Numbers, what: str) -> None:
    axes, colours = canvas.axes, canvas.colours
    lines = [
        ("cover", what, "model", "o", "-", "asked to cover"),
        ("cover", f"{what}_painted_out", "you", "s", DASHED, "the same, target painted out"),
        ("find", "one_place_covered" if what == "coverage" else what, "quiet", "^", "-",
         "asked to find: any one place" if what == "coverage" else "asked to find"),
    ]  # fmt: skip
    for half, key, colour, marker, style, label in lines:
        by_k = hidden[half]["by_k"]
        known = [(int(k), part[key] * 100, part.get(f"{key}_ci")) for k, part in by_k.items() if part[key] is not None]
        if not known:
            continue
        x, y, intervals = zip(*known, strict=True)
        if all(intervals):
            low = [max(0.0, v - edges[0] * 100) for v, edges in zip(y, intervals, strict=True)]
            high = [max(0.0, edges[1] * 100 - v) for v, edges in zip(y, intervals, strict=True)]
            axes.errorbar(x, y, yerr=[low, high], color=colours[colour], linestyle="none", elinewidth=1.4, capsize=3)
        axes.plot(
            x, y, marker=marker, color=colours[colour], linestyle=style, linewidth=1.8, markersize=6.5, label=label
        )
    axes.set_xscale("log", base=2)
    axes.set_xticks([1, 2, 4, 8], ["1", "2", "4", "8"])
    axes.set_xlim(0.85, 9.4)
    axes.set_xlabel("k, places where the target could be")
    if what == "coverage":
        percent(axes)
        axes.set_ylabel("coverage, %")
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel("box, % of the photo")
    legend(canvas)
