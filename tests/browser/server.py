"""The whole app as app.py starts it, with two things in the hands of the tests: what is answered, and the examples.

    python -m tests.browser.server ORDERS EXAMPLES

For each question the folder ORDERS may hold a file that says what happens when it is asked (see `Order`). A process
of its own, because Gradio leaves sockets and loops to the collector, which would fail whatever test runs just then.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ergo_demo import pipeline, ui
from ergo_demo.asking import RunSettings
from ergo_demo.engines import Stop, Turn
from ergo_demo.engines.scripted import Script, ScriptedDialogue, ScriptedEngine, in_order
from ergo_demo.errors import OutOfMemory
from ergo_demo.events import CropReady, Event
from ergo_demo.imaging import Photo
from ergo_demo.records import Generation, Message, Pixels, Sampling, Token
from ergo_demo.ui import gpu
from tests.doubting import DoubtingEngine


@dataclass(frozen=True)
class Order:
    """What is answered to a question, how fast, and what fails at the second look: the "memory", or code of "ours".

    `samples`: what is drawn instead of the first reply, one after the other; that reply itself where there are none.
    `doubts`: the engine says what else it could have written (see DoubtingEngine).
    """

    replies: list[str]
    seconds_per_token: float = 0.0
    fails: str = ""
    samples: list[str] = field(default_factory=list)
    doubts: bool = False

    def write(self, folder: Path, question: str) -> None:
        """For the server to find when `question` is asked."""
        _file(folder, question).write_text(json.dumps(asdict(self)), "utf-8")


def _file(folder: Path, question: str) -> Path:
    return folder / f"{hashlib.sha256(question.encode()).hexdigest()}.json"


def look_as_ordered(orders: Path) -> Callable[[Photo, str, RunSettings, Stop], Generator[Event, None, None]]:
    """`pipeline.run` with the replies that were ordered; the middle of the photo where nothing was."""

    def look(photo: Photo, question: str, chosen: RunSettings, stop: Stop) -> Generator[Event, None, None]:
        file = _file(orders, question)
        order = Order(**json.loads(file.read_text("utf-8"))) if file.exists() else None
        if order is None:
            engine = ScriptedEngine()
        else:
            kind = FailingEngine if order.fails == "memory" else DoubtingEngine if order.doubts else ScriptedEngine
            engine = kind(script_of(order), order.seconds_per_token)
        for event in pipeline.run(engine, photo, question, chosen, stop=stop):
            yield event
            if order and order.fails == "ours" and isinstance(event, CropReady):
                raise KeyError("/secret/path")

    return look


def script_of(order: Order) -> Script:
    """The replies of one run: the first look is asked for once, and then again for each sample."""
    said, samples = in_order(order.replies), iter(order.samples)
    looked: list[int] = []

    def script(picture: Pixels, turn: int) -> str:
        again = turn == 0 and 0 in looked
        looked.append(turn)
        return next(samples, said(picture, turn)) if again else said(picture, turn)

    return script


class FailingEngine(ScriptedEngine):
    """Runs out of memory at the second look."""

    def dialogue(self, sampling: Sampling, *said: Turn) -> ScriptedDialogue:
        return FailingDialogue(self, sampling, said)


class FailingDialogue(ScriptedDialogue):
    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        if self.turns == 1:
            raise OutOfMemory("The GPU ran out of memory at the second look.", remedy="Lower `Zoom budget`.")
        return super().say(*messages, stop=stop)


if __name__ == "__main__":
    import app

    gpu.make_look = lambda engine: look_as_ordered(Path(sys.argv[1]))
    ui.EXAMPLES = Path(sys.argv[2])
    app.sending = lambda sender: []  # to the Hub only what somebody sends by hand: a minute may pass in a test
    raise SystemExit(app.main())
