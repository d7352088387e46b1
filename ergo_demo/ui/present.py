"""What the Ask tab shows, as plain values: a run -> the words and numbers of every part of the page. Pure.

All words of the tab are here and in words.py. The page sets them as text, so nothing here is escaped, and nothing that
a model wrote can become more than text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypedDict

from ergo_demo.asking import RunSettings
from ergo_demo.geometry import PATCH
from ergo_demo.imaging import Photo
from ergo_demo.records import Finish, Outcome, Trace
from ergo_demo.ui import cost, doubt, words
from ergo_demo.ui.edges import Edge, edges
from ergo_demo.ui.messages import Notice
from ergo_demo.ui.progress import Progress
from ergo_demo.ui.promise import Line

Phase: TypeAlias = Literal["idle", "ready", "waiting", "running", "finished"]

MOST_SHOWN = 8_000
"""Characters of a thought or answer that are sent to the page with every update; the trace has all of them."""


class Step(TypedDict):
    """One of the three steps. `seconds` of a look that is over, else ""; `ticks`: the page counts them on."""

    state: Literal["wait", "now", "done", "bad"]
    note: str
    seconds: str
    ticks: bool


class Crop(TypedDict):
    """The second look's picture: its shape in source px, and in words what was sent, in view px."""

    url: str
    width: float
    height: float
    size: str
    about: str


class Thought(TypedDict):
    """What one look wrote about its reasons."""

    title: str
    text: str


class SampleView(TypedDict):
    """One sample: its box (source px), what it is called, what it wrote about its reasons."""

    box: list[float] | None
    title: str
    about: str
    text: str


class Asked(TypedDict):
    """One row of the earlier questions."""

    id: str
    question: str
    answer: str
    time: str
    current: bool


class Screen(TypedDict):
    """Everything on the Ask tab but the question and the settings. See ask_view.js for where each part goes."""

    revision: int
    phase: Phase
    notice: Notice | None
    photo: dict[str, object] | None
    tag: str
    dots: dict[str, int] | None
    box: list[float] | None
    region: list[float] | None
    region_label: str
    samples_label: str
    samples: list[SampleView]
    heat: list[list[float]] | None
    edges: list[Edge]
    crop: Crop | None
    steps: list[Step]
    sentences: list[Line]
    seconds: float | None
    answer: str
    answer_is_note: bool
    thoughts: list[Thought]
    thought_note: str
    cost: cost.Card
    asked: list[Asked]
    downloads: list[dict[str, str]]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a visitor has: a photo, a run, earlier runs. `now` is on the clock of `shown.began`.

    `tiles` is what the viewer needs of `photo`; `urls` says where crop, trace and overlay of `shown` are found, as
    far as they exist; `chosen` is what a run would use.
    """

    revision: int = 0
    now: float = 0.0
    photo: Photo | None = None
    tiles: dict[str, object] | None = None
    shown: Progress | None = None
    chosen: RunSettings | None = None
    waits: bool = False
    notice: Notice | None = None
    asked: tuple[Progress, ...] = ()
    urls: Mapping[str, str] = field(default_factory=dict)


def screen(page: Page) -> Screen:
    """Everything that the tab shows of this page."""
    shown, phase = page.shown, _phase(page)
    answer, is_note = _answer(phase, shown)
    runs = phase == "running" and shown is not None
    return {
        "revision": page.revision,
        "phase": phase,
        "notice": page.notice,
        "photo": page.tiles,
        "tag": words.tag(page.photo, shown),
        "dots": _dots(shown),
        "box": list(shown.box.edges) if shown and shown.box else None,
        "region": _region(shown),
        "region_label": words.region_label(shown),
        "samples": _samples(shown.trace if shown else None),
        "samples_label": doubt.samples_label(shown.trace if shown else None),
        "heat": [list(row) for row in shown.trace.heat] if shown and shown.trace and shown.trace.heat else None,
        "edges": edges(shown.trace if shown else None),
        "crop": _crop(shown, page.urls),
        "steps": _steps(phase, shown),
        "sentences": words.sentences(page.photo, shown, page.chosen),
        "seconds": page.now - shown.began if runs and shown else None,
        "answer": answer,
        "answer_is_note": is_note,
        "thoughts": _thoughts(shown),
        "thought_note": "being written" if runs else "",
        "cost": cost.card(page.photo, shown),
        "asked": [_asked(earlier, shown) for earlier in reversed(page.asked)],
        "downloads": _downloads(shown, page.urls),
        "status": words.status(phase, shown),
    }


def _phase(page: Page) -> Phase:
    if page.waits:
        return "waiting"
    if page.shown is not None:
        return "finished" if page.shown.trace else "running"
    return "ready" if page.photo else "idle"


def _dots(shown: Progress | None) -> dict[str, int] | None:
    if shown is None or shown.stage != "coarse" or shown.coarse is None or shown.box is not None:
        return None
    size = shown.coarse.size
    return {"columns": size.width // PATCH, "rows": size.height // PATCH}


def _region(shown: Progress | None) -> list[float] | None:
    region = (shown.trace.region if shown.trace else shown.region) if shown else None
    return list(region.edges) if region else None


def _samples(trace: Trace | None) -> list[SampleView]:
    if trace is None:
        return []
    return [
        {
            "box": list(sample.box.edges) if sample.box else None,
            "title": f"Sample {number} of {len(trace.samples)}",
            "about": doubt.about_sample(sample),
            "text": (sample.thought or sample.reply)[:MOST_SHOWN],
        }
        for number, sample in enumerate(trace.samples, start=1)
    ]


def _crop(shown: Progress | None, urls: Mapping[str, str]) -> Crop | None:
    if shown is None or shown.zoom is None or "crop" not in urls:
        return None
    region, size = shown.zoom.region, shown.zoom.size
    return {
        "url": urls["crop"],
        "width": region.width,
        "height": region.height,
        "size": f"{words.pixels(size.width, size.height)} px",
        "about": "The model box at full resolution." if shown.box else "The whole photo, as the second look saw it.",
    }


def _step(state: Literal["wait", "now", "done", "bad"], note: str, seconds: float | None = None) -> Step:
    return {
        "state": state,
        "note": note,
        "seconds": "" if seconds is None else f"{seconds:.1f} s",
        "ticks": state == "now",
    }


def _steps(phase: Phase, shown: Progress | None) -> list[Step]:
    if phase == "waiting" or shown is None:
        return [_step("wait", "waits" if phase == "waiting" else note) for note in words.IDLE_STEPS]
    if shown.trace is not None:
        return _steps_of(shown.trace)
    coarse = words.tokens(shown.coarse.tokens) if shown.coarse else "making the view"
    if shown.zoom is None:
        return [_step("now", coarse), _step("wait", "waits"), _step("wait", "waits")]
    first = _step("done", coarse, shown.coarse_seconds)
    if shown.stage in ("samples", "region"):
        second = _step("done", words.tokens(shown.zoom.tokens), shown.zoom_seconds)
        sampled = f"{shown.samples_ended} of {shown.samples_of} samples"
        return [first, second, _step("now", sampled if shown.stage == "samples" else "third look")]
    return [first, _step("now", words.tokens(shown.zoom.tokens)), _step("wait", "waits")]


def _steps_of(trace: Trace) -> list[Step]:
    ended_badly = trace.outcome in (Outcome.FAILED, Outcome.CANCELLED)
    word = "stopped" if trace.outcome is Outcome.CANCELLED else "failed"
    steps: list[Step] = []
    for look in (trace.coarse, trace.zoom):
        if look is None:
            first_missing = ended_badly and all(step["state"] == "done" for step in steps)
            steps.append(_step("bad", word) if first_missing else _step("wait", "not reached"))
        elif ended_badly and look.generation.finish is Finish.CANCELLED:
            steps.append(_step("bad", word))
        else:
            steps.append(_step("done", words.tokens(look.view.tokens), look.seconds))
    answer = _step("wait", "not reached") if ended_badly else _step("done", words.tokens_per_second(trace))
    return [*steps, answer]


def _answer(phase: Phase, shown: Progress | None) -> tuple[str, bool]:
    """The answer or what stands in its place, and whether it is the latter."""
    if shown is not None and shown.trace is None and shown.answer:
        return shown.answer[:MOST_SHOWN], False
    if shown is None or shown.trace is None:
        return ("The answer appears here." if phase in ("idle", "ready") else "Not yet"), True
    trace = shown.trace
    note = {
        Outcome.CANCELLED: "Stopped before there was an answer.",
        Outcome.FAILED: "There is no answer.",
    }.get(trace.outcome, "The model wrote no answer.")
    return trace.answer[:MOST_SHOWN] or note, not trace.answer


def _thoughts(shown: Progress | None) -> list[Thought]:
    if shown is None:
        return []
    trace = shown.trace
    first = trace.coarse.thought if trace and trace.coarse else words.unfinished_thought(shown.coarse_text)
    second = trace.zoom.thought if trace and trace.zoom else words.unfinished_thought(shown.zoom_text)
    texts = (("First look", first), ("Second look", second))
    return [{"title": title, "text": text[:MOST_SHOWN]} for title, text in texts if text]


def _asked(earlier: Progress, shown: Progress | None) -> Asked:
    trace = earlier.trace
    assert trace is not None, "only finished runs are kept"
    return {
        "id": earlier.id,
        "question": earlier.question[:200],
        "answer": words.outcome(trace)[:200],
        "time": trace.created,
        "current": shown is not None and shown.id == earlier.id,
    }


def _downloads(shown: Progress | None, urls: Mapping[str, str]) -> list[dict[str, str]]:
    if shown is None or shown.trace is None:
        return []
    stem = words.file_stem(shown.photo.name)
    rows = (
        ("trace", "Trace, JSON", "trace.json"),
        ("overlay", "Overlay, PNG", "overlay.png"),
        ("crop", "Crop, JPEG", "crop.jpg"),
    )
    return [{"label": label, "url": urls[key], "name": f"{stem}-{end}"} for key, label, end in rows if key in urls]
