"""The folder of uploads and downloads that Gradio fills: files go when they are old, or when there are too many bytes.

Photos are deleted as soon as the door has read them. What stays is what nobody asked about, what a broken connection
left half written, and files made for download. Knows nothing of Gradio but that it writes here.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeAlias

from ergo_demo.errors import ErgoError

log = logging.getLogger(__name__)

Chore: TypeAlias = Callable[[], Coroutine[None, None, None]]
"""Runs beside the server until it is cancelled."""


def sweep(folder: Path, *, keep: frozenset[Path], seconds: float, most_bytes: int, now: float) -> int:
    """Deletes files older than `seconds`, then the oldest until `most_bytes` are left. Returns the bytes that are."""
    files = []
    for path in folder.rglob("*"):
        # A file may go while we look: its photo was read, and it was deleted.
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path not in keep:
                facts = path.stat()
                files.append((facts.st_mtime, facts.st_size, path))
    files.sort()
    left_bytes = sum(size for _, size, _ in files)
    for written, size, path in files:
        if now - written <= seconds and left_bytes <= most_bytes:
            break
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # other files are in it
            path.parent.rmdir()
        left_bytes -= size
    return left_bytes


def sweeper(folder: Path, *, seconds: float, most_bytes: int) -> Chore:
    """Sweeps while the server runs. What is there when it starts belongs to the page and stays."""

    async def sweeping() -> None:
        keep = frozenset(folder.rglob("*"))
        await every(60, lambda: sweep(folder, keep=keep, seconds=seconds, most_bytes=most_bytes, now=time.time()))()

    return sweeping


def every(seconds: float, work: Callable[[], object]) -> Chore:
    """Does `work` in a thread, each time after so long, until it is cancelled. One failure (a full disk) does not end
    it."""

    async def working() -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await asyncio.to_thread(work)
            except (OSError, ErgoError):
                log.exception("A chore failed; it is tried again in %.0f s.", seconds)

    return working
