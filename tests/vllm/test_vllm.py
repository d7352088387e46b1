"""The engine that asks a server, against vLLM with the embedded checkpoint: bash tests/vllm/run."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ergo_demo.asking import run_settings
from ergo_demo.engines import open_engine
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.remote import RemoteEngine
from ergo_demo.imaging import Door, Photo
from ergo_demo.pipeline import ask
from ergo_demo.records import Finish, Generation, Message, Sampling, Trace
from ergo_demo.settings import Settings
from tests.engines.speaking import SYSTEM, never, photo, spoken
from tests.engines.test_remote import forked
from tests.space.running import ROOT, free_port

PYTHON = os.environ.get("ERGO_VLLM_PYTHON", "")
TINY = ROOT / "assets" / "models" / "ergo-tiny"
EXAMPLES = ROOT / "assets" / "examples"
# Prefixes are kept in blocks of 128 tokens on a CPU: more than a short dialogue has.
BUDGETS = Settings(coarse_budget_tokens=256, zoom_budget_tokens=84, max_new_tokens=120)

pytestmark = pytest.mark.skipif(not PYTHON, reason="needs an environment with vLLM: bash tests/vllm/run")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("vllm"), free_port()
    subprocess.run([PYTHON, str(Path(__file__).parent / "save_model.py"), str(TINY), str(folder / "model")], check=True)
    command = [
        PYTHON, "-m", "vllm.entrypoints.openai.api_server", "--model", str(folder / "model"),
        "--served-model-name", "tiny", "--dtype", "float32", "--max-model-len", "2048",
        "--limit-mm-per-prompt", '{"image": 2, "video": 0}', "--enforce-eager", "--max-num-seqs", "8",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    quiet = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, env={**os.environ, **quiet}, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server, folder / "log.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    while server.poll() is None:
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError(f"vLLM ended:\n{log.read_text(errors='replace')[-4_000:]}")


@pytest.fixture(scope="module")
def engine(address: str) -> RemoteEngine:
    opened = open_engine(Settings(engine="openai", api_base=f"{address}/v1"))
    assert isinstance(opened, RemoteEngine)
    assert opened.info.model.name == "tiny"
    return opened


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Photo, str]]]:
    items = json.loads((EXAMPLES / "examples.json").read_text("utf-8"))[:4]
    with Door(tmp_path_factory.mktemp("photos")) as door:
        yield [(door.open_upright(EXAMPLES / item["image"]), item["question"]) for item in items]


def test_the_same_greedy_text_as_in_process(engine: RemoteEngine, asked: list[tuple[Photo, str]]) -> None:
    in_process = LocalEngine.load(Settings(model=str(TINY), device="cpu"))

    def said(trace: Trace) -> list[str]:
        return [look.generation.text for look in (trace.coarse, trace.zoom) if look]

    for one, question in asked:
        theirs, ours = (ask(each, one, question, run_settings(each.info, BUDGETS)) for each in (engine, in_process))
        assert said(theirs) == said(ours)
        assert (theirs.answer, theirs.box) == (ours.answer, ours.box)
    assert engine.server.refused_fields == 0


def test_every_token_has_its_log_probability_and_alternatives(engine: RemoteEngine) -> None:
    dialogue = engine.dialogue(Sampling(max_new_tokens=12))
    reply = spoken(dialogue.say(SYSTEM, Message("user", "Where is it?", photo(280, 196)), stop=never, alternatives=5))
    for token in reply.tokens:
        assert token.logprob is not None
        assert len(token.alternatives) == 5
        assert token.alternatives[0].logprob == pytest.approx(token.logprob)


def test_forks_come_from_one_request(engine: RemoteEngine) -> None:
    dialogue = engine.dialogue(Sampling(max_new_tokens=12))
    spoken(dialogue.say(SYSTEM, Message("user", "Where is it?", photo(280, 196)), stop=never))
    forks = forked(dialogue, 4, Sampling(temperature=1.5, max_new_tokens=30))
    texts = [fork.text for fork in forks if isinstance(fork, Generation)]
    assert len(texts) == 4
    assert len(set(texts)) > 1
    assert engine.server.answers_n is True


def test_the_second_look_finds_the_first_in_the_cache(
    engine: RemoteEngine, address: str, asked: list[tuple[Photo, str]]
) -> None:
    def counted(name: str) -> float:
        metrics = httpx.get(f"{address}/metrics", trust_env=False).text
        return sum(float(value) for value in re.findall(rf"^vllm:{name}_total\{{.*?\}} (\S+)$", metrics, re.MULTILINE))

    one, _ = asked[0]
    before = counted("prefix_cache_hits"), counted("prefix_cache_queries")
    ask(engine, one, "Is this a question that nobody asked before?", run_settings(engine.info, BUDGETS))
    hits, queries = counted("prefix_cache_hits") - before[0], counted("prefix_cache_queries") - before[1]
    print(f"prefix cache: {hits:.0f} of {queries:.0f} tokens of both looks")  # noqa: T201
    assert hits >= 256


def test_a_stopped_reply_leaves_the_server_free(engine: RemoteEngine) -> None:
    message = Message("user", "Where is it?", photo(280, 196))
    polls = iter([False] * 3 + [True] * 3)
    cut = spoken(engine.dialogue(Sampling()).say(SYSTEM, message, stop=lambda: next(polls)))
    assert cut.finish is Finish.CANCELLED
    assert spoken(engine.dialogue(Sampling(max_new_tokens=5)).say(SYSTEM, message, stop=never)).tokens
