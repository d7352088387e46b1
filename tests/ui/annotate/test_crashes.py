"""People submit over HTTP while the server is killed again and again: what was acknowledged is there, and once.

A kill proves nothing about a power cut; that each acknowledgement comes after a sync is tests/store/test_crashes.py's.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from ergo_demo.__main__ import main
from ergo_demo.store.store import open_store
from tests.annotation.making import photo, write_jsonl
from tests.space.running import ROOT, free_port

BOX = [10, 20, 30, 40]


@dataclass
class Killable:
    """A server that is started, killed and started again on the same port."""

    folder: Path
    command: list[str]
    environment: dict[str, str]
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env={**os.environ, **self.environment}, stdout=log, stderr=log
            )
        while True:
            assert self.process.poll() is None, (self.folder / "log.txt").read_text()[-4_000:]
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/annotate/health", trust_env=False).status_code == 200:
                    return
            time.sleep(0.05)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        assert self.process.wait() == -signal.SIGKILL


@dataclass
class Annotator:
    """Takes, decides, and sends each decision until its receipt comes."""

    url: str
    name: str
    stopped: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    failed: str = ""

    def work(self) -> None:
        with httpx.Client(base_url=self.url, trust_env=False, timeout=10, cookies=self._enter()) as client:
            while not self.stopped.is_set():
                got = self._sent(client, "/annotate/take", {"project": "signs"})
                item = got.get("item")
                if item is None:
                    return
                sent = {"client_id": uuid.uuid4().hex, "item": item["id"], "action": "fix", "boxes": [BOX]}
                receipt = self._sent(client, "/annotate/submit", {**sent, "base_version": item["base_version"]})
                if "version" in receipt:
                    self.acknowledged.append(sent["client_id"])

    def _enter(self) -> httpx.Cookies:
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as client:
            body = {"project": "signs", "name": self.name}
            link = client.post("/annotate/people", json=body).json()["link"]
            client.get(f"/{link}")
            return client.cookies

    def _sent(self, client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer, asked for again while there is no server, or one that is ending."""
        while not self.stopped.is_set():
            try:
                got = client.post(path, json=body)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if got.status_code == 200:
                answer: dict[str, Any] = got.json()
                return answer
            if got.status_code < 500:
                self.failed = f"{path}: {got.status_code} {got.text}"
                break
            time.sleep(0.05)
        return {}


def crash(server: Killable, people: int, kills: int, acknowledged_each: int) -> list[str]:
    """What was acknowledged, over all kills."""
    server.start()
    stopped = threading.Event()
    annotators = [Annotator(server.url, f"person {number}", stopped) for number in range(people)]
    threads = [threading.Thread(target=annotator.work) for annotator in annotators]
    for thread in threads:
        thread.start()

    def count() -> int:
        return sum(len(annotator.acknowledged) for annotator in annotators)

    try:
        for number in range(kills + 1):
            goal = acknowledged_each * (number + 1)
            while count() < goal:
                assert any(thread.is_alive() for thread in threads), [one.failed for one in annotators]
                time.sleep(0.01)
            if number < kills:
                server.kill()
                server.start()
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
        server.kill()
    assert [one.failed for one in annotators if one.failed] == []
    return [id for annotator in annotators for id in annotator.acknowledged]


def check(data: Path, said: list[str], people: int, kills: int) -> None:
    with open_store(data) as store:
        assert store.verify().problems == ()
    with closing(sqlite3.connect(data / "store.sqlite")) as connection:
        rows = [row[0] for row in connection.execute("SELECT id FROM annotation")]
        pairs = connection.execute("SELECT COUNT(*) FROM (SELECT DISTINCT item, annotator FROM annotation)").fetchone()
        late = connection.execute("SELECT COUNT(*) FROM refusal").fetchone()
    assert len(said) == len(set(said))
    assert set(said) - set(rows) == set(), "lost"
    assert len(rows) == pairs[0], "doubled"
    assert late[0] == 0, "a retry was taken for another decision"
    assert len(rows) - len(said) <= people * (kills + 1), "each person has at most one decision in flight"


def project(folder: Path, items: int, people: int) -> Path:
    photo(folder)
    rows = [{"image": "a.png", "question": f"Number {number}?", "box": BOX} for number in range(items)]
    table = write_jsonl(folder / "q.jsonl", *rows)
    data = folder / "data"
    assert main(["import", str(table), "--project", "Signs", "--people", str(people), "--data", str(data)]) == 0
    return data


def test_four_people_and_two_kills(tmp_path: Path) -> None:
    data, port = project(tmp_path, 50, 4), free_port()
    command = [sys.executable, "-m", "tests.ui.annotate.server", str(data), str(tmp_path / "photos"), str(port)]
    said = crash(Killable(tmp_path, command, {}, port), people=4, kills=2, acknowledged_each=30)
    assert len(said) >= 90
    check(data, said, 4, 2)


@pytest.mark.slow
def test_twenty_people_and_eight_kills_of_the_whole_app(tmp_path: Path) -> None:
    data, port = project(tmp_path, 400, 20), free_port()
    environment = {
        "ERGO_ENGINE": "scripted",
        "ERGO_PORT": str(port),
        "ERGO_DATA": str(data),
        "ERGO_PHOTOS": str(tmp_path / "photos"),
        "ERGO_CALLS_PER_MINUTE": "100000",
        "GRADIO_TEMP_DIR": str(tmp_path / "uploads"),
        "TMPDIR": str(tmp_path),
        "HF_HUB_OFFLINE": "1",
    }
    server = Killable(tmp_path, [sys.executable, "app.py"], environment, port)
    said = crash(server, people=20, kills=8, acknowledged_each=340)
    assert len(said) >= 3_000
    check(data, said, 20, 8)
