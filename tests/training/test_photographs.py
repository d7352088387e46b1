"""What training shows of a scene is what the app would show of its photo."""

from collections.abc import Iterator

import numpy as np
import pytest

from ergo_demo.geometry import Box, Size, View, view_of
from ergo_demo.imaging import Door, Kernel, Photo, resample
from ergo_demo.scenes import generator
from ergo_demo.scenes.scene import Scene, make_scene
from ergo_demo.training.photographs import photographed
from tests.photos import write_png

CLOSE = View(Box(500.5, 300.2, 800, 580), Size(476, 448))  # enlarged
WIDE = View(Box(200, 150.5, 1400, 1000.25), Size(812, 588))


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(generator("train", 1, 5), Size(2246, 1582))


@pytest.fixture(scope="module")
def photo(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Photo]:
    folder = tmp_path_factory.mktemp("photographs")
    with Door(folder / "photos", tiled=False) as door:
        yield door.open_upright(write_png(folder / "scene.png", scene.photo()))


@pytest.mark.parametrize("view", [CLOSE, WIDE], ids=["enlarged", "reduced"])
def test_a_second_look_is_that_of_the_photo(scene: Scene, photo: Photo, view: View) -> None:
    shown = photographed(scene.drawing, view, Kernel.LANCZOS).astype(int)
    assert np.abs(shown - resample(photo, view, Kernel.LANCZOS)).mean() < 0.1
    # What it is there for: the drawing itself, at the size of the view, is another picture.
    assert np.abs(scene.render(view.region, view.size).astype(int) - shown).mean() > 1


@pytest.mark.parametrize("budget", [80, 192, 320])
def test_a_first_look_is_close_to_that_of_the_photo(scene: Scene, photo: Photo, budget: int) -> None:
    view = view_of(Box.of(scene.size), budget)
    real = resample(photo, view, Kernel.BICUBIC).astype(int)
    apart = np.abs(photographed(scene.drawing, view, Kernel.BICUBIC) - real).mean()
    assert apart < 2
    assert apart < 0.5 * np.abs(scene.render(view.region, view.size) - real).mean()


def test_a_photo_of_fewer_pixels_shows_less(scene: Scene) -> None:
    crisp, coarse = (photographed(scene.drawing, WIDE, Kernel.LANCZOS, photo).astype(float) for photo in (1.0, 0.4))
    assert np.square(np.diff(coarse, axis=1)).mean() < 0.7 * np.square(np.diff(crisp, axis=1)).mean()
