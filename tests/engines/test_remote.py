"""The engine that asks a server, against one that does as it is told: turns, forks, cancelling, what is sent."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ergo_demo.engines import Fork, Turn, fork_seed, open_engine
from ergo_demo.engines.remote import RemoteEngine
from ergo_demo.engines.remote_dialogue import RemoteDialogue
from ergo_demo.errors import EngineUnavailable, FrameMismatch, ModelNotFound
from ergo_demo.records import Finish, Generation, Message, Sampling
from ergo_demo.settings import Settings
from tests.engines.fake_server import Answering, FakeServer, fake_server, say
from tests.engines.speaking import SYSTEM, never, photo, spoken

QUESTION = Message("user", "Where is the kite?", photo(84, 56))
SECOND = Message("user", "What does it say?", photo(56, 56, seed=1))
GREEDY = Sampling(max_new_tokens=20)


def heard(dialogue: RemoteDialogue, *messages: Message) -> Generation:
    return spoken(dialogue.say(*messages, stop=never))


def forked(dialogue: RemoteDialogue, k: int, sampling: Sampling = GREEDY) -> tuple[Fork, ...]:
    forking = dialogue.fork(k, sampling, stop=never)
    counts = []
    while True:
        try:
            counts.append(next(forking))
        except StopIteration as end:
            assert counts == sorted(counts)
            forks: tuple[Fork, ...] = end.value
            return forks


def texts(forks: tuple[Fork, ...]) -> list[str]:
    return [fork.text if isinstance(fork, Generation) else type(fork).__name__ for fork in forks]


def test_a_turn_streams_and_the_next_one_sends_it_all_again() -> None:
    with fake_server(say("<zoom>[1, 2, 3, 4]</zoom>")) as server:
        dialogue = server.engine().dialogue(GREEDY)
        assert heard(dialogue, SYSTEM, QUESTION).text == "<zoom>[1, 2, 3, 4]</zoom>"
        heard(dialogue, SECOND)
        first, second = (request["messages"] for request in server.requests)
    assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
    assert second[: len(first)] == first
    assert second[2]["content"] == "<zoom>[1, 2, 3, 4]</zoom>"
    assert [turn.reply.finish for turn in dialogue.said] == [Finish.STOP, Finish.STOP]


def test_a_picture_is_sent_before_the_text_as_the_very_pixels() -> None:
    with fake_server(say("7")) as server:
        heard(server.engine().dialogue(GREEDY), QUESTION)
        image, text = server.requests[0]["messages"][0]["content"]
    kind, data = image["image_url"]["url"].split(",")
    assert kind == "data:image/png;base64"
    assert QUESTION.picture is not None
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), QUESTION.picture)
    assert text == {"type": "text", "text": QUESTION.text}


def test_the_sampling_is_said_in_every_field() -> None:
    with fake_server(say("7")) as server:
        heard(server.engine().dialogue(Sampling(0.7, 0.9, 3, 50)), QUESTION)
        request = server.requests[0]
    asked = {name: request[name] for name in ("temperature", "top_p", "seed", "max_tokens")}
    assert asked == {"temperature": 0.7, "top_p": 0.9, "seed": 3, "max_tokens": 50}
    assert (request["top_k"], request["repetition_penalty"]) == (-1, 1.0), "else a server takes the checkpoint's"
    assert (request["model"], request["stream"]) == ("a-model", True)


def test_a_server_that_refuses_unusual_fields_is_asked_without_them_from_then_on() -> None:
    unusual = {"top_k", "generation_config", "logprobs"}

    def strict(answering: Answering) -> None:
        if unusual & set(answering.asked):
            answering.refuse(422, "Unexpected keys in the request")
        else:
            say("7")(answering)

    with fake_server(strict) as server:
        engine = server.engine()
        for _ in range(2):
            assert heard(engine.dialogue(GREEDY), QUESTION).text == "7"
        sent = [sorted(unusual & set(request)) for request in server.requests]
    assert sent == [["logprobs", "top_k"], ["generation_config", "logprobs"], ["logprobs"], [], []]


def test_what_a_person_writes_is_no_control_token() -> None:
    with fake_server(say("7")) as server:
        heard(server.engine().dialogue(GREEDY), Message("user", "<|im_end|> <|x <| a|>"))
        assert server.requests[0]["messages"][0]["content"] == "< |im_end|> <|x <| a|>"


def test_logprobs_are_what_the_server_says_or_not_available() -> None:
    def measured(answering: Answering) -> None:
        answering.begin()
        likely = [{"token": "4", "logprob": -0.1}, {"token": "7", "logprob": -2.4}]
        entries = [{"token": "4", "logprob": -0.1, "top_logprobs": likely}, {"token": "2", "logprob": -9999.0}]
        answering.piece("42", logprobs={"content": entries})
        answering.piece("!", logprobs={"content": [{"token": "?", "logprob": -0.3}]})
        answering.piece("?", logprobs={"content": [{"token": "?", "logprob": float("nan")}]})
        answering.piece("", finish="stop")
        answering.end()

    with fake_server(measured) as server:
        tokens = heard(server.engine().dialogue(GREEDY), QUESTION).tokens
    assert [(token.text, token.logprob) for token in tokens] == [("4", -0.1), ("2", None), ("!", None), ("?", None)]
    assert [(other.text, other.logprob) for other in tokens[0].alternatives] == [("4", -0.1), ("7", -2.4)]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_a_thought_that_the_server_took_out_is_put_back(name: str) -> None:
    def sorted_out(answering: Answering) -> None:
        answering.begin()
        for more in ({name: "It is "}, {name: "left."}, {"content": "<zoom>"}, {"content": "[1]"}):
            answering.piece("", delta=more)
        answering.piece("", finish="stop")
        answering.end()

    with fake_server(sorted_out) as server:
        generation = heard(server.engine().dialogue(GREEDY), QUESTION)
    assert generation.text == "<think>It is left.</think><zoom>[1]"


def test_alternatives_are_asked_for_only_where_they_are_wanted() -> None:
    with fake_server(say("7")) as server:
        dialogue = server.engine().dialogue(GREEDY)
        spoken(dialogue.say(QUESTION, stop=never, alternatives=50))
        spoken(dialogue.say(SECOND, stop=never))
        assert [request.get("top_logprobs") for request in server.requests] == [20, None]


def test_without_logprobs_there_are_none_rather_than_zeros() -> None:
    with fake_server(say("one two")) as server:
        assert [token.logprob for token in heard(server.engine().dialogue(GREEDY), QUESTION).tokens] == [None, None]


def endless(answering: Answering) -> None:
    answering.begin()
    while not answering.server.closing.wait(0.01):
        answering.piece("word ")


def silent(answering: Answering) -> None:
    """Says nothing; notices when the client goes, which a socket shows only to who writes."""
    answering.begin()
    while not answering.server.closing.wait(0.01):
        answering.line('{"choices": []}')


@pytest.mark.parametrize("behaviour", [endless, silent])
def test_stopping_closes_the_connection_and_keeps_what_was_said(behaviour: Any) -> None:
    with fake_server(behaviour) as server:
        dialogue = server.engine().dialogue(Sampling(max_new_tokens=10_000))
        polled = 0

        def stop() -> bool:
            nonlocal polled
            polled += 1
            return polled > 3 and bool(server.requests)  # before that there is no connection to close

        generation = spoken(dialogue.say(QUESTION, stop=stop))
        assert server.client_left.wait(30)
    assert generation.finish is Finish.CANCELLED
    assert dialogue.said[0].reply == generation


def test_closing_the_generator_closes_the_connection_and_forgets_the_turn() -> None:
    with fake_server(endless) as server:
        dialogue = server.engine().dialogue(Sampling(max_new_tokens=10_000))
        speaking = dialogue.say(QUESTION, stop=never)
        assert next(speaking).text == "word "
        speaking.close()
        assert server.client_left.wait(30)
    assert dialogue.said == ()


def test_a_server_that_ignores_the_limit_is_stopped_at_it() -> None:
    with fake_server(endless) as server:
        generation = heard(server.engine().dialogue(Sampling(max_new_tokens=5)), QUESTION)
        assert server.client_left.wait(30)
    assert (len(generation.tokens), generation.finish) == (5, Finish.LENGTH)


def test_a_reply_that_was_cut_off_says_so() -> None:
    with fake_server(say("one two", finish="length")) as server:
        assert heard(server.engine().dialogue(GREEDY), QUESTION).finish is Finish.LENGTH


@pytest.mark.parametrize(("counted", "fits"), [(5, False), (6, True), (400, True), (0, True)])
def test_a_server_that_made_the_picture_smaller_is_found_out_by_its_count(counted: int, fits: bool) -> None:
    def counting(answering: Answering) -> None:
        answering.begin()
        answering.piece("7")
        answering.piece("", finish="stop")
        answering.usage(counted)
        answering.end()

    with fake_server(counting) as server:
        dialogue = server.engine().dialogue(GREEDY)
        if fits:
            assert heard(dialogue, QUESTION).text == "7"
        else:
            with pytest.raises(FrameMismatch, match="read 5 tokens, and the views alone have 6"):
                heard(dialogue, QUESTION)


def test_a_size_that_the_server_would_change_is_not_sent() -> None:
    with fake_server(say("7")) as server:
        with pytest.raises(FrameMismatch, match="100 x 56 px"):
            heard(server.engine().dialogue(GREEDY), Message("user", "?", photo(100, 56)))
        assert server.requests == []


def several(answering: Answering) -> None:
    """A server that has `n`."""
    answering.begin()
    number = answering.asked.get("n", 1)
    for word in ("one", "two"):
        for index in range(number):
            answering.piece(f"{word}{index} ", index=index)
    for index in range(number):
        answering.piece("", index=index, finish="stop")
    answering.end()


def by_seed(answering: Answering) -> None:
    """A server that ignores `n` without a word."""
    say(f"seed {answering.asked['seed']}")(answering)


def without_n(answering: Answering) -> None:
    """A server that refuses it."""
    by_seed(answering) if answering.asked.get("n", 1) == 1 else answering.refuse(400, "n must be 1")


def after_a_turn(server: FakeServer) -> RemoteDialogue:
    said = Turn((SYSTEM, QUESTION), Generation((), Finish.STOP))
    return server.engine().dialogue(GREEDY, said)


def test_forks_come_from_one_request_where_the_server_has_n() -> None:
    with fake_server(several) as server:
        dialogue = after_a_turn(server)
        assert texts(forked(dialogue, 3)) == ["one0 two0 ", "one1 two1 ", "one2 two2 "]
        assert [request["n"] for request in server.requests] == [3]
        assert [message["role"] for message in server.requests[0]["messages"]] == ["system", "user"]
        assert len(dialogue.said) == 1
        assert dialogue.server.answers_n is True


@pytest.mark.parametrize("behaviour", [by_seed, without_n])
def test_forks_are_asked_side_by_side_where_n_is_ignored_or_refused(behaviour: Any) -> None:
    with fake_server(behaviour) as server:
        dialogue = after_a_turn(server)
        for _ in range(2):
            expected = [f"seed {fork_seed(GREEDY.seed, number)}" for number in range(3)]
            assert texts(forked(dialogue, 3)) == expected
        assert dialogue.server.answers_n is False
        again = server.requests[-3:]
    assert all("n" not in request for request in again), "once is enough to learn it"


def test_a_fork_that_fails_is_reported_and_the_others_are_kept() -> None:
    def one_fails(answering: Answering) -> None:
        if answering.asked["seed"] == fork_seed(GREEDY.seed, 1):
            answering.refuse(400, "not this one")
        else:
            by_seed(answering)

    with fake_server(one_fails) as server:
        forks = forked(after_a_turn(server), 3)
    assert [text.partition(" ")[0] for text in texts(forks)] == ["seed", "RequestRefused", "seed"]


def test_stopped_forks_are_cancelled() -> None:
    with fake_server(endless) as server:
        dialogue = server.engine().dialogue(GREEDY, Turn((QUESTION,), Generation((), Finish.STOP)))
        forking = dialogue.fork(2, Sampling(max_new_tokens=100_000), stop=lambda: True)
        with pytest.raises(StopIteration) as end:
            next(forking)
        assert [fork.finish for fork in end.value.value] == [Finish.CANCELLED] * 2


def test_nothing_can_be_forked_before_a_turn() -> None:
    with fake_server(several) as server, pytest.raises(ValueError, match="no turn"):
        next(server.engine().dialogue(GREEDY).fork(2, GREEDY, stop=never))


def test_the_model_is_the_one_that_the_server_has() -> None:
    with fake_server(say("7")) as server:
        engine = open_engine(Settings(engine="openai", api_base=server.url))
        assert isinstance(engine, RemoteEngine)
        assert (engine.info.model.name, engine.info.model.device) == ("a-model", "server")
        server.models = ("a-model", "b-model")
        with pytest.raises(ModelNotFound, match=r"2 models: a-model, b-model.*ERGO_MODEL"):
            open_engine(Settings(engine="openai", api_base=server.url))
        server.models = ()
        with pytest.raises(ModelNotFound, match="does not say which models"):
            open_engine(Settings(engine="openai", api_base=server.url))


def test_an_engine_without_an_address_says_what_to_set() -> None:
    with pytest.raises(EngineUnavailable, match=r"ERGO_API_BASE is not set.*http://127\.0\.0\.1:8000/v1"):
        open_engine(Settings(engine="openai"))
