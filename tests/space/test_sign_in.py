"""A Space whose owner signs in with Hugging Face: the whole app, and a stand-in for the Hub alone."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.syncing import push
from ergo_demo.store.store import open_store
from ergo_demo.ui.annotate.hub import owner_signed_in, space_owner, writing_token
from tests.exports import fake_hub
from tests.exports.making import Shop, everything
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

    def post(self, path: str) -> httpx.Response:
        """An empty message to the Space, as its page sends it."""
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return httpx.post(f"{self.url}{path}", headers=headers, json={}, trust_env=False, timeout=60)

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


def test_the_owner_s_sign_in_brings_the_token_for_the_copy_on_the_hub(hub: FakeHub, tmp_path: Path) -> None:
    repo, secret = f"{OWNER}/corrections", "a secret for the tests only"
    (tmp_path / "photos").mkdir()
    with fake_hub.serving() as datasets:
        with open_store(tmp_path / "before", secret=secret) as store:
            everything(Shop(store, tmp_path / "photos"))
            push(store, HubDataset(repo, endpoint=datasets.url, token=fake_hub.TOKEN))
        there = datasets.ids()
        environment = {
            **hub.environment(OWNER), "ERGO_HUB_DATASET": repo, "HF_ENDPOINT": datasets.url, "HF_HUB_OFFLINE": "0",
            "HF_TOKEN": "", "HF_TOKEN_PATH": str(tmp_path / "none"), "ERGO_SECRET": secret,
        }  # fmt: skip
        with running_app(tmp_path / "space", **environment) as app:
            assert f"{repo}: no token; waits for {OWNER} to sign in" in app.log.read_text()
            hub.user, hub.access_token = {"preferred_username": OWNER}, fake_hub.TOKEN
            for scope, lent in (("openid profile", False), ("openid profile contribute-repos", True)):
                hub.scope = scope
                browser = Browser(app)
                browser.sign_in()
                assert browser.get("/annotate/export/hub").json()["signed_in"] is lent
            pushed = browser.post("/annotate/export/push")
            assert pushed.status_code == 200, pushed.text
            while (state := browser.get("/annotate/export/hub").json())["at_work"]:
                time.sleep(0.1)
            assert (state["failed"], state["waiting"]) == (None, 0)
            found = browser.get("/annotate/projects").json()["projects"]
            assert [project["name"] for project in found] == ["Signs"], "what was there is here"
            assert datasets.ids() == there
        assert fake_hub.TOKEN not in app.log.read_text()


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


@pytest.mark.parametrize(
    ("said", "token"),
    [
        ({"access_token": "t", "scope": "openid profile write-repos"}, "t"),
        ({"access_token": "t", "scope": "openid manage-repos"}, "t"),
        ({"access_token": "t", "scope": "openid profile read-repos"}, None),
        ({"access_token": "t"}, None),
        ({"access_token": 7, "scope": "write-repos"}, None),
        ({"scope": "write-repos"}, None),
        ("ada", None),
    ],
)
def test_only_a_token_that_may_write_is_lent(said: object, token: str | None) -> None:
    assert writing_token({"oauth_info": said}) == token
    assert writing_token(None) is None


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
