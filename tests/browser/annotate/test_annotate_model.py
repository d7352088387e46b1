"""What the page shows of the model: its box, its answers from other boxes, and nothing where it must not."""

import threading

import pytest

from tests.browser.annotate.steps import Visit, opened, photo, press
from tests.browser.annotate_server import Desk, an_item

pytestmark = pytest.mark.browser


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


def test_the_crop_follows_at_once_and_no_key_waits_for_the_engine(visit: Visit, desk: Desk) -> None:
    desk.answers, desk.reading = {"answer": "MARIE LUND", "box_answer": "MARIE"}, threading.Event()
    page = visit()
    crop = page.locator(".e-what li").nth(1).locator(".e-cut")
    before = crop.bounding_box()
    press(page, *["Shift+S"] * 9)
    after = crop.bounding_box()
    assert before
    assert after
    assert after["width"] / after["height"] > 1.05 * before["width"] / before["height"], "a flatter box, a flatter crop"
    page.locator(".e-what", has_text="Reading, ").wait_for()
    press(page, "2", "d", "Enter")
    opened(page, "of i1?")
    assert [(each["action"], each["confidence"], each["what_if"]) for each in desk.decisions] == [("fix", 2, None)]
    assert page.locator(".e-what", has_text="Reading, ").count() == 0, "nobody waits for it any more"
    desk.reading.set()
    press(page, "d")
    page.locator(".e-what", has_text="MARIE LUND").wait_for()


def test_which_answer_is_better_is_said_where_nobody_knows_the_right_one(visit: Visit, desk: Desk) -> None:
    desk.answers = {"answer": "MARIE LUND", "box_answer": "MARIE"}
    page = visit()
    better = page.get_by_role("button", name="Better: ")
    said = page.locator(".bx-said")
    assert better.count() == 0, "there is one answer"
    press(page, "d")
    page.locator(".e-what li").nth(1).locator("u", has_text="LUND").wait_for()
    press(page, "o")
    assert (said.inner_text(), better.nth(0).get_attribute("aria-pressed")) == ("Better: Model box.", "true")
    press(page, "o")
    assert said.inner_text() == "Better: Your box."
    press(page, "Enter")
    opened(page, "of i1?")
    press(page, "d")
    better.nth(1).click()
    better.nth(0).click()
    press(page, "Enter")
    opened(page, "of i2?")
    press(page, "d")
    better.nth(1).click()
    press(page, "i")
    page.keyboard.type("marie lund")
    assert better.count() == 0, "it is known now"
    press(page, "Enter", "Enter")
    opened(page, "of i3?")
    assert [each["what_if"].get("preferred") for each in desk.decisions] == ["b", "tie", None]


def test_the_answer_from_the_expanded_region_is_there_before_an_edit_or_comes_after_the_box(
    visit: Visit, desk: Desk
) -> None:
    desk.answers, desk.expanded = {"answer": "MARIE LUND", "box_answer": "MARIE"}, "MARIE L"
    desk.items[0]["proposal"] |= {"expanded_answer": "MARIE LUND"}
    page = visit()
    region = page.locator(".e-what li").nth(2)
    region.locator("u", has_text="LUND").wait_for()
    press(page, "d")
    page.locator(".e-what li").nth(1).locator("u", has_text="LUND").wait_for()
    press(page, "Enter")
    opened(page, "of i1?")
    assert "what_if/expanded" not in desk.seen, "the run had read it"
    press(page, "d")
    region.locator("u", has_text="L").wait_for()
    press(page, "Enter")
    opened(page, "of i2?")
    assert [each["what_if"]["expanded"] for each in desk.decisions] == ["MARIE LUND", "MARIE L"]


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


def test_a_box_that_no_model_proposed_is_read_as_well(visit: Visit, desk: Desk) -> None:
    desk.answers = {"answer": "MARIE LUND"}
    desk.items = [{**an_item("i0", photo(0), None), "blind": False}]
    page = visit()
    assert page.locator(".e-what li:visible").count() == 1, "no answer of a model's box, none of a region"
    press(page, "Enter", *["Shift+ArrowRight"] * 3, *["Shift+ArrowDown"] * 3, "Enter")
    page.locator(".e-what", has_text="MARIE LUND").wait_for()
    press(page, "Enter")
    page.locator("[data-phase=note]").wait_for()
    assert desk.decisions[0]["what_if"] == {"corrected": "MARIE LUND", "expanded": None, "shown": ["corrected"]}


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
