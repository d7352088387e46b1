"""`serve OUT.jsonl` in a real Chromium: what a batch wrote, filtered, paged, and each item as on the Ask tab."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ergo_demo.engines.scripted import ScriptedEngine
from tests.batch.asking import answer, write_questions
from tests.browser.conftest import DESK, PHONE
from tests.space.running import RunningApp, running_app

pytestmark = pytest.mark.browser

QUESTIONS = 30


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("gallery")
    replies = iter(range(10_000))

    def every_third_without_a_box(picture: object, turn: int) -> str:
        number = next(replies) // 2
        if turn == 0:
            return "Nothing to see." if number % 3 == 0 else "<zoom>[28, 28, 84, 84]</zoom>"
        return f"<answer>{'<b>scripted</b>' if number == 1 else number}</answer>"

    questions = write_questions(folder / "scenes", QUESTIONS, answer="7")
    answer(questions, folder / "out.jsonl", ScriptedEngine(every_third_without_a_box), at_once=1, samples=0)
    with running_app(folder / "app", ERGO_GALLERY=str(folder / "out.jsonl")) as started:
        yield started


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(browser: Browser, app: RunningApp, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.set_default_timeout(60_000)
    opened.goto(app.url)
    opened.locator(".e-card").first.wait_for()
    yield opened
    context.close()
    assert complaints == []


def part(page: Page, name: str) -> str:
    return page.locator(f'[data-gallery="{name}"]').inner_text()


def choose(page: Page, label: str, choice: str) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=choice, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)


def test_the_gallery_opens_with_a_page_of_cards(page: Page) -> None:
    assert page.locator(".e-card").count() == 12
    assert (part(page, "heading"), part(page, "range")) == ("30 questions", "1–12 shown")
    page.wait_for_function("document.querySelector('.e-card img')?.naturalWidth === 480")
    assert page.locator(".e-card").nth(1).locator("rect").count() == 2
    assert page.locator(".e-card").nth(1).locator(".fx").inner_text().endswith("<b>scripted</b>")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pages_turn_and_filters_narrow(page: Page) -> None:
    page.locator('[data-gallery="forth"]').click()
    expect(page.locator('[data-gallery="range"]')).to_have_text("13–24 shown")
    choose(page, "Outcome", "no region")
    expect(page.locator('[data-gallery="heading"]')).to_have_text("10 of 30 questions")
    expect(page.locator(".e-card rect")).to_have_count(0)
    choose(page, "Answer is", "right")
    expect(page.locator('[data-gallery="none"]')).to_be_visible()
    choose(page, "Outcome", "any")
    expect(page.locator('[data-gallery="heading"]')).to_have_text("1 of 30 questions")
    choose(page, "Answer is", "any")
    expect(page.locator('[data-gallery="heading"]')).to_have_text("30 questions")
    page.get_by_label("Answer contains").fill("29")
    expect(page.locator('[data-gallery="heading"]')).to_have_text("1 of 30 questions")
    expect(page.locator(".e-card .fx")).to_contain_text("29")


def test_an_item_is_shown_as_in_ask_and_leads_to_the_next(page: Page, app: RunningApp) -> None:
    page.locator(".e-card").nth(1).click()
    asked = page.locator("#e-asked")
    asked.locator("[data-phase=finished]").wait_for()
    expect(asked.locator('[data-part="answer"]')).to_have_text("<b>scripted</b>")
    expect(asked.locator("[data-layer=box] .ev-line")).to_be_visible()
    expect(asked.locator('[data-part="crop-image"]')).to_be_visible()
    expect(asked.locator('[data-part="new-photo"]')).to_be_hidden()
    expect(page.locator('[data-gallery="place"]')).to_have_text("2 of 30")
    expect(page.locator('[data-gallery="expected"]')).to_have_text("The answer is known: 7")
    link = asked.locator('a[download$="trace.json"]').get_attribute("href")
    assert json.loads(page.request.get(f"{app.url}/{link}").text())["answer"] == "<b>scripted</b>"
    page.locator('[data-gallery="next"]').press("Enter")
    expect(page.locator('[data-gallery="place"]')).to_have_text("3 of 30")
    expect(asked.locator('[data-part="answer"]')).to_have_text("2")
    page.locator('[data-gallery="all"]').click()
    expect(page.locator(".e-card").first).to_be_visible()
    expect(page.locator(".e-card").nth(2)).to_be_focused()
    expect(page.locator("#e-asked")).to_be_hidden()


def test_ask_still_asks_beside_it(page: Page, photo_file: Path) -> None:
    page.get_by_role("tab", name="Ask").click()
    page.locator('#e-ask [data-phase="idle"]').wait_for()
    page.locator('#e-ask [data-part="file"]').set_input_files(photo_file)
    page.locator('#e-ask [data-phase="ready"]').wait_for()
    question = page.get_by_role("textbox", name="Question")
    question.fill("What is it?")
    question.press("Enter")
    expect(page.locator('#e-ask [data-part="answer"]')).to_have_text("scripted")


@pytest.mark.parametrize("item", [False, True], ids=["list", "item"])
def test_the_gallery_is_accessible(page: Page, item: bool) -> None:
    if item:
        page.locator(".e-card").nth(1).click()
        page.locator("#e-asked [data-phase=finished]").wait_for()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found.response["violations"]] == []
