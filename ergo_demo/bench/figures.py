"""How every figure of a report is made: SVG that takes its colours from the page, and PNG on white.

Matplotlib's objects without pyplot: nothing global. It is imported when a figure is drawn, for it looks for fonts.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

Numbers: TypeAlias = Mapping[str, Any]

INCHES = (5.0, 3.5)
"""At 72 points an inch, as wide as a phone's page: its text of 10.5 points stays readable there."""

ROLES = {
    "ink": "#434c54",
    "line": "#d3d7db",
    "model": "#b06a00",
    "you": "#0b57b0",
    "ok": "#156b39",
    "quiet": "#59636b",
    "panel": "#ffffff",
}
"""Colours on white; on the page each is a variable of that name, which dark mode changes."""

DASHED = (0, (4, 2.5))


@dataclass(frozen=True)
class Drawn:
    """A finished figure: `svg` for the page, `png` as a file, `alt` for who cannot see it."""

    name: str
    caption: str
    alt: str
    svg: str
    png: bytes


@dataclass(frozen=True)
class Canvas:
    """Axes and the colours of one medium."""

    axes: "Axes"
    colours: Mapping[str, str]


Painter: TypeAlias = Callable[[Canvas], None]


def legend(canvas: Canvas, columns: int = 1) -> None:
    """Name the lines above the axes."""
    canvas.axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.01), ncols=columns, frameon=False, labelcolor=canvas.colours["ink"]
    )


def drawn(name: str, paint: Painter, caption: str, alt: str) -> Drawn:
    """What `paint` makes of empty axes, in both formats."""
    placeholders = {role: f"#0{index}0{index}0{index}" for index, role in enumerate(ROLES, start=1)}
    svg = _saved(name, paint, placeholders, "svg").decode("utf-8")
    for role, placeholder in placeholders.items():
        svg = svg.replace(placeholder, f"var(--{role})")
    return Drawn(name, caption, alt, svg[svg.index("<svg") :], _saved(name, paint, ROLES, "png"))


def _saved(name: str, paint: Painter, colours: Mapping[str, str], format: str) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # Text stays text, in the page's own font; the salt keeps the ids of two figures on one page apart.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.size": 10.5, "legend.fontsize": 10}):
        figure = Figure(figsize=INCHES, layout="constrained")
        axes = figure.add_subplot()
        _dress(figure, axes, colours)
        paint(Canvas(axes, colours))
        file = io.BytesIO()
        figure.savefig(file, format=format, dpi=200 if format == "png" else 72, transparent=format == "svg",
                       metadata={"Date": None} if format == "svg" else None)  # fmt: skip
    return file.getvalue()


def _dress(figure: "Figure", axes: "Axes", colours: Mapping[str, str]) -> None:
    axes.grid(axis="y", color=colours["line"], linewidth=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(colours["ink"])
    axes.tick_params(colors=colours["ink"], which="both", length=3)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.label.set_color(colours["ink"])
    axes.yaxis.label.set_color(colours["ink"])


def percent(axes: "Axes") -> None:
    """A vertical axis of accuracy, 0 to 100 %."""
    axes.set_ylim(-4, 106)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_ylabel("accuracy, %")


def log_axis(axes: "Axes", low: float, high: float) -> None:
    """A logarithmic horizontal axis from `low` to `high`."""
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    plain_log(axes.xaxis)


def plain_log(axis: "Axis") -> None:
    """Numbers as people write them, at 1, 2 and 5."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
