"""ERGO Demo: ask about something small in a large photo, and watch the model look twice."""

from pathlib import Path
from typing import TYPE_CHECKING

from ergo_demo.geometry import Box, Size, View

if TYPE_CHECKING:
    from ergo_demo.replies import Reply

__all__ = ["Box", "Size", "View", "ask"]


def ask(image: str | Path, question: str, **settings: object) -> "Reply":
    """Looks twice at the image file and answers: what `python -m ergo_demo ask --json` prints.

    `settings` are the fields of ergo_demo.settings.Settings, over the environment. The model stays loaded for the
    next call. Raises InputError for a bad image, question or setting, EngineError when the model cannot answer.
    """
    # Imported here: `import ergo_demo` must stay light, and an engine may need torch.
    from ergo_demo.command import ask_once
    from ergo_demo.replies import reply_of

    return reply_of(ask_once(Path(image), question, settings))
