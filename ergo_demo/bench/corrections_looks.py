"""First looks at scenes that nobody corrected: what each box is worth. The photos stay open from model to model.

A look without a box covers nothing and counts as the whole photo's area, as in `bench scenes`; a failed one, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ergo_demo.asking import RunSettings
from ergo_demo.bench.scenes_items import Stream, draw, items
from ergo_demo.engines import Engine
from ergo_demo.errors import EngineError
from ergo_demo.events import ZoomFound, ZoomMissing
from ergo_demo.geometry import Box, View, view_of
from ergo_demo.imaging import Door, Photo
from ergo_demo.pipeline import run
from ergo_demo.scenes import TYPES, Question
from ergo_demo.scenes.writing import write_jpeg
from ergo_demo.scoring import covered, iou
from ergo_demo.training.dialogue import cells_around

MEASURES = ("coverage", "iou", "box_area")


@dataclass(frozen=True, slots=True)
class Look:
    """One first look: whether the target was wholly inside, IoU with what the look is taught to name, share of area."""

    type: str
    coverage: float
    iou: float
    box_area: float


@dataclass
class Scenes:
    """`count` scenes of a stream, the types in turn, drawn once."""

    stream: Stream
    count: int
    door: Door
    _drawn: list[tuple[Question, Photo]] = field(default_factory=list)

    def looks(self, engine: Engine, settings: RunSettings, say: Callable[[str], None]) -> list[Look]:
        """The first look at each, in order."""
        return [_look(engine, settings, question, photo) for question, photo in self.drawn(say)]

    def drawn(self, say: Callable[[str], None]) -> list[tuple[Question, Photo]]:
        """Each question with its photo."""
        wanted = list(items(-(-self.count // len(TYPES))))[: self.count]
        for item in wanted[len(self._drawn) :]:
            scene, question = draw(self.stream, item)
            upload = Path(self.door.root) / "measured.jpg"
            write_jpeg(upload, scene.photo())
            self._drawn.append((question, self.door.open_upright(upload, delete_upload=True)))
            if len(self._drawn) % 100 == 0:
                say(f"{len(self._drawn)} of {self.count} scenes of the {self.stream.world} world drawn")
        return self._drawn


def taught(place: Box, coarse: View) -> Box:
    """What a first look is taught to name for `place`: the whole fields of the coarse view around it (source px)."""
    return coarse.to_source(cells_around(_plain(place), coarse).box_in_view).clip(coarse.region)


def _plain(box: Box) -> Box:
    """Drawn boxes hold numpy's floats, which JSON does not know."""
    return Box(*(float(edge) for edge in box.edges))


def _look(engine: Engine, settings: RunSettings, question: Question, photo: Photo) -> Look:
    box: Box | None = None
    events = run(engine, photo, question.text, settings)
    try:
        for event in events:
            if isinstance(event, ZoomFound):
                box = event.box
            if isinstance(event, ZoomFound | ZoomMissing):
                break
    except EngineError:
        pass  # counts as a look without a box
    finally:
        events.close()
    return Look(
        type=question.type,
        coverage=float(covered(box, question.target)),
        iou=iou(box, taught(question.place, view_of(Box.of(photo.size), settings.coarse_budget_tokens))),
        box_area=1.0 if box is None else box.area / photo.size.area,
    )


def summary(looks: Sequence[Look]) -> dict[str, float]:
    """Each measure, as the mean over the types of each type's mean."""
    return {name: _mean([_mean(group) for group in by_type([getattr(look, name) for look in looks], looks)])
            for name in MEASURES}  # fmt: skip


def by_type(values: Sequence[float], looks: Sequence[Look]) -> list[list[float]]:
    """Values of the looks, the types apart."""
    groups: dict[str, list[float]] = {}
    for value, look in zip(values, looks, strict=True):
        groups.setdefault(look.type, []).append(value)
    return list(groups.values())


def gained(after: Sequence[Sequence[Look]], before: Sequence[Look], name: str) -> list[list[float]]:
    """For each scene what a measure gained over `before`, as the mean of several models; the types apart."""
    gains = [
        _mean([getattr(looks[place], name) for looks in after]) - getattr(look, name)
        for place, look in enumerate(before)
    ]
    return by_type(gains, before)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def as_rows(looks: Sequence[Look]) -> list[list[Any]]:
    """For a file: a short row each."""
    return [[look.type, look.coverage, round(look.iou, 5), round(look.box_area, 6)] for look in looks]


def of_rows(rows: Sequence[Sequence[Any]]) -> list[Look]:
    """What `as_rows` gave."""
    return [Look(*row) for row in rows]
