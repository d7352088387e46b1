"""The cost card: vision tokens and seconds of both looks beside one look at everything. Only what was measured."""

from typing import TypedDict

from ergo_demo.geometry import full_resolution_tokens
from ergo_demo.imaging import Photo
from ergo_demo.records import Trace
from ergo_demo.ui import words
from ergo_demo.ui.progress import Progress


class Card(TypedDict):
    """Widths are shares of the bar, 0 to 1. `seconds` were measured; `ticks`: those of the present look go on top."""

    tokens: str
    of: str
    coarse: float
    zoom: float
    maybe: float
    about: str
    seconds: str
    ticks: bool
    whole_seconds: str
    note: str


_NOTHING: Card = {
    "tokens": "",
    "of": "",
    "coarse": 0.0,
    "zoom": 0.0,
    "maybe": 0.0,
    "about": "",
    "seconds": "",
    "ticks": False,
    "whole_seconds": "",
    "note": "Counted for every answer: the vision tokens and seconds of both looks, beside the tokens of one look "
    "at everything (16,384 at most).",
}


def card(photo: Photo | None, shown: Progress | None) -> Card:
    """What this run has cost so far; what is counted, while there is no run."""
    if photo is None or shown is None:
        return _NOTHING
    whole = full_resolution_tokens(shown.photo.size)
    coarse = shown.coarse.tokens if shown.coarse else 0
    zoom = shown.zoom.tokens if shown.zoom else 0
    zoom += shown.trace.tokens().get("region", 0) if shown.trace else 0
    most = shown.most_tokens
    first, second, around = _seconds(shown)
    # A small photo costs more in two looks than in one: then the bar is as long as what was spent.
    length = max(whole, coarse + zoom + most)
    return {
        "tokens": f"{coarse + zoom:,}",
        "of": f"of {whole:,}",
        "coarse": coarse / length,
        "zoom": zoom / length,
        "maybe": most / length,
        "about": f"{coarse + zoom:,} of {whole:,} vision tokens" + ("" if shown.trace else " so far"),
        "seconds": f"{first + second + around:.1f}",
        "ticks": shown.trace is None,
        "whole_seconds": "whole photo: not measured here" if shown.trace else "",
        "note": _note(shown, most),
    }


def _seconds(shown: Progress) -> tuple[float, float, float]:
    """Of the first look, of the second, and of what came after; 0 while it is not over, which the page counts."""
    trace = shown.trace
    first = trace.coarse.seconds if trace and trace.coarse else shown.coarse_seconds
    second = trace.zoom.seconds if trace and trace.zoom else shown.zoom_seconds
    around = trace.sample_seconds + _third_seconds(trace) if trace else shown.sample_seconds
    return first, second, around


def _third_seconds(trace: Trace) -> float:
    return trace.region_look.seconds if trace.region_look else 0.0


def _note(shown: Progress, most: int) -> str:
    if most:
        return f"At most {words.tokens(most)} more."
    if shown.trace is None:
        return ""
    peak = _peak_memory_bytes(shown)
    said = [_after(shown.trace), f"Peak GPU memory {peak / 1e9:.1f} GB." if peak else ""]
    return " ".join(filter(None, said))


def _after(trace: Trace) -> str:
    """What samples and a third look cost: "8 samples: 0.5 s more."."""
    parts = []
    if trace.samples:
        parts.append(f"{len(trace.samples)} samples: {trace.sample_seconds:.1f} s more.")
    if look := trace.region_look:
        parts.append(f"Third look: {words.tokens(look.view.tokens)}, {look.seconds:.1f} s more.")
    return " ".join(parts)


def _peak_memory_bytes(shown: Progress) -> int | None:
    trace = shown.trace
    looks = (trace.coarse, trace.zoom) if trace else ()
    peaks = [look.generation.peak_memory_bytes for look in looks if look and look.generation.peak_memory_bytes]
    return max(peaks, default=None)
