"""Every route as every role, and everything that somebody else has, by guessing."""

from typing import Any

import httpx
import pytest

from ergo_demo.ui.annotate.routes import WAYS, Way
from tests.ui.annotate.serving import Serving, decision, error_of, take

MINE, OTHER = "signs", "secret"

BODIES: dict[str, dict[str, Any]] = {
    "/annotate/take": {"project": OTHER},
    "/annotate/renew": {"project": OTHER, "items": []},
    "/annotate/draft": {"item": "ITEM", "body": {}},
    "/annotate/submit": decision("ITEM"),
    "/annotate/reopen": {"item": "ITEM"},
    "/annotate/mine": {"project": OTHER},
    "/annotate/panel": {"project": OTHER},
}
"""A call of each route of an annotator that asks for what is another project's."""


@pytest.fixture(scope="module")
def people(server: Serving) -> dict[str, Any]:
    server.project(MINE)
    server.project(OTHER)
    ada, bo = server.person("ada", MINE), server.person("bo", OTHER)
    item = take(bo, OTHER)["id"]
    assert bo.put("/annotate/draft", json={"item": item, "body": {"secret": 1}}).status_code == 200
    assert bo.post("/annotate/submit", json=decision(item)).status_code == 200
    return {"visitor": server.client(), "annotator": ada, "owner": server.owner(), "other's item": item}


def call(client: httpx.Client, way: Way, body: dict[str, Any] | None = None) -> httpx.Response:
    if way.method == "GET":
        return client.get(way.path, params=body)
    if way.files:
        return client.post(way.path, data=body or {}, files={"files": ("a.txt", b"no photo")})
    return client.request(way.method, way.path, json=body or {})


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.method} {way.path}")
@pytest.mark.parametrize("role", ["visitor", "annotator", "owner"])
def test_a_route_is_for_its_role_and_those_above(people: dict[str, Any], way: Way, role: str) -> None:
    got = call(people[role], way)
    ranks = ["visitor", "annotator", "owner"]
    if ranks.index(role) >= ranks.index(way.needs):
        assert got.status_code not in (401, 403), got.text
    else:
        assert error_of(got) == (401 if role == "visitor" else 403, "denied")


@pytest.mark.parametrize("path", BODIES)
def test_another_projects_things_are_not_there(people: dict[str, Any], path: str) -> None:
    way = next(way for way in WAYS if way.path == path)
    asked = {name: people["other's item"] if value == "ITEM" else value for name, value in BODIES[path].items()}
    refused = call(people["annotator"], way, asked)
    assert error_of(refused) == (404, "not-there")
    guessed = {name: "0" * 32 if name == "item" else "nothing" if name == "project" else asked[name] for name in asked}
    assert call(people["annotator"], way, guessed).json() == refused.json(), "nobody learns what exists"


def test_every_route_of_an_annotator_is_tried() -> None:
    tried = set(BODIES) | {"/annotate/release", "/annotate/what_if", "/annotate/what_if/expanded"}
    assert {way.path for way in WAYS if way.needs == "annotator"} <= tried


def test_a_release_of_what_another_holds_changes_nothing(server: Serving, people: dict[str, Any]) -> None:
    bo = server.person("bo", OTHER)
    held = take(bo, OTHER)["id"]
    assert people["annotator"].post("/annotate/release", json={"items": [held]}).json() == {}
    assert take(bo, OTHER)["id"] == held
    assert server.store.work(OTHER).held == 1


def test_a_visitor_sees_no_project_and_an_annotator_their_own(people: dict[str, Any]) -> None:
    def seen(role: str) -> tuple[list[str], str]:
        got = people[role].get("/annotate/projects").json()
        return [project["id"] for project in got["projects"]], got["you"]["role"]

    assert seen("visitor") == ([], "visitor")
    assert seen("annotator") == ([MINE], "annotator")
    assert seen("owner") == ([MINE, OTHER], "owner")


def test_two_people_in_one_project_do_not_see_each_others_work(server: Serving) -> None:
    server.project("shared", people=2, items=1)
    ada, bo = server.person("ada", "shared"), server.person("bo", "shared")
    item = take(ada, "shared")["id"]
    ada.put("/annotate/draft", json={"item": item, "body": {"mine": True}})
    ada.post("/annotate/submit", json=decision(item))
    taken = take(bo, "shared")
    assert (taken["id"], taken["draft"], taken["base_version"]) == (item, None, 0)
    assert error_of(bo.post("/annotate/reopen", json={"item": item})) == (404, "not-there")
    assert bo.get("/annotate/mine", params={"project": "shared"}).json() == {"decisions": []}


def test_photos_are_found_only_by_a_name_that_nobody_can_guess(server: Serving, people: dict[str, Any]) -> None:
    shown = take(people["annotator"], MINE)["photo"]
    token = shown["id"]
    assert len(token) == 32
    visitor = people["visitor"]
    assert visitor.get(f"/{shown['preview']}").status_code == 200
    assert visitor.get(f"/{shown['tiles']}/0/0_0.jpg").status_code == 200
    for guess in (token[:-1] + "0", token[:-1] + "f"):
        assert (guess == token) == (visitor.get(f"/photos/{guess}/tiles/0/0_0.jpg").status_code == 200)
    for path in ("/photos/", "/annotate/", f"/photos/{token}/", "/annotate/nothing"):
        assert visitor.get(path).status_code == 404
