"""app.py as it is started: what it says, what it leaves behind, and how it fails."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr

import app
from ergo_demo.settings import Settings
from ergo_demo.ui.gate import LOOPBACK
from tests.space.running import ROOT, free_port, running_app


def start(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "ERGO_ENGINE": "scripted", "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_importing_it_does_nothing() -> None:
    code = (
        "import sys, os; before = dict(os.environ); import app; assert dict(os.environ) == before; print(*sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"gradio", "spaces", "torch"} & set(said.stdout.split())


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ERGO_TEMPERATURE": "9"}, "temperature"),
        ({"ERGO_ENGINE": "nothing"}, "engine"),
    ],
)
def test_a_wrong_setting_is_said_in_one_line(environment: dict[str, str], words: str) -> None:
    ended = start(**environment)
    assert ended.returncode == 1
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = start(ERGO_PORT=str(taken.getsockname()[1]), ERGO_DATA=str(tmp_path))
    assert ended.returncode == 1
    assert "port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_prints_its_settings_and_leaves_neither_files_nor_processes(tmp_path: Path) -> None:
    # TMPDIR: whatever the app makes for its own use lies there.
    with running_app(tmp_path, TMPDIR=str(tmp_path), ERGO_SEED="7", GRADIO_TEMP_DIR="") as running:
        children = psutil.Process(running.pid).children(recursive=True)
        httpx.get(running.url, trust_env=False)
        assert list(tmp_path.glob("ergo-demo-*"))
    said = running.log.read_text()
    assert "seed = 7 (environment)" in said
    assert "temperature = 0.0 (default)" in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("ergo-demo-*"))
    psutil.wait_procs(children, timeout=10)
    assert not [child for child in children if child.is_running()]


def test_in_a_space_the_proxy_names_the_visitor_and_any_host_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)
    at_home = app.doors(Settings(), lambda _path, _body: False)
    assert (at_home.hosts, at_home.behind_proxy) == (LOOPBACK, False)
    assert not app.doors(Settings(host="0.0.0.0"), lambda _path, _body: False).hosts
    monkeypatch.setenv("SPACE_ID", "somebody/ergo")
    in_space = app.doors(Settings(), lambda _path, _body: False)
    assert (in_space.hosts, in_space.behind_proxy) == (frozenset(), True)


def test_in_a_space_names_last_only_with_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Settings(secret=SecretStr("a key of the house"))
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert app.names_last(Settings())
    monkeypatch.setenv("SPACE_ID", "somebody/ergo")
    assert (app.names_last(Settings()), app.names_last(secret)) == (False, True)


def test_it_can_be_stopped_while_it_starts(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    variables = {
        "ERGO_DATA": str(tmp_path_factory.mktemp("data")),
        "ERGO_ENGINE": "scripted",
        "ERGO_PORT": str(free_port()),
        "TMPDIR": str(tmp_path),
        "GRADIO_TEMP_DIR": "",
    }
    with subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, **variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.terminate()
        said += process.stdout.read()
    assert process.returncode == 0
    assert "engine = scripted" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
