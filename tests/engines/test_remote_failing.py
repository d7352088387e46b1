"""The engine that asks a server, against one that fails: a clear outcome for each way to fail, and never a hang."""

import json
import logging
import socket
import traceback
from dataclasses import replace
from typing import Any

import pytest

from ergo_demo.engines.remote import RemoteEngine
from ergo_demo.engines.remote_failures import Patience, asked_to_wait
from ergo_demo.errors import EngineError, EngineUnavailable, ModelNotFound
from ergo_demo.records import Finish, Message, Sampling
from ergo_demo.settings import Settings
from tests.engines.fake_server import IMPATIENT, Answering, Behaviour, FakeServer, fake_server, say
from tests.engines.speaking import never, photo, spoken

QUESTION = Message("user", "Where is the kite?", photo(56, 56))
KEY = "sk-never-to-be-seen-4711"


def heard(server: FakeServer, patience: Patience = IMPATIENT, key: str | None = None) -> str:
    engine = server.engine(patience=patience, key=key)
    return spoken(engine.dialogue(Sampling(max_new_tokens=20)).say(QUESTION, stop=never)).text


def killed(answering: Answering) -> None:
    """The connection ends within the reply, as when the server's process dies."""
    answering.begin()
    answering.piece("one ")


def ends_early(answering: Answering) -> None:
    """The stream ends as it should, but the reply did not."""
    answering.begin()
    answering.piece("one ")
    answering.end()


def error_within(answering: Answering) -> None:
    answering.begin()
    answering.piece("one ")
    answering.line(json.dumps({"error": {"message": f"the engine died; {KEY}"}}))


def lines(*data: str) -> Behaviour:
    def answer(answering: Answering) -> None:
        answering.begin()
        for line in data:
            answering.line(line)
        answering.end()

    return answer


def other_body(kind: str, body: bytes) -> Behaviour:
    return lambda answering: answering.send(200, body, kind)


def refused(status: int, message: str = "because", **headers: str) -> Behaviour:
    return lambda answering: answering.refuse(status, message, **headers)


CHOICE = '{"index": 0, "delta": {"content": "one "}, "finish_reason": null}'

FAILURES: dict[str, tuple[Behaviour, type[EngineError], str, int]] = {
    "killed mid-stream": (killed, EngineUnavailable, "ended its reply in the middle", 1),
    "ends early": (ends_early, EngineUnavailable, "ended its reply in the middle", 1),
    "an error within": (error_within, EngineUnavailable, r"failed: the engine died; …\.", 1),
    "no JSON": (lines("{", "[DONE]"), EngineUnavailable, "cannot be read", 1),
    "a number": (lines("17"), EngineUnavailable, "cannot be read", 1),
    "a list": (lines("[1]"), EngineUnavailable, "cannot be read", 1),
    "no choices": (lines("{}"), EngineUnavailable, "cannot be read", 1),
    "choices of text": (lines('{"choices": ["a"]}'), EngineUnavailable, "cannot be read", 1),
    "text that is a number": (lines('{"choices": [{"delta": {"content": 3}}]}'), EngineUnavailable, "cannot be", 1),
    "a delta that is a list": (lines('{"choices": [{"delta": [1]}]}'), EngineUnavailable, "cannot be read", 1),
    "an index of text": (lines('{"choices": [{"index": "a", "delta": {}}]}'), EngineUnavailable, "cannot be", 1),
    "garbage after a piece": (lines(f'{{"choices": [{CHOICE}]}}', "\x00\xff"), EngineUnavailable, "cannot be", 1),
    "nothing": (lines(), EngineUnavailable, "in the middle", 1),
    "a web page": (other_body("text/html", b"<html>Hello"), EngineUnavailable, "cannot be read", 1),
    "no stream": (other_body("application/json", b'{"choices": []}'), EngineUnavailable, "cannot be read", 1),
    "400": (refused(400, "too long"), EngineUnavailable, r"refused the request \(400\): too long\. .*budgets", 4),
    "422": (refused(422), EngineUnavailable, r"refused the request \(422\): because", 4),
    "413": (refused(413), EngineUnavailable, r"refused the request \(413\)", 1),
    "401": (refused(401), EngineUnavailable, "does not let us in .*ERGO_API_KEY", 1),
    "403": (refused(403), EngineUnavailable, "does not let us in", 1),
    "404": (refused(404), ModelNotFound, "no model 'a-model', or nothing at this address.*/v1", 1),
    "302": (refused(302, Location="http://127.0.0.1:9/"), EngineUnavailable, r"failed \(302\)", 1),
    "500": (refused(500), EngineUnavailable, r"failed \(500\): because", 3),
    "503": (refused(503, Retry_After="0"), EngineUnavailable, r"failed \(503\)", 3),
    "429 storm": (refused(429, Retry_After="99999"), EngineUnavailable, "too much to do", 3),
    "withheld": (say("no", finish="content_filter"), EngineUnavailable, "withheld the reply", 1),
}


@pytest.mark.parametrize(("behaviour", "kind", "said", "requests"), FAILURES.values(), ids=FAILURES)
def test_each_failure_is_said_and_only_some_are_tried_again(
    behaviour: Behaviour, kind: type[EngineError], said: str, requests: int
) -> None:
    with fake_server(behaviour) as server:
        with pytest.raises(kind, match=said) as raised:
            heard(server, key=KEY)
        assert len(server.requests) == requests
    assert raised.value.remedy.endswith(".")
    assert "\n" not in str(raised.value)


def killed_at_once(answering: Answering) -> None:
    answering.begin()
    answering.piece("")


@pytest.mark.parametrize("behaviour", [refused(429), refused(500), refused(503, Retry_After="0.01"), killed_at_once])
def test_a_server_that_recovers_is_waited_for(behaviour: Behaviour) -> None:
    def recovers(answering: Answering) -> None:
        (behaviour if len(answering.server.requests) < 3 else say("7"))(answering)

    with fake_server(recovers) as server:
        assert heard(server) == "7"
        assert len(server.requests) == 3


def test_nobody_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    engine = RemoteEngine.open(Settings(api_base=f"http://127.0.0.1:{port}/v1", model="a-model"), IMPATIENT)
    with pytest.raises(EngineUnavailable, match=r"does not answer\. Check that it runs") as raised:
        spoken(engine.dialogue(Sampling()).say(QUESTION, stop=never))
    assert str(port) not in str(raised.value), "a trace is for others too, and they need no address"


def slow_to_begin(answering: Answering) -> None:
    answering.server.closing.wait(60)


def slow_within(answering: Answering) -> None:
    answering.begin()
    answering.piece("one ")
    answering.server.closing.wait(60)


def pings_for_ever(answering: Answering) -> None:
    """Comments keep a connection alive, but are no reply."""
    answering.begin()
    while not answering.server.closing.wait(0.01):
        answering._handler.wfile.write(b"6\r\n: hi\n\n\r\n")


@pytest.mark.parametrize("behaviour", [slow_to_begin, slow_within, pings_for_ever])
def test_a_silent_server_is_given_up(behaviour: Behaviour) -> None:
    with fake_server(behaviour) as server:
        with pytest.raises(EngineUnavailable, match=r"silent for too long.*ERGO_API_SECONDS"):
            heard(server, replace(IMPATIENT, silence_seconds=0.2))
        assert len(server.requests) == 1, "waiting as long again would be no answer either"


def test_stop_is_seen_while_the_server_is_silent_or_refuses() -> None:
    for behaviour in (slow_to_begin, refused(429)):
        with fake_server(behaviour) as server:
            patient = Patience(tries=1_000, first_wait_seconds=30, longest_wait_seconds=30)
            dialogue = server.engine(patience=patient).dialogue(Sampling())
            generation = spoken(dialogue.say(QUESTION, stop=lambda: bool(server.requests)))
        assert (generation.tokens, generation.finish) == ((), Finish.CANCELLED)


def test_a_failed_turn_leaves_the_conversation_as_it_was() -> None:
    with fake_server(say("7")) as server:
        dialogue = server.engine().dialogue(Sampling())
        spoken(dialogue.say(QUESTION, stop=never))
        server.behaviour = killed
        before = (dialogue.said, list(dialogue.chat))
        with pytest.raises(EngineUnavailable):
            spoken(dialogue.say(QUESTION, stop=never))
        assert (dialogue.said, dialogue.chat) == before
        server.behaviour = say("8")
        assert spoken(dialogue.say(QUESTION, stop=never)).text == "8"


def test_waits_grow_and_are_drawn_and_follow_the_server() -> None:
    patience = Patience(first_wait_seconds=1, longest_wait_seconds=8)
    drawn = [[patience.wait_seconds(tried) for _ in range(50)] for tried in range(1, 7)]
    for waits, most in zip(drawn, [1, 2, 4, 8, 8, 8], strict=True):
        assert most / 2 <= min(waits) < max(waits) <= most
    assert patience.wait_seconds(1, asked_for=5) == 5
    assert patience.wait_seconds(1, asked_for=5_000) == 8
    assert asked_to_wait(ValueError()) is None


def test_the_key_is_sent_and_shown_nowhere(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)

    def echoes(answering: Answering) -> None:
        answering.refuse(400, f"Bad header: Bearer {KEY}")

    with fake_server(say("7")) as server:
        assert heard(server, key=KEY) == "7"
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
        server.behaviour = echoes
        with pytest.raises(EngineUnavailable) as raised:
            heard(server, key=KEY)
        shown: list[Any] = [repr(server.engine(key=KEY)), *capfd.readouterr(), caplog.text, raised.value]
    shown += traceback.format_exception(raised.value)
    assert [text for text in map(str, shown) if KEY in text] == []


def test_another_server_s_key_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with fake_server(say("7")) as server:
        assert heard(server) == "7"
        assert server.headers[0]["authorization"] == "Bearer none"
