"""A Space whose owner signs in with Hugging Face: the whole app, and a stand-in for the Hub alone."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ergo_demo.ui.annotate.hub import owner_signed_in, space_owner
from tests.space.hub import FakeHub
from tests.space.running import RunningApp, running_app

OWNER = "ada"


@pytest.fixture(scope="module")
def hub() -> Iterator[FakeHub]:
    with FakeHub() as fake:
        yield fake


@pytest.fixture(scope="module")
def app(hub: FakeHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("space"), **hub.environment(OWNER)) as running:
        yield running


class Browser:
    """Keeps cookies as a browser does for the Space's own https address, which here is plain http."""

    def __init__(self, app: RunningApp) -> None:
        self.cookies: dict[str, str] = {}
        self.url = app.url

    def get(self, path: str) -> httpx.Response:
        """One request to the Space."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        got = httpx.get(f"{self.url}{path}", headers={"cookie": cookies}, trust_env=False, timeout=60)
        for name, value in got.cookies.items():
            self.cookies[name] = value
        return got

    def sign_in(self) -> httpx.Response:
        """The way of the login button: to the Hub and back."""
        away = self.get("/login/huggingface?_target_url=/").headers["location"]
        back = urlsplit(httpx.get(away, trust_env=False, timeout=60).headers["location"])
        assert back.path == "/login/callback"
        return self.get(f"{back.path}?{back.query}")

    def role(self) -> tuple[str | None, str]:
        """Name and role, as the page is told."""
        you = self.get("/annotate/projects").json()["you"]
        return you["name"], you["role"]


def test_the_spaces_owner_is_its_owner_once_signed_in(app: RunningApp, hub: FakeHub) -> None:
    hub.user = {"preferred_username": OWNER}
    browser = Browser(app)
    assert browser.role() == (None, "visitor")
    assert browser.get("/annotate/review/part").status_code == 401
    assert browser.sign_in().status_code in (302, 307)
    assert browser.role() == (OWNER, "owner")
    assert browser.get("/annotate/review/part").status_code == 200
    browser.get("/logout")
    browser.cookies.pop("session", None)
    assert browser.role() == (None, "visitor")


def test_somebody_else_stays_a_visitor(app: RunningApp, hub: FakeHub) -> None:
    hub.user = {"preferred_username": "bo", "orgs": [{"preferred_username": OWNER, "roleInOrg": "read"}]}
    browser = Browser(app)
    browser.sign_in()
    assert browser.role() == (None, "visitor")


def test_nothing_but_signing_in_makes_an_owner_there(app: RunningApp, hub: FakeHub) -> None:
    said = app.log.read_text()
    assert f"The owner is whoever signs in as {OWNER}" in said
    assert "owner's address" not in said
    for cookie in ("ergo_owner=", "ergo_owner=None", "session=forged"):
        assert httpx.get(f"{app.url}/annotate/projects", headers={"cookie": cookie}, trust_env=False).json()["you"][
            "role"
        ] == ("visitor")
    for key in ("", "None"):
        assert httpx.get(f"{app.url}/annotate/enter?key={key}", trust_env=False).status_code == 403


def test_the_login_button_adds_no_endpoint_and_looks_once_who_it_is(app: RunningApp) -> None:
    with app.client() as http:
        assert set(http.get("/gradio_api/info").json()["named_endpoints"]) == {"/ask"}
        events = [event for event in http.get("/config").json()["dependencies"] if event["backend_fn"]]
    loading = [event["api_name"] for event in events if [0, "load"] in event["targets"]]
    assert loading == ["_check_login_status"]
    assert {event["api_visibility"] for event in events if event["api_name"] != "ask"} == {"private"}


def test_gradios_own_password_login_stays_shut(app: RunningApp) -> None:
    assert httpx.post(f"{app.url}/login", trust_env=False).status_code == 404
    assert httpx.get(f"{app.url}/login_check", trust_env=False).status_code == 404


# Without a server ---------------------------------------------------------------------------------------------------

SPACE = {"SYSTEM": "spaces", "SPACE_ID": "ada/ergo", "OAUTH_CLIENT_ID": "1"}


@pytest.mark.parametrize(
    ("environment", "owner"),
    [
        (SPACE, "ada"),
        ({**SPACE, "SPACE_AUTHOR_NAME": "Ada"}, "Ada"),
        ({**SPACE, "SYSTEM": ""}, None),
        ({**SPACE, "OAUTH_CLIENT_ID": ""}, None),
        ({"SYSTEM": "spaces", "OAUTH_CLIENT_ID": "1"}, None),
        ({}, None),
    ],
)
def test_whose_space_it_is(environment: dict[str, str], owner: str | None) -> None:
    assert space_owner(environment) == owner


def session(expires: Any = 10.0, **user: Any) -> dict[str, Any]:
    return {"oauth_info": {"expires_at": expires, "userinfo": {"preferred_username": "ada", **user}}}


ADMIN = [{"preferred_username": "Lab", "roleInOrg": "admin"}]


@pytest.mark.parametrize(
    ("said", "owner", "name"),
    [
        (session(), "Ada", "ada"),
        (session(), "bo", None),
        (session(orgs=ADMIN), "lab", "ada"),
        (session(orgs=[{**ADMIN[0], "roleInOrg": "write"}]), "lab", None),
        (session(orgs=[{"preferred_username": "lab"}, "lab", None]), "lab", None),
        (session(orgs="lab"), "lab", None),
        (session(expires=1.0), "ada", None),
        (session(expires=None), "ada", None),
        (session(preferred_username=None), "ada", None),
        ({"oauth_info": "ada"}, "ada", None),
        ({}, "ada", None),
        (None, "ada", None),
    ],
)
def test_who_of_those_signed_in_owns_it(said: object, owner: str, name: str | None) -> None:
    assert owner_signed_in(said, owner, now=5.0) == name
