"""The Annotate tab in the whole app, over its real routes and store: for whoever may, and gone for whoever may not."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.browser.alone import frames
from tests.browser.conftest import DESK, REPOSITORY, AskPage, Serving

pytestmark = pytest.mark.browser

FORWARDED = {"x-forwarded-for": "192.0.2.7"}
"""What a proxy says: whoever comes through one is not the person at this machine."""


@pytest.fixture(scope="module")
def project(serving: Serving, photo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project of three items without a model's box, each for two people: done for nobody before both have decided."""
    rows = tmp_path_factory.mktemp("rows") / "questions.jsonl"
    asked = [{"image": str(photo_file), "question": f"What is in place {number}?"} for number in range(3)]
    rows.write_text("\n".join(map(json.dumps, asked)), "utf-8")
    command = [sys.executable, "-m", "ergo_demo", "import", "--project", "Places"]
    command += ["--order", "file", "--people", "2", str(rows)]
    variables = {**os.environ, "ERGO_DATA": str(serving.orders.parent / "data")}
    subprocess.run(command, cwd=REPOSITORY, env=variables, check=True, capture_output=True)
    return "places"


def test_an_item_is_decided_and_the_store_has_it(visit: Callable[..., AskPage], serving: Serving, project: str) -> None:
    page = visit().page
    page.get_by_role("tab", name="Annotate").click()
    page.locator(".go", has_text="Draw a box").wait_for()
    page.locator("h2", has_text="What is in place").wait_for()
    for key in ["Enter", *["Shift+ArrowRight"] * 9, *["Shift+ArrowDown"] * 9, "Enter", "3"]:
        page.keyboard.press(key)
    page.locator(".go", has_text="Save new box").wait_for()
    page.keyboard.press("Enter")
    page.locator(".e-saved", has_text="item 1, drawn anew").wait_for()
    page.get_by_text("Item 2 of 3").wait_for()
    kept = httpx.get(f"{serving.url}/annotate/mine?project={project}", trust_env=False).json()["decisions"]
    ((x1, y1, _, _),) = kept[0]["boxes"]
    assert (kept[0]["action"], kept[0]["confidence"], [x1, y1]) == ("redraw", 3, [800, 600])
    with closing(sqlite3.connect(serving.orders.parent / "data" / "store.sqlite")) as store:
        ((record,),) = store.execute("SELECT record FROM annotation WHERE project = ?", [project])
    whole = json.loads(record)
    said, effort = whole["submission"], whole["submission"]["effort"]
    assert len(said["session"]) == 32
    assert effort["keys"] == 22, "with Shift or without"
    assert (effort["device"]["width"], effort["device"]["touch"]) == (DESK["width"], False)
    assert 0 < effort["first_input_ms"] <= effort["active_ms"] <= effort["submitted_ms"]
    assert (whole["version"], whole["agreement"], whole["licence"], said["consent_publish"]) == (
        1,
        "1",
        "CC-BY-4.0",
        False,
    )
    assert whole["measures"]["in_coarse"] is None, "no model has looked"


def test_a_visitor_is_shown_no_such_tab(visit: Callable[..., AskPage], project: str) -> None:
    page = visit(extra_http_headers=FORWARDED).page
    page.get_by_role("tab", name="Ask").wait_for()
    asked = "async () => (await (await fetch('annotate/projects')).json()).you.role"
    assert page.evaluate(asked) == "visitor"
    frames(page)
    assert page.get_by_role("tab", name="Annotate").count() == 0
