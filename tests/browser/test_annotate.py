"""The Annotate page in a real Chromium: decided with keys, kept before anything else; nothing that was done is lost."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import pyvips
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.annotate_server import Desk, an_item, serving
from tests.browser.test_viewer import DESK, PHONE, frames

pytestmark = pytest.mark.browser

BOX = [1196.0, 1320.0, 1500.0, 1520.0]
GONE = (503, {"error": {"code": "not-written", "message": "The disk is full.", "remedy": "Make room."}})


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("photos")
    photo = pyvips.Image.gaussnoise(3000, 2250, mean=120, sigma=20).cast("uchar").colourspace("srgb")
    photo.dzsave(str(root / "one"), tile_size=512, overlap=0, suffix=".jpg[Q=70]")
    return root


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def photo(number: int) -> dict[str, Any]:
    return {"id": f"p{number}", "tiles": "/photos/one_files", "width": 3000, "height": 2250, "tileSize": 512}


@pytest.fixture
def desk() -> Desk:
    return Desk([an_item(f"i{number}", photo(number), BOX) for number in range(5)])


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, desk: Desk, photos: Path) -> Iterator[Visit]:
    """Opens pages over the desk; fails on any complaint but those about requests that the test let fail."""
    complaints: list[str] = []
    with ExitStack() as stack:
        url = stack.enter_context(serving(desk, photos))

        def open_page(theme: str = "light", *, wait: bool = True, **options: Any) -> Page:
            context = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "warning" else None)
            page.goto(f"{url}/?theme={theme}")
            if wait:
                opened(page)
            return page

        yield open_page
    assert complaints == []


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


def test_accepting_is_one_key_and_the_next_item_is_there(visit: Visit, desk: Desk) -> None:
    page = visit()
    assert page.locator(".go").inner_text().startswith("Accept")
    for number in range(3):
        opened(page, f"of i{number}?")
        press(page, "Enter")
    saved(page, "item 3, accepted")
    assert [(each["item"], each["action"], each["boxes"]) for each in desk.decisions] == [
        (f"i{number}", "accept", [BOX]) for number in range(3)
    ]
    assert page.locator(".e-prog").get_attribute("aria-valuenow") == "3"
    assert page.locator(".e-sess").inner_text().startswith("3 done, median 3.6 s")


def test_a_fix_a_new_box_a_reject_a_skip_and_the_whole_photo(visit: Visit, desk: Desk) -> None:
    page = visit()
    press(page, "d", "y", "2", "3", "i")
    page.keyboard.type("MARIE LUND")
    press(page, "Enter")
    assert page.locator(".go").inner_text().startswith("Save fix")
    press(page, "Enter")
    opened(page, "of i1?")
    press(page, "b", "Enter", *["Shift+ArrowRight"] * 4, *["Shift+ArrowDown"] * 4, "Enter")
    assert page.locator(".go").inner_text().startswith("Save new box")
    press(page, "Enter")
    opened(page, "of i2?")
    press(page, "r", "Enter")  # without a reason nothing is sent
    assert page.locator(".go").inner_text().startswith("Choose a reason")
    press(page, "4")
    assert page.locator(".go").inner_text().startswith("Reject: misses a second thing")
    press(page, "Enter")
    opened(page, "of i3?")
    press(page, "p")
    opened(page, "of i4?")
    press(page, "n")
    page.locator("[data-phase=note]", has_text="Nothing left in this worklist. 5 of 5 done.").wait_for()
    fixed, drawn, rejected, whole, skipped = desk.decisions
    assert fixed["boxes"] == [[1196, 1320, 1503, 1520]]
    assert (fixed["action"], fixed["reason"], fixed["confidence"], fixed["answer"]) == (
        "fix",
        ["too_tight"],
        3,
        "MARIE LUND",
    )
    assert fixed["effort"]["keys"] > 10
    assert (drawn["action"], drawn["boxes"]) == ("redraw", [[1500, 1125, 1620, 1245]])
    assert (rejected["action"], rejected["reason"], rejected["boxes"]) == ("reject", ["misses_second"], [])
    assert (whole["action"], skipped["action"]) == ("full_photo", "skip")
    assert not any(each["consent"] for each in desk.decisions)


def test_the_corrected_box_is_read_again_and_what_differs_is_marked(visit: Visit, desk: Desk) -> None:
    desk.answers = {"answer": "MARIE LUND", "box_answer": "MARIE", "expanded_answer": "MARIE LUND"}
    page = visit()
    press(page, "d")
    row = page.locator(".e-what li").nth(1)
    row.locator("u", has_text="LUND").wait_for()
    press(page, "i")
    page.keyboard.type("marie lund")
    press(page, "Enter")
    page.locator(".e-effect", has_text="Wrong to right. Your box changes the answer.").wait_for()
    assert "right" in row.inner_text()
    press(page, "Enter")
    opened(page, "of i1?")
    what_if = desk.decisions[0]["what_if"]
    assert (what_if["corrected"], what_if["shown"]) == ("MARIE LUND", ["model", "corrected", "expanded"])


def test_what_costs_is_read_on_a_key_only_and_an_old_answer_is_not_stored(visit: Visit, desk: Desk) -> None:
    desk.answers = {"answer": "MARIE LUND", "box_answer": "MARIE", "expanded_answer": "MARIE"}
    desk.reads = "costs"
    page = visit()
    row = page.locator(".e-what li").nth(1)
    press(page, "d")
    row.get_by_text("L reads this box; it takes from your GPU time.").wait_for()
    press(page, "1", "i")  # a confidence, a known answer: nothing of that reads
    page.keyboard.type("marie lund")
    press(page, "Enter")
    press(page, "l")
    row.locator("u", has_text="LUND").wait_for()
    assert desk.seen.count("what_if") == 1
    press(page, "d")
    row.get_by_role("button", name="Read it").wait_for()
    press(page, "Enter")
    opened(page, "of i1?")
    assert desk.decisions[0]["what_if"] is None, "the answer was of another box"
    press(page, "d")
    row.get_by_role("button", name="Read it").click()
    row.locator("u", has_text="LUND").wait_for()
    press(page, "Enter")
    opened(page, "of i2?")
    assert desk.decisions[1]["what_if"]["corrected"] == "MARIE LUND"
    assert desk.seen.count("what_if") == 2


def test_the_models_box_is_locked_and_the_region_promises_what_it_may(visit: Visit, desk: Desk) -> None:
    desk.items[0]["proposal"] |= {"region_label": "Sample region", "heat": [[0, 0.5], [1, 0]]}
    page = visit()
    assert page.locator(".ev-tag", has_text="Model box").locator("svg").count() == 2, "its line, and a lock"
    assert page.locator(".ev-tag", has_text="Sample region").locator("svg").count() == 1
    described = page.locator(".ev-layers[aria-label*='Model box, locked']")
    described.wait_for()
    switch = page.get_by_role("button", name="Heat map")
    heat = page.locator("[data-layer=heat] > g")
    seen = []
    for _ in range(4):
        press(page, "8")
        seen.append((switch.get_attribute("aria-pressed"), heat.get_attribute("opacity")))
    assert seen == [("true", "1"), ("true", "0.5"), ("true", "0.75"), ("false", "1")]


def test_without_an_engine_saving_works_and_it_is_said_once(visit: Visit, desk: Desk) -> None:
    page = visit()
    press(page, "d")
    page.locator(".e-what", has_text="No engine reads it again here.").wait_for()
    press(page, "Enter")
    opened(page, "of i1?")
    press(page, "d", "Enter")
    opened(page, "of i2?")
    assert desk.seen.count("what_if") == 1
    assert len(desk.decisions) == 2


def test_a_blind_item_shows_nothing_of_the_model_and_begins_with_drawing(visit: Visit, desk: Desk) -> None:
    desk.items = [an_item("i0", photo(0), None)]
    page = visit()
    assert page.locator(".go").inner_text().startswith("Draw a box")
    assert page.get_by_text("What the model answers").is_hidden()
    assert page.locator("[data-layer=box]").count() == 0
    press(page, "Enter", *["Shift+ArrowRight"] * 3, *["Shift+ArrowDown"] * 3, "Enter", "Enter")
    page.locator("[data-phase=note]").wait_for()
    assert desk.decisions[0]["action"] == "redraw"


def test_unsent_work_survives_a_reload_and_undo_a_look_back(visit: Visit, desk: Desk) -> None:
    page = visit()
    press(page, "d", "d", "2", "i")
    page.keyboard.type("K 417")
    page.reload()
    opened(page)
    assert page.locator(".go").inner_text().startswith("Save fix")
    assert page.locator("[data-part=answer]").input_value() == "K 417"
    press(page, "Enter")
    opened(page, "of i1?")
    press(page, "Shift+A")
    saved(page, "item 1, fixed")
    press(page, "j")
    opened(page, "of i0?")
    press(page, "k")
    opened(page, "of i1?")
    press(page, "Control+z")
    assert page.locator(".go").inner_text().startswith("Accept")
    assert desk.decisions[0]["boxes"] == [[1196, 1320, 1506, 1520]]


def test_undo_survives_a_page_that_is_built_anew(visit: Visit) -> None:
    page = visit()
    press(page, "d", "Shift+A", "2")
    page.evaluate(
        """async () => { const main = document.querySelector("main");
          const shell = await (await fetch("/ui/annotate_view/annotate_view.html")).text();
          main.replaceChildren(document.createRange().createContextualFragment(shell));
          (await import("/ui/annotate_view/annotate_view.js")).mount(main); }"""
    )
    opened(page, "of i0?")
    assert page.locator("[data-part=confidence] [aria-checked=true]").inner_text() == "2 likely"
    press(page, "Control+z", "Control+z")
    assert page.locator(".go").inner_text().startswith("Accept")
    press(page, "Control+y")
    assert page.locator(".go").inner_text().startswith("Save fix")


def test_a_decision_is_changed_and_the_newest_counts(visit: Visit, desk: Desk) -> None:
    page = visit()
    press(page, "Enter")
    saved(page, "item 1, accepted")
    press(page, "u")
    page.locator(".e-item", has_text="saving replaces it").wait_for()
    opened(page, "of i0?")
    press(page, "r", "3", "Enter")
    saved(page, "replaces your decision of")
    opened(page, "of i1?")
    assert [(each["action"], each["version"]) for each in desk.decisions] == [("accept", 1), ("reject", 2)]


def test_a_dead_network_keeps_nobody_waiting_and_loses_nothing(visit: Visit, desk: Desk) -> None:
    page = visit()
    page.wait_for_timeout(300)  # two items are ahead
    page.context.set_offline(True)
    press(page, "Enter")
    saved(page, "No network: 1 kept on this device")
    opened(page, "of i1?")
    press(page, "d", "Enter")
    saved(page, "No network: 2 kept on this device")
    assert desk.decisions == []
    page.context.set_offline(False)
    saved(page, "item 2, fixed")
    assert [each["action"] for each in desk.decisions] == ["accept", "fix"]


def test_a_server_that_cannot_keep_it_is_asked_again_by_the_next_page(visit: Visit, desk: Desk) -> None:
    desk.fails["submit"] = GONE
    page = visit()
    press(page, "Enter")
    saved(page, "Not saved: the disk is full nothing is lost on this device")
    del desk.fails["submit"]
    page.reload()
    opened(page)
    saved(page, "item 1, accepted")
    assert [each["item"] for each in desk.decisions] == ["i0"]
    assert page.locator("h2", has_text="of i1?").is_visible()


def test_two_pages_of_one_person_one_item_and_neither_loses_work(visit: Visit, desk: Desk) -> None:
    first, second = visit(), visit()
    press(first, "d", "Enter")
    saved(first, "item 1, fixed")
    press(second, "Shift+D", "Enter")
    second.get_by_role("alert").filter(has_text="Both are kept; choose the one that counts.").wait_for()
    assert len(desk.decisions) == 1
    second.locator(".e-astage").focus()
    press(second, "1")
    saved(second, "replaces your decision of")
    assert [each["boxes"][0][2] for each in desk.decisions] == [1503, 1497]


def test_a_person_without_projects_is_told_what_to_do(visit: Visit, desk: Desk) -> None:
    desk.items = []
    page = visit(wait=False)
    page.get_by_text("No project is open to you.").wait_for()
    desk.fails["projects"] = GONE
    page.reload()
    page.get_by_text("The disk is full.").wait_for()
    del desk.fails["projects"]
    desk.items = [an_item("i0", photo(0), BOX)]
    page.get_by_role("button", name="Try again").click()
    opened(page)


def test_what_the_model_and_people_write_is_text(visit: Visit, desk: Desk) -> None:
    hostile = "<img src=x onerror=\"document.title='hacked'\"> ${7*7} {{7*7}}"
    item = an_item("i0", photo(0), BOX, question=hostile, options=[hostile])
    item["proposal"] |= {"answer": hostile, "thought": hostile}
    desk.items = [item]
    page = visit()
    press(page, "t")
    assert page.locator("h2", has_text=hostile).is_visible()
    assert page.locator("[data-part=thought]").input_value() == hostile
    assert page.title() == "Annotate"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_accessibility_and_no_overflow(visit: Visit, theme: str, viewport: dict[str, int]) -> None:
    page = visit(theme, viewport=viewport)
    press(page, "d", "y", "2", "t")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_two_hundred_items_with_keys_alone_and_memory_stays_flat(visit: Visit, desk: Desk) -> None:
    desk.items = [an_item(f"i{number}", photo(number), BOX) for number in range(200)]
    page = visit()
    session = page.context.new_cdp_session(page)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return float(session.send("Runtime.getHeapUsage")["usedSize"])

    after: dict[int, float] = {}
    for number in range(200):
        opened(page, f"of i{number}?")
        press(page, *(["d", "Enter"] if number % 3 else ["Enter"]))
        if number in (50, 199):
            after[number] = heap()
    page.locator("[data-phase=note]").wait_for()
    assert len({each["item"] for each in desk.decisions}) == 200
    assert after[199] < after[50] + 3_000_000, after
