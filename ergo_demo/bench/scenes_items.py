"""The items of `bench scenes`: which scene, which question, and the photo of it that is asked about.

An item is known by its type and number within a stream, so a longer run begins with the items of a shorter one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ergo_demo.imaging import Door, Photo
from ergo_demo.scenes import CANDIDATES, TYPES, Question, Scene, Type, World, scene_at
from ergo_demo.scenes.writing import write_jpeg


@dataclass(frozen=True, slots=True)
class Stream:
    """Which scenes: the test stream of a seed, in a world, at V*'s mean size or at `megapixels` million px."""

    seed: int
    world: World = "home"
    megapixels: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a stream. `k` and `cover` are what *hidden* is asked with, None for the other types."""

    type: Type
    number: int

    @property
    def index(self) -> int:
        """Its own place in the stream: no two items share a scene."""
        return self.number * len(TYPES) + TYPES.index(self.type)

    @property
    def k(self) -> int | None:
        """*hidden* goes through k = 1, 2, 4, 8 in turn."""
        return CANDIDATES[self.number % len(CANDIDATES)] if self.type == "hidden" else None

    @property
    def cover(self) -> bool | None:
        """*hidden*: four to be found, then four to be covered, and so on."""
        return self.number // len(CANDIDATES) % 2 == 1 if self.type == "hidden" else None


def items(n: int) -> Iterator[Item]:
    """`n` items of each type, the types in turn: an interrupted run has measured all of them."""
    return (Item(type, number) for number in range(n) for type in TYPES)


def draw(stream: Stream, item: Item) -> tuple[Scene, Question]:
    """The scene of an item and its question. A scene without such a question is drawn again."""
    return scene_at(
        "test",
        stream.seed,
        item.index,
        kind=item.type,
        k=item.k,
        cover=item.cover,
        world=stream.world,
        megapixels=stream.megapixels,
    )


@contextmanager
def photo_of(scene: Scene, door: Door) -> Iterator[Photo]:
    """The scene as a user's photo: a JPEG as `ergo_demo scenes` writes it, through the door, forgotten afterwards."""
    upload = Path(door.root) / "scene.jpg"
    write_jpeg(upload, scene.photo())
    photo = door.open_upright(upload, delete_upload=True)
    try:
        yield photo
    finally:
        door.forget(photo)
