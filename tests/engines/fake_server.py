"""A server with OpenAI's interface that does as it is told, also what no server should: for tests of the remote engine.

    with fake_server(say("<answer>7</answer>")) as server: ...  server.url, server.requests

Plain sockets under a thread each, so that it can break off, wait, or send nonsense.
"""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from ergo_demo.engines.remote import RemoteEngine
from ergo_demo.engines.remote_failures import Patience
from ergo_demo.settings import Settings

IMPATIENT = Patience(tries=3, first_wait_seconds=0.01, longest_wait_seconds=0.05, connect_seconds=5, silence_seconds=20)


class Answering:
    """One request: what was asked, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, asked: dict[str, Any], server: "FakeServer") -> None:
        self.asked = asked
        self.server = server
        self._handler = handler

    def refuse(self, status: int, message: str = "no", **headers: str) -> None:
        """An answer that is no reply."""
        self.send(status, json.dumps({"error": {"message": message}}).encode(), "application/json", **headers)

    def send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Any answer."""
        self._handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def begin(self) -> None:
        """The head of a stream, which has an end only when the connection has."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.end_headers()

    def line(self, data: str) -> None:
        """One event of the stream."""
        body = f"data: {data}\n\n".encode()
        self._handler.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        self._handler.wfile.flush()

    def piece(self, text: str, *, index: int = 0, finish: str | None = None, **more: Any) -> None:
        """A piece of a reply."""
        choice = {"index": index, "delta": {"content": text}, "finish_reason": finish, **more}
        self.line(json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [choice]}))

    def usage(self, prompt_tokens: int) -> None:
        """The last piece, which has no choice."""
        self.line(json.dumps({"choices": [], "usage": {"prompt_tokens": prompt_tokens}}))

    def end(self) -> None:
        """The regular end of a stream."""
        self.line("[DONE]")
        self._handler.wfile.write(b"0\r\n\r\n")


Behaviour: TypeAlias = Callable[[Answering], None]


def say(text: str, *, finish: str = "stop") -> Behaviour:
    """Replies well, a word at a time."""

    def answer(answering: Answering) -> None:
        answering.begin()
        for word in re.findall(r"\s*\S+|\s+", text):
            answering.piece(word)
        answering.piece("", finish=finish)
        answering.end()

    return answer


@dataclass
class FakeServer:
    """Where it listens, what it was asked (bodies and headers), and whether a client went away while it wrote."""

    behaviour: Behaviour
    url: str = ""
    models: tuple[str, ...] = ("a-model",)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    client_left: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def engine(self, *, key: str | None = None, patience: Patience = IMPATIENT) -> RemoteEngine:
        """The engine that asks it."""
        settings = Settings(engine="openai", api_base=self.url, model="a-model")
        engine = RemoteEngine.open(settings, patience)
        engine.server.key = key
        return engine


@contextlib.contextmanager
def fake_server(behaviour: Behaviour) -> Iterator[FakeServer]:
    """Serves until the block ends."""
    fake = FakeServer(behaviour)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            fake.headers.append({name.lower(): value for name, value in self.headers.items()})
            body = json.dumps({"data": [{"id": name, "object": "model"} for name in fake.models]}).encode()
            Answering(self, {}, fake).send(200, body, "application/json")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.requests.append(asked)
            fake.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.close_connection = True
            try:
                fake.behaviour(Answering(self, asked, fake))
            except ConnectionError:
                fake.client_left.set()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        fake.url = f"http://127.0.0.1:{server.server_port}/v1"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield fake
        finally:
            fake.closing.set()
            server.shutdown()
            serving.join()
