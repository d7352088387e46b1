"""Close-ups show what they ask about, and nothing else of that name."""

import numpy as np
import pytest

from ergo_demo.geometry import Box, Size
from ergo_demo.scenes import generator
from ergo_demo.scenes.scene import Scene, make_scene
from ergo_demo.scenes.stage import glyph_px
from ergo_demo.training.closeups import GLYPH_PX, close_question, close_view


@pytest.fixture(scope="module", params=[Size(900, 600), Size(2246, 1582), Size(6000, 4000)], ids=str)
def scene(request: pytest.FixtureRequest) -> Scene:
    return make_scene(generator("train", 11, 0), request.param)


def test_a_close_view_lies_in_the_scene_with_writing_at_reading_size(scene: Scene) -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        view = close_view(scene, Size(336, 252), rng)
        assert view.size == Size(336, 252)
        assert Box.of(scene.size).contains(view.region, tolerance=1e-6)
        glyph = glyph_px(scene.size) * view.size.width / view.region.width
        assert GLYPH_PX[0] <= glyph <= GLYPH_PX[1]


def test_a_close_question_is_about_what_is_wholly_in_sight_and_alone_of_its_name(scene: Scene) -> None:
    rng = np.random.default_rng(2)
    for _ in range(40):
        region = close_view(scene, Size(336, 252), rng).region
        question = close_question(scene, region, rng)
        assert region.contains(question.target)
        assert all(region.contains(clue) for clue in question.clues)
        in_sight = [thing.name for thing in scene.things if thing.whole.intersection(region) > 0]
        assert all(in_sight.count(thing.name) == 1 for thing in question.subjects)
        assert all(thing.name in question.text for thing in question.subjects)


def test_a_close_view_may_show_anything_that_can_be_read(scene: Scene) -> None:
    rng = np.random.default_rng(3)
    asked = {close_question(scene, close_view(scene, Size(336, 252), rng).region, rng).text for _ in range(60)}
    assert len(asked) > 20
