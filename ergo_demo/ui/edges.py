"""Where each edge of the model box could have been, by the log-probabilities of its digits, for the page. Pure.

The model writes whole px of its coarse view; what is said here is in source px, as everywhere on the page.
"""

from collections.abc import Iterator
from typing import TypedDict

from ergo_demo.records import Coordinate, Range, Trace

NAMED_SHARE = 0.01
"""Other values are put into words from this share on, and drawn whatever theirs is."""
MOST_NAMED = 3


class Bar(TypedDict):
    """Some values and the model's belief in them, all 0 to 1: from and to in shares of the photo's side."""

    start: float
    end: float
    share: float
    written: bool


class Edge(TypedDict):
    """One edge: its name, the value that was written and how likely it was, what else could have stood there."""

    name: str
    written: str
    share: str
    others: str
    bars: list[Bar]


def edges(trace: Trace | None) -> list[Edge]:
    """Left, top, right and bottom of the model box; [] without a box, or where nobody knows about its digits."""
    if trace is None or trace.coarse is None or trace.box is None or len(trace.coordinates) != 4:
        return []
    size, source = trace.coarse.view.size, trace.source
    x1, y1, x2, y2 = trace.coordinates
    across = [
        ("Left", "Right", x1, x2, size.width, source.width),
        ("Top", "Bottom", y1, y2, size.height, source.height),
    ]
    found: dict[str, Edge] = {}
    for low, high, one, other, in_view, in_source in across:
        # A box whose edges were swapped is put in order: the smaller value is the left or upper edge.
        for name, coordinate in zip((low, high), sorted((one, other), key=lambda each: each.written), strict=True):
            found[name] = _edge(name, coordinate, in_view, in_source)
    return [found[name] for name in ("Left", "Top", "Right", "Bottom")]


def _edge(name: str, coordinate: Coordinate, in_view: int, in_source: int) -> Edge:
    """Of a side that has `in_view` px in the coarse view and `in_source` in the photo."""

    def px(value: float) -> str:
        return f"{min(value, in_view) * in_source / in_view:,.0f}"

    def words(values: Range) -> str:
        return f"{px(values.low)} to {px(values.high)}" if values.high > values.low else px(values.low)

    written = sum(each.share for each in coordinate.ranges if _is_written(coordinate, each))
    others = sorted(
        (each for each in coordinate.ranges if not _is_written(coordinate, each)), key=lambda each: -each.share
    )
    named = [each for each in others if each.share >= NAMED_SHARE][:MOST_NAMED]
    return {
        "name": name,
        "written": f"{px(coordinate.written)} px",
        "share": _percent(written),
        "others": "; ".join(f"or {words(each)}, {_percent(each.share)}" for each in named),
        "bars": list(_bars(coordinate, in_view)),
    }


def _is_written(coordinate: Coordinate, values: Range) -> bool:
    return values.low == values.high == coordinate.written


def _bars(coordinate: Coordinate, in_view: int) -> Iterator[Bar]:
    for each in coordinate.ranges:
        start, end = min(each.low, in_view) / in_view, min(each.high + 1, in_view) / in_view
        written = _is_written(coordinate, each)
        if start < end or written:
            yield {"start": start, "end": end, "share": each.share, "written": written}


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.005 else "under 1 %"
