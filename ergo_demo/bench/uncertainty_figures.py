"""The figures of `bench uncertainty`: coverage, areas, doubt against error, promise against what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ergo_demo.bench.figures import DASHED, Canvas, Drawn, Numbers, drawn, legend, percent

PARTS = {"box": ("model", "o"), "sample_region": ("you", "s"), "calibrated_region": ("ok", "D")}
"""Part -> its colour and marker."""


def draw_figures(numbers: Numbers) -> list[Drawn]:
    """A figure for each of the measurements."""
    types, hidden = numbers["by_type"], {f"k = {k}": part for k, part in numbers["by_type_and_k"]["hidden"].items()}
    return [
        drawn("coverage", lambda c: _of_groups(c, types, "coverage"), "How often the target lies wholly inside.",
               "Chart: coverage by box, sample region and calibrated region (90 %), for each type of question."),
        drawn("area", lambda c: _of_groups(c, types, "area"), "Mean share of the photo's area.",
               "Chart: area of box, sample region and calibrated region (90 %), for each type of question."),
        drawn("hidden_coverage", lambda c: _of_groups(c, hidden, "coverage"), "The same for hidden, by places.",
               "Chart: coverage by box, sample region and calibrated region (90 %) against k."),
        drawn("hidden_area", lambda c: _of_groups(c, hidden, "area"), "The same for hidden, by places.",
               "Chart: area of box, sample region and calibrated region (90 %) against k."),
        drawn("promise", lambda c: _promise(c, numbers), "Coverage that is promised and that came of it.",
               "Chart: realised coverage over 200 random halves against the promise, with single splits."),
        drawn("roc", lambda c: _roc(c, numbers["roc"]), "Wrong boxes found against right ones suspected.",
               f"Chart: ROC; area {numbers['auc']} by spread, {numbers['auc_logprob']} by log-probability."),
        drawn("area_by_k", lambda c: _by_k(c, numbers["region_area_by_k"]),
               "Hidden asked to find: the sample region's share of the photo by the number of places.",
               "Line chart: area of the sample region against k."),
    ]  # fmt: skip


def _of_groups(canvas: Canvas, numbers: Numbers, what: str) -> None:
    axes, groups = canvas.axes, {name: part for name, part in numbers.items() if part["n"]}
    for index, (name, (colour, marker)) in enumerate(PARTS.items()):
        x = [place + (index - 1) * 0.18 for place in range(len(groups))]
        y = [100 * part[name][what] for part in groups.values()]
        axes.plot(x, y, marker, color=canvas.colours[colour], markersize=7, label=name.replace("_", " "))
    axes.set_xticks(range(len(groups)), list(groups))
    if what == "coverage":
        axes.axhline(90, color=canvas.colours["quiet"], linestyle=DASHED, linewidth=1.0)
        percent(axes)
    axes.set_ylabel("target inside, %" if what == "coverage" else "of the photo, %")
    legend(canvas, columns=3)


def _promise(canvas: Canvas, numbers: Numbers) -> None:
    axes, colours = canvas.axes, canvas.colours
    promised = [100 * share for share in numbers["promised_coverage"].values()]
    splits: Sequence[Mapping[str, Any]] = list(numbers["single_split"].values())
    shares = [100 * split["coverage"] for split in splits]
    axes.errorbar(
        promised, shares, color=colours["you"], marker="s", linestyle="none", capsize=3, label="a single split",
        yerr=[[max(0.0, y - 100 * split["low"]) for y, split in zip(shares, splits, strict=True)],
              [max(0.0, 100 * split["high"] - y) for y, split in zip(shares, splits, strict=True)]],
    )  # fmt: skip
    realised = [100 * share for share in numbers["realised_coverage"].values()]
    axes.plot(promised, realised, "o", color=colours["model"], markersize=7, label="mean of 200 splits")
    axes.plot([75, 100], [75, 100], color=colours["quiet"], linestyle=DASHED, linewidth=1.0)
    axes.set_xlabel("promised, %")
    axes.set_ylabel("realised, %")
    legend(canvas, columns=2)


def _roc(canvas: Canvas, curves: Mapping[str, Sequence[Sequence[float]]]) -> None:
    for (name, points), (colour, style) in zip(curves.items(), (("model", "-"), ("you", "--")), strict=True):
        x, y = zip(*points, strict=True) if points else ((), ())
        canvas.axes.plot([100 * a for a in x], [100 * b for b in y], style, color=canvas.colours[colour], label=name)
    canvas.axes.set_xlabel("right boxes suspected, %")
    canvas.axes.set_ylabel("wrong boxes found, %")
    legend(canvas, columns=2)


def _by_k(canvas: Canvas, areas: Mapping[str, float]) -> None:
    axes = canvas.axes
    axes.plot(range(len(areas)), [100 * area for area in areas.values()], "o-", color=canvas.colours["model"])
    axes.set_xticks(range(len(areas)), list(areas))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("k, places where the target could be")
    axes.set_ylabel("sample region, % of the photo")
