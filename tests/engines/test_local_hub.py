"""From a model's name to a folder, with a hub of our own: what is announced, and the remedy for each way it fails."""

import errno
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest

from ergo_demo.engines.local_hub import Hub, HuggingFaceHub, folder_of
from ergo_demo.errors import EngineUnavailable, ModelNotFound


@dataclass
class FakeHub:
    """Has one model of 16.58 GB, and writes down what is asked of it."""

    folder: Path
    is_cached: bool = False
    fails: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def cached(self, model: str, revision: str | None) -> Path | None:
        self.asked.append(f"cached {model} {revision}")
        return self.folder if self.is_cached else None

    def size_bytes(self, model: str, revision: str | None) -> int:
        self.asked.append(f"size {model} {revision}")
        return 16_580_000_000

    def download(self, model: str, revision: str | None) -> Path:
        self.asked.append(f"download {model} {revision}")
        if self.fails:
            raise self.fails
        return self.folder


def silent(sentence: str) -> None:
    raise AssertionError(f"nothing is to be announced here: {sentence}")


def test_a_folder_is_itself(tmp_path: Path) -> None:
    hub = FakeHub(tmp_path)
    assert folder_of(str(tmp_path), None, hub, silent) == tmp_path
    assert hub.asked == []


def test_a_download_is_announced_with_its_size_before_it_starts(tmp_path: Path) -> None:
    hub = FakeHub(tmp_path)
    said = []
    assert folder_of("nota-ai/ERGO-7B", "main", hub, lambda sentence: said.append((sentence, [*hub.asked]))) == tmp_path
    assert hub.asked[-1] == "download nota-ai/ERGO-7B main"
    assert said == [
        (
            "nota-ai/ERGO-7B is not on this machine yet: 16.58 GB are downloaded from the hub, once.",
            ["cached nota-ai/ERGO-7B main", "size nota-ai/ERGO-7B main"],
        )
    ]


def test_what_is_already_here_is_neither_announced_nor_asked_for(tmp_path: Path) -> None:
    hub = FakeHub(tmp_path, is_cached=True)
    assert folder_of("a/b", None, hub, silent) == tmp_path
    assert hub.asked == ["cached a/b None"]


@pytest.mark.parametrize("name", ["./models/mine", "/nowhere/at/all", "a/b/c", "a b"])
def test_a_path_that_is_no_folder_is_not_looked_for_on_the_hub(tmp_path: Path, name: str) -> None:
    hub = FakeHub(tmp_path)
    with pytest.raises(ModelNotFound, match="There is no folder"):
        folder_of(name, None, hub, silent)
    assert hub.asked == []


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    hub = FakeHub(tmp_path, fails=OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(EngineUnavailable, match=r"ERGO-7B could not be stored: .*No space left.*Make room"):
        folder_of("nota-ai/ERGO-7B", None, hub, lambda _sentence: None)


class _Answers(BaseHTTPRequestHandler):
    """What the real hub says about a few models, as its API does."""

    def do_GET(self) -> None:
        model = self.path.partition("?")[0].partition("/revision/")[0].removeprefix("/api/models/")
        if "/revision/gone" in self.path:
            self.say(404, {}, {"X-Error-Code": "RevisionNotFound"})
        elif model == "open/model":
            files = {"model.safetensors": 7_000_000_000, "config.json": 1_000, "model.gguf": 5, "README.md": 9}
            siblings = [{"rfilename": name, "size": size} for name, size in files.items()]
            self.say(200, {"id": model, "sha": "a" * 40, "siblings": siblings}, {})
        elif model == "gated/model":
            self.say(403, {}, {"X-Error-Code": "GatedRepo"})
        elif model == "broken/model":
            self.say(418, {}, {})
        elif model == "expired/token":
            self.say(401, {}, {"X-Error-Message": "Invalid credentials in Authorization header"})
        else:
            self.say(401, {}, {"X-Error-Code": "RepoNotFound"})

    def say(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        text = json.dumps(body).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The real client against a server of this test, with an empty cache."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield HuggingFaceHub()
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_size_counts_only_what_is_loaded(hub: Hub) -> None:
    assert hub.size_bytes("open/model", "main") == 7_000_001_000


@pytest.mark.parametrize(
    ("model", "revision", "kind", "said"),
    [
        ("gated/model", None, ModelNotFound, "gated/model is gated: .* set HF_TOKEN"),
        ("private/model", None, ModelNotFound, "neither a folder nor a model on the hub .*'private/model'.* HF_TOKEN"),
        ("open/model", "gone", ModelNotFound, "open/model has no revision 'gone'.*ERGO_REVISION"),
        ("broken/model", None, EngineUnavailable, "the hub answered 418.*Start again"),
        ("expired/token", None, ModelNotFound, "does not let this machine read expired/token.*HF_TOKEN"),
        ("a--b/model", None, ModelNotFound, "neither a folder nor a model on the hub"),
    ],
)
def test_what_the_hub_refuses_has_a_remedy(
    hub: Hub, model: str, revision: str | None, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        folder_of(model, revision, hub, silent)


OFFLINE = (
    "ERGO-7B was not found, and the hub cannot be reached. "
    "Download it once with a network, or start with ERGO_DEVICE=cpu and without ERGO_MODEL."
)


def test_offline_mode_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelNotFound) as raised:
        folder_of("nota-ai/ERGO-7B", None, HuggingFaceHub(), silent)
    assert str(raised.value) == OFFLINE


def test_a_hub_that_cannot_be_reached_has_a_remedy(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 9 (discard) of this machine: nobody listens there.
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelNotFound) as raised:
        folder_of("nota-ai/ERGO-7B", None, hub, silent)
    assert str(raised.value) == OFFLINE


def test_a_complete_snapshot_of_the_cache_is_found_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    snapshot = tmp_path / "models--a--b" / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert folder_of("a/b", "c" * 40, HuggingFaceHub(), silent) == snapshot
