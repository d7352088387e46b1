"""From measured conditions to numbers: gains over the model as it was, on the same scenes, with their intervals.

Fractions 0 to 1; totals are means over the types of question; several seeds of one condition are averaged scene by
scene, and the interval (95 %, bootstrap) is over scenes. `by_seed` shows how far the seeds lie apart.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ergo_demo.bench.corrections_conditions import Condition, Measured
from ergo_demo.bench.corrections_looks import MEASURES, Look, gained, summary
from ergo_demo.bench.corrections_person import Seconds
from ergo_demo.bench.scenes_measures import bootstrap
from ergo_demo.bench.scenes_samples import Sample

WANTED_GAIN, ALLOWED_LOSS = 0.10, 0.02
"""Of the issue: what the largest n should bring at least (coverage), and what the home world may lose at most: of right
answers, paired, or of coverage where nobody was asked to answer."""

Numbers = dict[str, Any]


def numbers_of(found: Sequence[Measured], seconds: Seconds) -> Numbers:
    """What every condition came to; the first of `found` is the model as it was."""
    before = found[0]
    groups: dict[tuple[Any, ...], list[Measured]] = {}
    for measured in found[1:]:
        it = measured.condition
        groups.setdefault((it.method, it.order, it.n), []).append(measured)
    rows = [_row(group, before, seconds) for group in groups.values()]
    return {
        "before": {"shifted": summary(before.shifted), "home": summary(before.home)},
        "conditions": rows,
        "bar": _bar(rows, len(before.home)),
        "wall_seconds_of_conditions": sum(one.wall_seconds or 0 for one in found),
    }


def _row(group: Sequence[Measured], before: Measured, seconds: Seconds) -> Numbers:
    it = group[0].condition
    hours = [seconds.of(one.counts) / 3600 for one in group]
    names = sorted({name for one in group for name in one.counts})
    row: Numbers = {
        "method": it.method,
        "order": it.order,
        "n": it.n,
        "seeds": len(group),
        "hours": _mean(hours),
        "counts": {name: _mean(one.counts.get(name, 0) for one in group) for name in names},
        "rows": _mean(one.rows for one in group),
        "steps": _mean(one.steps for one in group),
        "wall_seconds": _mean_known(one.wall_seconds for one in group),
        **_gains([one.shifted for one in group], before.shifted),
        "home": _gains([one.home for one in group], before.home),
    }
    return row | {"gain_per_hour": row["coverage_gain"] / row["hours"] if row["hours"] else None}


def _gains(after: Sequence[Sequence[Look]], before: Sequence[Look]) -> Numbers:
    """Every measure with what it gained; of coverage by seed, too."""
    numbers: Numbers = {name: _mean(summary(looks)[name] for looks in after) for name in MEASURES}
    for name in MEASURES:
        gains = gained(after, before, name)
        numbers[f"{name}_gain"] = _mean(_mean(group) for group in gains)
        numbers[f"{name}_gain_ci"] = bootstrap(gains)
    was = summary(before)["coverage"]
    return numbers | {"coverage_gain_by_seed": [summary(looks)["coverage"] - was for looks in after]}


def _bar(rows: Sequence[Numbers], home_scenes: int) -> Numbers | None:
    """Whether the largest n brings what it should, with whatever method brings most."""
    if not rows:
        return None
    best = best_of(rows)
    low = (best["coverage_gain_ci"] or [0.0])[0]
    return {
        "best": {name: best[name] for name in ("method", "order", "n")},
        "gain": best["coverage_gain"],
        "gain_is_enough": best["coverage_gain"] >= WANTED_GAIN and low > 0,
        **_home("coverage", home_scenes, best["home"]["coverage_gain"], best["home"]["coverage_gain_ci"]),
    }


def judged_by_answers(bar: Numbers, home: Numbers) -> Numbers:
    """The bar with the home world's loss as the issue has it: of right answers, paired (`answered`)."""
    return bar | _home("answers", home["n"], home["gain"], home["gain_ci"])


def _home(measure: str, n: int, gain: float, interval: Sequence[float] | None) -> Numbers:
    return {
        "home_measure": measure,
        "home_n": n,
        "home_gain": gain,
        "home_gain_ci": interval,
        "home_loses_little": gain >= -ALLOWED_LOSS,
    }


def best_of(rows: Sequence[Numbers]) -> Numbers:
    """Of the largest n, the one that gained most coverage."""
    most = max(row["n"] for row in rows)
    return max((row for row in rows if row["n"] == most), key=lambda row: float(row["coverage_gain"]))


def condition_of(row: Numbers) -> Condition:
    """The first seed's model."""
    return Condition(row["method"], row["order"], row["n"], 0)


def answered(before: Sequence[Sample], after: Sequence[Sample]) -> Numbers:
    """Right answers of two models on the same scenes, and the difference."""
    first, second = ({sample.item: sample for sample in samples} for samples in (before, after))
    shared = sorted(first.keys() & second.keys(), key=lambda item: item.index)
    types = dict.fromkeys(item.type for item in shared)
    gains = [
        [float(second[item].right) - float(first[item].right) for item in shared if item.type == type] for type in types
    ]
    return {
        "n": len(shared),
        "before": _mean(_mean(first[item].right for item in shared if item.type == type) for type in types),
        "after": _mean(_mean(second[item].right for item in shared if item.type == type) for type in types),
        "gain": _mean(_mean(gain) for gain in gains),
        "gain_ci": bootstrap(gains),
    }


def _mean_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _mean(known) if known else None


def _mean(values: Iterable[float]) -> float:
    known = [float(value) for value in values]
    return sum(known) / len(known)
