"""Both looks in one GPU call: in this process, or on ZeroGPU in a process that lives as long as the call.

On ZeroGPU everything that crosses is pickled, an exception arrives as the name of its class, and `stop` cannot cross
at all. So typed errors travel as values, and the wish to stop as a file that appears. Knows nothing of the page.
"""

import math
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty
from typing import TypeVar

import httpx
import spaces
from gradio.exceptions import Error as GradioError
from spaces.config import Config

from ergo_demo import pipeline
from ergo_demo.asking import RunSettings
from ergo_demo.engines import Engine, Stop
from ergo_demo.errors import EngineUnavailable, ErgoError
from ergo_demo.events import Event
from ergo_demo.geometry import Box
from ergo_demo.imaging import Photo
from ergo_demo.records import Trace
from ergo_demo.ui.annotate.looking_again import Again
from ergo_demo.what_if import answer_from

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Raised:
    """A typed error on its way out of the GPU process."""

    error: ErgoError


def on_zero_gpu() -> bool:
    """Whether this is a Space whose GPU exists only inside a call."""
    return bool(Config.zero_gpu)


def make_look(engine: Engine) -> Callable[[Photo, str, RunSettings, Stop], Generator[Event, None, None]]:
    """`pipeline.run` of this engine, on whatever GPU there is. Call it before `launch`, which counts GPU functions.

    Closing the generator cancels the model.
    """

    # A plain generator: spaces takes coroutines off ZeroGPU and fails with them on it.
    def both_looks(photo: Photo, question: str, chosen: RunSettings, stop_file: Path) -> Iterator[Event | _Raised]:
        try:
            yield from pipeline.run(engine, photo, question, chosen, stop=stop_file.exists)
        except ErgoError as error:
            yield _Raised(error)

    on_gpu = spaces.GPU(duration=seconds_needed)(both_looks)
    lends_a_process = on_gpu is not both_looks

    def look(photo: Photo, question: str, chosen: RunSettings, stop: Stop) -> Generator[Event, None, None]:
        if lends_a_process:
            yield from _in_lent_process(partial(on_gpu, photo, question, chosen), stop)
        else:
            yield from pipeline.run(engine, photo, question, chosen, stop=stop)

    return look


def make_again(engine: Engine) -> Again:
    """`what_if.answer_from` of this engine, on whatever GPU there is. Call it before `launch`, as `make_look`.

    On ZeroGPU nothing of the first look was kept: it is read again, the visitor's share pays for it, and only what
    waits for its GPU can be stopped.
    """

    def second_look(
        photo: Photo, question: str, trace: Trace | None, region: Box, chosen: RunSettings, stop_file: Path
    ) -> Iterator[str | _Raised | None]:
        try:
            yield answer_from(engine, photo, question, trace, region, chosen, stop=stop_file.exists)
        except ErgoError as error:
            yield _Raised(error)

    on_gpu = spaces.GPU(
        duration=lambda _photo, question, _trace, _region, chosen, stop_file: seconds_needed(
            _photo, question, chosen, stop_file
        )
    )(second_look)
    lends_a_process = on_gpu is not second_look

    def again(
        photo: Photo, question: str, trace: Trace | None, region: Box, chosen: RunSettings, stop: Stop
    ) -> str | None:
        if not lends_a_process:
            return answer_from(engine, photo, question, trace, region, chosen, stop=stop)
        return next(_in_lent_process(partial(on_gpu, photo, question, trace, region, chosen), stop), None)

    return again


def seconds_needed(_photo: Photo, _question: str, chosen: RunSettings, _stop_file: Path) -> int:
    """What we ask ZeroGPU for. Less is served sooner and costs a visitor less; a run that takes longer is aborted.

    An estimate for a 7B model in bf16, not measured on ZeroGPU: 10 s to wake up, 1,000 vision tokens read and 25
    tokens written in a second, and replies of 256 tokens at most, which is twice what ERGO writes.
    """
    reading = (chosen.coarse_budget_tokens + chosen.zoom_budget_tokens) / 1_000
    writing = 2 * min(chosen.sampling.max_new_tokens, 256) / 25
    # Samples are written side by side, so that eight take little longer than one.
    around = writing / 2 if chosen.samples else 0.0
    again = (chosen.zoom_budget_tokens / 1_000 + writing / 2) if chosen.region_look else 0.0
    return math.ceil(10 + reading + writing + around + again)


def _in_lent_process(
    on_gpu: Callable[[Path], Generator[T | _Raised, None, None]], stop: Stop
) -> Generator[T, None, None]:
    with tempfile.TemporaryDirectory(prefix="ergo-stop-") as folder:
        stop_file = Path(folder) / "stop"
        events = on_gpu(stop_file)
        try:
            for event in events:
                if isinstance(event, _Raised):
                    raise event.error
                if stop():
                    stop_file.touch()
                yield event
        except (GradioError, RuntimeError, httpx.HTTPError, Empty) as error:
            raise unavailable(error) from error
        finally:
            events.close()


def unavailable(error: Exception) -> EngineUnavailable:
    """An error of ZeroGPU in plain words, with what a visitor can do about it.

    `spaces` names the case in the title of its error; its message is HTML or advice for the Space's owner.
    """
    match getattr(error, "title", ""):
        case "ZeroGPU quota exceeded":
            return EngineUnavailable(
                "Your share of this Space's GPU time is used up for now.",
                remedy="Try again later, sign in to Hugging Face for a larger share, or run it on your own machine.",
            )
        case "ZeroGPU illegal duration":
            return EngineUnavailable(
                "This run asks for more GPU time than one call may have.",
                remedy="Lower the budgets in the settings.",
            )
        case "ZeroGPU queue timeout" | "ZeroGPU client error" | "ZeroGPU pending credits exceeded":
            return EngineUnavailable("No GPU was free in time.", remedy="Try again in a minute.")
        case "ZeroGPU worker error" if "aborted" in str(error):
            return EngineUnavailable(
                "The GPU was taken back before the answer was complete.",
                remedy="Try again with smaller budgets: a run may not take longer than was asked for it.",
            )
        case _:
            return EngineUnavailable(
                f"The GPU process failed: {error}.",
                remedy="Try again; if it fails again, the log of the Space says why.",
            )
