"""Everything that the whole app answers to, with the role that it needs; and each tried as each role.

The routes of annotators and owners are tried one by one in annotate/test_roles.py; here are all the others, and the
events of Gradio's page, which another program can call as well.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ergo_demo.engines.scripted import ScriptedEngine
from ergo_demo.exports.jobs import Exports
from ergo_demo.imaging import Door
from ergo_demo.settings import Settings
from ergo_demo.store.store import open_store
from ergo_demo.ui import launch_options
from ergo_demo.ui.annotate.people import Entrance, Role
from ergo_demo.ui.annotate.routes import WAYS
from ergo_demo.ui.gallery.pictures import open_gallery
from ergo_demo.ui.gpu import make_look
from ergo_demo.ui.services import Services
from tests.batch.asking import answer, write_questions
from tests.photos import pattern, write_png
from tests.space.running import RunningApp, running_app

OTHER_ROUTES: dict[tuple[str, str], Role] = {
    ("GET", "/annotate/enter"): "visitor",
    ("GET", "/ergo/{version}/{path:path}"): "visitor",
    ("GET", "/examples/{index:int}.jpg"): "visitor",
    ("GET", "/gallery/FILE/{place:int}.jpg"): "visitor",
    ("GET", "/photos/{token}/tiles/{level:int}/{x:int}_{y:int}.jpg"): "visitor",
    ("GET", "/photos/{token}/{look}/{file}"): "visitor",
}
"""Beside WAYS. A photo is whose its name was told, which nobody can guess."""

EVENTS: dict[str, Role] = {
    **dict.fromkeys(["summarize", *(f"summarize_{number}" for number in range(1, 6))], "visitor"),
    **dict.fromkeys(["open_photo", "open_example", "open_again", "is_it_my_turn", "start"], "visitor"),
    **dict.fromkeys(["run", "refused", "stop", "left", "ask"], "visitor"),
    **dict.fromkeys(["first", "filtered", "turned", "opened"], "visitor"),  # the gallery
}
"""Of Gradio's page. None is for an annotator or an owner: what they do goes over WAYS, where roles are checked."""

ROLES = ["visitor", "annotator", "owner"]
QUESTION = "What is my secret?"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    answer(write_questions(folder / "scenes", 2), folder / "out.jsonl", at_once=1, samples=0)
    return folder / "out.jsonl"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, gallery: Path) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("app")
    # With a host of its own nobody owns it by sitting at this machine.
    with running_app(folder, ERGO_HOST="127.0.0.1", ERGO_GALLERY=str(gallery)) as running:
        yield running


@dataclass(frozen=True)
class Visit:
    """Somebody's page: a name that its browser made up, and what it may send."""

    http: httpx.Client
    name: str
    events: dict[str, Any]

    def call(self, event: str, sent: object = None, **values: object) -> str:
        """What comes back of an event, as text. `values` by the label of the field; else as the page has them."""
        chosen = self.events[event]
        data = [values.get(label, value) for label, value in chosen["fields"]]
        body = {"data": data, "event_data": sent, "fn_index": chosen["id"], "session_hash": self.name}
        if not chosen["queue"]:
            return self.http.post("/gradio_api/run/predict", json=body).text
        joined = self.http.post("/gradio_api/queue/join", json=body)
        assert joined.status_code == 200, joined.text
        with self.http.stream("GET", f"/gradio_api/queue/data?session_hash={self.name}") as stream:
            said = []
            for line in stream.iter_lines():
                said.append(line)
                if "process_completed" in line or "close_stream" in line:
                    break
        return "\n".join(said)


def visit(app: RunningApp, http: httpx.Client, name: str) -> Visit:
    """A new page of whoever `http` is."""
    config = http.get("/config").json()
    fields = {part["id"]: (part["props"].get("label"), part["props"].get("value")) for part in config["components"]}
    events = {
        each["api_name"]: {"id": each["id"], "queue": each["queue"], "fields": [fields[id] for id in each["inputs"]]}
        for each in config["dependencies"]
        if each["backend_fn"]
    }
    return Visit(http, name, events)


@pytest.fixture(scope="module")
def people(app: RunningApp) -> Iterator[dict[str, httpx.Client]]:
    """A client of each role."""
    found = re.search(r"annotate/enter\?(key=\S+)", app.log.read_text())
    assert found
    everybody = {role: app.client() for role in ROLES}
    assert everybody["owner"].get(f"/annotate/enter?{found[1]}").status_code == 303
    owner = everybody["owner"]
    assert owner.post("/annotate/projects", json={"name": "Signs"}).status_code == 200
    link = owner.post("/annotate/people", json={"project": "signs", "name": "ada"}).json()["link"]
    assert everybody["annotator"].get(f"/{link}").status_code == 303
    yield everybody
    for client in everybody.values():
        client.close()


@pytest.fixture(scope="module")
def mine(app: RunningApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a visitor has brought and asked: the names by which it could be found."""
    file = write_png(tmp_path_factory.mktemp("mine") / "mine.png", pattern(640, 480))
    with app.client() as http:
        page = visit(app, http, "mine")
        (path,) = http.post("/gradio_api/upload", files={"files": ("mine.png", file.read_bytes())}).json()
        opened = page.call("open_photo", {"path": path, "name": "mine.png"})
        page.call("start", Question=QUESTION)
        asked = page.call("run")
        yield {
            "photo": _named("photos/([0-9a-f]{32})/", opened),
            "look": _named("photos/[0-9a-f]{32}/([0-9a-f]+)/trace", asked),
        }


def _named(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text[-4_000:]
    return found[1]


def test_every_route_is_declared_with_its_role(tmp_path: Path, gallery: Path) -> None:
    """A new one fails here until it stands in a table whose roles are tried."""
    engine = ScriptedEngine()
    with (
        open_store(tmp_path / "data") as store,
        Door(tmp_path / "photos") as door,
        contextlib.closing(Exports(store, store.exports)) as exports,
    ):
        services = Services(
            engine.info, make_look(engine), door, Settings(), open_gallery(gallery, door), store,
            Entrance(store.identity, "token"), exports,
        )  # fmt: skip
        routes = launch_options(services)["app_kwargs"]["routes"]
    declared = {(way.method, way.path) for way in WAYS} | set(OTHER_ROUTES)
    found = {(method, route.path) for route in routes for method in route.methods - {"HEAD"}}
    assert {(method, re.sub("gallery/[0-9a-f]+", "gallery/FILE", path)) for method, path in found} == declared


def test_every_event_is_declared_with_its_role(app: RunningApp, people: dict[str, httpx.Client]) -> None:
    assert set(visit(app, people["owner"], "config").events) == set(EVENTS)
    assert set(people["owner"].get("/gradio_api/info").json()["named_endpoints"]) == {"/ask"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("event", sorted(set(EVENTS) - {"ask"}))
def test_an_event_serves_everybody_and_tells_nobody_of_another(
    app: RunningApp, people: dict[str, httpx.Client], mine: dict[str, str], event: str, role: str
) -> None:
    assert EVENTS[event] == "visitor"
    page = visit(app, people[role], f"{role}-{event}")
    guesses = {"id": mine["look"], "page": 0, "row": 0, "index": 0}
    steals = event == "open_photo"
    (file,) = map(str, (app.photos / mine["photo"]).glob("source.*"))
    said = page.call(event, {"path": file} if steals else guesses).replace(file, "")  # a refusal names what was sent
    assert ('"success":false' in said) == steals, said
    for secret in (QUESTION, *mine.values(), "mine.png", "Signs"):
        assert secret not in said
    still = visit(app, people["visitor"], "mine").call("open_again", {"id": mine["look"]})
    assert QUESTION in still, "and nothing of another's is taken away"


@pytest.mark.parametrize("role", ROLES)
def test_the_endpoint_for_programs_serves_everybody_what_they_bring(
    people: dict[str, httpx.Client], mine: dict[str, str], role: str
) -> None:
    image = {"path": mine["photo"], "meta": {"_type": "gradio.FileData"}}
    joined = people[role].post("/gradio_api/call/ask", json={"data": [image, QUESTION, None, None, None, None, None]})
    assert joined.status_code == 200
    assert people[role].get(f"/gradio_api/call/ask/{joined.json()['event_id']}").text.startswith("event: error")


@pytest.mark.parametrize("role", ROLES)
def test_photos_looks_and_the_link_of_a_person_are_not_guessed(
    people: dict[str, httpx.Client], mine: dict[str, str], role: str
) -> None:
    http = people[role]
    assert http.get(f"/photos/{mine['photo']}/{mine['look']}/trace.json").json()["question"] == QUESTION
    for photo, look in (("0" * 32, mine["look"]), (mine["photo"], "0" * len(mine["look"]))):
        for file in ("trace.json", "crop.jpg", "overlay.png"):
            assert http.get(f"/photos/{photo}/{look}/{file}").status_code == 404
        assert http.get(f"/photos/{'0' * 32}/tiles/0/0_0.jpg").status_code == 404
    for guess in ("", "key=", "key=None", "name=bo&key=0", "name=owner", f"name=ada&key={'0' * 64}"):
        assert http.get(f"/annotate/enter?{guess}").status_code == 403
    assert http.get("/annotate/projects").json()["you"]["role"] == role
