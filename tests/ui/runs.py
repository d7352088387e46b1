"""Runs for tests of the page's pure parts: a photo that is on no disk, and what was said about it."""

from pathlib import Path

from ergo_demo.asking import RunSettings
from ergo_demo.events import Answered, CoarseReady, CropReady, Event, Finished, Spoke, ZoomFound, ZoomMissing
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Photo
from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import Finish, Generation, Look, ModelInfo, Outcome, Sampling, Token, Trace
from ergo_demo.ui.progress import Progress

SIZE = Size(8000, 6000)
PHOTO = Photo(Path("/photos") / ("a" * 32), Path("/photos/a/source.tif"), "harbour.jpg", SIZE, "1" * 64, "2" * 64)
CHOSEN = RunSettings(Sampling(), coarse_budget_tokens=1280, zoom_budget_tokens=1280)
COARSE = View(Box.of(SIZE), Size(1148, 868))
REGION = Box(5360, 3040, 6116, 3572)
ZOOM = View(REGION, Size(756, 532))


def look(view: View, text: str, thought: str, seconds: float, finish: Finish = Finish.STOP) -> Look:
    return Look(view, Generation(tuple(Token(word) for word in text.split()), finish), thought, seconds)


def trace(
    outcome: Outcome = Outcome.ANSWERED,
    *,
    coarse: bool = True,
    zoom: bool = True,
    why: Why | None = None,
    flags: tuple[Flag, ...] = (),
    answer: str = "K 417",
    error: str | None = None,
    finish: Finish = Finish.STOP,
) -> Trace:
    whole = View(Box.of(SIZE), Size(1148, 868))
    return Trace(
        source=SIZE,
        upload_sha256="1" * 64,
        blob_sha256="2" * 64,
        question="Which number?",
        model=ModelInfo("nota-ai/ERGO-7B", "3f2c9a1e", "cuda", "bfloat16"),
        sampling=Sampling(),
        coarse_budget_tokens=1280,
        zoom_budget_tokens=1280,
        outcome=outcome,
        version="0",
        coarse=look(COARSE, "one two three four", "It is on the left.", 1.1, finish) if coarse else None,
        zoom=look(whole if why else ZOOM, "five six", "It reads K 417.", 0.6) if zoom else None,
        box=REGION if coarse and not why else None,
        why=why,
        flags=flags,
        answer=answer,
        error=error,
    )


def started() -> Progress:
    return Progress("0" * 16, PHOTO, "Which number?", CHOSEN, began=100.0)


def after(*events: tuple[Event, float]) -> Progress:
    """A run in which these happened, each at its time."""
    progress = started()
    for event, now in events:
        progress = progress.after(event, now)
    return progress


def finished(ended: Trace) -> Progress:
    views = [look.view for look in (ended.coarse, ended.zoom) if look]
    ready: list[tuple[Event, float]] = [(CoarseReady(views[0]), 100.0)] if views else []
    if len(views) == 2:
        ready.append((CropReady(views[1]), 101.1))
    return after(*ready, (Finished(ended), 102.0))


AT_FIRST_LOOK: list[tuple[Event, float]] = [
    (CoarseReady(COARSE), 100.0),
    (Spoke("coarse", Token("<think>It is")), 100.5),
    (Spoke("coarse", Token(" on the left.</thi")), 100.6),
]
AT_SECOND_LOOK: list[tuple[Event, float]] = [
    *AT_FIRST_LOOK,
    (Spoke("coarse", Token("nk><zoom>[770, 440, 878, 517]</zoom>")), 100.8),
    (ZoomFound(REGION, ()), 101.0),
    (CropReady(ZOOM), 101.1),
    (Spoke("zoom", Token("<think>It reads")), 101.4),
]
WITHOUT_REGION: list[tuple[Event, float]] = [
    *AT_FIRST_LOOK,
    (ZoomMissing(Why.NO_ZOOM), 101.0),
    (CropReady(COARSE), 101.1),
    (Answered("none"), 101.2),
]
