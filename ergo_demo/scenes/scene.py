"""One scene: a vector picture, the things in it, and the questions that it can answer.

Knows the seeds' domains, not files and not models.
"""

from dataclasses import dataclass

import numpy as np

from ergo_demo.geometry import Box, Size
from ergo_demo.scenes.drawing import Drawing, Image
from ergo_demo.scenes.families import FAMILIES, Stage, random_pairs
from ergo_demo.scenes.seeds import Domain, generator
from ergo_demo.scenes.things import Thing

WIDTHS = (1792, 1920, 2048, 2240, 2400, 2560)  # source px; the height is three quarters
THINGS = (4, 8)  # least and most things of a scene

QUESTIONS: dict[str, tuple[str, ...]] = {
    "boat": ("What number is on the {}?", "Which number does the {} have?"),
    "door": ("What number is on the {}?", "Which number does the {} have?"),
    "buoy": ("What is written on the {}?", "What does the {} say?"),
    "crate": ("What is written on the {}?", "What does the {} say?"),
    "sign": ("What is written on the {}?", "What does the {} say?"),
    "car": ("What is the plate of the {}?", "What does the {} say?"),
}


@dataclass(frozen=True)
class Question:
    """A question about one thing of a scene; `target` (source px) is what has to be seen to answer it."""

    text: str
    answer: str
    thing: Thing
    type: str = "read"
    k: int = 1  # how many places the answer could be in, judged from the coarse view

    @property
    def target(self) -> Box:
        """The plate, in source px."""
        return self.thing.plate


@dataclass(frozen=True)
class Scene:
    """A drawn scene; `render` gives any region of it at any size."""

    family: str
    size: Size
    drawing: Drawing
    things: tuple[Thing, ...]

    def render(self, region: Box, size: Size) -> Image:
        """The picture of `region` (source px) at `size`, without drawing the rest."""
        return self.drawing.render(region, size)

    def photo(self) -> Image:
        """The whole scene at its own resolution."""
        return self.render(Box.of(self.size), self.size)

    def question(self, thing: Thing, rng: np.random.Generator) -> Question:
        """One of the ways to ask what is written on `thing`."""
        texts = QUESTIONS[thing.kind]
        return Question(texts[int(rng.integers(len(texts)))].format(thing.name), thing.label, thing)


def make_scene(rng: np.random.Generator, things: tuple[int, int] = THINGS, family: str | None = None) -> Scene:
    """A random scene with `things` (least, most) things, as far as they find room; always at least one."""
    chosen = FAMILIES[family] if family else list(FAMILIES.values())[int(rng.integers(len(FAMILIES)))]
    width = int(rng.choice(WIDTHS))
    stage = Stage(Size(width, width * 3 // 4), rng)
    count = int(rng.integers(things[0], things[1] + 1))
    chosen.paint(stage, random_pairs(chosen.kinds, count, rng))
    return Scene(chosen.name, stage.size, stage.drawing, tuple(stage.things))


def scene_at(domain: Domain, seed: int, index: int) -> tuple[Scene, Question]:
    """Scene `index` of stream `seed`, and its one question: what `scenes`, the examples and the bench use."""
    rng = generator(domain, seed, index)
    scene = make_scene(rng)
    thing = scene.things[int(rng.integers(len(scene.things)))]
    return scene, scene.question(thing, rng)
