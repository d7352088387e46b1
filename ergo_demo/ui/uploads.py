"""The folder of uploads and downloads that Gradio fills: files go when they are old, or when there are too many bytes.

Photos are deleted as soon as the door has read them. What stays is what nobody asked about, what a broken connection
left half written, and files made for download. Knows nothing of Gradio but that it writes here.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

SECONDS_BETWEEN_SWEEPS = 60


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


def sweeper(folder: Path, *, seconds: float, most_bytes: int) -> Callable[[], Coroutine[None, None, None]]:
    """The chore that sweeps while the server runs. What is there when it starts belongs to the page and stays."""

    async def sweeping() -> None:
        keep = frozenset(folder.rglob("*"))
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)
            await asyncio.to_thread(sweep, folder, keep=keep, seconds=seconds, most_bytes=most_bytes, now=time.time())

    return sweeping
