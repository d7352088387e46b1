"""app.py in a process of its own, as a person or a Space starts it, with replies that were written in advance."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class RunningApp:
    """Where it listens, its process id, and what it wrote so far."""

    url: str
    pid: int
    photos: Path
    uploads: Path
    log: Path

    def client(self) -> httpx.Client:
        """Plain HTTP, as a program speaks it."""
        # A connection for each request: the server ends one after an error, and a client may learn of it too late.
        fresh = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(base_url=self.url, trust_env=False, timeout=60, limits=fresh)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[RunningApp]:
    """Starts app.py with its files in `folder`, waits until it answers, and ends it."""
    port = free_port()
    photos, uploads, log = folder / "photos", folder / "uploads", folder / "log.txt"
    uploads.mkdir(parents=True, exist_ok=True)
    variables = {
        "ERGO_ENGINE": "scripted",
        "ERGO_PORT": str(port),
        "ERGO_PHOTOS": str(photos),
        "ERGO_DATA": str(folder / "data"),
        "ERGO_CALLS_PER_MINUTE": "100000",
        "GRADIO_TEMP_DIR": str(uploads),
        "HF_HUB_OFFLINE": "1",
        **environment,
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            app = RunningApp(f"http://127.0.0.1:{port}", process.pid, photos, uploads, log)
            wait_until_it_answers(app, process)
            yield app
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_it_answers(app: RunningApp, process: "subprocess.Popen[bytes]") -> None:
    """Returns when the page is served; fails with the log when the process ends first, or after two minutes."""
    for _ in range(1_200):
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(app.url, trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"The app does not answer:\n{app.log.read_text(errors='replace')[-4_000:]}")
