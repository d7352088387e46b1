"""One scene: a vector picture, the things in it, and the questions that it can answer.

Knows the seeds' domains, not files and not models.
"""

import copy
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ergo_demo.geometry import Box, Size
from ergo_demo.scenes import questions
from ergo_demo.scenes.drawing import Drawing, Image
from ergo_demo.scenes.families import World, families_of
from ergo_demo.scenes.plates import SHAPES, Content, paint_over
from ergo_demo.scenes.questions import DIRECTIONS, TYPES, Question, Type
from ergo_demo.scenes.seeds import Domain, generator
from ergo_demo.scenes.stage import BASE, PLACE, Family, Order, Place, Stage, put, put_companion, unit_px
from ergo_demo.scenes.things import COLOURS, Companion, Kind, Thing

V_STAR = 2246 * 1582
"""Source px of a mean V* photo (arXiv 2312.14135 reports 2246 x 1582)."""

ASPECTS = (1.25, 4 / 3, 1.42, 1.5, 1.6)  # width / height
CANDIDATES = (1, 2, 4, 8)
BLOCKS = {1: ((1, 1),), 2: ((2, 1), (1, 2), (2, 2)), 4: ((2, 2), (3, 2), (2, 3)), 8: ((3, 3), (4, 2), (2, 4))}
FEWEST_THINGS = 40
OTHERS_OF_A_KIND = 3


@dataclass(frozen=True)
class Scene:
    """A drawn scene; `group` holds the k things that look alike from afar and have companions, one with a sticker."""

    family: str
    size: Size
    drawing: Drawing
    things: tuple[Thing, ...]
    companions: tuple[Companion, ...]  # those that stand alone
    group: tuple[Thing, ...]

    def render(self, region: Box, size: Size) -> Image:
        """The picture of `region` (source px) at `size`, without drawing the rest."""
        return self.drawing.render(region, size)

    def photo(self) -> Image:
        """The whole scene at its own resolution."""
        return self.render(Box.of(self.size), self.size)

    @cached_property
    def named(self) -> tuple[Thing, ...]:
        """The things that a question can name: alone of their kind and colour, with others of their kind around."""
        names = Counter(thing.name for thing in self.things)
        kinds = Counter(thing.kind for thing in self.things)
        return tuple(t for t in self.things if names[t.name] == 1 and kinds[t.kind] > OTHERS_OF_A_KIND)

    def question(self, kind: Type, rng: np.random.Generator, cover: bool | None = None) -> Question | None:
        """A random question of a type, None where this scene has none; `cover` is for *hidden*."""
        if kind == "hidden":
            return questions.hidden(self.group, bool(rng.random() < 0.5) if cover is None else cover, rng)
        if kind == "relation":
            return self._relation(rng)
        content = "label" if kind == "read" else "badge"
        things = [thing for thing in self.named if thing.plate.content == content]
        if not things:
            return None
        thing = things[int(rng.integers(len(things)))]
        return questions.read(thing, rng) if kind == "read" else questions.attribute(thing, rng)

    def _relation(self, rng: np.random.Generator) -> Question | None:
        """Two named things that lie clearly left, right, above or below each other; the direction is drawn first."""
        farthest = questions.FARTHEST_PLACES * PLACE * unit_px(self.size)
        pairs: dict[str, list[tuple[Thing, Thing]]] = {name: [] for name in DIRECTIONS}
        for first in self.named:
            for second in self.named:
                if first is not second and _apart(first.body, second.body) < farthest:
                    where = questions.direction(first, second)
                    if where:
                        pairs[where].append((first, second))
        found = pairs[DIRECTIONS[int(rng.integers(4))]]
        return questions.relation(*found[int(rng.integers(len(found)))]) if found else None

    def painted_out(self, question: Question) -> "Scene":
        """The same scene with the target of a *hidden* question covered by its own paper."""
        drawing = copy.deepcopy(self.drawing)
        for thing in self.group:
            if thing.companion and thing.companion.plate.box == question.target:
                paint_over(drawing, thing.companion.plate)
        return Scene(self.family, self.size, drawing, self.things, self.companions, self.group)


def _apart(first: Box, second: Box) -> float:
    """The longer side of what holds both boxes."""
    width = max(first.x2, second.x2) - min(first.x1, second.x1)
    return max(width, max(first.y2, second.y2) - min(first.y1, second.y1))


def random_size(rng: np.random.Generator, megapixels: float | None = None) -> Size:
    """A size of about V*'s mean area, or of `megapixels` million px."""
    aspect = float(rng.choice(ASPECTS))
    area = V_STAR * float(rng.uniform(0.75, 1.25)) if megapixels is None else megapixels * 1e6
    return Size(round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect)))


def make_scene(
    rng: np.random.Generator, size: Size, *, world: World = "home", k: int | None = None, family: str | None = None
) -> Scene:
    """A random scene of `size` with a group of `k` (1, 2, 4 or 8) that looks alike."""
    known = families_of(world)
    chosen = next(f for f in known if f.name == family) if family else known[int(rng.integers(len(known)))]
    k = int(rng.choice(CANDIDATES)) if k is None else k
    stage = Stage(size, rng)
    chosen.backdrop(stage)
    orders, group = _plan(stage, chosen, k)
    things: dict[Place, Thing] = {}
    alone: list[Companion] = []
    for place in [(column, row) for row in range(stage.rows) for column in range(stage.columns)]:
        if place in orders:
            things[place] = put(stage, chosen, place, orders[place])
        elif rng.random() < 0.4:
            alone.append(_alone(stage, chosen, place))
        else:
            chosen.trifle(stage, stage.place_box(place))
    return Scene(
        chosen.name, size, stage.drawing, tuple(things.values()), tuple(alone), tuple(things[place] for place in group)
    )


def _alone(stage: Stage, family: Family, place: Place) -> Companion:
    """A companion without a thing."""
    box = stage.place_box(place).pad(-6, -1.2)
    return put_companion(stage, family, box, box.y2 + 1.2 - BASE, _decoy(stage.rng))


def _decoy(rng: np.random.Generator) -> str:
    return SHAPES[int(rng.integers(4))] if rng.random() < 0.4 else ""


def _plan(stage: Stage, family: Family, k: int) -> tuple[dict[Place, Order], list[Place]]:
    """What goes where: a group of k of one name close together, things of a name of their own, and a crowd."""
    rng = stage.rng
    pairs = [(kind, colour) for kind in family.kinds for colour in COLOURS]
    shuffled = [pairs[int(i)] for i in rng.permutation(len(pairs))]
    group = _block(stage, k)
    orders: dict[Place, Order] = {}
    true = int(rng.integers(k))
    for index, place in enumerate(group):
        shape = SHAPES[int(rng.integers(4))] if index == true else ""
        orders[place] = Order(*shuffled[0], _content(rng), shape)
    free = [(c, r) for r in range(stage.rows) for c in range(stage.columns) if (c, r) not in orders]
    free = [free[int(i)] for i in rng.permutation(len(free))]
    alone = shuffled[1 : 1 + int(rng.integers(18, 23))]
    crowd = shuffled[1 + len(alone) :]
    many = max(FEWEST_THINGS - k, round(len(free) * float(rng.uniform(0.6, 0.85))))
    for index, place in enumerate(free[:many]):
        kind, colour = alone[index] if index < len(alone) else crowd[int(rng.integers(len(crowd)))]
        orders[place] = _order(kind, colour, rng)
    return orders, group


def _order(kind: Kind, colour: str, rng: np.random.Generator) -> Order:
    return Order(kind, colour, _content(rng), _decoy(rng) if rng.random() < 0.2 else None)


def _content(rng: np.random.Generator) -> Content:
    roll = rng.random()
    return "label" if roll < 0.55 else "badge" if roll < 0.92 else "lines"


def _block(stage: Stage, k: int) -> list[Place]:
    """k places close together, in random order."""
    rng = stage.rng
    shapes: Sequence[tuple[int, int]] = BLOCKS.get(k, ((3, 3),))
    width, height = shapes[int(rng.integers(len(shapes)))]
    width, height = min(width, stage.columns), min(height, stage.rows)
    left, top = int(rng.integers(stage.columns - width + 1)), int(rng.integers(stage.rows - height + 1))
    places = [(left + x, top + y) for y in range(height) for x in range(width)]
    return [places[int(i)] for i in rng.permutation(len(places))[:k]]


def scene_at(
    domain: Domain,
    seed: int,
    index: int,
    *,
    kind: Type | None = None,
    k: int | None = None,
    cover: bool | None = None,
    world: World = "home",
    megapixels: float | None = None,
) -> tuple[Scene, Question]:
    """Scene `index` of stream `seed`, and its one question: what `scenes`, the examples and the bench use.

    `kind`, `k`, `cover`, `world` and `megapixels` fix what is otherwise drawn. A scene without a question of its type
    is drawn again from the same generator.
    """
    rng = generator(domain, seed, index)
    chosen: Type = TYPES[int(rng.integers(len(TYPES)))] if kind is None else kind
    while True:
        scene = make_scene(rng, random_size(rng, megapixels), world=world, k=k)
        question = scene.question(chosen, rng, cover)
        if question is not None:
            return scene, question
