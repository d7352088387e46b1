"""What one visitor has on the page: a photo, what was asked, the run in progress. Bounded, expires, shared with nobody.

A session is named by the hash that Gradio gives each open page. Knows no component and no words.
"""

import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from ergo_demo.imaging import Photo
from ergo_demo.pipeline import RunSettings
from ergo_demo.ui.messages import Notice
from ergo_demo.ui.progress import Progress

MOST_SESSIONS = 200
MOST_PHOTOS = 6
"""Of one session: the oldest is forgotten when one more is opened."""
MOST_ASKED = 20
MOST_WAITING = 20
"""Runs in line, all sessions together."""
GRACE_SECONDS = 300.0
"""A phone drops the connection of a page in the background: so long its photos are kept."""


@dataclass(eq=False)
class Job:
    """One question that waits for its turn or runs."""

    photo: Photo
    question: str
    chosen: RunSettings
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    stopped: threading.Event = field(default_factory=threading.Event)
    running: bool = False


class Session:
    """One open page. `revisions` number what is sent to it, so that it can drop what arrives late."""

    def __init__(self) -> None:
        self.photos: deque[Photo] = deque()
        self.photo: Photo | None = None
        self.shown: Progress | None = None
        self.asked: deque[Progress] = deque(maxlen=MOST_ASKED)
        self.job: Job | None = None
        self.notice: Notice | None = None
        self.revisions = count(1)
        self.expires = 0.0

    def stop(self) -> None:
        """Ends the run in progress, if there is one, at its next token."""
        if self.job is not None:
            self.job.stopped.set()

    def open(self, photo: Photo) -> list[Photo]:
        """Puts `photo` on the page; the photos that had to make room for it."""
        self.photo, self.shown, self.notice = photo, None, None
        self.photos.append(photo)
        dropped = [self.photos.popleft() for _ in range(len(self.photos) - MOST_PHOTOS)]
        kept = [asked for asked in self.asked if asked.photo not in dropped]
        self.asked = deque(kept, maxlen=MOST_ASKED)
        return dropped

    def show_again(self, id: str) -> Progress | None:
        """Puts an earlier question back on the page, with its photo; None when it is not this session's."""
        found = next((asked for asked in self.asked if asked.id == id), None)
        if found is not None:
            self.photo, self.shown, self.notice = found.photo, found, None
        return found


class Sessions:
    """All open pages of this process, and the line in front of the model. Safe to use from several threads."""

    def __init__(
        self, forget: Callable[[Photo], None], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._forget = forget
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.RLock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._line: list[Job] = []
        self._run_seconds: deque[float] = deque(maxlen=20)

    def of(self, name: str) -> Session:
        """The session of this name, made if new; its time begins again."""
        with self._lock:
            session = self._sessions.setdefault(name, Session())
            session.expires = self._clock() + self._seconds
            self._sessions.move_to_end(name)
            self._drop_old()
            return session

    def open(self, session: Session, photo: Photo) -> None:
        """Puts `photo` on the page instead of what was there; its oldest photo makes room."""
        with self._lock:
            self._end_job(session)
            self._forget_all(session.open(photo))

    def leave(self, name: str) -> None:
        """The page was closed: its run stops, and its photos go after GRACE_SECONDS."""
        with self._lock:
            if session := self._sessions.get(name):
                self._end_job(session)
                session.expires = min(session.expires, self._clock() + GRACE_SECONDS)

    def queue(self, session: Session, job: Job) -> bool:
        """Puts `job` at the end of the line, instead of what the session had there; False when the line is full."""
        with self._lock:
            self._end_job(session)
            if len(self._line) >= MOST_WAITING:
                return False
            session.job = job
            self._line.append(job)
            return True

    def take(self, session: Session) -> Job | None:
        """The job whose turn it is; None when it was stopped, or taken, while it waited."""
        with self._lock:
            job = session.job
            if job is None or job.running:
                return None
            job.running = True
            return job

    def finish(self, session: Session, job: Job, seconds: float | None) -> None:
        """Takes `job` out of the line; `seconds` is how long it ran, None when it was stopped before it began."""
        with self._lock:
            self._line = [waiting for waiting in self._line if waiting is not job]
            if session.job is job:
                session.job = None
            if seconds is not None:
                self._run_seconds.append(seconds)

    def before(self, job: Job) -> int:
        """How many are served before `job`, the one at the model included."""
        with self._lock:
            return self._line.index(job) if job in self._line else 0

    def seconds_of_a_run(self) -> float | None:
        """Mean of the last runs, None before the first."""
        with self._lock:
            return sum(self._run_seconds) / len(self._run_seconds) if self._run_seconds else None

    def _drop_old(self) -> None:
        now = self._clock()
        expired = [name for name, session in self._sessions.items() if session.expires < now]
        surplus = len(self._sessions) - len(expired) - MOST_SESSIONS
        oldest = [name for name in self._sessions if name not in expired][: max(0, surplus)]
        for name in expired + oldest:
            session = self._sessions.pop(name)
            self._end_job(session)
            self._forget_all(list(session.photos))

    def _end_job(self, session: Session) -> None:
        """Stops what this session has in the line; what runs leaves the line when it has ended (`finish`)."""
        job, session.job = session.job, None
        if job is not None:
            job.stopped.set()
            if not job.running:
                self._line.remove(job)

    def _forget_all(self, photos: list[Photo]) -> None:
        for photo in photos:
            self._forget(photo)
