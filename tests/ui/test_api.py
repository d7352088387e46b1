"""The endpoint /ask over a running app: streams, answers as the command line does, opens only what was uploaded."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from ergo_demo.engines.scripted import ScriptedEngine, in_order
from ergo_demo.errors import ImageUnreadable
from ergo_demo.imaging import Door
from ergo_demo.settings import Settings
from ergo_demo.ui import api
from ergo_demo.ui.gpu import make_look
from ergo_demo.ui.services import Services
from tests.photos import pattern, write_png
from tests.space.running import ROOT, RunningApp, running_app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture(scope="module")
def client(app: RunningApp) -> Client:
    return Client(app.url, verbose=False)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_png(tmp_path / "photo.png", pattern(640, 480))


def without_seconds(reply: dict[str, Any]) -> dict[str, Any]:
    assert set(reply["seconds"]) == {"coarse", "zoom", "total"}
    return {name: value for name, value in reply.items() if name != "seconds"}


def test_it_streams_and_answers_as_the_command_line_does(client: Client, photo: Path) -> None:
    job = client.submit(handle_file(photo), "What is it?", coarse_budget_tokens=64, api_name="/ask")
    reply = job.result()
    assert job.outputs()[-1] == reply
    assert {progress["stage"] for progress in job.outputs()[:-1]} <= {"coarse", "zoom"}
    assert job.outputs()[0]["text"].startswith("<think>")
    command = [sys.executable, "-m", "ergo_demo", "ask", str(photo), "What is it?", "--json"]
    said = subprocess.run(
        [*command, "--coarse-budget-tokens", "64"],
        cwd=ROOT,
        env={**os.environ, "ERGO_ENGINE": "scripted"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert without_seconds(reply) == without_seconds(json.loads(said.stdout))


def test_it_is_the_only_endpoint_that_is_listed(app: RunningApp) -> None:
    with app.client() as http:
        listed = http.get("/gradio_api/info").json()
    assert set(listed["named_endpoints"]) == {"/ask"}
    assert not listed["unnamed_endpoints"]
    names = [parameter["parameter_name"] for parameter in listed["named_endpoints"]["/ask"]["parameters"]]
    assert names == [
        "image", "question", "coarse_budget_tokens", "zoom_budget_tokens", "temperature", "seed", "samples",
    ]  # fmt: skip


def test_nothing_of_the_photo_is_kept(app: RunningApp, client: Client, photo: Path) -> None:
    client.predict(handle_file(photo), "What is it?", api_name="/ask")
    assert not list(app.photos.glob("*/source.*"))


def test_two_questions_about_one_file_wait_for_each_other(client: Client, photo: Path) -> None:
    jobs = [client.submit(handle_file(photo), question, api_name="/ask") for question in ("What is it?", "And now?")]
    assert [job.result(timeout=120)["answer"] for job in jobs] == ["scripted", "scripted"]


def test_one_refusal_for_each_thing_that_is_wrong(client: Client, photo: Path) -> None:
    note = photo.with_name("note.png")
    note.write_text("<b>no photo</b>")
    with pytest.raises(AppError, match="not a photo that can be opened"):
        client.predict(handle_file(note), "What is it?", api_name="/ask")
    with pytest.raises(AppError, match="There is no question"):
        client.predict(handle_file(photo), "  ", api_name="/ask")
    for values in ({"temperature": 3}, {"temperature": "<b>"}, {"seed": -1}, {"zoom_budget_tokens": 10**30}):
        with pytest.raises(AppError) as refused:
            client.predict(handle_file(photo), "What is it?", **values, api_name="/ask")
        assert next(iter(values)) in refused.value.message
        assert "<b>" not in refused.value.message, "the page would show it as HTML"


@pytest.mark.parametrize(
    "image",
    ["/etc/passwd", {"path": "/etc/passwd"}, {"path": __file__}, {"path": "../../etc/passwd"}, {"path": ""},
     {"path": "a" * 5_000}, {"path": "a\0b"}, {"path": "~/.bashrc"}, {}, None, [], 7],
    ids=str,
)  # fmt: skip
def test_a_path_that_was_not_uploaded_is_not_opened(app: RunningApp, image: object) -> None:
    if isinstance(image, dict):
        image = {**image, "meta": {"_type": "gradio.FileData"}}
    with app.client() as http:
        joined = http.post("/gradio_api/call/ask", json={"data": [image, "What is it?", None, None, None, None, None]})
        said = http.get(f"/gradio_api/call/ask/{joined.json()['event_id']}").text
    assert said.startswith("event: error")
    assert "root:" not in said
    assert "answer" not in said


def test_the_door_of_the_endpoint_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads, outside = tmp_path / "uploads", tmp_path / "outside.png"
    uploads.mkdir()
    outside.touch()
    inside = uploads / "inside.png"
    inside.touch()
    (uploads / "link.png").symlink_to(outside)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    assert api.uploaded({"path": str(inside)}) == inside
    for path in (outside, uploads / "link.png", uploads, uploads / ".." / "outside.png", uploads / "gone.png"):
        with pytest.raises(ImageUnreadable):
            api.uploaded({"path": str(path)})


def test_a_foreign_page_can_ask_nothing(app: RunningApp) -> None:
    evil = {"origin": "https://evil.example"}
    with app.client() as http:
        for path in ("/gradio_api/call/ask", "/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/cancel"):
            assert http.post(path, json={"data": []}, headers=evil).status_code == 403
        for path in ("/", "/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x", "/missing"):
            response = http.get(path, headers=evil)
            assert response.status_code == 403
            assert "access-control-allow-origin" not in response.headers
        response = http.get("/", headers={"host": "rebound.example"})
        assert response.status_code == 403, "the page of this machine goes by its own names only"


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/theme.css", "/missing", "/gradio_api/file=/etc/passwd", "/gradio_api/info", "/monitoring"],
)
def test_gradio_sends_our_headers_on_every_route(app: RunningApp, path: str) -> None:
    with app.client() as http:
        response = http.get(path, headers={"origin": app.url})
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_visitor_who_asks_too_often_waits(tmp_path: Path) -> None:
    call = {"data": [None, "What is it?", None, None, None, None, None]}
    with running_app(tmp_path, ERGO_CALLS_PER_MINUTE="2") as app, app.client() as http:
        statuses = [http.post("/gradio_api/call/ask", json=call).status_code for _ in range(4)]
        ask = next(fn for fn in http.get("/config").json()["dependencies"] if fn["api_name"] == "ask")
        joined = http.post("/gradio_api/queue/join", json={**call, "fn_index": f" {ask['id']}", "session_hash": "x"})
        assert http.get("/").status_code == 200
    assert statuses == [200, 200, 429, 429]
    assert joined.status_code == 429, "the page's way in is counted with it"
    assert "Try again in" in joined.json()["error"]
    assert 0 < int(joined.headers["retry-after"]) <= 60


def test_an_upload_beyond_the_limit_is_refused_while_it_comes_in(app: RunningApp) -> None:
    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        for _ in range(110):
            yield b"x" * 1_000_000

    with app.client() as http:
        response = http.post(
            "/gradio_api/upload", content=body(), headers={"content-type": "multipart/form-data; boundary=b"}
        )
    assert response.status_code == 413
    left = sum(file.stat().st_size for file in app.uploads.rglob("*") if file.is_file())
    assert left < 1_000_000, "what came in is deleted"


def test_it_stops_the_model_and_forgets_the_photo_when_nobody_listens_any_more(
    tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(photo.parent))
    closed = threading.Event()

    with Door(tmp_path / "photos") as door:
        look = make_look(ScriptedEngine())

        def watched(*arguments: Any) -> Iterator[Any]:
            try:
                yield from look(*arguments)
            finally:
                closed.set()

        services = Services(ScriptedEngine().info, watched, door, Settings())
        answering = api.answer(services, {"path": str(photo)}, "What is it?", {}, clock=lambda: 0.0)
        next(answering)
        answering.close()
        assert closed.is_set()
        assert not list(door.root.glob("*/source.*"))


def test_updates_come_at_a_bounded_rate(tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(photo.parent))
    engine = ScriptedEngine(in_order(["word " * 500 + "<zoom>[0, 0, 99, 99]</zoom>", "<answer>7</answer>"]))
    seconds = iter(number / 1_000 for number in range(100_000))
    with Door(tmp_path / "photos") as door:
        services = Services(engine.info, make_look(engine), door, Settings())
        *updates, reply = api.answer(services, {"path": str(photo)}, "What is it?", {}, clock=lambda: next(seconds))
    assert reply["answer"] == "7"
    assert 2 < len(updates) < 20, "500 words at one in a millisecond, an update each tenth of a second"
