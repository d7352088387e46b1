"""The batch's part of the command line: its arguments, and what is said while it runs."""

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from ergo_demo.asking import run_settings
from ergo_demo.batch.progress import Progress
from ergo_demo.batch.questions import read_lines
from ergo_demo.batch.rows import RowsFile
from ergo_demo.batch.running import Batch
from ergo_demo.engines import open_engine
from ergo_demo.imaging import Door
from ergo_demo.settings import Settings

AT_ONCE = {"openai": 16}
"""A server makes batches of what it is asked at once. A model here answers one; the other one's photo is opened."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `batch` takes beside the settings."""
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl", help='a line each: {"image", "question"}')
    parser.add_argument("out", type=Path, metavar="OUT.jsonl", help="gets a row with a trace for each; is continued")
    parser.add_argument("--at-once", type=int, help="questions in flight; 16 with ERGO_ENGINE=openai, else 2")
    parser.add_argument("--failed-again", action="store_true", help="ask those again that failed")


def run(options: argparse.Namespace, settings: Settings) -> None:
    """Answers what is left, and says how it goes on stderr. Raises ErgoError; KeyboardInterrupt passes through."""
    total = sum(1 for _ in read_lines(options.questions))
    with contextlib.ExitStack() as opened:
        rows = opened.enter_context(RowsFile.open(options.out, again=options.failed_again))
        if rows.answered.count >= total:
            _say(f"All {total:,} questions are answered; {rows.failed:,} of them failed.")
            return
        engine = open_engine(settings, announce=_say)
        photos = opened.enter_context(tempfile.TemporaryDirectory(prefix="ergo-batch-"))
        door = opened.enter_context(Door(Path(photos), tiled=False))
        at_once = max(1, options.at_once or AT_ONCE.get(settings.engine, 2))
        progress = Progress(total, rows.answered.count, rows.failed, time.monotonic, _say)
        batch = Batch(engine, door, run_settings(engine.info, settings), at_once)
        try:
            batch.run(options.questions, rows, progress)
        except KeyboardInterrupt:
            _say(f"{progress.line()}. Stopped: the same command continues.")
            raise SystemExit(130) from None
        progress.tell()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
