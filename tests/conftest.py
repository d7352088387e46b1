"""What tests of several parts need: a photo that has passed the door."""

from collections.abc import Iterator

import pytest

from ergo_demo.imaging import Door, Photo
from tests.photos import pattern, write_png


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Photo]:
    folder = tmp_path_factory.mktemp("photos")
    with Door(folder) as door:
        yield door.open_upright(write_png(folder / "pattern.png", pattern(1120, 840)))
