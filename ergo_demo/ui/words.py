"""The sentences and numbers of the Ask tab. Pure: a run -> words, none of them markup."""

import math
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from ergo_demo.asking import RunSettings
from ergo_demo.geometry import PATCH, View, full_resolution_tokens
from ergo_demo.imaging import Photo
from ergo_demo.protocol.parsing import Flag, Why, read_thought
from ergo_demo.records import Calibration, Outcome, Trace
from ergo_demo.ui import doubt, promise
from ergo_demo.ui.progress import Progress
from ergo_demo.ui.promise import Line as Line

IDLE_STEPS = ("everything, small", "one region, sharp", "and what it cost")

FLAGS = {
    Flag.INVERTED: "Two edges of its box were swapped, and were put in order.",
    Flag.CLAMPED: "Its box left the photo, and was cut at the edge.",
    Flag.GROWN: "Its box was smaller than one token of the coarse view, and was grown to it.",
    Flag.SEVERAL: "It named more than one box; the first is used.",
    Flag.THOUGHT_UNCLOSED: "Its thought has no end.",
    Flag.ANSWER_UNTAGGED: "It marked no answer, so the whole reply counts as one.",
    Flag.CUT_OFF: "A reply ended at its limit.",
}
"""What each repair is called on the page."""

_TAG_BEGUN = re.compile(r"<(?:/?(?:t(?:h(?:i(?:n(?:k)?)?)?)?|z(?:o(?:o(?:m)?)?)?|a(?:n(?:s(?:w(?:e(?:r)?)?)?)?)?)?)?$")


def pixels(width: float, height: float) -> str:
    """1,148 × 868."""
    return f"{width:,.0f} × {height:,.0f}"


def tokens(count: int) -> str:
    """1 token, 1,271 tokens."""
    return f"{count:,} token{'' if count == 1 else 's'}"


def tokens_per_second(trace: Trace) -> str:
    """How fast the replies were written, both looks together, views included."""
    looks = [look for look in (trace.coarse, trace.zoom) if look]
    written = sum(len(look.generation.tokens) for look in looks)
    seconds = sum(look.seconds for look in looks)
    # Below this the clock says more about the page than about the model.
    return f"{written / seconds:,.0f} tokens/s" if seconds >= 0.05 else f"{tokens(written)} written"


def tag(photo: Photo | None, shown: Progress | None) -> str:
    """What stands in the corner of the photo."""
    if shown is not None and shown.stage == "coarse" and shown.coarse is not None and shown.box is None:
        size = shown.coarse.size
        grid = f"{size.width // PATCH} × {size.height // PATCH} tokens"
        return f"Coarse view, {pixels(size.width, size.height)} px, {grid}"
    return f"{photo.name}, {pixels(photo.size.width, photo.size.height)} px" if photo else ""


def unfinished_thought(reply: str) -> str:
    """The thought in a reply that is being written, without the beginning of the tag that will end it.

    >>> unfinished_thought("<think>The boat is on the left.</thi")
    'The boat is on the left.'
    """
    return read_thought(_TAG_BEGUN.sub("", reply))


def sentences(photo: Photo | None, shown: Progress | None, chosen: RunSettings | None) -> list[Line]:
    """The one or two lines under the photo."""
    if photo is None:
        return []
    if shown is None:
        return _about_photo(photo, chosen)
    if shown.trace is not None:
        return _about_end(shown.trace, shown.chosen.calibration)
    if shown.stage == "samples":
        rest = "Where else would the model have looked?"
        strong = f"Looking around: %s s, {shown.samples_ended} of {shown.samples_of} samples."
        return [{"strong": strong, "rest": rest, "icon": "clock"}]
    written = tokens(shown.tokens_written)
    if shown.stage == "region":
        rest = "Is the answer the same when the region is read?"
        return [{"strong": f"Third look: %s s, {written} written.", "rest": rest, "icon": "clock"}]
    if shown.stage == "coarse":
        rest = "The box is drawn as soon as the model names a region."
        return [{"strong": f"First look: %s s, {written} written.", "rest": rest, "icon": "clock"}]
    lead: Line = {"strong": f"Second look: %s s, {written} written.", "rest": "", "icon": "clock"}
    return [lead, _about_region(shown.zoom, shown.why, "reads")] if shown.zoom else [lead]


def _about_photo(photo: Photo, chosen: RunSettings | None) -> list[Line]:
    whole = full_resolution_tokens(photo.size)
    most = chosen.coarse_budget_tokens + chosen.zoom_budget_tokens if chosen else 0
    two = f" Two looks cost at most {most:,}." if 0 < most < whole else ""
    lines: list[Line] = [{"strong": f"Read whole, this photo costs {tokens(whole)}.", "rest": two.strip()}]
    if photo.notes:
        lines.append({"strong": "", "rest": f"When it was opened: {'; '.join(photo.notes)}."})
    return lines


def _about_end(trace: Trace, given: Calibration | None = None) -> list[Line]:
    kept = "What was written until then is in the trace."
    look = "second" if trace.coarse and (trace.zoom or trace.outcome is Outcome.FAILED) else "first"
    if trace.outcome is Outcome.CANCELLED:
        return [{"strong": f"Stopped at the {look} look.", "rest": kept, "icon": "stop"}]
    if trace.outcome is Outcome.FAILED:
        return [{"strong": f"The {look} look failed.", "rest": kept, "icon": "warn"}]
    lines = [_about_region(trace.zoom.view, trace.why)] if trace.zoom else []
    lines += doubt.lines(trace, given)
    if trace.flags:
        lines.append({"strong": "", "rest": " ".join(FLAGS[flag] for flag in trace.flags), "icon": "info"})
    return lines


def _about_region(
    view: View | None, why: Why | None, does: Literal["reads", "answered from"] = "answered from"
) -> Line:
    if view is None:
        return {"strong": "", "rest": ""}
    at = f"the whole photo at {tokens(view.tokens)}"
    if why is Why.NO_ZOOM:
        return {"strong": "No region was named.", "rest": f"The model {does} {at}.", "icon": "info"}
    if why is not None:
        rest = f"It is not four numbers, so the model {does} {at}."
        return {"strong": "The region could not be read.", "rest": rest, "icon": "info"}
    size = pixels(view.region.width, view.region.height)
    return {"strong": "The model chose this region:", "rest": f"{size} px, {_resolution(view)}.", "icon": "box"}


def _resolution(view: View) -> str:
    scale = math.sqrt(view.size.area / view.region.area)
    if scale > 1.05:
        return f"read enlarged {scale:.1f} times"
    return "read at full resolution" if scale > 0.95 else f"read at {scale * 100:.0f} % of full resolution"


def region_label(shown: Progress | None) -> str:
    """What the dashed box is called, also while the third look reads it and there is no trace."""
    if shown is None or shown.trace is not None or shown.region is None:
        return promise.region_label(shown.trace if shown else None)
    return promise.named(calibrated=shown.calibrated)


def outcome(trace: Trace) -> str:
    """The answer, or why there is none: for a row of the earlier questions."""
    without = {Outcome.CANCELLED: "stopped", Outcome.FAILED: "failed"}
    return trace.answer or without.get(trace.outcome, "no answer")


def status(phase: str, shown: Progress | None) -> str:
    """What a reader is told when something has changed; seconds and tokens are left out."""
    if phase == "waiting":
        return "Waiting for your turn."
    if shown is None:
        return "The photo is open." if phase == "ready" else ""
    if shown.trace is None and shown.stage in ("samples", "region"):
        doing = "Looking around" if shown.stage == "samples" else "Third look"
        return f"Answer: {(shown.answer or '')[:400]}. {doing}."
    if shown.trace is None:
        return "Second look." if shown.stage == "zoom" else "First look."
    trace = shown.trace
    ended = _about_end(trace, shown.chosen.calibration)
    region = " ".join((line["strong"] + " " + line["rest"]).strip() for line in ended)
    return f"Answer: {trace.answer[:400]}. {region}" if trace.answer else region


def file_stem(name: str) -> str:
    """The beginning of a download's name, made of what every system takes.

    >>> file_stem("Mein Boot: 1/2.jpeg")
    'Mein-Boot-1-2'
    """
    return re.sub(r"[^\w]+", "-", PurePosixPath(name.replace("/", "-")).stem).strip("-")[:60] or "photo"


def examples_line(licences: Sequence[str]) -> str:
    """Whose the example scenes are, and under which licence."""
    return f"Scenes: ERGO Demo, {', '.join(dict.fromkeys(licences))}"


def settings_summary(
    coarse: float, zoom: float, temperature: float, seed: float, samples: float, sample_temperature: float
) -> str:
    """The settings in one line, for the closed accordion."""
    drawn = f"{samples:.0f} samples at temperature {sample_temperature:g}" if samples else "samples off"
    return (
        f"coarse {coarse:,.0f} tokens, zoom {zoom:,.0f} tokens, temperature {temperature:g}, seed {seed:.0f}, {drawn}"
    )
