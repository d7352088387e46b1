"""Files made to break decoders: a typed refusal or a photo, nothing else, and this process stays small."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Size
from ergo_demo.imaging import Door, Limits
from tests.imaging.bombs import BOMBS
from tests.imaging.conftest import Opens, resident_bytes
from tests.imaging.test_formats import polyglot_with_everything
from tests.imaging.zoo import BEASTS, oriented, picture, saved

MOST_GROWTH_BYTES = 64 << 20


@pytest.fixture(scope="module")
def wary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door with the usual limits, but more patience: a busy machine is no reason to refuse."""
    with Door(tmp_path_factory.mktemp("wary"), limits=Limits(seconds=40)) as door:
        yield door


def outcome(door: Door, upload: Path, data: bytes) -> str:
    """ "photo", or the sort of refusal; anything but these two raises."""
    upload.write_bytes(data)
    try:
        photo = door.open_upright(upload, delete_upload=True)
    except ImageUnreadable as refusal:
        return re.sub(r"[\d,.]+", "#", refusal.problem)
    assert 0 < photo.size.area <= door.limits.pixels
    door.forget(photo)
    return "photo"


HARMLESS = {
    "png within the limits, 16 bit with alpha",
    "png of 400 frames",
    "png with a deflated profile",
    "png with deflated text",
    "png with 200,000 texts",
    "jpeg that claims 99 megapixels",
    "webp of 4,000 frames",
    "gif of 4 gigapixels",
    "gif that claims 99 megapixels",
    "gif of 100,000 frames",
    "tiff deflated 1,000 times",
}
"""Photos in the end: what is too much in them is never read, or (a GIF's screen) not believed."""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_no_harm(wary: Door, tmp_path: Path, name: str) -> None:
    data = BOMBS[name]()
    before = resident_bytes()
    said = outcome(wary, tmp_path / "bomb", data)
    assert resident_bytes() - before < MOST_GROWTH_BYTES
    assert (said == "photo") == (name in HARMLESS)
    assert outcome(wary, tmp_path / "good", saved(picture(), "PNG")) == "photo"
    assert list(wary.root.iterdir()) == []


def test_a_polyglot_is_only_its_picture(opened: Opens) -> None:
    upload = polyglot_with_everything()
    photo = opened(upload)
    assert photo.size == Size(64, 96)
    assert b"<script>" in upload
    assert b"<script>" not in photo.path.read_bytes()


def seeds() -> list[bytes]:
    return [beast.data() for beast in BEASTS] + [oriented(kind, 6) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")]


EXTREMES = (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\xff\xff\0\0")


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to four wounds of the sorts that find faults in decoders."""
    wounded = bytearray(data)
    for _ in range(dice.choice([1, 1, 1, 2, 4])):
        # Half of the wounds are near the front, where the headers are.
        reach = len(wounded) if dice.random() < 0.5 else min(len(wounded), 120)
        at = dice.randrange(max(1, reach))
        length = dice.randint(1, 32)
        kind = dice.randrange(6)
        if kind == 0:
            wounded[at : at + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            wounded[at : at + 4] = dice.choice(
                [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\xff\xff\0\0"]
            )
        elif kind == 2:
            del wounded[at : at + length]
        elif kind == 3:
            wounded[at:at] = wounded[at : at + length]
        elif kind == 4:
            wounded[at : at + length] = dice.randbytes(length)
        elif dice.random() < 0.3:
            del wounded[max(1, at) :]
    return bytes(wounded)


@pytest.mark.parametrize("count", [pytest.param(600, id="600"), pytest.param(6000, id="6000", marks=pytest.mark.slow)])
def test_mutated_images_are_photos_or_typed_refusals(wary: Door, tmp_path: Path, count: int) -> None:
    dice, kinds, sorts = random.Random(count), seeds(), Counter[str]()
    before = resident_bytes()
    for number in range(count):
        sorts[outcome(wary, tmp_path / "mutant", mutated(kinds[number % len(kinds)], dice))] += 1
    print(*sorts.most_common(), sep="\n")  # noqa: T201 (shown with -s, and when the test fails)
    assert resident_bytes() - before < MOST_GROWTH_BYTES
    assert sorts["photo"] > count / 20
    assert sum(sorts.values()) - sorts["photo"] > count / 5
    assert outcome(wary, tmp_path / "good", saved(picture(), "PNG")) == "photo"
    assert list(wary.root.iterdir()) == []
