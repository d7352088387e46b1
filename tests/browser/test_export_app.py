"""The Export tab in the whole app: a dry run, the files, the download; and a sentence for whoever may not."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.browser.conftest import DESK, PHONE, AskPage

pytestmark = pytest.mark.browser

FORWARDED = {"x-forwarded-for": "192.0.2.8"}


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
    skipped = view.locator("[data-part=dropped] tr", has_text="Skipped").locator("th, td")
    assert [cell.strip() for cell in skipped.all_text_contents()] == ["Skipped", "1"]
    assert view.locator(".e-row").count() == 2
    each = view.get_by_role("img", name="Chosen and rejected box on the picture that travels with them")
    loaded = "(image) => image.decode().then(() => image.naturalWidth > 90)"
    assert [image.evaluate(loaded) for image in each.all()] == [True, True]
    lines = view.locator(".e-row").first.locator("rect.line")
    shown = {line.get_attribute("class"): line.bounding_box() for line in lines.all()}
    rejected, chosen = shown["line is-rejected"], shown["line is-chosen"]
    assert rejected
    assert chosen
    assert rejected["x"] + rejected["width"] < chosen["x"], "the model's box is left of the person's, and above it"
    assert rejected["y"] + rejected["height"] < chosen["y"]
    asked = "Frame. Pictures of 560 × 420 px: the processor of transformers"
    assert asked in view.locator("[data-part=checks]").inner_text()
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
    view.get_by_text("There is no copy: no dataset is named. Start the page with ERGO_HUB_DATASET").wait_for()
    assert view.get_by_role("button", name="Send now").is_disabled()


def test_a_visitor_reads_why_it_is_closed(visit: Callable[..., AskPage], decided: None) -> None:
    page = visit(extra_http_headers=FORWARDED).page
    page.get_by_role("tab", name="Export").click()
    page.get_by_text("Export is for the owner of this page: it writes what everybody decided").wait_for()
    assert page.locator("#e-export form").is_hidden()
