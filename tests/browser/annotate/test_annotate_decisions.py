"""Deciding with keys, changing a decision, looking back."""

import pytest

from tests.browser.annotate.steps import BOX, Visit, opened, press, saved
from tests.browser.annotate_server import Desk

pytestmark = pytest.mark.browser


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
    (visited,) = {each["session"] for each in desk.decisions}
    assert len(visited) == 32, "one visit, by its name"
    page.locator('.e-prog[aria-valuenow="3"]').wait_for()
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


def test_the_edges_can_be_typed(visit: Visit, desk: Desk) -> None:
    page = visit()
    page.get_by_text("Edges of the box, in px").click()
    right = page.get_by_role("spinbutton", name="Right")
    assert right.input_value() == "1500"
    right.fill("1000")
    right.press("Tab")
    assert "The box was turned the right way round." in page.locator(".bx-said").inner_text()
    assert [page.get_by_role("spinbutton", name=name).input_value() for name in ("Left", "Right")] == ["1000", "1196"]
    right.fill("1600.5")
    right.press("Enter")
    page.locator(".go", has_text="Save fix").click()
    opened(page, "of i1?")
    assert desk.decisions[0]["boxes"] == [[1000, 1320, 1600.5, 1520]]


def test_another_reason_is_not_sent_without_words(visit: Visit, desk: Desk) -> None:
    page = visit()
    press(page, "r", "6")
    words = page.get_by_role("textbox", name="In your words")
    assert page.locator(".go").inner_text().startswith("Say why")
    assert page.locator(".go").is_disabled()
    press(page, "Enter")  # out of the empty field; then each way to send it leads back there
    for key in ("Enter", "p", "n"):
        press(page, key)
        assert words.evaluate("field => field === document.activeElement"), key
        press(page, "Escape")
    page.get_by_role("radio", name="too tight").click()
    assert page.locator(".go").inner_text().startswith("Reject: too tight")
    page.get_by_role("radio", name="other").click()
    page.keyboard.type("It shows a mirror")
    press(page, "Enter", "Enter")
    opened(page, "of i1?")
    saved(page, "item 1, rejected")
    assert [(each["reason"], each["text"]) for each in desk.decisions] == [(["other"], "It shows a mirror")]


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


def test_consent_is_of_one_decision_and_stays_with_it(visit: Visit, desk: Desk) -> None:
    page = visit()
    tick = page.get_by_role("checkbox", name="This decision may be published")
    tick.check()
    page.reload()
    opened(page, "of i0?")
    assert tick.is_checked(), "a draft keeps it"
    press(page, "Enter")
    opened(page, "of i1?")
    assert not tick.is_checked(), "the next item is another decision"
    press(page, "v", "v", "Enter")
    opened(page, "of i2?")
    saved(page, "item 2, accepted")
    press(page, "j", "j")
    opened(page, "of i0?")
    assert tick.is_checked(), "as it was given then"
    press(page, "d", "Enter")
    saved(page, "replaces your decision of")
    assert [(each["item"], each["consent"]) for each in desk.decisions] == [("i0", True), ("i1", False), ("i0", True)]


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


def test_two_late_decisions_are_settled_one_by_one_also_after_a_reload_and_the_last_item(
    visit: Visit, desk: Desk
) -> None:
    del desk.items[2:]
    first, second = visit(), visit()
    second.wait_for_timeout(300)  # both items are there
    second.context.set_offline(True)
    for number in range(2):
        opened(first, f"of i{number}?")
        opened(second, f"of i{number}?")
        press(first, "d", "Enter")
        saved(first, f"item {number + 1}, fixed")
        press(second, "Shift+D", "Enter")
        saved(second, f"No network: {number + 1} kept on this device")
    second.context.set_offline(False)
    second.get_by_text("2 wait for a choice.").wait_for()
    second.reload()
    choice = second.locator(".e-conflict")
    choice.get_by_text("of i0? 2 wait for a choice.").wait_for()
    choice.get_by_role("button", name="Keep mine").click()
    saved(second, "replaces your decision of")
    choice.get_by_text("of i1?").wait_for()
    choice.get_by_role("button", name="Look again").click()
    opened(second, "of i1?")
    assert second.locator(".go").inner_text().startswith("Save fix")
    press(second, "Enter")
    second.locator("[data-phase=note]").wait_for()
    assert choice.is_hidden()
    assert [(each["item"], each["boxes"][0][2]) for each in desk.decisions] == [
        ("i0", 1503), ("i1", 1503), ("i0", 1497), ("i1", 1497),
    ]  # fmt: skip
