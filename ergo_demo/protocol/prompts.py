"""ERGO's fixed texts, quoted as data from prompts.json (origin and licence stand there). Knows no model.

The model was trained on these words, so they are part of its interface: the unclosed think tag of the second turn
is the main branch's own, and the published numbers were presumably made with it.
"""

import hashlib
import json
import re
from functools import cache
from importlib.resources import files

# Two options at least: "Is vitamin (A) on the label?" is a question of its own.
_OPTIONS = re.compile(r"(?:^|\s)\(A\)\s(?=.*\s\(B\)\s)", re.DOTALL)


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = json.loads((files("ergo_demo.protocol") / "prompts.json").read_text("utf-8"))
    return texts


@cache
def sha256() -> str:
    """Of the file they stand in: names the words that a model was asked in."""
    return hashlib.sha256((files("ergo_demo.protocol") / "prompts.json").read_bytes()).hexdigest()


def system() -> str:
    """The system prompt of both turns."""
    return _texts()["system"]


def coarse_turn(question: str) -> str:
    """What is asked with the coarse view. Answer options are left out, as ERGO's evaluation does."""
    return _texts()["coarse_turn"].replace("{Question}", without_options(question))


def zoom_turn(question: str) -> str:
    """What is asked with the zoom view, answer options included."""
    return _texts()["zoom_turn"].replace("{Question}", question.strip())


def direct_system() -> str:
    """The system prompt of the one look that the two are compared with; ours, not ERGO's."""
    return _texts()["direct_system"]


def direct_turn(question: str) -> str:
    """What is asked with a view of the whole photo when there is no second look; ours, not ERGO's."""
    return _texts()["direct_turn"].replace("{Question}", question.strip())


def instructions() -> tuple[str, ...]:
    """What every dialogue repeats word for word: the system prompt, and what follows the question in each turn."""
    turns = (_texts()[name].removeprefix("{Question}") for name in ("coarse_turn", "zoom_turn", "direct_turn"))
    return (system(), *turns)


def without_options(question: str) -> str:
    """The question up to its first "(A)".

    >>> without_options("Which colour is the kite? (A) red (B) blue")
    'Which colour is the kite?'
    """
    options = _OPTIONS.search(question)
    return (question[: options.start()] if options else question).strip()
