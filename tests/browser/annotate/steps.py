"""What a person does on the Annotate page, and waits for."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.alone import frames

BOX = [1196.0, 1320.0, 1500.0, 1520.0]
GONE = (503, {"error": {"code": "not-written", "message": "The disk is full.", "remedy": "Make room."}})

Visit = Callable[..., Page]


def photo(number: int) -> dict[str, Any]:
    return {"id": f"p{number}", "tiles": "/photos/one_files", "width": 3000, "height": 2250, "tileSize": 512}


def opened(page: Page, question: str = "") -> None:
    """Returns when an item is open and its photo can be seen."""
    page.locator("[data-phase=open]").wait_for()
    if question:
        page.locator("h2", has_text=question).wait_for()
    page.wait_for_function("() => document.querySelector('.go').dataset.words !== 'Photo is loading'")
    page.locator(".e-astage").focus()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    frames(page)


def saved(page: Page, words: str) -> None:
    page.locator(".e-saved", has_text=words).wait_for()
