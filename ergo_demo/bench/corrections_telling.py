"""What `bench corrections` found, for a terminal."""

from collections.abc import Sequence
from typing import Any


def as_text(numbers: dict[str, Any]) -> str:
    """The numbers as a table."""
    before = numbers["before"]
    lines = [
        f"{numbers['model']['name']} as it is: coverage {before['shifted']['coverage']:.1%} in the shifted world, "
        f"{before['home']['coverage']:.1%} at home"
    ]
    for row in numbers["conditions"]:
        lines.append(
            f"{row['method']:4} {row['order']:11} n {row['n']:4}  {row['hours']:5.2f} h  "
            f"coverage {row['coverage']:6.1%}, {_gain(row['coverage_gain'], row['coverage_gain_ci'])}  "
            f"IoU {row['iou']:.2f}  box {row['box_area']:5.1%}  home {100 * row['home']['coverage_gain']:+.1f}"
        )
    for world, part in numbers.get("answers", {}).items():
        lines.append(
            f"right answers, {world}: {part['before']:.1%} before, {part['after']:.1%} after, "
            f"{_gain(part['gain'], part['gain_ci'])}, paired, n {part['n']}"
        )
    return "\n".join([*lines, *_bar_as_text(numbers["bar"]), _time_as_text(numbers)])


def _gain(gain: float, interval: Sequence[float] | None) -> str:
    """In percentage points, with its interval where there is one."""
    if interval is None:
        return f"{100 * gain:+.1f}"
    low, high = (100 * edge for edge in interval)
    return f"{100 * gain:+.1f} ({low:+.1f} to {high:+.1f})"


def _bar_as_text(bar: dict[str, Any] | None) -> list[str]:
    if bar is None:
        return []
    best = " ".join(f"{name} {value}" if name == "n" else str(value) for name, value in bar["best"].items())
    verdicts = {True: "met", False: "not met"}
    home = _gain(bar["home_gain"], bar["home_gain_ci"])
    return [
        f"bar: {best} gains {100 * bar['gain']:+.1f} of coverage: {verdicts[bar['gain_is_enough']]}; "
        f"home {home} of {bar['home_measure']}, n {bar['home_n']}: {verdicts[bar['home_loses_little']]}"
    ]


def _time_as_text(numbers: dict[str, Any]) -> str:
    hours = numbers["wall_seconds_of_conditions"] / 3600, numbers["wall_seconds_of_this_run"] / 3600
    return (
        f"took {hours[0]:.2f} h for the conditions, this run {hours[1]:.2f} h; "
        f"uncertainty: {numbers['random_share_of_uncertainty']:.0%} of its scenes are drawn at random"
    )
