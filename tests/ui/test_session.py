"""Sessions: nothing of one in another, bounds that hold, a fair line, files that go when nobody has them."""

from dataclasses import replace
from pathlib import Path

import pytest

from ergo_demo.events import Spoke
from ergo_demo.imaging import Photo
from ergo_demo.records import Token
from ergo_demo.ui.session import (
    GRACE_SECONDS,
    MOST_ASKED,
    MOST_PHOTOS,
    MOST_SESSIONS,
    MOST_WAITING,
    MOST_WAITING_OF_A_VISITOR,
    STALE_SECONDS,
    Job,
    Sessions,
)
from tests.ui.runs import CHOSEN, PHOTO, finished, trace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def photo(name: str) -> Photo:
    return replace(PHOTO, folder=Path("/photos") / name, name=name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forgotten() -> list[Photo]:
    return []


@pytest.fixture
def sessions(clock: Clock, forgotten: list[Photo]) -> Sessions:
    return Sessions(forgotten.append, seconds=600, clock=clock)


def job(name: str = "boat") -> Job:
    return Job(photo(name), "Which number?", CHOSEN)


def test_sessions_share_nothing(sessions: Sessions) -> None:
    ada, bo = sessions.of("ada"), sessions.of("bo")
    ada.open(photo("boat"))
    ada.asked.append(finished(trace()))
    assert sessions.of("ada") is ada
    assert bo.photo is None
    assert bo.show_again(ada.asked[0].id) is None


def test_the_oldest_photo_and_its_questions_make_room(sessions: Sessions) -> None:
    session = sessions.of("ada")
    opened = [photo(f"photo-{number}") for number in range(MOST_PHOTOS + 1)]
    for each in opened[:-1]:
        assert session.open(each) == []
        session.asked.append(replace(finished(trace()), photo=each, id=each.name))
    assert session.open(opened[-1]) == opened[:1]
    assert [asked.photo for asked in session.asked] == opened[1:-1]


def test_the_list_of_questions_is_bounded(sessions: Sessions) -> None:
    session = sessions.of("ada")
    for number in range(MOST_ASKED + 5):
        dropped = session.keep(replace(finished(trace()), id=str(number)))
        assert [old.id for old in dropped] == ([str(number - MOST_ASKED)] if number >= MOST_ASKED else [])
    assert [session.asked[0].id, len(session.asked)] == ["5", MOST_ASKED]


def test_an_earlier_question_comes_with_its_photo(sessions: Sessions) -> None:
    session = sessions.of("ada")
    old = photo("old")
    session.asked.append(replace(finished(trace()), photo=old))
    session.open(photo("new"))
    assert session.show_again(session.asked[0].id) is session.asked[0]
    assert session.photo == old


def test_a_session_expires_with_its_photos(sessions: Sessions, clock: Clock, forgotten: list[Photo]) -> None:
    sessions.of("ada").open(photo("boat"))
    running = job()
    sessions.queue(sessions.of("ada"), running)
    clock.now = 601
    assert sessions.of("bo") is not None
    assert forgotten == [photo("boat")]
    assert running.stopped.is_set()
    assert sessions.of("ada").photo is None


def test_a_page_that_is_used_does_not_expire(sessions: Sessions, clock: Clock, forgotten: list[Photo]) -> None:
    sessions.of("ada").open(photo("boat"))
    for clock.now in (500.0, 1000.0, 1500.0):
        sessions.of("ada")
    assert forgotten == []


def test_a_closed_page_stops_its_run_and_goes_after_a_grace(
    sessions: Sessions, clock: Clock, forgotten: list[Photo]
) -> None:
    session = sessions.of("ada")
    session.open(photo("boat"))
    running = job()
    sessions.queue(session, running)
    sessions.leave("ada")
    sessions.leave("nobody")
    assert running.stopped.is_set()
    clock.now = GRACE_SECONDS - 1
    sessions.of("bo")
    assert forgotten == []
    clock.now = GRACE_SECONDS + 1
    sessions.of("bo")
    assert forgotten == [photo("boat")]


def test_the_number_of_sessions_is_bounded(sessions: Sessions, forgotten: list[Photo]) -> None:
    sessions.of("first").open(photo("boat"))
    for number in range(MOST_SESSIONS):
        sessions.of(str(number))
    assert forgotten == [photo("boat")]


def test_the_line_is_served_in_order_and_says_who_is_before(sessions: Sessions) -> None:
    names = ["ada", "bo", "cy"]
    jobs = {name: job(name) for name in names}
    for name in names:
        assert sessions.queue(sessions.of(name), jobs[name])
    assert [sessions.before(jobs[name]) for name in names] == [0, 1, 2]
    assert sessions.take(sessions.of("ada"), 0.0) is jobs["ada"]
    assert sessions.take(sessions.of("ada"), 0.0) is None
    sessions.finish(sessions.of("ada"), jobs["ada"], seconds=3.0)
    assert [sessions.before(jobs[name]) for name in names] == [0, 0, 1]
    assert sessions.seconds_of_a_run() == 3.0


def test_who_leaves_the_line_is_not_served(sessions: Sessions) -> None:
    session = sessions.of("ada")
    left = job()
    sessions.queue(session, left)
    sessions.stop(session)
    assert left.stopped.is_set()
    assert sessions.take(session, 0.0) is None
    assert sessions.seconds_of_a_run() is None


def test_a_new_photo_takes_the_waiting_question_out_of_the_line(sessions: Sessions) -> None:
    session = sessions.of("ada")
    waiting, behind = job(), job()
    sessions.queue(session, waiting)
    sessions.queue(sessions.of("bo"), behind)
    sessions.open(session, photo("next"))
    assert sessions.take(session, 0.0) is None
    assert sessions.before(behind) == 0


def test_the_line_is_bounded(sessions: Sessions) -> None:
    for number in range(MOST_WAITING):
        assert sessions.queue(sessions.of(str(number), f"192.0.2.{number}"), job())
    assert not sessions.queue(sessions.of("one more"), job())
    assert sessions.of("one more").job is None


def test_many_sessions_of_one_visitor_throw_nobody_else_out(sessions: Sessions, forgotten: list[Photo]) -> None:
    sessions.of("ada", "192.0.2.1").open(photo("boat"))
    for number in range(3 * MOST_SESSIONS):
        sessions.of(f"made up {number}", "192.0.2.2")
    assert forgotten == []
    assert sessions.of("ada", "192.0.2.1").photo == photo("boat")


def test_one_visitor_cannot_fill_the_line(sessions: Sessions) -> None:
    taken = [sessions.queue(sessions.of(str(number), "192.0.2.2"), job()) for number in range(MOST_WAITING)]
    assert sum(taken) == MOST_WAITING_OF_A_VISITOR
    assert sessions.queue(sessions.of("ada", "192.0.2.1"), job())


def test_a_page_that_no_longer_asks_loses_its_place(sessions: Sessions, clock: Clock) -> None:
    for number in range(MOST_WAITING):
        assert sessions.queue(sessions.of(str(number), f"192.0.2.{number}"), job())
    clock.now = STALE_SECONDS - 1
    assert sessions.waits(sessions.of("0"))
    clock.now = STALE_SECONDS + 1
    ada = sessions.of("ada")
    assert sessions.queue(ada, job())
    assert ada.job is not None
    assert sessions.before(ada.job) == 1


def test_who_has_most_of_the_disk_makes_room(forgotten: list[Photo], clock: Clock) -> None:
    sessions = Sessions(forgotten.append, seconds=600, clock=clock, most_bytes=100)
    sessions.open(sessions.of("ada", "192.0.2.1"), photo("boat"), 30)
    sessions.open(sessions.of("ada", "192.0.2.1"), photo("crane"), 10)
    for name, stored_bytes in (("one", 25), ("two", 30), ("three", 20)):
        sessions.open(sessions.of("bo", "192.0.2.2"), photo(name), stored_bytes)
    assert forgotten == [photo("one")]
    assert list(sessions.of("ada", "192.0.2.1").photos) == [photo("boat"), photo("crane")]


def test_a_run_writes_on_its_own_page_only(sessions: Sessions) -> None:
    session = sessions.of("ada")
    started = job()
    sessions.queue(session, started)
    assert sessions.take(session, 0.0) is started
    assert session.shown is not None
    event = Spoke("coarse", Token("word"))
    assert sessions.advance(session, started, event, 1.0) is session.shown
    sessions.open(session, photo("next"))
    assert sessions.advance(session, started, event, 2.0) is None
    assert session.shown is None
