"""Close-ups: a small part of a scene at reading size, asked about as if it were the whole photo.

A dialogue of two looks reads four characters for hundreds of tokens. Here the decoder learns to copy what the tower
has read at a tenth of that cost, in the words of the direct mode, which are those of the second look, too.
"""

from collections import Counter
from collections.abc import Callable

import numpy as np

from ergo_demo.geometry import Box, Size, View
from ergo_demo.scenes import questions
from ergo_demo.scenes.questions import Question
from ergo_demo.scenes.scene import Scene
from ergo_demo.scenes.stage import glyph_px
from ergo_demo.scenes.things import Thing

GLYPH_PX = (18.0, 32.0)  # height of capitals in view px


def close_view(scene: Scene, size: Size, rng: np.random.Generator) -> View:
    """A view of `size` px around a random thing, wholly inside the scene, that something can be asked about."""
    while not _askable(scene, (view := _around_a_thing(scene, size, rng)).region, rng):
        pass
    return view


def _around_a_thing(scene: Scene, size: Size, rng: np.random.Generator) -> View:
    scale = float(rng.uniform(*GLYPH_PX)) / glyph_px(scene.size)
    width, height = min(scene.size.width, size.width / scale), min(scene.size.height, size.height / scale)
    whole = scene.things[int(rng.integers(len(scene.things)))].whole
    x = _start(whole.x1, whole.x2, width, scene.size.width, rng)
    y = _start(whole.y1, whole.y2, height, scene.size.height, rng)
    return View(Box(x, y, x + width, y + height), size)


def _start(low: float, high: float, length: float, end: float, rng: np.random.Generator) -> float:
    """Where a stretch of `length` begins that holds low..high, if it can, and stays in 0..end."""
    first, last = sorted((high - length, low))
    return float(np.clip(rng.uniform(first, last), 0, end - length))


def close_question(scene: Scene, region: Box, rng: np.random.Generator) -> Question:
    """A question about things wholly inside `region` (source px), which is a close view's."""
    asked = _askable(scene, region, rng)
    return asked[int(rng.integers(len(asked)))]()


def _askable(scene: Scene, region: Box, rng: np.random.Generator) -> list[Callable[[], Question]]:
    """What can be asked about the things wholly inside whose names no other thing in sight has."""
    in_sight = [thing for thing in scene.things if thing.whole.intersection(region) > 0]
    names = Counter(thing.name for thing in in_sight)
    named = [thing for thing in in_sight if names[thing.name] == 1 and region.contains(thing.whole)]
    return [ask for thing in named for ask in _about(thing, named, region, rng)]


def _about(thing: Thing, named: list[Thing], region: Box, rng: np.random.Generator) -> list[Callable[[], Question]]:
    """What can be asked about one thing; its label and badge more often, because they take the most practice."""
    found: list[Callable[[], Question]] = []
    if thing.plate.content == "label":
        found += [lambda: questions.read(thing, rng)] * 3
    if thing.plate.content == "badge":
        found += [lambda: questions.attribute(thing, rng)] * 3
    beside = thing.companion
    if beside and beside.plate.content == "sticker" and region.contains(beside.whole):
        found += [lambda: questions.hidden((thing,), False, rng)] * 3
    others = [other for other in named if other is not thing and questions.direction(thing, other)]
    if others:
        found.append(lambda: questions.relation(thing, others[int(rng.integers(len(others)))]))
    return found
