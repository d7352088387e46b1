"""What one visitor has on the page: a photo, what was asked, the run in progress. Bounded, expires, shared with nobody.

A session is named by the hash that Gradio gives each open page. Knows no component and no words.
"""

import math
import secrets
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from ergo_demo.asking import RunSettings
from ergo_demo.events import Event
from ergo_demo.imaging import Photo
from ergo_demo.ui.messages import Notice
from ergo_demo.ui.progress import Progress

MOST_SESSIONS = 200
MOST_PHOTOS = 6
"""Of one session: the oldest is forgotten when one more is opened."""
MOST_ASKED = 20
MOST_WAITING = 20
"""Runs in line, all sessions together."""
MOST_WAITING_OF_A_VISITOR = 10
"""Of them, from one address: nobody can fill the line alone, and a classroom behind one router can still work."""
STALE_SECONDS = 150.0
"""A waiting page asks every few seconds, in a background tab once a minute; one that does not has gone."""
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
    seen: float = 0.0
    """When its page last said that it waits."""


class Session:
    """One open page of `visitor`. `revisions` number what is sent to it, so that it can drop what arrives late."""

    def __init__(self, visitor: str = "") -> None:
        self.visitor = visitor
        self.photos: deque[Photo] = deque()
        self.photo: Photo | None = None
        self.shown: Progress | None = None
        self.asked: deque[Progress] = deque()
        self.job: Job | None = None
        self.notice: Notice | None = None
        self.revisions = count(1)
        self.expires = 0.0

    def open(self, photo: Photo) -> list[Photo]:
        """Puts `photo` on the page; the photos that had to make room for it."""
        self.photo, self.shown, self.notice = photo, None, None
        self.photos.append(photo)
        dropped = [self.photos[index] for index in range(len(self.photos) - MOST_PHOTOS)]
        for old in dropped:
            self.drop(old)
        return dropped

    def drop(self, photo: Photo) -> None:
        """Takes a photo that is not on the page out of the session, with what was asked about it."""
        self.photos.remove(photo)
        self.asked = deque(asked for asked in self.asked if asked.photo != photo)

    def keep(self, asked: Progress) -> list[Progress]:
        """Adds a finished run to what can be shown again; the runs that had to make room for it."""
        self.asked.append(asked)
        return [self.asked.popleft() for _ in range(len(self.asked) - MOST_ASKED)]

    def show_again(self, id: str) -> Progress | None:
        """Puts an earlier question back on the page, with its photo; None when it is not this session's."""
        found = next((asked for asked in self.asked if asked.id == id), None)
        if found is not None:
            self.photo, self.shown, self.notice = found.photo, found, None
        return found


class Sessions:
    """All open pages of this process, and the line in front of the model. Safe to use from several threads."""

    def __init__(
        self,
        forget: Callable[[Photo], None],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        most_bytes: float = math.inf,
    ) -> None:
        self._forget = forget
        self._most_bytes = most_bytes
        self._bytes: dict[str, int] = {}
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.RLock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._line: list[Job] = []
        self._run_seconds: deque[float] = deque(maxlen=20)

    def of(self, name: str, visitor: str = "") -> Session:
        """The session of this name, made if new; its time begins again.

        Where there are too many, the visitor who has the most loses the oldest of them.
        """
        with self._lock:
            session = self._sessions.setdefault(name, Session(visitor))
            session.expires = self._clock() + self._seconds
            self._sessions.move_to_end(name)
            self._drop_old()
            return session

    def open(self, session: Session, photo: Photo, stored_bytes: int = 0) -> None:
        """Puts `photo` on the page instead of what was there; its oldest photo makes room.

        Where all photos together take too much of the disk, the visitor who has the most of it loses the oldest ones.
        """
        with self._lock:
            self._end_job(session)
            self._bytes[photo.folder.name] = stored_bytes
            self._forget_all(session.open(photo))
            while sum(self._bytes.values()) > self._most_bytes and self._drop_a_photo():
                pass

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
            now = self._clock()
            self._line = [other for other in self._line if other.running or now - other.seen < STALE_SECONDS]
            mine = [other.job for other in self._sessions.values() if other.visitor == session.visitor]
            waiting = sum(other in mine for other in self._line)
            if len(self._line) >= MOST_WAITING or waiting >= MOST_WAITING_OF_A_VISITOR:
                return False
            session.job, job.seen = job, now
            self._line.append(job)
            return True

    def waits(self, session: Session) -> bool:
        """Whether this page's question is still in line; the page has shown that it is there."""
        with self._lock:
            if session.job is None or session.job.running:
                return False
            session.job.seen = self._clock()
            return True

    def take(self, session: Session, began: float) -> Job | None:
        """The job whose turn it is, now on the page; None when it was stopped, or taken, while it waited."""
        with self._lock:
            job = session.job
            if job is None or job.running:
                return None
            job.running = True
            session.notice = None
            session.shown = Progress(job.id, job.photo, job.question, job.chosen, began=began)
            return job

    def advance(self, session: Session, job: Job, event: Event, now: float) -> Progress | None:
        """What the page shows after `event` of `job`; None when it shows something else by now."""
        with self._lock:
            if session.job is not job or session.shown is None:
                return None
            session.shown = session.shown.after(event, now)
            return session.shown

    def stop(self, session: Session) -> None:
        """Ends the run in progress at its next token; a question in line leaves it."""
        with self._lock:
            if session.job is not None:
                session.job.stopped.set()
                if not session.job.running:
                    self._end_job(session)

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
        for name in [name for name, session in self._sessions.items() if session.expires < now]:
            self._drop(name)
        while len(self._sessions) > MOST_SESSIONS:
            most, _ = Counter(session.visitor for session in self._sessions.values()).most_common(1)[0]
            self._drop(next(name for name, session in self._sessions.items() if session.visitor == most))

    def _drop(self, name: str) -> None:
        session = self._sessions.pop(name)
        self._end_job(session)
        self._forget_all(list(session.photos))

    def _drop_a_photo(self) -> bool:
        """Forgets the oldest photo, of those on no page, of the visitor who has the most; False without any."""
        stored: Counter[str] = Counter()
        for session in self._sessions.values():
            stored[session.visitor] += sum(self._bytes.get(photo.folder.name, 0) for photo in session.photos)
        for visitor, _ in stored.most_common():
            for session in self._sessions.values():
                passed = [photo for photo in session.photos if photo != session.photo]
                if session.visitor == visitor and passed:
                    session.drop(passed[0])
                    self._forget_all(passed[:1])
                    return True
        return False

    def _end_job(self, session: Session) -> None:
        """Stops what this session has in the line; what runs leaves the line when it has ended (`finish`)."""
        job, session.job = session.job, None
        if job is not None:
            job.stopped.set()
            if not job.running:
                self._line = [waiting for waiting in self._line if waiting is not job]

    def _forget_all(self, photos: list[Photo]) -> None:
        for photo in photos:
            self._bytes.pop(photo.folder.name, None)
            self._forget(photo)
