"""How a run went, as one picture: its loss, and the number that says more, step by step."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

INK, LOSS, SHOWN, HELD_OUT = "#434c54", "#b06a00", "#0b57b0", "#156b39"


def draw(log: Sequence[Mapping[str, Any]], shown: str, title: str, file: Path) -> None:
    """Writes a PNG. `log`: TRL's entries, each with its `step`; `shown`: the name of the other number."""
    # Imported here: it looks for fonts, and only a finished run draws.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 3.5), layout="constrained")
    axes = figure.add_subplot()
    _line(axes, log, "loss", LOSS, "-")
    _line(axes, log, "eval_loss", HELD_OUT, "o--")
    axes.set_xlabel("step")
    axes.set_ylabel("loss", color=LOSS)
    if any(shown in entry for entry in log):
        beside = axes.twinx()
        _line(beside, log, shown, SHOWN, "-")
        beside.set_ylabel(shown.replace("_", " "), color=SHOWN)
    axes.set_title(f"{title}: loss (dots: photos kept for testing)", color=INK, fontsize=10)
    figure.savefig(file, dpi=150)


def _line(axes: Any, log: Sequence[Mapping[str, Any]], name: str, colour: str, style: str) -> None:
    points = [(entry["step"], float(entry[name])) for entry in log if name in entry]
    if points:
        axes.plot(*zip(*points, strict=True), style, color=colour, linewidth=1.2, markersize=5)
