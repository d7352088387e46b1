"""The endpoint `/ask` for programs: the same question, the same photo's door, the same reply as the command line.

    from gradio_client import Client, handle_file
    Client("http://127.0.0.1:7860").predict(handle_file("photo.jpg"), "What does the sign say?", api_name="/ask")

Everything that arrives is untrusted: Gradio checks no type of it. Knows nothing of the page.
"""

import html
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr
from gradio.events import api
from gradio.utils import get_upload_folder

from ergo_demo.asking import check_question, run_settings
from ergo_demo.errors import ErgoError, ImageUnreadable, QuestionEmpty
from ergo_demo.events import Event, Finished, Spoke, Stage
from ergo_demo.records import Trace
from ergo_demo.replies import reply_of
from ergo_demo.ui.gate import IsRun, Refused
from ergo_demo.ui.services import Services
from ergo_demo.ui.visitors import Clock

SECONDS_BETWEEN_UPDATES = 0.1
"""Each update carries the whole text of a look, so a quick model would send far more than it writes."""

LONGEST_MESSAGE = 1_000
"""Characters of an error that go back: it can quote what was sent."""

ONE_AT_A_TIME = "gpu"
"""The queue of everything that makes the model work."""


class Progress(TypedDict):
    """What has been written so far in one of the two looks."""

    stage: Stage
    text: str


def add_ask(services: Services) -> None:
    """Adds `/ask` to the Blocks in whose context this is called."""

    def ask(
        image: gr.FileData,
        question: str,
        coarse_budget_tokens: int | None = None,
        zoom_budget_tokens: int | None = None,
        temperature: float | None = None,
        seed: int | None = None,
        samples: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Looks twice at an image and answers. Yields {"stage", "text"} while the model writes, then the reply.

        The reply is the object that `python -m ergo_demo ask IMAGE QUESTION --json` prints: outcome, answer, thoughts,
        box, samples and expanded region in pixels of the upright image, vision tokens, seconds, model. `samples`: how
        many first looks are drawn again after the answer; 0 costs nothing.
        """
        values = {
            "coarse_budget_tokens": coarse_budget_tokens,
            "zoom_budget_tokens": zoom_budget_tokens,
            "temperature": temperature,
            "seed": seed,
            "samples": samples,
        }
        try:
            yield from answer(services, image, question, values)
        except ErgoError as error:
            # The page would show the message as HTML, and it can hold what was sent.
            message = html.escape(str(error)[:LONGEST_MESSAGE], quote=False)
            raise gr.Error(message, print_exception=False) from error

    api(ask, api_name="ask", concurrency_limit=1, concurrency_id=ONE_AT_A_TIME)


def hide_others(page: gr.Blocks) -> None:
    """Lists no event but `/ask` for programs: components of Gradio's (its login button) bring public ones along."""
    for fn in page.fns.values():
        if fn.api_name != "ask":
            fn.api_visibility = "private"


def answer(
    services: Services, image: object, question: object, values: dict[str, Any], clock: Clock = time.monotonic
) -> Generator[dict[str, Any], None, None]:
    """Progress at a bounded rate, then the reply. Raises ErgoError; keeps nothing of the photo."""
    if not isinstance(question, str):
        raise QuestionEmpty("The question is no text.", remedy="Send it as a string.")
    question = check_question(question)
    chosen = run_settings(services.engine, services.settings, **values)
    # Gradio names an upload by its content: another question about the same file may be waiting for its turn. So the
    # upload stays until the sweeper takes it.
    photo = services.door.open_upright(uploaded(image))
    events = services.look(photo, question, chosen, lambda: False)
    try:
        trace = yield from _progress(events, clock)
    finally:
        if isinstance(events, Generator):
            events.close()
        services.door.forget(photo)
    yield dict(reply_of(trace))


def calls_the_model(page: gr.Blocks) -> IsRun:
    """Which calls of this page the gate counts as runs: all that share the queue of one at a time.

    Calls that Gradio would fail over (no such event, none of ours behind it, values missing) are refused on the way.
    """
    events = {fn._id: fn for fn in page.fns.values()}
    names = {fn.api_name: fn._id for fn in events.values()}

    def is_run(path: str, body: object) -> bool:
        route, _, name = path.removeprefix("/gradio_api/").rstrip("/").partition("/")
        if not isinstance(body, dict) or (route not in ("call", "run") and (route, name) != ("queue", "join")):
            return False
        number = None if route == "call" else _whole(body.get("fn_index"))
        event = events.get(names.get(name, -1) if number is None else number)
        if event is None or event.fn is None:
            raise Refused(404, "There is no such event.")
        data = body.get("data")
        if not isinstance(data, list) or len(data) < len(event.inputs):
            raise Refused(422, f'This event takes {len(event.inputs)} values, as the list "data".')
        return bool(event.concurrency_id == ONE_AT_A_TIME)

    return is_run


def _whole(number: object) -> int | None:
    """The number of an event as Gradio reads it, which takes "3", 3.0 and true as numbers, too."""
    try:
        return int(number) if isinstance(number, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _progress(events: Iterator[Event], clock: Clock) -> Generator[dict[str, Any], None, Trace]:
    said: dict[Stage, str] = {"coarse": "", "zoom": "", "region": ""}
    last = -SECONDS_BETWEEN_UPDATES
    for event in events:
        match event:
            case Spoke(stage, token):
                said[stage] += token.text
                if clock() - last >= SECONDS_BETWEEN_UPDATES:
                    last = clock()
                    yield dict(Progress(stage=stage, text=said[stage]))
            case Finished(trace):
                # Not returned yet: a run that failed raises after its last event.
                finished = trace
            case _:
                pass
    return finished


def uploaded(image: object) -> Path:
    """The file that a client uploaded and now names. Raises ImageUnreadable for any other path, and any other thing."""
    path = image.get("path") if isinstance(image, dict) else None
    folder = Path(get_upload_folder()).resolve()
    try:
        found = Path(path).resolve() if isinstance(path, str) else folder
        if found.is_relative_to(folder) and found.is_file():
            return found
    except (OSError, ValueError):  # a name that is too long, or has a zero byte
        pass
    raise ImageUnreadable(
        "The image is no file that was uploaded here, or it has expired.",
        remedy='Upload it, with gradio_client: handle_file("photo.jpg").',
    )
