"""The lines of a questions file, the one that `scenes` writes: {"image", "question"}, and "options" where there are.

Everything else of a line (id, answer, target, ...) is carried into the row as it is. Read line by line, so that a
file may be longer than memory.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ergo_demo.errors import QuestionEmpty

DIGEST_BYTES = 8
"""Of the SHA-256 of a line: enough to see that a line was changed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, from 1, and its bytes."""

    number: int
    content: bytes

    @property
    def digest(self) -> int:
        """Never 0, which stands for "not answered"."""
        return int.from_bytes(hashlib.sha256(self.content).digest()[:DIGEST_BYTES]) or 1


@dataclass(frozen=True, slots=True)
class Question:
    """What a line asks. `item` is the line itself, `image` a path that can be opened."""

    item: dict[str, Any]
    image: Path
    text: str


def read_lines(path: Path) -> Iterator[Line]:
    """The lines that are not blank. Raises OSError."""
    with path.open("rb") as file:
        for number, content in enumerate(file, 1):
            if content.strip():
                yield Line(number, content.strip())


def read_question(line: Line, folder: Path) -> Question:
    """The question of a line; images are relative to `folder`. Raises QuestionEmpty, which names what is wrong.

    >>> line = Line(1, b'{"image": "a.jpg", "question": "Which?", "options": ["red", "blue"]}')
    >>> read_question(line, Path("scenes")).text
    'Which? (A) red (B) blue'
    """
    try:
        item = json.loads(line.content)
    except ValueError:
        item = None
    if not isinstance(item, dict):
        raise _wrong(line, "is no JSON object", "Write one object a line.")
    image, text, options = item.get("image"), item.get("question"), item.get("options") or []
    if not isinstance(image, str) or not isinstance(text, str):
        raise _wrong(line, 'lacks an "image" or a "question"', "Give both as text.")
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options) or len(options) > 26:
        raise _wrong(line, 'has "options" that are no list of texts', 'Write them as ["red", "blue"].')
    return Question(item, folder / image, with_options(text, options))


def with_options(text: str, options: Sequence[str]) -> str:
    """The question as the model is asked it.

    >>> with_options("Which?", ["red", "(B) blue"])
    'Which? (A) red (B) blue'
    """
    return " ".join([text.strip(), *map(_lettered, range(len(options)), options)])


def _lettered(index: int, option: str) -> str:
    """An option as ERGO's benchmarks write it; those that have their letter already keep it."""
    bare = re.sub(r"^(\([A-Z]\)|[A-Z][.:)])\s+", "", option.strip())
    return f"({chr(ord('A') + index)}) {bare}"


def _wrong(line: Line, what: str, remedy: str) -> QuestionEmpty:
    return QuestionEmpty(f"Line {line.number} {what}.", remedy=remedy)
