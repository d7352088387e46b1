"""What a stranger does first: the plain command, the embedded model, a scene that it never saw, a real photograph."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from skimage import data

from ergo_demo import scenes
from tests.browser.conftest import AskPage
from tests.space.running import RunningApp, running_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """`python app.py` with no model named, on a machine without a GPU."""
    with running_app(tmp_path_factory.mktemp("app"), ERGO_ENGINE="local", CUDA_VISIBLE_DEVICES="") as started:
        yield started


@pytest.fixture
def visitor(browser: Browser, app: RunningApp) -> Iterator[AskPage]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(app.url)
    shown = AskPage(page)
    shown.wait_for("idle")
    yield shown
    context.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("scene")
    scenes.write(folder, scenes.Selection(1, seed=11))
    item = json.loads((folder / "questions.jsonl").read_text("utf-8"))
    return folder / item["image"], item["question"]


def test_a_scene_never_trained_on(visitor: AskPage, scene: tuple[Path, str]) -> None:
    image, question = scene
    expect(visitor.page.get_by_text("it knows only drawn scenes")).to_be_visible()
    assert visitor.page.locator("[data-example]").count() >= 6
    visitor.upload(image)
    visitor.ask(question)
    trace = visitor.trace()
    assert trace["outcome"] == "answered"
    assert visitor.part("answer").inner_text() == trace["answer"] != ""
    expect(visitor.page.locator("[data-layer=box] .ev-line")).to_be_visible()
    expect(visitor.part("crop-image")).to_be_visible()
    visitor.part("edges").locator("summary").click()
    assert [row.split()[0] for row in visitor.part("edge-list").get_by_role("listitem").all_inner_texts()] == [
        "Left", "Top", "Right", "Bottom",
    ]  # fmt: skip
    assert visitor.part("edge-list").locator("rect.w").count() == 4
    shown = int(re.sub(r"\D", "", visitor.part("cost-tokens").inner_text()))
    views = [trace[look]["view"]["size"] for look in ("coarse", "zoom")]
    assert shown == sum(view["width"] * view["height"] // 28**2 for view in views)


def test_a_real_photograph(visitor: AskPage) -> None:
    visitor.upload(Path(data.__file__).parent / "rocket.jpg")
    visitor.ask("What is at the top of the rocket?")
    assert visitor.trace()["source"] == {"width": 640, "height": 427}
    assert visitor.part("thought").inner_text() != ""
