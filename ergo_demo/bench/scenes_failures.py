"""The failures that say most: which ones, and pictures of what was looked at and what was missed."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ergo_demo.bench.scenes_items import Stream, draw
from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import encode_jpeg
from ergo_demo.records import Outcome
from ergo_demo.scenes import TYPES, Scene
from ergo_demo.scoring import target_share

SHOWN = 12
PHOTO_PX, CROP_PX = 560, 420  # longest sides of the pictures
MARK_PX = 4  # between a target and its mark
ROUND_TARGET = 1.5  # how much of its surroundings a missed target is shown with, in its own sizes


@dataclass(frozen=True)
class Picture:
    """A JPEG (base64) of `region` (source px), with the boxes to be drawn on it."""

    title: str
    jpeg: str
    size: Size
    box: tuple[float, float, float, float] | None  # x, y, width, height in px of the picture
    target: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Failure:
    """One wrong sample and its pictures."""

    sample: Sample
    family: str
    pictures: tuple[Picture, ...]


def worst(samples: Sequence[Sample], most: int = SHOWN) -> list[Sample]:
    """The wrong samples, worst first, each type in turn."""
    queues = [
        sorted((s for s in samples if s.type == type and not s.right), key=lambda s: (*_excuse(s), s.number))
        for type in TYPES
    ]
    chosen: list[Sample] = []
    while len(chosen) < most and any(queues):
        chosen += [queue.pop(0) for queue in queues if queue]
    return chosen[:most]


def _excuse(sample: Sample) -> tuple[bool, int, float]:
    """Small for the worst. Asked to find one of k, the wrong one of them is chance and comes last."""
    by_chance = sample.type == "hidden" and not sample.cover and sample.candidates_covered > 0 and not sample.covered
    stage = 0 if sample.outcome is Outcome.FAILED else 1 if sample.box is None else 2 if not sample.covered else 3
    return by_chance, stage, target_share(sample.box, sample.target)


def shown(stream: Stream, sample: Sample) -> Failure:
    """The failure with its pictures: the photo, what the second look saw, and the target where it was missed."""
    scene, _ = draw(stream, sample.item)
    whole = Box.of(scene.size)
    pictures = [_picture("The photo", scene, whole, sample, PHOTO_PX)]
    if sample.box is not None:
        seen = sample.box.outward().clip(whole)
        pictures.append(_picture("What the second look saw", scene, seen, sample, CROP_PX))
    if not sample.covered:
        target = sample.target
        wide = max(target.width, target.height) * ROUND_TARGET
        around = target.pad(wide, wide).outward().clip(whole)
        pictures.append(_picture("What it missed", scene, around, sample, CROP_PX))
    return Failure(sample, scene.family, tuple(pictures))


def _picture(title: str, scene: Scene, region: Box, sample: Sample, longest_px: int) -> Picture:
    scale = min(4.0, longest_px / max(region.width, region.height))
    size = Size(max(1, round(region.width * scale)), max(1, round(region.height * scale)))
    view = View(region, size)
    jpeg = base64.b64encode(encode_jpeg(scene.render(region, size), 82)).decode("ascii")
    box = sample.box if sample.box is None or not sample.box.contains(region) else None
    return Picture(title, jpeg, size, _marked(box, view, 0), _marked(sample.target, view, MARK_PX))


def _marked(box: Box | None, view: View, apart_px: float) -> tuple[float, float, float, float] | None:
    """Where the mark of a box (source px) is on a picture; None where it is not on it, or no box was named."""
    frame = Box.of(view.size)
    if box is None or not view.from_source(box).intersection(frame):
        return None
    # A mark stands around what it marks and does not hide it; of a few px it would be a dot.
    seen = view.from_source(box).pad(apart_px, apart_px)
    seen = seen.grow_to(min(10, frame.width), min(10, frame.height), frame)
    return (round(seen.x1, 1), round(seen.y1, 1), round(seen.width, 1), round(seen.height, 1))
