"""How somebody shows who they are, and what proves nothing."""

from pathlib import Path

import pytest

from ergo_demo.errors import InputError
from ergo_demo.store.identity import clean_name
from ergo_demo.ui.annotate.people import OWNER_COOKIE, PERSON_COOKIE
from tests.ui.annotate.serving import TOKEN, Serving, error_of, serving


def you(client: object, **headers: str) -> tuple[str | None, str]:
    got = client.get("/annotate/projects", headers=headers).json()["you"]  # type: ignore[attr-defined]
    return got["name"], got["role"]


def test_a_link_makes_somebody_a_person_and_survives_a_restart(server: Serving) -> None:
    client = server.person("Ada L.")
    assert you(client) == ("Ada L.", "annotator")
    cookie = client.cookies[PERSON_COOKIE]
    assert you(server.client(Cookie=f"{PERSON_COOKIE}={cookie}")) == ("Ada L.", "annotator")


def test_a_forged_link_or_cookie_is_nobody(server: Serving) -> None:
    link = server.entrance.invitation("ada")
    packed, _, signature = server.person("ada").cookies[PERSON_COOKIE].partition(".")
    for forged in (link.replace("name=ada", "name=bo"), "annotate/enter?name=ada&key=", "annotate/enter?key=nothing"):
        assert error_of(server.client().get(f"/{forged}")) == (403, "denied")
    bo, _, _ = server.person("bo").cookies[PERSON_COOKIE].partition(".")
    for cookie in (f"{bo}.{signature}", packed, f"{packed}.", f".{signature}", "é", "a.b.c", "AAAA." + signature):
        client = server.client()
        client.headers["cookie"] = f"{PERSON_COOKIE}={cookie}".encode("latin-1", "replace").decode("latin-1")
        assert you(client) == (None, "visitor")


def test_what_an_invitation_is_signed_with_is_no_cookie(server: Serving) -> None:
    key = server.entrance.invitation("ada").rpartition("key=")[2]
    packed = server.person("ada").cookies[PERSON_COOKIE].partition(".")[0]
    assert you(server.client(Cookie=f"{PERSON_COOKIE}={packed}.{key}")) == (None, "visitor")


def test_the_owners_link_token_and_cookie(server: Serving) -> None:
    client = server.client()
    got = client.get(f"/{server.entrance.owners_address()}")
    assert (got.status_code, got.headers["location"]) == (303, "../")
    assert "HttpOnly" in got.headers["set-cookie"]
    assert client.cookies[OWNER_COOKIE] == TOKEN
    assert you(client) == ("owner", "owner")
    assert you(server.owner()) == ("owner", "owner")
    for wrong in ("", "Bearer", "Bearer nothing", f"Bearer {TOKEN}x"):
        assert you(server.client(), Authorization=wrong) == (None, "visitor")


def test_an_owner_who_is_somebody_keeps_their_name(server: Serving) -> None:
    client = server.person("ada")
    assert you(client, Authorization=f"Bearer {TOKEN}") == ("ada", "owner")


def test_nobody_on_this_machine_owns_a_page_that_others_may_open(server: Serving) -> None:
    assert you(server.client()) == (None, "visitor")


def test_a_page_that_only_this_machine_opens_is_its_users_unless_a_proxy_speaks(tmp_path: Path) -> None:
    with serving(tmp_path, loopback_owns=True) as server:
        assert you(server.client()) == ("owner", "owner")
        for header in ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Host", "Via"):
            assert you(server.client(), **{header: "127.0.0.1"}) == (None, "visitor")


def test_a_proxys_header_counts_only_where_it_was_set(server: Serving, tmp_path: Path) -> None:
    assert you(server.client(), **{"X-User": "ada"}) == (None, "visitor")
    with serving(tmp_path, user_header="X-User", loopback_owns=False) as behind:
        assert you(behind.client(), **{"X-User": "ada"}) == ("ada", "annotator")
        assert you(behind.client()) == (None, "visitor")
        assert you(behind.client(), **{"X-User": ""}) == (None, "visitor")
        assert you(behind.person("bo")) == (None, "visitor"), "the proxy alone says who somebody is"
        twice = behind.client()
        twice.headers = [("X-User", "ada"), ("X-User", "bo")]
        assert you(twice) == (None, "visitor")


def test_another_sites_page_sends_nothing_in_anybodys_name(server: Serving) -> None:
    client = server.person("ada")
    got = client.post("/annotate/release", json={}, headers={"Origin": "https://example.org"})
    assert error_of(got) == (403, "refused-403")


@pytest.mark.parametrize("name", ["", "   ", "a\0b", "x" * 81, "\u202eada", "\x1b[1m"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InputError):
        clean_name(name)
