"""The Ask tab: its handlers, a `match` over what happens, and how they are wired to the page."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from ergo_demo.asking import check_question, run_settings
from ergo_demo.errors import ErgoError, ImageUnreadable
from ergo_demo.events import CropReady, Event, Finished, Sampled, Spoke
from ergo_demo.ui import messages, photos, present
from ergo_demo.ui.api import uploaded
from ergo_demo.ui.examples import Example
from ergo_demo.ui.gate import visitor_in
from ergo_demo.ui.present import Page, Screen
from ergo_demo.ui.progress import Progress
from ergo_demo.ui.services import Services
from ergo_demo.ui.session import MOST_WAITING, Job, Session, Sessions
from ergo_demo.ui.visitors import Rate, Visitors

log = logging.getLogger(__name__)

OPENS = "opens"

SECONDS_BETWEEN_UPDATES = 1 / 15
"""Tokens that come faster are sent together: no eye follows them, and each update is a message over the network."""


@dataclass(frozen=True)
class AskTab:
    """The handlers. Each takes what the page sends, and gives back the whole screen of that visitor."""

    services: Services
    sessions: Sessions
    examples: tuple[Example, ...]
    opens: Visitors = field(default_factory=lambda: Visitors({OPENS: Rate.per_minute(30)}, time.monotonic))
    """Each photo and example that is opened keeps the decoder busy for a second or so."""

    def open_photo(self, event: gr.EventData, request: gr.Request) -> Screen:
        """A file was uploaded, or could not be. Nothing in `event` is trusted."""
        session = self._session(request)
        sent = event._data if isinstance(event._data, dict) else {}
        try:
            path = uploaded(sent)
        except ImageUnreadable:
            session.notice = messages.upload_lost()
            return self._screen(session)
        return self._open(session, path, str(sent.get("name", "photo")), delete_upload=True)

    def open_example(self, event: gr.EventData, request: gr.Request) -> tuple[Screen, Any]:
        """An example was chosen: its photo, and its question into the box."""
        session = self._session(request)
        sent = event._data if isinstance(event._data, dict) else {}
        index = sent.get("index")
        if not isinstance(index, int) or not 0 <= index < len(self.examples):
            return self._screen(session), gr.skip()
        example = self.examples[index]
        screen = self._open(session, example.image, example.image.name, delete_upload=False)
        return screen, example.question if session.notice is None else gr.skip()

    def open_again(self, event: gr.EventData, request: gr.Request) -> tuple[Screen, Any]:
        """An earlier question was chosen: its trace, its photo, and its words into the box."""
        session = self._session(request)
        sent = event._data if isinstance(event._data, dict) else {}
        found = session.show_again(str(sent.get("id"))) if session.job is None else None
        if found is not None and not found.photo.path.is_file():
            session.notice = messages.expired()
        return self._screen(session), found.question if found else gr.skip()

    def start(
        self,
        question: str,
        coarse: int | None,
        zoom: int | None,
        temperature: float | None,
        seed: int | None,
        samples: int | None,
        sample_temperature: float | None,
        request: gr.Request,
    ) -> Screen:
        """Run was pressed: what is asked goes into the line, or the page says why not. An empty setting is unset."""
        session = self._session(request)
        if session.job is not None:
            return self._screen(session)
        session.notice = None
        try:
            question = check_question(question)
            chosen = run_settings(
                self.services.engine,
                self.services.settings,
                coarse_budget_tokens=coarse,
                zoom_budget_tokens=zoom,
                temperature=temperature,
                seed=seed,
                samples=samples,
                sample_temperature=sample_temperature,
            )
        except ErgoError as error:
            session.notice = messages.error(error)
            return self._screen(session)
        if session.photo is None or not session.photo.path.is_file():
            session.notice = messages.expired() if session.photo else messages.no_photo()
            return self._screen(session)
        session.shown = None
        if not self.sessions.queue(session, Job(session.photo, question, chosen)):
            session.notice = messages.line_full(MOST_WAITING)
        return self._screen(session)

    def run(self, request: gr.Request) -> Iterator[Screen]:
        """The turn of this visitor's question: the screen again and again, as the model writes."""
        session = self._session(request)
        started = time.monotonic()
        job = self.sessions.take(session, started)
        if job is None:
            return
        yield self._screen(session)
        try:
            yield from self._follow(session, job)
        finally:
            self.sessions.finish(session, job, time.monotonic() - started)
        yield self._screen(session)

    def _follow(self, session: Session, job: Job) -> Iterator[Screen]:
        """The screens of a run while it is this session's; errors become its notice."""
        sent = 0.0
        try:
            for event in self.services.look(job.photo, job.question, job.chosen, job.stopped.is_set):
                now = time.monotonic()
                shown = self.sessions.advance(session, job, event, now)
                if shown is None:
                    # Another photo was opened, which stopped this run: nobody looks at what it still says.
                    continue
                self._keep(session, shown, event)
                if not isinstance(event, Spoke | Sampled) or now - sent >= SECONDS_BETWEEN_UPDATES:
                    sent = now
                    yield self._screen(session)
        except ErgoError as error:
            trace = session.shown.trace if session.shown else None
            kept = trace is not None and trace.coarse is not None
            self._failed(session, job, messages.error(error, kept_first_look=kept))
        except Exception:
            # The page is the last place that can tell the visitor anything; the log has the rest.
            log.exception("A run failed")
            self._failed(session, job, messages.unexpected())

    def _failed(self, session: Session, job: Job, notice: messages.Notice) -> None:
        if session.job is not job:
            return
        session.notice = notice
        if session.shown is not None and session.shown.trace is None:
            session.shown = None

    def _keep(self, session: Session, shown: Progress, event: Event) -> None:
        """Writes what the browser fetches by itself."""
        match event:
            case CropReady(view):
                photos.keep_crop(shown.photo, shown.id, view.region)
            case Finished(trace):
                photos.keep_trace(shown.photo, shown.id, trace)
                for old in session.keep(shown):
                    photos.forget_look(old.photo, old.id)

    def stop(self, request: gr.Request) -> Screen:
        """Stop was pressed: the model ends at its next token; a question in line leaves it."""
        session = self._session(request)
        self.sessions.stop(session)
        return self._screen(session)

    def refused(self, request: gr.Request) -> Screen:
        """The server took no run: too many from this address, or too many in line."""
        session = self._session(request)
        if self.sessions.waits(session):
            self.sessions.stop(session)
            session.notice = messages.run_refused()
        return self._screen(session)

    def is_it_my_turn(self, request: gr.Request) -> Any:
        """Asked by a page that waits, every few seconds."""
        session = self._session(request)
        return self._screen(session) if self.sessions.waits(session) else gr.skip()

    def left(self, request: gr.Request) -> None:
        """The page was closed."""
        self.sessions.leave(request.session_hash or "")

    def _session(self, request: gr.Request) -> Session:
        return self.sessions.of(request.session_hash or "", visitor_in(request))

    def _open(self, session: Session, path: Path, name: str, *, delete_upload: bool) -> Screen:
        if wait_seconds := self.opens.wait_seconds(session.visitor, OPENS):
            session.notice = messages.too_many_photos(wait_seconds)
            return self._screen(session)
        try:
            photo = self.services.door.open_upright(path, name=name, delete_upload=delete_upload)
        except ErgoError as error:
            session.notice = messages.error(error)
        else:
            self.sessions.open(session, photo, photos.stored_bytes(photo))
        return self._screen(session)

    def _screen(self, session: Session) -> Screen:
        job, shown = session.job, session.shown
        waits = job is not None and not job.running
        notice = session.notice
        if waits and job is not None and (before := self.sessions.before(job)):
            each = self.sessions.seconds_of_a_run()
            notice = messages.waiting(before, each and each * before)
        page = Page(
            revision=next(session.revisions),
            now=time.monotonic(),
            photo=session.photo,
            tiles=photos.tile_props(session.photo) if session.photo else None,
            shown=shown,
            chosen=self.services.defaults,
            waits=waits,
            notice=notice,
            asked=tuple(session.asked),
            urls=photos.addresses(shown.photo, shown.id) if shown else {},
        )
        return present.screen(page)
