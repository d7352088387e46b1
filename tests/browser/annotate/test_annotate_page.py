"""The page itself: without work, for everybody, with words of strangers, for hours."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.annotate.steps import BOX, GONE, Visit, opened, photo, press
from tests.browser.annotate_server import Desk, an_item
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser


def test_a_person_without_projects_is_told_what_to_do(visit: Visit, desk: Desk) -> None:
    desk.items = []
    page = visit(wait=False)
    note = page.locator("[data-part=note]")
    note.get_by_text("No project is open to you.").wait_for()
    assert note.inner_text() == "No project is open to you. Ask the owner of this page to invite you."
    assert page.locator("[data-part=work]").is_hidden()
    desk.fails["projects"] = GONE
    page.reload()
    note.get_by_text("The disk is full.").wait_for()
    assert note.locator("p").inner_text() == "The disk is full. Make room."
    del desk.fails["projects"]
    desk.items = [an_item("i0", photo(0), BOX)]
    page.get_by_role("button", name="Try again").click()
    opened(page, "of i0?")
    assert note.is_hidden()
    assert page.locator(".go").inner_text().startswith("Accept")


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


def test_a_person_chooses_their_own_keys(visit: Visit, desk: Desk) -> None:
    page = visit()
    press(page, "d")
    page.get_by_text("Your own keys").click()
    skips, draws = (page.locator(f"[data-letter={letter}]") for letter in "nb")
    skips.fill("b")
    assert (skips.input_value(), draws.input_value()) == ("B", "N")
    page.get_by_role("button", name="Load again with these keys").click()
    opened(page, "of i0?")
    assert page.locator(".go").inner_text().startswith("Save fix"), "nothing was lost"
    assert page.get_by_role("button", name="Skip").inner_text().split() == ["Skip", "B"]
    press(page, "n")
    assert page.locator(".bx-bar [aria-pressed=true]").inner_text().startswith("Draw")
    press(page, "Escape", "b")
    opened(page, "of i1?")
    assert [each["action"] for each in desk.decisions] == ["skip"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_accessibility_and_no_overflow(visit: Visit, theme: str, viewport: dict[str, int]) -> None:
    page = visit(theme, viewport=viewport)
    press(page, "d", "y", "2", "t")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_everything_to_press_is_as_high_as_a_finger(visit: Visit, desk: Desk) -> None:
    desk.items[0]["options"] = ["MARIE", "LUND"]
    desk.answers = {"answer": "MARIE LUND", "box_answer": "MARIE"}
    page = visit(viewport=PHONE, has_touch=True)
    press(page, "d", "t", "Escape", "r", "6")
    page.get_by_role("button", name="Better: Your box").wait_for()
    page.get_by_text("Edges of the box, in px").click()
    parts = page.locator("button:visible, select:visible, summary:visible, textarea:visible, input:visible")
    low = [
        (part.inner_text() or part.get_attribute("aria-label"), box["height"])
        for part in parts.all()
        if (box := part.bounding_box()) and box["height"] < 44 and part.get_attribute("type") != "checkbox"
    ]
    assert low == []


def test_nothing_that_opens_beside_it_moves_the_photo(visit: Visit, desk: Desk) -> None:
    desk.answers = {"answer": "MARIE LUND", "box_answer": "MARIE"}
    page = visit()
    stage = page.locator(".e-astage")
    before = stage.bounding_box()
    for keys in (["t"], ["Escape", "r", "6"], ["Escape", "Escape", "d"]):
        press(page, *keys)
        assert stage.bounding_box() == before, keys
    page.locator(".e-what", has_text="MARIE LUND").wait_for()
    assert stage.bounding_box() == before


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
