"""Exports that a server writes while it serves: one at a time, in a thread, watched and stopped from elsewhere.

What is written lies as a zip in one folder until it is removed: the newest `MOST_KEPT` of them. Its name says the
format and when. One that was stopped, or whose server ended, goes on when the same is asked for next.
"""

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ergo_demo.errors import ErgoError, InputError, NotThere, NotWritten
from ergo_demo.exports.exporting import Exported, Preview, Request, Watch, export, preview
from ergo_demo.exports.folder import Interrupted
from ergo_demo.exports.packing import pack
from ergo_demo.store.store import Store

MOST_KEPT = 5

LAST_SECONDS = 10
"""How long a server that ends waits for its export."""

NAME = re.compile(r"[a-z0-9-]{1,40}-[0-9]{8}-[0-9]{6}\.zip")

Stage: TypeAlias = Literal["reading", "writing", "checking", "packing", "done", "stopped", "failed"]

AT_WORK: tuple[Stage, ...] = ("reading", "writing", "checking", "packing")


@dataclass(frozen=True, slots=True)
class Kept:
    """A zip that can be fetched."""

    name: str
    written_ns: int
    """When, since the epoch: two may have been written in the second that their names say."""
    size_bytes: int
    format: str
    rows: int
    checked: str


@dataclass
class Job:
    """One dry run or export."""

    number: int
    request: Request
    dry: bool
    stage: Stage
    counts: Preview = field(default_factory=Preview)
    done: Exported | None = None
    kept: Kept | None = None
    failed: ErgoError | None = None
    stopping: bool = False

    @property
    def at_work(self) -> bool:
        """Whether it still runs."""
        return self.stage in AT_WORK


class Exports:
    """Thread safe. `folder` must lie outside what a web server shows; it goes when somebody is forgotten."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store, self._folder, self._clock = store, folder, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.job: Job | None = None
        """The last one."""

    def start(self, request: Request, *, dry: bool) -> Job:
        """Begins. Raises InputError while another one is at work."""
        with self._lock:
            if self.job is not None and self.job.at_work:
                raise InputError("Another export is at work.", remedy="Wait until it is done, or stop it.")
            number = self.job.number + 1 if self.job else 1
            self.job = job = Job(number, request, dry, "reading" if dry else "writing")
            self._thread = threading.Thread(target=self._work, args=(job,), name="ergo-export", daemon=True)
            self._thread.start()
            return job

    def stop(self) -> None:
        """Asks the one at work to end; what it made is kept for the next try."""
        if self.job is not None and self.job.at_work:
            self.job.stopping = True

    def close(self) -> None:
        """Ends the one at work; one that is past its last decision may be left to its fate: it can be begun again."""
        self.stop()
        if self._thread is not None:
            self._thread.join(timeout=LAST_SECONDS)

    def kept(self) -> list[Kept]:
        """What can be fetched, the newest first."""
        found = [self._label(path) for path in self._folder.glob("*.zip") if NAME.fullmatch(path.name)]
        return sorted((each for each in found if each), key=lambda each: each.written_ns, reverse=True)

    def file(self, name: str) -> Path:
        """The zip of this name. Raises NotThere."""
        path = self._folder / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise NotThere("There is no such export.", remedy="It may have been removed: write it again.")
        return path

    def remove(self, name: str) -> None:
        """Deletes a zip. Raises NotThere."""
        path = self.file(name)
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)

    def _work(self, job: Job) -> None:
        def watch(counts: Preview) -> None:
            job.counts = counts
            if job.stopping:
                raise Interrupted("It was stopped.", remedy="Start it again: it goes on.")
            if counts.checking:
                job.stage = "checking"

        try:
            if job.dry:
                job.counts = preview(self._store, job.request, watch)
            else:
                self._write(job, watch)
            job.stage = "done"
        except Interrupted:
            job.stage = "stopped"
        except ErgoError as error:
            job.failed, job.stage = error, "failed"
        except OSError as error:
            remedy = "Nothing is lost. Make room, or see what is wrong with the data folder; then start it again."
            why = error.strerror or type(error).__name__  # a library's own may have no number
            job.failed, job.stage = NotWritten(f"It could not be written: {why}.", remedy=remedy), "failed"
        except BaseException as error:  # a mistake of ours: the page must not wait for ever; the log has it
            job.failed = ErgoError(f"It failed: {type(error).__name__}.", remedy="Report this, with the server's log.")
            job.stage = "failed"
            raise

    def _write(self, job: Job, watch: Watch) -> None:
        request = job.request
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        out = self._folder / f"{request.format.name}-{key_of(request)}"
        self._tidy(besides=f".{out.name}.unfinished")
        done = export(self._store, request, out, watch)
        job.stage = "packing"
        target = self._folder / f"{request.format.name}-{self._clock():%Y%m%d-%H%M%S}.zip"
        pack(out, target)
        label = {"format": request.format.name, "rows": done.checked.rows, "checked": done.checked.words}
        target.with_suffix(".json").write_text(json.dumps(label), "ascii")
        shutil.rmtree(out)
        job.done, job.kept = done, self._label(target)
        for old in self.kept()[MOST_KEPT:]:
            self.remove(old.name)

    def _tidy(self, besides: str) -> None:
        """Removes what other exports that did not come to their end left, so that the disk does not fill with it."""
        for path in self._folder.iterdir():
            if path.is_dir() and path.name != besides:
                shutil.rmtree(path)
            elif path.suffix == ".new":
                path.unlink()

    def _label(self, path: Path) -> Kept | None:
        """None where the zip has no label yet, or is gone."""
        with suppress(OSError, ValueError):
            label: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("ascii"))
            found = path.stat()
            return Kept(path.name, found.st_mtime_ns, found.st_size, label["format"], label["rows"], label["checked"])
        return None


def key_of(request: Request) -> str:
    """Names what is asked for: the same question has the same name, whenever it is asked."""
    said = {
        "format": request.format.name,
        "projects": request.projects,
        "wanted": {key: sorted(values) for key, values in sorted(request.wanted.items())},
        "rules": asdict(request.rules),
    }
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
