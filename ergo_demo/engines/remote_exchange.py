"""One request in a thread of its own: what arrives as it arrives, and an end at any moment, also while all is silent.

The thread ends with the request, so nothing has to be closed with the engine, and a forked process starts afresh.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

SECONDS_TO_CLOSE = 5.0
"""How long is waited for a cancelled request to close its connection; it takes milliseconds."""


class Over(Exception):
    """Nothing more comes."""


class Exchange(Generic[T]):
    """Runs `ask()` in a thread with a loop of its own. Leaving the `with` cancels it, which closes its connection."""

    def __init__(self, ask: Callable[[], AsyncIterator[T]]) -> None:
        self._ask = ask
        self._arrived: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()
        self._begun = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="ergo-exchange", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._task is not None
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has just closed by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(SECONDS_TO_CLOSE)

    def next(self, seconds: float | None) -> T | None:
        """What came next; None when nothing came within `seconds` (None: no limit).

        Raises Over when everything has come, or what went wrong.
        """
        try:
            arrived = self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(arrived, Exception):
            raise arrived
        return arrived

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._task = self._loop.create_task(self._talk())
            self._begun.set()
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)

    async def _talk(self) -> None:
        try:
            async for arrived in self._ask():
                self._arrived.put(arrived)
            self._arrived.put(Over())
        except Exception as error:  # raised again in the thread that reads
            self._arrived.put(error)
