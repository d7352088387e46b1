"""The review's figures as SVG: bars, drawn here, in the page's colours or in their own where there is no page. Pure."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 468.0, 160.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 454.0, 24.0, 136.0
BINS = 10
COLOURS = ("var(--e-you, #0B57B0)", "var(--e-model-mark, #B06A00)", "var(--e-ok, #156B39)")
QUIET, LINE = "var(--e-ink-3, #59636B)", "var(--e-line, #D3D7DB)"


def overlap_figure(title: str, series: Mapping[str, Sequence[float]]) -> str:
    """Shares of IoUs in ten classes from 0 to 1, up to three series side by side."""
    return _histogram(title, series, 1.0)


def seconds_figure(title: str, series: Mapping[str, Sequence[float]], most: float = 30.0) -> str:
    """Shares of seconds in ten classes from 0 to `most`; what took longer is in the last one."""
    capped = {name: [min(value, most) for value in seconds] for name, seconds in series.items()}
    return _histogram(title, capped, most, last="+")


def _histogram(title: str, series: Mapping[str, Sequence[float]], most: float, last: str = "") -> str:
    edges = [most * index / BINS for index in range(BINS + 1)]
    shares = {name: _shares(values, edges) for name, values in series.items()}
    marked = range(0, BINS + 1, 2)
    ticks = [(index / BINS, f"{edges[index]:g}{last if index == BINS else ''}") for index in marked]
    return _bars(title, shares, ticks)


def _shares(values: Sequence[float], edges: Sequence[float]) -> list[float]:
    """Of all values, how many lie in each class; the last one holds its upper edge."""
    counts = [0] * (len(edges) - 1)
    for value in values:
        place = sum(value >= edge for edge in edges[1:-1])
        counts[place] += 1
    return [count / len(values) if values else 0.0 for count in counts]


def _bars(title: str, shares: Mapping[str, Sequence[float]], ticks: Sequence[tuple[float, str]]) -> str:
    most = max([0.1, *(share for each in shares.values() for share in each)])
    each = (RIGHT - LEFT) / BINS
    wide = each * 0.8 / max(1, len(shares))
    parts = [_gridline(most, share) for share in (most / 2, most)]
    for number, (name, values) in enumerate(shares.items()):
        colour = COLOURS[number % len(COLOURS)]
        for place, share in enumerate(values):
            high = (BOTTOM - TOP) * share / most
            x = LEFT + each * (place + 0.1) + wide * number
            parts.append(_rect(x, BOTTOM - high, wide, high, colour, f"{name}: {100 * share:.1f} %"))
        parts.append(_legend(number, name, colour))
    parts += [_label(LEFT + (RIGHT - LEFT) * at, BOTTOM + 17, text, "middle") for at, text in ticks]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"'
    words = f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="11">'
    axis = f'<path d="M{LEFT:g} {BOTTOM:g}H{RIGHT:g}" stroke="{QUIET}"/>'
    return f"{head} {words}{''.join(parts)}{axis}</svg>"


def _gridline(most: float, share: float) -> str:
    y = BOTTOM - (BOTTOM - TOP) * share / most
    line = f'<path d="M{LEFT:g} {y:.1f}H{RIGHT:g}" stroke="{LINE}"/>'
    return line + _label(LEFT - 5, y + 4, f"{100 * share:.0f} %", "end")


def _rect(x: float, y: float, width: float, height: float, colour: str, words: str) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {where} fill="{colour}"><title>{escape(words)}</title></rect>'


def _legend(number: int, name: str, colour: str) -> str:
    x = LEFT + 145 * number
    return _rect(x, 4, 9, 9, colour, name) + _label(x + 14, 13, name, "start")


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{QUIET}">{escape(text)}</text>'
