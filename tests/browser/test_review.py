"""The Review tab in the whole app: what the owner does there, and the one sentence that everybody else is shown."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AskPage, Serving
from tests.browser.test_annotate_app import FORWARDED

pytestmark = pytest.mark.browser


def review(shown: AskPage) -> Page:
    """The page with the tab open and filled."""
    page = shown.page
    page.get_by_role("tab", name="Review").click()
    page.locator(".e-review .e-office").wait_for()
    return page


def form(page: Page, does: str) -> Any:
    return page.locator(f'form[data-office="{does}"]')


def test_the_owner_makes_a_project_uploads_invites_and_reviews(
    visit: Callable[..., AskPage], serving: Serving, photo_file: Path, tmp_path: Path
) -> None:
    shown = visit()
    serving.answer("What is in the middle?", "<think>There.</think><zoom>[100, 100, 300, 300]</zoom>", "A <b>dot</b>")
    shown.upload(photo_file)
    shown.ask("What is in the middle?")
    page = review(shown)
    _open(page)
    form(page, "projects").get_by_label("Name").fill("Dots")
    form(page, "projects").get_by_role("button", name="Make it").click()
    page.locator(".e-office summary", has_text="Dots").wait_for()

    table = tmp_path / "questions.jsonl"
    rows = [
        {"image": photo_file.name, "question": "What is in place 1?"},
        {"image": "../secret.png", "question": "<img src=x onerror=alert(1)>"},
    ]
    table.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    upload = form(page, "upload")
    upload.locator("input[type=file]").set_input_files([table, photo_file])
    upload.get_by_role("button", name="Upload").click()
    upload.locator("output", has_text="1 item added; 1 row left out.").wait_for()
    assert "line 2" in upload.locator("output li").inner_text()
    upload.get_by_role("button", name="Try again").click()
    upload.locator("output", has_text="0 items added, 1 was there already; 1 row left out.").wait_for()

    asked = form(page, "asked")
    asked.get_by_role("button", name="Add it").click()
    asked.locator("output", has_text="1 item added.").wait_for()

    people = form(page, "people")
    people.get_by_label("Name").fill("Ada")
    people.get_by_role("button", name="Make a link").click()
    link = people.get_by_label("Link for Ada").input_value()
    with httpx.Client(trust_env=False, headers=FORWARDED) as ada:
        assert ada.get(link).status_code == 303
        items = []
        for _ in range(2):
            item = ada.post(f"{serving.url}/annotate/take", json={"project": "dots"}).json()["item"]
            sent = {"client_id": f"c{item['id']}", "item": item["id"], "base_version": 0, "action": "redraw"}
            sent |= {"boxes": [[100, 100, 500, 400]], "effort": {"active_ms": 4_000}}
            assert ada.post(f"{serving.url}/annotate/submit", json=sent).status_code == 200
            items.append(item)
    assert {item["question"] for item in items} == {"What is in place 1?", "What is in the middle?"}
    _reviewed(page)


def _open(page: Page) -> None:
    office = page.locator(".e-office")
    if office.get_attribute("open") is None:
        office.locator("summary").click()


def _reviewed(page: Page) -> None:
    """What was decided is there, a filter narrows it, a card shows its people, and every figure can be taken."""
    page.get_by_role("button", name="Show").click()
    page.locator(".e-pager", has_text="2 decisions").wait_for()
    page.locator(".e-card").first.click()
    page.locator(".e-pair figcaption").wait_for()
    assert page.evaluate("document.activeElement.classList.contains('e-card')"), "the focus stays where it was"
    page.locator('.e-filters select[name="action"]').select_option("accept")
    page.get_by_text("No decision fits these filters.").wait_for()
    page.get_by_role("link", name="Clear filters").click()
    page.locator(".e-pager", has_text="2 decisions").wait_for()
    for kind, number in (("SVG", 2), ("CSV", 5)):
        links = page.locator(".e-review").get_by_role("link", name=kind)
        assert links.count() == number
        for at in range(number):
            got = page.request.get(links.nth(at).evaluate("(link) => link.href"))
            assert got.headers["content-disposition"].startswith("attachment")


def test_others_are_shown_one_sentence(visit: Callable[..., AskPage]) -> None:
    page = visit(extra_http_headers=FORWARDED).page
    page.get_by_role("tab", name="Review").click()
    page.get_by_text("Review is for the owner of this page, whose address was printed when it was started.").wait_for()
    assert page.locator(".e-review form").count() == 0
