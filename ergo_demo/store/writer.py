"""The one writer: jobs from many threads become few transactions, because a transaction costs a sync of the disk.

While one is being committed the next jobs gather; nobody waits for a timer. A job's result is handed out only after
the commit that holds it. Knows no table.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar, cast

import sqlalchemy as sa

from ergo_demo.errors import DatabaseLocked, ErgoError, NotWritten, StoreError

T = TypeVar("T")

Work: TypeAlias = Callable[[sa.Connection], T]
"""Done in a transaction with others, and again if that fails. An ErgoError is raised before anything is written."""

MOST_JOBS = 64
"""Of one transaction."""

TRIES = 4
"""For what another process got in the way of: two wrote the same version, or waited for each other."""


@dataclass
class _Job(Generic[T]):
    work: Work[T]
    future: "Future[T]" = field(default_factory=Future)


class Writer:
    """A thread that owns the writing connection. `check_room` raises NotWritten before the disk is quite full."""

    def __init__(self, engine: sa.Engine, check_room: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._check_room = check_room
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def soon(self, work: Work[T]) -> "Future[T]":
        """The result of `work`, once it is on the disk."""
        job = _Job(work)
        job.future.set_running_or_notify_cancel()  # nobody can take it back from now on
        with self._lock:
            if self._closed:
                raise StoreError("The store is closed.", remedy="Start the app again.")
            self._jobs.put(job)
        return job.future

    def do(self, work: Work[T]) -> T:
        """Waits for it."""
        return self.soon(work).result()

    def close(self) -> None:
        """Finishes what was handed in, then ends."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch = [self._jobs.get()]
            while len(batch) < MOST_JOBS and batch[-1] is not None:
                try:
                    batch.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            going = batch[-1] is not None
            if jobs := [job for job in batch if job is not None]:
                self._commit(jobs)

    def _commit(self, jobs: list[_Job[Any]]) -> None:
        try:
            results = self._transact(jobs)
        except Exception as error:  # whatever it is belongs to those who wait, not to this thread
            refused = explain(error)
            if isinstance(refused, (NotWritten, DatabaseLocked)):
                results = [refused] * len(jobs)  # would hit each of them
            elif len(jobs) == 1:
                results = [self._again(jobs[0], refused)]
            else:
                for job in jobs:
                    self._commit([job])
                return
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, Exception):
                job.future.set_exception(result)
            else:
                job.future.set_result(result)

    def _transact(self, jobs: list[_Job[Any]]) -> list[Any]:
        self._check_room()
        with self._engine.begin() as connection:
            return [_result(job.work, connection) for job in jobs]

    def _again(self, job: _Job[Any], error: Exception) -> Any:
        for _ in range(TRIES):
            if not isinstance(error.__cause__, (sa.exc.IntegrityError, sa.exc.OperationalError)):
                break
            try:
                return self._transact([job])[0]
            except Exception as newer:  # as above
                error = explain(newer)
        return error


def _result(work: Work[Any], connection: sa.Connection) -> Any:
    try:
        return work(connection)
    except ErgoError as refused:
        return refused


def explain(error: Exception) -> Exception:
    """A database's error as one of ours, with the original as its cause; other errors as they are."""
    if not isinstance(error, sa.exc.DBAPIError):
        return error
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
    found: StoreError
    if name in ("SQLITE_FULL", "53100", "SQLITE_READONLY") or name.startswith("SQLITE_IOERR"):
        found = NotWritten(f"The store could not be written: {error.orig}.", remedy="Free some disk space, then retry.")
    elif name in ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03"):
        found = DatabaseLocked("Another program holds the store.", remedy="Try again in a moment.")
    else:
        found = StoreError(f"The database refused: {error.orig}.", remedy="Try again; what you sent was not saved.")
    found.__cause__ = cast("BaseException", error)
    return found
