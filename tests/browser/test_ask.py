"""The Ask tab in a real Chromium: from a photo to its answer, and everything that can happen on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AskPage, Serving
from tests.photos import pattern, write_png

pytestmark = pytest.mark.browser

QUESTION = "What number is on the boat?"
ENDLESS = "<think>" + "word " * 2_000


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_photo_goes_through(visitor: AskPage, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"boat.{suffix}"
    assert cv2.imwrite(str(path), pattern(2000, 1500))
    visitor.upload(path)
    visitor.ask(QUESTION)
    assert visitor.part("answer").inner_text() == "scripted"
    assert visitor.page.locator("[data-layer=box] .ev-line").is_visible()
    crop = visitor.part("crop-image")
    visitor.page.wait_for_function(
        "(image) => image.complete && image.naturalWidth === 1000", arg=crop.element_handle()
    )
    assert visitor.part("leader").locator("line").count() == 4
    tokens = visitor.trace()
    assert tokens["outcome"] == "answered"
    assert visitor.part("cost-tokens").inner_text() == "600"
    assert visitor.part("cost-of").inner_text() == "of 3,834"
    assert "read at 56 % of full resolution" in visitor.part("sentences").inner_text()
    assert visitor.part("tag-text").inner_text() == f"boat.{suffix}, 2,000 × 1,500 px"


def test_run_is_grey_until_there_is_a_photo_and_a_question(visitor: AskPage, photo_file: Path) -> None:
    assert visitor.run.is_disabled()
    visitor.question.fill(QUESTION)
    visitor.question.press("Enter")
    visitor.part("notice").get_by_text("There is no photo yet.").wait_for()
    assert visitor.run.is_disabled()
    visitor.upload(photo_file)
    visitor.page.locator("#e-run:enabled").wait_for()
    visitor.question.fill("  ")
    visitor.page.locator("#e-run:disabled").wait_for()


def test_an_example_loads_with_its_question(visitor: AskPage) -> None:
    assert "Drawn for this test" in visitor.part("examples").inner_text()
    visitor.page.locator('[data-example="1"]').click()
    visitor.wait_for("ready")
    assert visitor.question.input_value() == "What is in the second scene?"
    visitor.page.locator("#e-run:enabled").click()
    visitor.wait_for("finished")
    assert visitor.trace()["source"] == {"width": 1000, "height": 1400}


def test_stop_ends_a_run_within_a_token(visitor: AskPage, serving: Serving, photo_file: Path) -> None:
    serving.answer("Stop me", ENDLESS, seconds_per_token=0.05)
    visitor.upload(photo_file)
    visitor.question.fill("Stop me")
    visitor.run.focus()
    visitor.run.press("Enter")
    visitor.part("thought").get_by_text("word word").wait_for()
    assert visitor.page.locator(".ev-dots path").count() > 0
    # The focus went with the button that took Run's place.
    visitor.page.locator("#e-stop:focus").press("Enter")
    visitor.wait_for("finished")
    trace = visitor.trace()
    assert trace["outcome"] == "cancelled"
    assert "Stopped at the first look." in visitor.part("sentences").inner_text()
    visitor.page.locator("#e-run:focus").wait_for()
    assert visitor.question.input_value() == "Stop me"


def test_an_engine_that_fails_midway_says_so_and_keeps_the_rest(
    visitor: AskPage, serving: Serving, photo_file: Path
) -> None:
    serving.answer("Fail", "<zoom>[0, 0, 56, 56]</zoom>", fails="memory")
    visitor.upload(photo_file)
    before = visitor.tiles()
    visitor.question.fill("Fail")
    visitor.question.press("Enter")
    notice = visitor.part("notice").get_by_role("alert")
    notice.wait_for()
    words = "The GPU ran out of memory at the second look. Lower Zoom budget. The first look is kept in the trace."
    assert notice.inner_text() == words
    assert visitor.trace()["outcome"] == "failed"
    assert visitor.page.locator("[data-layer=box] .ev-line").is_visible()
    assert visitor.tiles() == before
    assert visitor.question.input_value() == "Fail"
    visitor.ask(QUESTION)
    assert visitor.part("answer").inner_text() == "scripted"
    assert notice.count() == 0


def test_an_error_of_ours_shows_no_details(visitor: AskPage, serving: Serving, photo_file: Path) -> None:
    serving.answer("Break", "<zoom>[0, 0, 56, 56]</zoom>", fails="ours")
    visitor.upload(photo_file)
    visitor.question.fill("Break")
    visitor.question.press("Enter")
    visitor.part("notice").get_by_text("Something failed on the machine that runs this page.").wait_for()
    assert "secret" not in visitor.page.content()
    visitor.page.locator("#e-run:enabled").wait_for()


def test_a_bad_file_is_refused_and_the_photo_before_stays(visitor: AskPage, photo_file: Path, tmp_path: Path) -> None:
    visitor.upload(photo_file)
    before = visitor.tiles()
    bad = tmp_path / "notes.jpg"
    bad.write_text("These are not the pixels you are looking for.", "utf-8")
    visitor.part("file").set_input_files(bad)
    notice = visitor.part("notice").get_by_role("alert")
    notice.wait_for()
    assert "Accepted are JPEG, PNG, WebP, AVIF, GIF and TIFF." in notice.inner_text()
    assert visitor.tiles() == before


def test_the_photos_name_goes_while_a_box_lies_beneath_it(visitor: AskPage, serving: Serving, photo_file: Path) -> None:
    question = "What is in the corner?"
    serving.answer(question, "<zoom>[0, 0, 140, 56]</zoom>", "<answer>7</answer>")
    visitor.upload(photo_file)
    name = visitor.part("tag-text")
    expect(name).to_be_visible()
    visitor.ask(question)
    expect(name).to_be_hidden()
    visitor.part("stage").focus()
    visitor.page.keyboard.press("5")
    expect(name).to_be_hidden()  # the region lies there as well
    visitor.page.keyboard.press("6")
    expect(name).to_be_visible()
    visitor.page.keyboard.press("5")
    expect(name).to_be_hidden()
    visitor.page.keyboard.press("9")  # 1:1, about the middle: the box is elsewhere
    expect(name).to_be_visible()


def test_no_region_is_said(visitor: AskPage, serving: Serving, photo_file: Path) -> None:
    serving.answer("Where?", "<think>Nowhere.</think>", "<answer>unknown</answer>")
    visitor.upload(photo_file)
    visitor.ask("Where?")
    said = visitor.part("sentences").inner_text().splitlines()
    assert said[0] == "No region was named. The model answered from the whole photo at 300 tokens."
    assert said[-1] == "The model is unsure of the place. 8 of 8 looks named no region."
    assert visitor.page.locator("[data-layer=box]").count() == 0
    assert visitor.part("crop").is_visible()


def test_the_settings_reach_the_run(visitor: AskPage, photo_file: Path) -> None:
    visitor.page.get_by_role("button", name="Settings").first.click()
    number = visitor.page.get_by_label("number input for Coarse budget, tokens")
    number.fill("96")
    number.press("Enter")
    visitor.page.locator("#e-summary").get_by_text("coarse 96 tokens").wait_for()
    visitor.upload(photo_file)
    visitor.ask(QUESTION)
    assert visitor.trace()["coarse_budget_tokens"] == 96


def test_an_earlier_question_is_shown_again(visitor: AskPage, photo_file: Path, tmp_path: Path) -> None:
    visitor.upload(photo_file)
    visitor.ask("First question")
    first = visitor.tiles()
    visitor.upload(write_png(tmp_path / "other.png", pattern(900, 1200)))
    visitor.ask("Second question")
    visitor.part("asked").locator("summary").click()
    visitor.page.locator("[data-again]").filter(has_text="First question").click()
    visitor.page.wait_for_function(
        "(tiles) => document.querySelector('[data-photo]').dataset.photo === tiles", arg=first
    )
    assert visitor.question.input_value() == "First question"
    assert visitor.trace()["question"] == "First question"
    assert visitor.part("answer").inner_text() == "scripted"


def test_the_downloads(visitor: AskPage, photo_file: Path) -> None:
    visitor.upload(photo_file)
    visitor.ask(QUESTION)
    names = visitor.part("download-list").locator("a").evaluate_all("(links) => links.map((link) => link.download)")
    assert names == ["harbour-trace.json", "harbour-overlay.png", "harbour-crop.jpg"]
    overlay: Any = cv2.imdecode(np.frombuffer(visitor.fetch("overlay.png").body(), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert overlay.shape == (1200, 1600, 3)
    x1, y1, x2 = (visitor.trace()["box"][edge] for edge in ("x1", "y1", "x2"))
    assert overlay[round(y1), round((x1 + x2) / 2)].tolist() == [0xFF, 0xB3, 0x1A]


def test_drop_and_paste(visitor: AskPage, photo_file: Path) -> None:
    give = """([kind, type, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "given.png", { type: "image/png" }));
      const options = { bubbles: true, cancelable: true };
      const event = kind === "paste" ? new ClipboardEvent(type, { ...options, clipboardData: data })
        : new DragEvent(type, { ...options, dataTransfer: data });
      (kind === "paste" ? document.body : document.querySelector("[data-part=zone]")).dispatchEvent(event);
    }"""
    content = list(photo_file.read_bytes())
    visitor.page.evaluate(give, ["drop", "dragenter", content])
    assert "over" in (visitor.part("zone").get_attribute("class") or "")
    visitor.page.evaluate(give, ["drop", "drop", content])
    visitor.wait_for("ready")
    dropped = visitor.tiles()
    visitor.page.evaluate(give, ["paste", "paste", content])
    visitor.page.wait_for_function(
        "(tiles) => document.querySelector('[data-photo]').dataset.photo !== tiles", arg=dropped
    )
    assert visitor.part("tag-text").inner_text() == "given.png, 1,600 × 1,200 px"


def test_who_waits_is_told_so_and_can_leave_the_line(
    visit: Callable[..., AskPage], serving: Serving, photo_file: Path
) -> None:
    serving.answer("Slow", ENDLESS, seconds_per_token=0.05)
    first, second = visit(), visit()
    for visitor in (first, second):
        visitor.upload(photo_file)
    first.question.fill("Slow")
    first.question.press("Enter")
    first.wait_for("running")
    second.question.fill(QUESTION)
    second.question.press("Enter")
    second.part("notice").get_by_text("One person is before you.").wait_for()
    second.stop.click()
    second.wait_for("ready")
    second.page.locator("#e-run:enabled").click()
    second.wait_for("waiting")
    first.stop.click()
    first.wait_for("finished")
    second.wait_for("finished")
    assert second.part("answer").inner_text() == "scripted"


def test_visitors_see_nothing_of_each_other(visit: Callable[..., AskPage], photo_file: Path) -> None:
    first, second = visit(), visit()
    first.upload(photo_file)
    first.ask("My secret question")
    mine = first.page.locator("[data-again]").get_attribute("data-again")
    second.upload(photo_file)
    assert first.tiles() != second.tiles()
    assert first.tiles().split("/")[1] not in second.page.content()
    assert second.page.locator("[data-again]").count() == 0
    # Even who learns the name of another's run cannot open it.
    second.ask(QUESTION)
    own = second.page.locator("[data-again]").get_attribute("data-again")
    assert mine is not None
    assert own is not None
    second.page.route(
        "**/queue/join*", lambda route: route.continue_(post_data=(route.request.post_data or "").replace(own, mine))
    )
    with second.page.expect_response("**/queue/join*") as asked:
        second.page.locator("[data-again]").dispatch_event("click")  # it stands in a closed list
    assert asked.value.ok
    second.page.unroute("**/queue/join*")
    second.ask("And another question")
    assert "secret question" not in second.page.content()
    assert second.page.locator("[data-again]").count() == 2


def test_a_new_photo_ends_the_run_on_the_old_one(
    visitor: AskPage, serving: Serving, photo_file: Path, tmp_path: Path
) -> None:
    serving.answer("Slow again", ENDLESS, seconds_per_token=0.05)
    visitor.upload(photo_file)
    visitor.question.fill("Slow again")
    visitor.question.press("Enter")
    visitor.wait_for("running")
    visitor.upload(write_png(tmp_path / "next.png", pattern(800, 600)))
    visitor.page.locator("#e-run:enabled").wait_for()
    visitor.ask(QUESTION)
    assert visitor.trace()["source"] == {"width": 800, "height": 600}
