"""The engine that asks a server, against a real one: `transformers serve` with the embedded checkpoint, on loopback."""

import json
from collections.abc import Iterator
from functools import partial

import pytest
import torch

from ergo_demo.asking import run_settings
from ergo_demo.engines import Engine, open_engine
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.remote import RemoteEngine
from ergo_demo.errors import EngineUnavailable, ModelNotFound
from ergo_demo.imaging import Door, Photo
from ergo_demo.pipeline import ask
from ergo_demo.records import Finish, Generation, Message, Sampling, Trace
from ergo_demo.settings import Settings
from tests.engines.real_server import serving
from tests.engines.speaking import SYSTEM, never, photo, spoken
from tests.engines.test_remote import forked
from tests.space.running import ROOT

EXAMPLES = ROOT / "assets" / "examples"
TINY = ROOT / "assets" / "models" / "ergo-tiny"
BUDGETS = Settings(coarse_budget_tokens=112, zoom_budget_tokens=84, max_new_tokens=120)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with serving(TINY, tmp_path_factory.mktemp("served")) as started:
        yield started


@pytest.fixture(scope="module")
def remote(served: tuple[str, str]) -> RemoteEngine:
    address, model = served
    engine = open_engine(Settings(engine="openai", api_base=address, model=model))
    assert isinstance(engine, RemoteEngine)
    return engine


@pytest.fixture(scope="module")
def in_process() -> LocalEngine:
    torch.set_num_threads(1)
    return LocalEngine.load(Settings(model=str(TINY), device="cpu"))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Photo, str]]]:
    items = json.loads((EXAMPLES / "examples.json").read_text("utf-8"))[:4]
    with Door(tmp_path_factory.mktemp("photos")) as door:
        yield [(door.open_upright(EXAMPLES / item["image"]), item["question"]) for item in items]


def looks(engine: Engine, photo: Photo, question: str) -> Trace:
    return ask(engine, photo, question, run_settings(engine.info, BUDGETS))


def test_the_same_greedy_text_as_in_process(
    remote: RemoteEngine, in_process: LocalEngine, asked: list[tuple[Photo, str]]
) -> None:
    for one, question in asked:
        theirs, ours = looks(remote, one, question), looks(in_process, one, question)
        for trace in (theirs, ours):
            assert trace.coarse is not None
            assert trace.zoom is not None
        said = [[look.generation.text for look in (trace.coarse, trace.zoom) if look] for trace in (theirs, ours)]
        assert said[0] == said[1]
        assert (theirs.answer, theirs.box, theirs.outcome) == (ours.answer, ours.box, ours.outcome)


def test_log_probabilities_are_not_available_there(remote: RemoteEngine, asked: list[tuple[Photo, str]]) -> None:
    trace = looks(remote, *asked[0])
    assert trace.coarse is not None
    assert {token.logprob for token in trace.coarse.generation.tokens} == {None}


def test_forks_are_drawn_though_the_checkpoint_says_not_to_sample(
    remote: RemoteEngine, asked: list[tuple[Photo, str]]
) -> None:
    """`n` is ignored, and without our field for it so would be the temperature: all forks would agree."""
    dialogue = remote.dialogue(Sampling(max_new_tokens=40))
    spoken(dialogue.say(SYSTEM, Message("user", "Where is it?", photo(280, 196)), stop=never))
    forks = forked(dialogue, 4, Sampling(temperature=1.5, max_new_tokens=40))
    texts = [fork.text for fork in forks if isinstance(fork, Generation)]
    assert len(texts) == 4
    assert len(set(texts)) > 1
    assert remote.server.answers_n is False


def test_after_a_cancelled_reply_the_next_one_is_whole(
    remote: RemoteEngine, in_process: LocalEngine, asked: list[tuple[Photo, str]]
) -> None:
    message = Message("user", "Where is the red boat?", photo(280, 196))
    texts = []
    for engine in (remote, in_process):
        stop = partial(next, iter([False, False, True, True, True]))
        cut = spoken(engine.dialogue(Sampling()).say(SYSTEM, message, stop=stop))
        assert cut.finish is Finish.CANCELLED
        texts.append(spoken(engine.dialogue(Sampling(max_new_tokens=30)).say(SYSTEM, message, stop=never)).text)
    assert texts[0] == texts[1]


def test_what_it_refuses_is_said(served: tuple[str, str]) -> None:
    address, _model = served
    other = open_engine(Settings(engine="openai", api_base=address, model="nobody/nothing"))
    with pytest.raises(EngineUnavailable, match=r"refused the request \(400\).*nobody/nothing"):
        spoken(other.dialogue(Sampling()).say(SYSTEM, stop=never))
    with pytest.raises(ModelNotFound, match="does not say which models it has"):
        open_engine(Settings(engine="openai", api_base=address))
    wrong = open_engine(Settings(engine="openai", api_base=f"{address}/v9", model="x"))
    with pytest.raises(ModelNotFound, match="nothing at this address"):
        spoken(wrong.dialogue(Sampling()).say(SYSTEM, stop=never))
