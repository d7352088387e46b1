"""Boxes drawn, moved, refused and undone, by mouse, keys and fingers."""

import pytest
from playwright.sync_api import Page

from tests.browser.alone import frames
from tests.browser.box_editor.hand import MODEL, REGION, box, boxes, client, drag, press
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_one_drag_fixes_an_edge_and_one_undo_brings_it_back(page: Page) -> None:
    drag(page, (1500, 1620), (1700, 1620))
    assert page.evaluate("editor.counts.drags") == 1
    assert box(page)[2] == pytest.approx(1700, abs=0.5)
    assert "Right edge" in page.locator(".bx-status").inner_text()
    press(page, "Control+z")
    assert box(page) == MODEL
    press(page, "Control+Shift+Z")
    assert box(page)[2] == pytest.approx(1700, abs=0.5)
    press(page, "m")
    assert box(page) == MODEL


def test_a_box_is_moved_by_its_middle_and_stops_at_the_edge_of_the_photo(page: Page) -> None:
    drag(page, (1350, 1620), (1450, 1660))
    assert box(page) == pytest.approx([1296, 1560, 1600, 1760], abs=0.5)
    press(page, "0")
    drag(page, (1450, 1660), (-600, 1660))
    assert box(page)[0] == 0
    assert box(page)[2] == pytest.approx(304)


def test_drawn_by_a_drag_by_two_clicks_and_by_four(page: Page) -> None:
    press(page, "b")
    drag(page, (1700, 1500), (1300, 1700))
    assert box(page) == pytest.approx([1300, 1500, 1700, 1700], abs=0.5)
    press(page, "Shift+B")
    for point in [(1150, 1480), (1250, 1560)]:
        page.mouse.click(*client(page, *point))
    frames(page)
    assert boxes(page)[1] == pytest.approx([1150, 1480, 1250, 1560], abs=0.5)
    press(page, "Delete", "x")
    for point in [(1400, 1400), (1600, 1550), (1500, 1800), (1200, 1600)]:
        page.mouse.click(*client(page, *point))
    frames(page)
    assert box(page) == pytest.approx([1200, 1400, 1600, 1800], abs=0.5)
    assert not page.evaluate("editor.drawing")


def test_everything_without_a_mouse(page: Page) -> None:
    press(page, "d", "d", "d")  # the right edge, by pixels of the model: 4.001 source px
    assert box(page) == pytest.approx([1196, 1520, 1512.003, 1720], abs=1e-6)
    press(page, "Shift+W", "g", "Shift+ArrowLeft", "ArrowDown")
    assert box(page) == pytest.approx([1186, 1524.99867, 1502.003, 1721], abs=1e-3)
    press(page, "e")
    assert box(page) == REGION
    press(page, "b", "Enter", *["Shift+ArrowRight"] * 9, *["Shift+ArrowDown"] * 5, "Enter")
    assert box(page) == pytest.approx([2000.5, 1499.5, 2090.5, 1549.5])
    press(page, "x", "Escape")
    assert not page.evaluate("editor.drawing")
    press(page, "Delete")
    assert boxes(page) == []
    press(page, "Control+z")
    assert len(boxes(page)) == 1


def test_what_is_refused_is_said_and_the_box_stays(page: Page) -> None:
    drag(page, (1500, 1620), (1200, 1620))
    assert box(page) == MODEL
    assert page.locator(".bx-said").inner_text() == "A box needs at least 28 x 28 px."
    press(page, "0", "b")
    drag(page, (3800, 2900), (4500, 3400))
    assert box(page) == pytest.approx([3800, 2900, 4001, 2999], abs=4)


def test_h_hides_the_boxes_and_space_pans(page: Page) -> None:
    page.keyboard.down("h")
    assert page.locator(".bx-handle").first.is_hidden()
    page.keyboard.up("h")
    assert page.locator(".bx-handle").first.is_visible()
    before = client(page, 1350, 1620)
    page.keyboard.down(" ")
    page.mouse.move(*before)
    page.mouse.down()
    page.mouse.move(before[0] + 60, before[1] + 30, steps=3)
    page.mouse.up()
    frames(page)
    assert client(page, 1350, 1620) == pytest.approx((before[0] + 60, before[1] + 30), abs=1)
    page.keyboard.press("ArrowRight")
    frames(page)
    assert client(page, 1350, 1620)[0] == pytest.approx(before[0] - 20, abs=1)
    page.keyboard.up(" ")
    assert box(page) == MODEL


def test_listeners_hear_what_it_is_and_what_changed(page: Page) -> None:
    stage = page.locator("#stage")
    assert stage.get_attribute("aria-roledescription") == "box editor"
    press(page, "ArrowRight")
    page.get_by_role("status").filter(has_text="Box moved by 4, 0").wait_for()
    assert "Your box: left 1,200, top 1,520" in (stage.get_attribute("aria-label") or "")
    shortcuts = set((stage.get_attribute("aria-keyshortcuts") or "").split())
    layers = {"7", "8"}  # this item has no samples and no heat map
    assert shortcuts == {row["aria"] for row in page.evaluate("keys")} - layers


def test_tab_leaves_and_a_held_key_does_not_write_history(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "after"
    page.locator("#stage").focus()
    press(page, *["ArrowRight"] * 5)
    assert page.evaluate("editor.state.past.length") == 1


@pytest.mark.parametrize("page", [{"viewport": PHONE, "has_touch": True}], indirect=True)
def test_a_finger_moves_a_corner_and_two_fingers_zoom(page: Page) -> None:
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    start, end = client(page, 1500, 1720), client(page, 1600, 1790)
    touch("touchStart", (start[0] + 9, start[1] + 9))  # a finger beside the corner
    touch("touchMove", (end[0] + 9, end[1] + 9))
    touch("touchEnd")
    frames(page)
    assert box(page) == pytest.approx([1196, 1520, 1600, 1790], abs=0.5)
    width = client(page, 1500, 0)[0] - client(page, 1196, 0)[0]
    touch("touchStart", (120, 200), (240, 200))
    touch("touchMove", (90, 200), (270, 200))
    touch("touchEnd")
    frames(page)
    assert client(page, 1500, 0)[0] - client(page, 1196, 0)[0] > 1.3 * width
    assert box(page) == pytest.approx([1196, 1520, 1600, 1790], abs=0.5)


@pytest.mark.parametrize("page", [{"viewport": PHONE, "has_touch": True}, {}], indirect=True, ids=["phone", "desk"])
def test_a_second_box_the_next_one_and_deleting_need_no_key(page: Page) -> None:
    tools = page.locator(".bx-bar")
    more, another, without = (
        tools.get_by_role("button", name=name) for name in ("One more box", "Next box", "Delete the box")
    )
    assert another.is_disabled()
    more.click()
    assert more.get_attribute("aria-pressed") == "true"
    drag(page, (1250, 1800), (1450, 1900))
    assert boxes(page) == [MODEL, pytest.approx([1250, 1800, 1450, 1900], abs=1)]
    another.click()
    without.click()
    frames(page)
    assert boxes(page) == [pytest.approx([1250, 1800, 1450, 1900], abs=1)]
    without.click()
    frames(page)
    assert (boxes(page), without.is_disabled(), more.is_disabled()) == ([], True, True)
    tools.get_by_role("button", name="Undo").click()
    frames(page)
    assert len(boxes(page)) == 1
    stage = page.locator("#stage").bounding_box()
    switches = page.get_by_role("group", name="Layers").get_by_role("button").all()
    sizes = [button.bounding_box() for button in [*tools.get_by_role("button").all(), *switches]]
    least = 44 if page.viewport_size == PHONE else 32
    for size in sizes:
        assert size
        assert stage
        assert min(size["width"], size["height"]) >= least
        assert size["x"] + size["width"] <= stage["x"] + stage["width"], "no tool lies outside"
