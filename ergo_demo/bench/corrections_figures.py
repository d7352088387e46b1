"""The one figure of `bench corrections`: how much better does the model get per hour of a person's work?"""

from collections.abc import Sequence

from ergo_demo.bench.figures import DASHED, Canvas, Drawn, Numbers, drawn, legend

LOOKS = {"sft": ("model", "o"), "dpo": ("you", "s"), "kto": ("ok", "D")}
"""Method -> its colour and marker."""

STYLES = {"random": "-", "uncertainty": DASHED}


def draw_figure(numbers: Numbers) -> Drawn:
    """Gain in coverage on the shifted world against hours of work."""
    return drawn(
        "gain_per_hour",
        lambda canvas: _gain(canvas, numbers["conditions"]),
        "What an hour of corrections brings: coverage gained on scenes of the shifted world that nobody corrected.",
        "Line chart: gain in coverage in points against hours of a person's work, a line for each method and order.",
    )


def _gain(canvas: Canvas, rows: Sequence[Numbers]) -> None:
    axes, colours = canvas.axes, canvas.colours
    for method, order in dict.fromkeys((row["method"], row["order"]) for row in rows):
        colour, marker = LOOKS[method]
        own = sorted(
            (row for row in rows if (row["method"], row["order"]) == (method, order)), key=lambda row: row["n"]
        )
        x, y = [0.0, *(row["hours"] for row in own)], [0.0, *(100 * row["coverage_gain"] for row in own)]
        low = [0.0, *(max(0.0, 100 * (row["coverage_gain"] - row["coverage_gain_ci"][0])) for row in own)]
        high = [0.0, *(max(0.0, 100 * (row["coverage_gain_ci"][1] - row["coverage_gain"])) for row in own)]
        axes.errorbar(x, y, yerr=[low, high], color=colours[colour], linestyle="none", elinewidth=1.2, capsize=3)
        axes.plot(x, y, marker=marker, color=colours[colour], linestyle=STYLES[order], linewidth=1.8, markersize=6,
                  label=f"{method.upper()}, {order}")  # fmt: skip
    axes.axhline(0, color=colours["quiet"], linewidth=0.8)
    axes.set_xlim(left=0)
    axes.set_xlabel("hours of a person's work")
    axes.set_ylabel("coverage gained, points")
    legend(canvas, columns=2)
