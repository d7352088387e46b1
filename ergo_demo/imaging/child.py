"""The door's end of the worker process: start it, ask it with a deadline, kill it. Knows nothing about images."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from ergo_demo.imaging import wire

WORKER = (sys.executable, "-P", "-m", "ergo_demo.imaging.worker")
"""-P: a file beside an upload must not be imported because of its name."""

START_SECONDS = 60.0
"""Most seconds until a worker is ready; a tenth of a second is usual."""

_PACKAGE_ROOT = Path(__file__).parents[2]


class WorkerGone(Exception):
    """The worker died, or wrote something that is no answer."""


class DeadlinePassed(WorkerGone):
    """The worker was killed because it took too long."""


class Child:
    """One worker process. Not thread safe: the door asks one thing at a time.

    Starting does not wait; the first question does. Raises OSError when the program cannot be started at all.
    """

    def __init__(self, command: Sequence[str] = WORKER) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
        self._requests: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._answers: BinaryIO = self._process.stdout  # type: ignore[assignment]
        self._ready = False

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Return when the worker has started. Raises WorkerGone, and then it is dead."""
        if not self._ready:
            self._within(START_SECONDS, lambda: wire.receive(self._answers))
            self._ready = True

    def ask(self, request: Mapping[str, object], seconds: float) -> dict[str, Any]:
        """The answer to `request`. Raises DeadlinePassed after `seconds`, or WorkerGone; then the worker is dead."""

        def exchange() -> dict[str, Any]:
            wire.send(self._requests, request)
            return wire.receive(self._answers)

        return self._within(seconds, exchange)

    def kill(self) -> None:
        """End the worker now, whatever it does, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._close_pipes()

    def abandon(self) -> None:
        """Let go of a worker that belongs to the parent of this (forked) process, without touching it."""
        self._close_pipes()
        self._process.returncode = 0  # It is no child of ours: nobody here can wait for it.

    def _within(self, seconds: float, exchange: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        # Whoever takes it first has decided between an answer and the deadline.
        verdict = threading.Lock()

        def end() -> None:
            if verdict.acquire(blocking=False):
                self._process.kill()

        # A timer, not select(): that cannot wait for pipes on Windows.
        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            answer = exchange()
            if not verdict.acquire(blocking=False):
                raise DeadlinePassed
        except BaseException as error:
            # Also when somebody interrupts: an answer that nobody read would be taken for that of the next photo.
            self.kill()
            if isinstance(error, EOFError | ValueError | OSError):
                raise (WorkerGone if verdict.acquire(blocking=False) else DeadlinePassed)() from error
            raise
        finally:
            timer.cancel()
        return answer

    def _close_pipes(self) -> None:
        for pipe in (self._requests, self._answers):
            with suppress(OSError):  # What was still to be written has no reader any more.
                pipe.close()


def _environment() -> dict[str, str] | None:
    """All that the worker sees: where to import from. The tokens in the app's environment are not for a decoder."""
    if sys.platform == "win32":
        return None  # Nothing starts there without a part of it.
    paths = dict.fromkeys([str(_PACKAGE_ROOT), *filter(None, sys.path)])
    # Two threads, and few heaps for them: each heap reserves 64 MB of the address space that is limited.
    return {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
        "VIPS_CONCURRENCY": "2",
        "MALLOC_ARENA_MAX": "2",
    }
