"""The Export tab in the whole app: a dry run, the files, the download; and a sentence for whoever may not."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.browser.conftest import DESK, PHONE, REPOSITORY, AskPage, Serving

pytestmark = pytest.mark.browser

FORWARDED = {"x-forwarded-for": "192.0.2.8"}


@pytest.fixture(scope="module")
def decided(serving: Serving, photo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A project in which three items were decided, one of them skipped."""
    rows = tmp_path_factory.mktemp("rows") / "questions.jsonl"
    asked = [
        {"image": str(photo_file), "question": f"<b>What</b> is at {n}?", "box": [90, 60, 400, 300]} for n in range(3)
    ]
    rows.write_text("\n".join(map(json.dumps, asked)), "utf-8")
    command = [sys.executable, "-m", "ergo_demo", "import", "--project", "Written", "--order", "file", str(rows)]
    variables = {**os.environ, "ERGO_DATA": str(serving.orders.parent / "data")}
    subprocess.run(command, cwd=REPOSITORY, env=variables, check=True, capture_output=True)
    with httpx.Client(base_url=serving.url, trust_env=False, timeout=60) as owner:
        for number, action in enumerate(("redraw", "redraw", "skip")):
            item = owner.post("/annotate/take", json={"project": "written"}).json()["item"]["id"]
            boxes = [] if action == "skip" else [[500, 400, 800, 700]]
            sent = {"client_id": f"{number:032x}", "item": item, "base_version": 0, "action": action, "boxes": boxes}
            assert owner.post("/annotate/submit", json=sent).status_code == 200


@pytest.mark.parametrize(("viewport", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_owner_tries_writes_and_fetches(
    visit: Callable[..., AskPage], decided: None, viewport: ViewportSize, theme: str
) -> None:
    page = visit(viewport, theme).page
    page.get_by_role("tab", name="Export").click()
    view = page.locator("#e-export")
    write = view.get_by_role("button", name="Write files")
    view.get_by_label("Project").select_option(label="Written")
    assert write.is_disabled()
    view.get_by_role("button", name="Dry run").click()
    view.get_by_text("Dry run done. Nothing was written yet.").wait_for()
    assert view.locator("[data-part=rows]").inner_text() == "2"
    assert view.locator("[data-part=from]").inner_text() == "rows from 2 of 3 decisions"
    assert view.locator("[data-part=dropped] tr", has_text="Skipped").inner_text().split() == ["Skipped", "1"]
    assert view.locator(".e-row").count() == 2
    assert view.get_by_text("<b>What</b> is at 0?").count() == 1, "what people wrote is text"
    view.get_by_role("radio", name="COCO").check()
    assert write.is_disabled(), "these settings were not tried"
    view.get_by_role("radio", name="TRL DPO").check()
    write.click()
    view.get_by_text(re.compile(r"Written: trl-dpo-.*\. Checked with datasets .*: 2 rows in, 2 rows out\.")).wait_for()
    with page.expect_download() as fetched:
        view.get_by_role("link", name="Download trl-dpo").first.click()
    with zipfile.ZipFile(io.BytesIO(Path(fetched.value.path()).read_bytes())) as packed:
        assert any(name.endswith(("train.parquet", "test.parquet")) for name in packed.namelist())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out of the page"
    found = Axe().run(page, context="#e-export")
    assert found.violations_count == 0, found.generate_report()
    for remove in view.get_by_role("button", name=re.compile("Remove")).all():
        remove.click()
    view.locator("[data-part=files]").wait_for(state="hidden")


def test_a_visitor_reads_why_it_is_closed(visit: Callable[..., AskPage], decided: None) -> None:
    page = visit(extra_http_headers=FORWARDED).page
    page.get_by_role("tab", name="Export").click()
    page.get_by_text("Export is for the owner of this page: it writes what everybody decided").wait_for()
    assert page.locator("#e-export form").is_hidden()
