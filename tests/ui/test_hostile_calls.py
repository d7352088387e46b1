"""Thousands of calls that no page would make: every event of the app, its uploads and its routes, with a fixed seed.

The bar: no answer of 500 or above but "the queue is full", the server stays healthy, and it still answers.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from gradio_client import Client, handle_file  # type: ignore[import-untyped]

from tests.photos import pattern, write_png
from tests.space.running import RunningApp, running_app

Dice: TypeAlias = random.Random

META = {"_type": "gradio.FileData"}

PATHS = [
    "/etc/passwd", "../../../etc/passwd", "app.py", "/proc/self/environ", "", "a" * 4_000, "a\0b", "~", "\\\\host\\x",
    "http://127.0.0.1:1/x.png", "https://evil.example/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA",
    "C:\\Windows\\win.ini", "photo\u202egnp.exe", "/dev/zero", "/dev/stdin", ".", "/",
]  # fmt: skip

FOLDERS = [
    "/gradio_api/file=", "/gradio_api/file/", "/gradio_api/custom_component/", "/gradio_api/stream/",
    "/gradio_api/call/ask/", "/gradio_api/component_server/", "/gradio_api/startup-events", "/config/", "/pwa_icon/",
    "/photos/", "/photos/0123456789abcdef/tiles/0/", "/examples/", "/assets/", "/static/", "/svelte/", "/theme.css",
]  # fmt: skip

VALUES: list[Callable[[Dice], Any]] = [
    lambda _: None,
    lambda _: True,
    lambda dice: dice.choice([0, -1, 10**30, 2**63, 1e308, float("nan"), float("inf"), -0.0]),
    lambda dice: "x" * dice.choice([0, 1, 5_000, 200_000]),
    lambda dice: dice.choice(["<script>alert(1)</script>", "{{7*7}}", "${7*7}", "\ud800", "\0", "٣", "' OR 1=1 --"]),
    lambda dice: {"path": dice.choice(PATHS), "meta": META},
    lambda dice: {"path": dice.choice(PATHS), "url": dice.choice(PATHS), "meta": dice.choice([META, None, 7, "x"])},
    lambda dice: {"path": dice.choice([7, None, [], {}]), "meta": META},
    lambda dice: [{"path": dice.choice(PATHS)}] * dice.randrange(5),
    lambda dice: {"photo": {"folder": dice.choice(PATHS)}, "box": [float("nan")] * 4, "revision": -1},
    lambda dice: nested(dice.choice([1, 30, 90])),
    lambda dice: {str(number): number for number in range(dice.randrange(200))},
    lambda _: {"__type__": "update", "value": "x", "visible": False},
]


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else "x"


def value(dice: Dice) -> Any:
    return dice.choice(VALUES)(dice)


@dataclass
class Hostile:
    """Makes calls of every kind at one running app and keeps count of the answers."""

    http: httpx.Client
    dice: Dice
    events: list[dict[str, Any]]
    photo: Path

    def call(self) -> tuple[str, int]:
        """One call: which kind it was, and the status that came back; 0 when the server hung up.

        It does where it refuses a body before all of it has come. Whether it lives is asked after the attack.
        """
        kind = self.dice.choice(
            [self.join, self.join, self.join, self.ask, self.ask, self.run, self.upload, self.route]
        )
        try:
            return kind.__name__, kind()
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.InvalidURL):
            return kind.__name__, 0

    def data(self, event: dict[str, Any]) -> list[Any]:
        if self.dice.random() < 0.15:
            return [value(self.dice) for _ in range(self.dice.randrange(9))]
        return [value(self.dice) for _ in event["inputs"]]

    def body(self) -> dict[str, Any]:
        event = self.dice.choice([event for event in self.events if event["backend_fn"]])
        number = event["id"] if self.dice.random() < 0.9 else self.dice.choice([-1, 10**9, "x", None, 1.5])
        body = {"data": self.data(event), "fn_index": number, "session_hash": f"s{self.dice.randrange(50)}"}
        if self.dice.random() < 0.3:
            body |= {"event_data": value(self.dice), "trigger_id": self.dice.choice([None, 1, "x", -5])}
        return body

    def post(self, path: str, body: object) -> httpx.Response:
        # json= would refuse to send NaN and half a surrogate pair, which others are free to send.
        content = json.dumps(body).encode()
        if self.dice.random() < 0.1:
            content = content[: self.dice.randrange(len(content))] + bytes([self.dice.randrange(256)])
        return self.http.post(path, content=content, headers={"content-type": "application/json"})

    def join(self) -> int:
        body = self.body()
        joined = self.post("/gradio_api/queue/join", body)
        if joined.status_code == 200:
            self.wait_for(joined.json()["event_id"], f"/gradio_api/queue/data?session_hash={body['session_hash']}")
        return joined.status_code

    def ask(self) -> int:
        data = [value(self.dice) for _ in range(self.dice.choice([6, 6, 6, 0, 9]))]
        if data and self.dice.random() < 0.5:
            sent = self.http.post("/gradio_api/upload", files={"files": self.photo.read_bytes()}).json()
            data[0] = {"path": sent[0], "meta": META}
        name = self.dice.choice(["ask", "ask", "ask", "ask", "nothing", "%00"])
        joined = self.post(f"/gradio_api/call/{name}", {"data": data})
        if joined.status_code == 200:
            self.wait_for(None, f"/gradio_api/call/ask/{joined.json()['event_id']}")
        return joined.status_code

    def wait_for(self, event_id: str | None, address: str) -> None:
        """Reads a stream until the event is over, so that the queue has room for the next one."""
        with self.http.stream("GET", address) as stream:
            assert stream.status_code < 500
            for line in stream.iter_lines():
                over = line.startswith(("event: complete", "event: error")) or '"close_stream"' in line
                if over or ('"process_completed"' in line and str(event_id) in line):
                    return

    def run(self) -> int:
        return self.post(
            f"/gradio_api/{self.dice.choice(['run/predict', 'run/ask', 'api/predict'])}", self.body()
        ).status_code

    def upload(self) -> int:
        boundary = self.dice.choice(["b", "", "b" * 300, "ü"])
        name = self.dice.choice(PATHS).encode(errors="replace").replace(b"\0", b"%00")
        part = b'--b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n' % (
            self.dice.choice([b"files", b"other", b""]), name
        )  # fmt: skip
        content = part * self.dice.choice([0, 1, 1, 3, 9]) + self.dice.randbytes(self.dice.randrange(500))
        content += self.dice.choice([b"\r\n--b--\r\n", b"", b"\r\n--b"])
        kind = self.dice.choice(["multipart/form-data", "multipart/form-data", "text/plain", "application/json"])
        headers = {b"content-type": f"{kind}; boundary={boundary}".encode()}
        address = f"/gradio_api/upload{self.dice.choice(['', '?upload_id=x', '/'])}"
        return self.http.post(address, content=content, headers=headers).status_code

    def route(self) -> int:
        path = self.dice.choice(PATHS)
        folder = self.dice.choice(FOLDERS)
        method = self.dice.choice(["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
        with self.http.stream(method, f"{folder}{path}" if self.dice.random() < 0.9 else folder) as answer:
            return answer.status_code


def attack(app: RunningApp, photo: Path, calls: int) -> Counter[tuple[str, int]]:
    """`calls` hostile calls; the answers by kind and status."""
    with app.client() as http:
        events = http.get("/config").json()["dependencies"]
        hostile = Hostile(http, random.Random(7), events, photo)
        answers = Counter(hostile.call() for _ in range(calls))
    with app.client() as http:
        assert http.get("/").status_code == 200
    reply = Client(app.url, verbose=False).predict(handle_file(photo), "What is it?", api_name="/ask")
    assert reply["answer"] == "scripted", "it still answers"
    return answers


def test_2000_hostile_calls_are_refused_and_break_nothing(tmp_path: Path) -> None:
    photo = write_png(tmp_path / "photo.png", pattern(320, 240))
    with running_app(tmp_path) as app:
        answers = attack(app, photo, 2_000)
        log = app.log.read_text(errors="replace")
    assert answers.total() == 2_000
    failed = {answer: number for answer, number in answers.items() if answer[1] >= 500 and answer[1] != 503}
    assert not failed, log[-6_000:]
