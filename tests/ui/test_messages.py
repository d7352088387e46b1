"""Words for errors and engines: what happened, the value, the remedy; never a traceback, never markup."""

from dataclasses import replace

import pytest

from ergo_demo.engines import EngineInfo
from ergo_demo.errors import ImageUnreadable, OutOfMemory, PhotoExpired, QuestionEmpty
from ergo_demo.records import ModelInfo
from ergo_demo.settings import checked
from ergo_demo.ui import messages

BIG = EngineInfo(ModelInfo("nota-ai/ERGO-7B", "3f2c9a1e77", "NVIDIA H200", "bf16"), 1280, 1280, "free memory")
TINY = EngineInfo(ModelInfo("ERGO-tiny", "1", "CPU", "fp32"), 320, 320, "no GPU", embedded=True)
SCRIPTED = EngineInfo(ModelInfo("scripted", "1", "none", "none"), 320, 320, "said so")


def test_an_error_is_what_happened_and_the_remedy() -> None:
    notice = messages.error(ImageUnreadable("This file is HEIC.", remedy="Save it as JPEG."))
    assert notice == {"kind": "bad", "strong": "This file is HEIC.", "rest": "Save it as JPEG."}


def test_memory_running_out_at_the_second_look_keeps_the_first() -> None:
    error = OutOfMemory("The GPU ran out of memory.", remedy="Lower the zoom budget.")
    assert messages.error(error)["rest"] == "Lower the zoom budget."
    kept = messages.error(error, kept_first_look=True)["rest"]
    assert kept == "Lower the zoom budget. The first look is kept in the trace."


def test_settings_have_the_names_of_the_page() -> None:
    with pytest.raises(ValueError, match="temperature") as caught:
        checked("temperature", 9)
    notice = messages.error(caught.value)  # type: ignore[arg-type]
    assert notice["strong"].startswith("The temperature is 9")


@pytest.mark.parametrize(
    ("error", "strong"),
    [
        (PhotoExpired("gone", remedy="x"), "This photo is no longer here: its time is over."),
        (QuestionEmpty("There is no question.", remedy="Ask."), "There is no question."),
    ],
)
def test_what_a_visitor_can_do_is_in_words_of_the_page(error: PhotoExpired | QuestionEmpty, strong: str) -> None:
    assert messages.error(error)["strong"] == strong


@pytest.mark.parametrize(
    ("before", "seconds", "words"),
    [
        (1, None, "One person is before you. You can keep looking at the photo."),
        (4, 40.2, "Four people are before you. Your turn in about 40 s; you can keep looking at the photo."),
        (30, 400, "30 people are before you. Your turn in about 7 min; you can keep looking at the photo."),
    ],
)
def test_the_line(before: int, seconds: float | None, words: str) -> None:
    notice = messages.waiting(before, seconds)
    assert f"{notice['strong']} {notice['rest']}" == words


@pytest.mark.parametrize(
    ("engine", "strong"),
    [
        (BIG, None),
        (TINY, "ERGO-tiny is running: it knows only drawn scenes like the six below."),
        (replace(BIG, model=replace(BIG.model, device="CPU")), "ERGO-7B answers on CPU."),
        (SCRIPTED, "No model is running: every reply was written in advance."),
    ],
    ids=["ERGO-7B", "ERGO-tiny", "ERGO-7B on CPU", "scripted"],
)
def test_what_a_visitor_must_know_about_the_engine(engine: EngineInfo, strong: str | None) -> None:
    banner = messages.engine_banner(engine, examples=6)
    assert (banner and banner["strong"]) == strong


def test_the_strip_names_model_and_machine() -> None:
    assert messages.short_name(BIG) == "ERGO-7B"
    assert messages.engine_details(BIG) == "3f2c9a1, NVIDIA H200, bf16"
    assert messages.engine_details(TINY) == "embedded, on the processor, fp32"
    served = EngineInfo(ModelInfo("nota-ai/ERGO-7B", "", "server", ""), 1280, 1280, "")
    assert messages.engine_details(served) == "on a server"
    assert messages.engine_banner(served, 6) is None
