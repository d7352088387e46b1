"""One question from a program: settings -> engine -> photo -> trace. Shared by `ergo_demo.ask` and the command line."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from ergo_demo.asking import check_question, run_settings
from ergo_demo.engines import Engine, open_engine
from ergo_demo.errors import ImageUnreadable
from ergo_demo.events import Event, Finished
from ergo_demo.imaging import Door
from ergo_demo.pipeline import run
from ergo_demo.records import Trace
from ergo_demo.settings import Settings, read_settings

MAKES_THE_ENGINE = ("engine", "model", "api_base", "api_key", "api_seconds", "revision", "quantize", "device")
"""The settings that need another model in memory; everything else is chosen anew for each question."""


@lru_cache(maxsize=1)
def _engine(*values: object) -> Engine:
    return open_engine(Settings(**dict(zip(MAKES_THE_ENGINE, values, strict=True))), announce=_to_stderr)  # type: ignore[arg-type]


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def open_with(flags: Mapping[str, object]) -> tuple[Engine, Settings]:
    """The engine that flags and environment name, and all settings. Raises SettingInvalid or EngineError."""
    settings, _origins = read_settings(os.environ, flags)
    return _engine(*(getattr(settings, name) for name in MAKES_THE_ENGINE)), settings


def ask_once(
    image: Path, question: str, flags: Mapping[str, object], on_event: Callable[[Event], None] = lambda _event: None
) -> Trace:
    """The trace of one run over a file, which is left as it is. `on_event` sees every event as it happens.

    Raises InputError for a bad image, question or flag, EngineError when the model cannot answer.
    """
    settings, _origins = read_settings(os.environ, flags)
    # Before the model: a slip should not cost the time that loading takes.
    check_question(question)
    if not image.is_file():
        what = "is a folder" if image.is_dir() else "does not exist"
        raise ImageUnreadable(f"{str(image)!r} {what}.", remedy="Give the path of a photo.")
    with tempfile.TemporaryDirectory(prefix="ergo-ask-") as folder, Door(Path(folder), tiled=False) as door:
        photo = door.open_upright(image)
        engine = _engine(*(getattr(settings, name) for name in MAKES_THE_ENGINE))
        for event in run(engine, photo, question, run_settings(engine.info, settings)):
            on_event(event)
    assert isinstance(event, Finished), "a run ends with Finished"
    return event.trace
