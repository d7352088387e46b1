"""What thousands of questions leave behind in memory, with replies that were written in advance."""

import gc
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.imaging import Door
from ergo_demo.settings import Settings
from ergo_demo.ui import api
from ergo_demo.ui.gpu import make_look
from ergo_demo.ui.services import Services
from tests.photos import pattern, write_png
from tests.space.running import running_app

MOST_GROWTH_BYTES = 32_000_000


def memory_bytes(pid: int) -> int:
    gc.collect()
    held: int = psutil.Process(pid).memory_info().rss
    return held


@pytest.mark.parametrize(("asks", "first"), [(500, 100), pytest.param(5_000, 500, marks=pytest.mark.slow)])
def test_questions_leave_nothing_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: int, first: int
) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    photo = write_png(uploads / "photo.png", pattern(64, 64))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    engine = ScriptedEngine()
    with Door(tmp_path / "photos") as door:
        services = Services(engine.info, make_look(engine), door, Settings())
        for number in range(asks):
            if number == first:
                before = memory_bytes(os.getpid())
            *_, reply = api.answer(services, {"path": str(photo)}, "What is it?", {})
            assert reply["answer"] == "scripted"
        assert memory_bytes(os.getpid()) - before <= MOST_GROWTH_BYTES
        assert not list(door.root.glob("*/source.*"))


@pytest.mark.slow
def test_a_server_that_answered_5000_questions_has_not_grown(tmp_path: Path) -> None:
    photo = write_png(tmp_path / "photo.png", pattern(64, 64)).read_bytes()

    def ask(http: httpx.Client, number: int) -> str:
        sent = http.post("/gradio_api/upload", files={"files": (f"{number}.png", photo)}).json()
        image = {"path": sent[0], "meta": {"_type": "gradio.FileData"}}
        joined = http.post("/gradio_api/call/ask", json={"data": [image, "What is it?", None, None, None, None]})
        return http.get(f"/gradio_api/call/ask/{joined.json()['event_id']}").text

    with running_app(tmp_path) as app, app.client() as http, ThreadPoolExecutor(2) as people:
        held = []
        for start in range(0, 5_000, 500):
            replies = list(people.map(lambda number: ask(http, number), range(start, start + 500)))
            assert all("event: complete" in reply and '"answer": "scripted"' in reply for reply in replies)
            held.append(memory_bytes(app.pid))
        assert max(held[1:]) - held[0] <= MOST_GROWTH_BYTES, held
