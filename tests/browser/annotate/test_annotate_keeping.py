"""Nothing is lost: a reload, a page built anew, a dead network, a full disk."""

import pytest

from tests.browser.annotate.steps import GONE, Visit, opened, press, saved
from tests.browser.annotate_server import Desk

pytestmark = pytest.mark.browser


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


def test_a_deleted_box_is_still_gone_after_a_reload(visit: Visit) -> None:
    page = visit()
    press(page, "d", "Delete")
    assert page.locator(".go").inner_text().startswith("Draw a box")
    page.reload()
    opened(page, "of i0?")
    assert page.locator(".go").inner_text().startswith("Draw a box")
    press(page, "m")
    assert page.locator(".go").inner_text().startswith("Accept")


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


def test_after_the_last_item_it_is_still_told_what_is_not_sent(visit: Visit, desk: Desk) -> None:
    del desk.items[1:]
    page = visit()
    page.context.set_offline(True)
    press(page, "Enter")
    saved(page, "No network: 1 kept on this device")
    page.context.set_offline(False)
    saved(page, "item 1, accepted")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("Nothing left in this worklist.").wait_for()
    assert page.locator(".e-saved").is_visible()


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
