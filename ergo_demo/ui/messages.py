"""The one place that turns errors and the state of the machine into words for the page. Knows no component.

Words in `backticks` are shown in the fixed-width face. Nothing here is markup: the page sets all of it as text.
"""

from typing import Literal, TypedDict

from ergo_demo.engines import EngineInfo
from ergo_demo.errors import ErgoError, InputError, OutOfMemory, PhotoExpired, SettingInvalid


class Notice(TypedDict):
    """A banner: what happened, then the rest of it or the remedy."""

    kind: Literal["bad", "info", "wait"]
    strong: str
    rest: str


SETTING_NAMES = {
    "coarse_budget_tokens": "The coarse budget",
    "zoom_budget_tokens": "The zoom budget",
    "temperature": "The temperature",
    "seed": "The seed",
    "samples": "The number of samples",
    "sample_temperature": "The temperature of the samples",
}
"""What the page calls a setting."""

COUNTED = ("no", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def error(problem: ErgoError, *, kept_first_look: bool = False) -> Notice:
    """What an error says on the page.

    >>> error(SettingInvalid("seed is -1.", remedy="Give a number from 0 to 9."))["strong"]
    'The seed is -1.'
    """
    strong, rest = problem.problem, problem.remedy
    match problem:
        case SettingInvalid():
            name, _, what = strong.partition(" ")
            strong = f"{SETTING_NAMES.get(name, name)} {what}"
        case OutOfMemory() if kept_first_look:
            rest = f"{rest} The first look is kept in the trace."
        case PhotoExpired():
            return expired()
        case InputError() | ErgoError():
            pass
    return {"kind": "bad", "strong": strong, "rest": rest}


def unexpected() -> Notice:
    """An error that is ours: its details belong into the log, not onto the page."""
    return {
        "kind": "bad",
        "strong": "Something failed on the machine that runs this page.",
        "rest": "The photo and the question are kept. Run it again; if it fails again, that machine's log says why.",
    }


def no_photo() -> Notice:
    """Enter was pressed before there was a photo."""
    return {"kind": "info", "strong": "There is no photo yet.", "rest": "Drop one below, or choose a drawn scene."}


def expired() -> Notice:
    """The photo's time was over before it was asked about, or shown, again."""
    strong = "This photo is no longer here: its time is over."
    return {"kind": "bad", "strong": strong, "rest": "Drop it again; your question is kept."}


def upload_lost() -> Notice:
    """The browser could not send the file."""
    return {"kind": "bad", "strong": "The photo did not arrive.", "rest": "Check the connection and drop it again."}


def waiting(before: int, seconds: float | None) -> Notice:
    """`before` people are served first; `seconds` is an estimate from measured runs, None where there is none.

    >>> waiting(1, None)["strong"]
    'One person is before you.'
    """
    number = COUNTED[before] if 0 < before < len(COUNTED) else f"{before:,}"
    strong = f"{number} {'person is' if before == 1 else 'people are'} before you."
    turn = f"Your turn in about {_about(seconds)}; you" if seconds is not None else "You"
    return {"kind": "wait", "strong": strong, "rest": f"{turn} can keep looking at the photo."}


def run_refused() -> Notice:
    """The gate or Gradio's queue refused it; Gradio says the reason itself, in a message over the page."""
    return {"kind": "bad", "strong": "Too many runs at once.", "rest": "Nothing is lost: run it again in a minute."}


def line_full(most: int) -> Notice:
    """Nobody else is let into the line."""
    return {"kind": "bad", "strong": f"{most} people are waiting already.", "rest": "Run it again in a minute."}


def too_many_photos(wait_seconds: int) -> Notice:
    """This visitor opens photos faster than they can be decoded for everybody."""
    rest = f"Open the next one in {wait_seconds} s."
    return {"kind": "bad", "strong": "Many photos were opened from your address.", "rest": rest}


def _about(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


def engine_banner(engine: EngineInfo, examples: int) -> Notice | None:
    """What a visitor must know about this engine before asking; None when there is nothing."""
    scenes = f"drawn scenes like the {COUNTED[examples].lower()} below" if 1 < examples < 13 else "drawn scenes"
    if engine.model.device == "none":
        return {
            "kind": "info",
            "strong": "No model is running: every reply was written in advance.",
            "rest": "The page works as it will, but its answers mean nothing. "
            "Start ERGO Demo without `ERGO_ENGINE=scripted` to ask a model.",
        }
    if engine.embedded:
        return {
            "kind": "info",
            "strong": f"{short_name(engine)} is running: it knows only {scenes}.",
            "rest": "On photographs its answers mean nothing. To ask about photographs, start ERGO Demo where there is "
            "a GPU, or set `ERGO_MODEL`.",
        }
    if engine.model.device.casefold() == "cpu":
        return {
            "kind": "info",
            "strong": f"{short_name(engine)} answers on CPU.",
            "rest": "A photo takes minutes, not seconds. ERGO-tiny is quicker, but knows only drawn scenes.",
        }
    return None


def short_name(engine: EngineInfo) -> str:
    """The model's name without its owner or folder."""
    return engine.model.name.rstrip("/").rpartition("/")[2]


def engine_details(engine: EngineInfo) -> str:
    """Where the model came from and where it runs, for the strip at the top."""
    model = engine.model
    if model.device == "none":
        return "no model, replies written in advance"
    place = {"cpu": "on the processor", "server": "on a server"}.get(model.device.casefold(), model.device)
    origin = "embedded" if engine.embedded else model.revision[:7]
    return ", ".join(part for part in (origin, place, model.dtype) if part)
