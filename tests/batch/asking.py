"""What the tests of the batch ask: small photos, questions about them, and a run in this process."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ergo_demo.asking import run_settings
from ergo_demo.batch import Batch
from ergo_demo.batch.progress import Progress
from ergo_demo.batch.rows import Row, RowsFile, read_rows
from ergo_demo.engines import Engine
from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.imaging import Door
from ergo_demo.settings import Settings
from tests.photos import pattern, write_png


def write_questions(folder: Path, n: int, **more: Any) -> Path:
    """`n` questions about three photos, and the photos."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in range(3):
        write_png(folder / f"{name}.png", pattern(160, 120 + 4 * name))
    items = [{"id": f"q{at}", "image": f"{at % 3}.png", "question": f"What is number {at}?"} | more for at in range(n)]
    return write_lines(folder / "questions.jsonl", items)


def write_lines(path: Path, items: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return path


def answer(
    questions: Path, out: Path, engine: Engine | None = None, *, at_once: int = 2, again: bool = False, **settings: Any
) -> list[Row]:
    """Runs the batch to its end; the rows of `out`, in the order of the questions."""
    engine = engine or ScriptedEngine()
    lines: list[str] = []
    with RowsFile.open(out, again=again) as rows, Door(out.parent / "photos") as door:
        chosen = run_settings(engine.info, Settings(**settings))
        progress = Progress(0, rows.answered.count, rows.failed, time.monotonic, lines.append)
        Batch(engine, door, chosen, at_once, threading.Event()).run(questions, rows, progress)
    return sorted(read_rows(out), key=lambda row: row["line"])


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return write_questions(tmp_path / "scenes", 12)
