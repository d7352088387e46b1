"""The Ask tab for everybody: without a mouse, in both themes, on every width, for readers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.browser.conftest import DESK, PHONE, AskPage

pytestmark = pytest.mark.browser

QUESTION = "What number is on the boat?"

GRADIOS_OWN = {
    # A tab list outside of every landmark.
    "region": (".tab-container", "#e-tabs"),
}
"""Rule -> where Gradio breaks it: the start of a selector that axe reports, and nothing wider."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_of_ours(
    visit: Callable[..., AskPage], photo_file: Path, viewport: ViewportSize, theme: str
) -> None:
    visitor = visit(viewport, theme)
    found = violations(visitor)
    visitor.upload(photo_file)
    visitor.ask(QUESTION)
    for part in ("downloads", "asked"):
        visitor.part(part).locator("summary").click()
    visitor.page.get_by_role("button", name="Settings").first.click()
    visitor.page.get_by_label("Seed").wait_for()
    found += violations(visitor)
    assert found == []


def violations(visitor: AskPage) -> list[str]:
    """What axe-core finds, without what is Gradio's."""
    results = Axe().run(visitor.page)
    return [
        f"{violation['id']} ({violation['impact']}) {node['target']}: {node['html'][:200]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
        if not str(node["target"][0]).startswith(GRADIOS_OWN.get(violation["id"], ("nowhere",)))
    ]


def test_a_whole_ask_by_keyboard(visitor: AskPage, photo_file: Path) -> None:
    page = visitor.page

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _press in range(30):
            page.keyboard.press(key)
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is no Tab stop")

    tab_to("#e-bar textarea")
    page.keyboard.type(QUESTION)
    tab_to("[data-part=choose]")
    # The dialog itself is the browser's: what is ours is that the key asks for it.
    visitor.part("file").evaluate(
        "(input) => input.addEventListener('click', (event) => { event.preventDefault(); window.asked = true; })"
    )
    page.keyboard.press("Enter")
    page.wait_for_function("window.asked")
    visitor.part("file").set_input_files(photo_file)
    visitor.wait_for("ready")
    tab_to("#e-bar textarea", key="Shift+Tab")
    page.locator("#e-run:enabled").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "e-run"
    page.keyboard.press("Space")
    visitor.wait_for("finished")
    assert visitor.part("answer").inner_text() == "scripted"
    tab_to("[data-part=stage]")
    page.keyboard.press("5")
    page.locator("[data-layer=box].ev-off").wait_for(state="attached")
    assert visitor.part("layer-box").get_attribute("aria-checked") == "false"
    tab_to("[data-part=layer-box]")
    page.keyboard.press("Space")
    page.locator("[data-layer=box]:not(.ev-off)").wait_for()
    tab_to("[data-part=downloads] summary")
    page.keyboard.press("Enter")
    tab_to("a[download$='trace.json']")


def test_nothing_is_wider_than_the_window(visitor: AskPage, photo_file: Path) -> None:
    def overflow() -> list[int]:
        wide = []
        for width in (360, 390, 761, 1024, 1440, 1920):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            if visitor.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(width)
        return wide

    assert overflow() == []
    visitor.upload(photo_file)
    visitor.ask(QUESTION + " " + "Unbreakable" * 40)
    assert overflow() == []


def test_a_phone_has_one_column_in_reading_order(visit: Callable[..., AskPage], photo_file: Path) -> None:
    visitor = visit(PHONE)
    visitor.upload(photo_file)
    visitor.ask(QUESTION)
    names = ["steps", "stage", "crop", "answer", "thought", "cost", "layer-box", "sentences"]
    boxes = [visitor.part(name).bounding_box() for name in names]
    assert all(box and box["height"] > 10 and box["width"] > 100 for box in boxes), boxes
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    stage, answer = boxes[1], boxes[3]
    assert stage is not None
    assert answer is not None
    assert stage["width"] == PHONE["width"]
    assert answer["y"] + answer["height"] <= PHONE["height"]


def test_slots_keep_their_height_from_ready_to_finished(visitor: AskPage, photo_file: Path) -> None:
    heights = """() => ["stage", "steps", "sentences", "answer", "cost-note"].map((name) =>
      Math.round(document.querySelector(`[data-part=${name}]`).closest("section section, div, ol").offsetTop))"""
    visitor.upload(photo_file)
    before = visitor.page.evaluate(heights)
    visitor.ask(QUESTION)
    assert visitor.page.evaluate(heights) == before


def test_a_reader_is_told_the_stages_but_not_the_seconds(visitor: AskPage, photo_file: Path) -> None:
    visitor.upload(photo_file)
    visitor.ask(QUESTION)
    assert visitor.part("status").inner_text().startswith("Answer: scripted. The model chose this region:")
    assert visitor.page.locator("[aria-live], [role=status], [role=alert]").locator("[data-ticks]").count() == 0
