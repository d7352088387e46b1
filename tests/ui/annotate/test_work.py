"""An annotator's hours, over HTTP: take, draft, submit, retry, change one's mind; and bodies that are refused."""

import json
import math
from typing import Any

import httpx
import pytest

from ergo_demo.geometry import Box
from ergo_demo.store import blobs
from ergo_demo.store.records import Draft
from tests.ui.annotate.serving import BOX, Serving, decision, error_of, take


@pytest.fixture(scope="module")
def ada(server: Serving) -> httpx.Client:
    server.project("signs", items=30)
    return server.person("ada", "signs")


def submit(client: httpx.Client, sent: dict[str, Any]) -> dict[str, Any]:
    got = client.post("/annotate/submit", json=sent)
    assert got.status_code == 200, got.text
    receipt: dict[str, Any] = got.json()
    return receipt


def test_an_item_is_taken_decided_and_the_next_one_comes(ada: httpx.Client) -> None:
    item = take(ada)
    assert item["question"] == "signs 0?"
    assert (item["base_version"], item["draft"], item["blind"], item["repeat"]) == (0, None, False, False)
    assert item["proposal"] == {
        "box": BOX, "expanded": None, "region_label": "Expanded region", "heat": None,
        "thought": "", "answer": "", "expanded_answer": None, "samples": [],
    }  # fmt: skip
    assert (item["photo"]["width"], item["photo"]["height"]) == (400, 300)
    assert set(item["photo"]) == {"id", "width", "height", "preview", "tiles", "tileSize"}
    assert item["coarse"]["width"] * item["coarse"]["height"] <= 1280 * 28 * 28
    ahead = take(ada, besides=[item["id"]])
    assert ahead["question"] == "signs 1?"
    receipt = submit(ada, decision(item["id"]))
    assert (receipt["version"], receipt["repaired"]) == (1, [])
    assert take(ada)["id"] == ahead["id"]


def test_a_retry_is_the_same_receipt_and_another_decision_under_its_id_is_refused(ada: httpx.Client) -> None:
    sent = decision(take(ada)["id"], what_if={"corrected": "blue"}, answer="Red.")
    first = submit(ada, sent)
    assert submit(ada, sent) == first
    changed = {**sent, "boxes": [[1, 2, 30, 40]]}
    assert error_of(ada.post("/annotate/submit", json=changed)) == (400, "input-error")


def test_two_tabs_of_one_person_neither_loses_work(ada: httpx.Client) -> None:
    item = take(ada)["id"]
    submit(ada, decision(item))
    late = decision(item, action="reject", boxes=[], reason=["too_tight", "other"], text="the sign's foot is cut off")
    stale = ada.post("/annotate/submit", json=late)
    assert stale.status_code == 409
    both = stale.json()["stale"]
    assert (both["newest"]["version"], both["newest"]["action"], both["newest"]["boxes"]) == (
        1, "fix", [[101.5, 60.0, 202.0, 150.0]],
    )  # fmt: skip
    assert (both["yours"]["reason"], both["yours"]["text"]) == (["too_tight", "other"], late["text"])
    mine = {**late, "client_id": "another", "base_version": both["newest"]["version"]}
    assert submit(ada, mine)["version"] == 2


def test_the_way_back_to_a_decision(ada: httpx.Client, server: Serving) -> None:
    item = take(ada)["id"]
    submit(ada, decision(item, confidence=2, thought="It is on the left.", consent=True))
    last = ada.get("/annotate/mine", params={"project": "signs", "limit": "1"}).json()["decisions"]
    assert [(one["item"], one["version"], one["confidence"]) for one in last] == [(item, 1, 2)]
    assert last[0]["question"].startswith("signs")
    again = ada.post("/annotate/reopen", json={"item": item}).json()["item"]
    assert (again["base_version"], again["draft"]["boxes"]) == (1, [[101.5, 60.0, 202.0, 150.0]])
    assert again["draft"]["consent"] is True
    assert submit(ada, decision(item, base_version=1, action="accept", boxes=[]))["version"] == 2
    first, second = server.store.history(item, server.store.identity("ada"))
    assert (first.submission.consent_publish, second.submission.consent_publish) == (True, False)
    assert second.boxes == (Box(*BOX),)
    assert second.measures is not None
    assert second.measures.iou == 1


def test_a_draft_comes_back_with_its_item_and_goes_with_the_decision(ada: httpx.Client, server: Serving) -> None:
    item = take(ada)["id"]
    body = {"boxes": [[1, 2, 3, 4]], "undo": ["…"]}
    saved = ada.put("/annotate/draft", json={"item": item, "body": body})
    assert saved.status_code == 200
    assert saved.json()["saved_at"]
    assert take(ada)["draft"] == body
    who = server.store.identity("ada")
    assert isinstance(server.store.draft(item, who), Draft)
    submit(ada, decision(item))
    assert server.store.draft(item, who) is None
    too_long = ada.put("/annotate/draft", json={"item": item, "body": "x" * 200_000})
    assert error_of(too_long) == (400, "input-error")


def test_the_panel_and_the_list_count(ada: httpx.Client) -> None:
    before = ada.get("/annotate/panel", params={"project": "signs"}).json()
    item = take(ada)["id"]
    submit(ada, decision(item, effort={"active_ms": 7_000, "drags": 1, "keys": 1}))
    panel = ada.get("/annotate/panel", params={"project": "signs"}).json()
    assert (panel["items"], panel["done"], panel["mine"]) == (30, before["done"] + 1, before["mine"] + 1)
    assert panel["median_seconds"] == 7
    assert panel["last"]["item"] == item
    (project,) = ada.get("/annotate/projects").json()["projects"]
    assert (project["id"], project["role"], project["mine"]) == ("signs", "annotator", panel["mine"])


def test_the_line_about_privacy_is_there_before_the_first_submit_and_seen_after(server: Serving) -> None:
    server.project("terms", items=1)
    client = server.person("cy", "terms")
    terms = client.get("/annotate/projects").json()["projects"][0]["terms"]
    assert terms["seen"] is False
    assert "CC-BY-4.0" in terms["line"]
    submit(client, decision(take(client, "terms")["id"]))
    assert client.get("/annotate/projects").json()["projects"][0]["terms"]["seen"] is True


def test_renewing_keeps_and_skipping_gives_back(ada: httpx.Client) -> None:
    held = take(ada)
    renewed = ada.post("/annotate/renew", json={"project": "signs", "items": [held["id"], "nothing"]}).json()
    assert renewed["items"] == [held["id"]]
    assert renewed["lease_until"] >= held["lease_until"]
    assert ada.post("/annotate/release", json={"items": [held["id"]]}).status_code == 200
    assert ada.post("/annotate/renew", json={"project": "signs", "items": [held["id"]]}).json()["items"] == []


def test_a_blind_item_hides_its_box_until_it_is_decided_and_cannot_be_accepted(server: Serving) -> None:
    server.project("blind", items=1, blind_share=1.0)
    client = server.person("ada", "blind")
    item = take(client, "blind")
    assert (item["blind"], item["proposal"]) == (True, None)
    accepted = client.post("/annotate/submit", json=decision(item["id"], action="accept", boxes=[]))
    assert error_of(accepted) == (400, "box-invalid")
    submit(client, decision(item["id"]))
    assert client.post("/annotate/reopen", json={"item": item["id"]}).json()["item"]["proposal"] is None
    (kept,) = server.store.history(item["id"], server.store.identity("ada"))
    assert kept.measures is not None
    assert kept.measures.iou is not None


def test_a_repeat_comes_to_whoever_did_it_and_only_then(server: Serving) -> None:
    server.project("twice", items=1, repeat_share=1.0)
    ada, bo = server.person("ada", "twice"), server.person("bo", "twice")
    first = take(ada, "twice")
    assert bo.post("/annotate/take", json={"project": "twice"}).json() == {"item": None, "left": 2}
    submit(ada, decision(first["id"]))
    assert bo.post("/annotate/take", json={"project": "twice"}).json()["item"] is None
    again = take(ada, "twice")
    assert (again["repeat"], again["question"], again["id"] != first["id"]) == (True, first["question"], True)


@pytest.mark.parametrize(
    ("boxes", "kept", "words"),
    [
        ([[40, 60, 20, 30]], [[20, 30, 40, 60]], ["turned round"]),
        ([[-5, 10, 1e12, 50]], [[0, 10, 400, 50]], ["cut off at the photo's edge"]),
        ([[10, 10, 20, 20], [350, 10, 450, 50]], [[10, 10, 20, 20], [350, 10, 400, 50]], ["box 2: cut off"]),
    ],
)
def test_a_box_is_repaired_with_a_word(
    ada: httpx.Client, server: Serving, boxes: list[Any], kept: list[Any], words: list[str]
) -> None:
    item = take(ada)["id"]
    repaired = submit(ada, decision(item, boxes=boxes))["repaired"]
    assert [one.startswith(word) for one, word in zip(repaired, words, strict=True)] == [True]
    (annotation,) = server.store.history(item, server.store.identity("ada"))
    assert [list(box.edges) for box in annotation.boxes] == kept


HOSTILE: list[dict[str, Any]] = [
    {"boxes": [[1000, 10, 2000, 50]]},
    {"boxes": [[10, 10, 10.5, 50]]},
    {"boxes": [[10, 10, 10**400, 50]]},
    {"boxes": [[10, 10, "20", 50]]},
    {"boxes": [[10, True, 20, 50]]},
    {"boxes": [[10, 10, 20]]},
    {"boxes": "everything"},
    {"boxes": [[10, 10, 20, 50]] * 21},
    {"boxes": []},
    {"action": "delete"},
    {"action": ["fix"]},
    {"action": "reject", "boxes": []},
    {"action": "reject", "boxes": [], "reason": ["other"]},
    {"action": "reject", "boxes": [], "reason": ["<b>"]},
    {"confidence": 4},
    {"client_id": "../../etc"},
    {"client_id": None},
    {"base_version": -1},
    {"base_version": 7},
    {"text": "a\0b"},
    {"answer": "x" * 30_000},
    {"effort": {"active_ms": -1}},
    {"effort": "much"},
    {"what_if": {"preferred": "c"}},
]


@pytest.mark.parametrize("wrong", HOSTILE, ids=range(len(HOSTILE)))
def test_a_body_that_is_wrong_is_refused_and_nothing_is_kept(
    ada: httpx.Client, server: Serving, wrong: dict[str, Any]
) -> None:
    item = take(ada)["id"]
    got = ada.post("/annotate/submit", json={**decision(item), **wrong})
    assert got.status_code == 400, got.text
    assert got.json()["error"]["message"]
    assert server.store.history(item, server.store.identity("ada")) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"boxes": [[NaN, 0, 1, 1]]}', b"[" * 50_000, b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(ada: httpx.Client, content: bytes) -> None:
    got = ada.post("/annotate/submit", content=content)
    assert got.status_code in (400, 404), got.text
    assert set(got.json()["error"]) == {"code", "message", "remedy"}


def test_html_is_text(ada: httpx.Client, server: Serving) -> None:
    item = take(ada)["id"]
    submit(ada, decision(item, answer="<script>alert(1)</script>"))
    (kept,) = server.store.history(item, server.store.identity("ada"))
    assert kept.submission.answer == "<script>alert(1)</script>"
    shown = ada.get("/annotate/mine", params={"project": "signs"})
    assert shown.headers["content-type"] == "application/json"
    assert shown.headers["x-content-type-options"] == "nosniff"


def test_what_became_of_the_answer_is_found_here_not_believed(ada: httpx.Client, server: Serving) -> None:
    item = take(ada)["id"]
    submit(ada, decision(item, what_if={"model": "blue", "corrected": "Red", "effect": "wrong_to_right"}))
    (kept,) = server.store.history(item, server.store.identity("ada"))
    what_if = kept.submission.what_if
    # The item has no trace, so the model has answered nothing; its row says what is right.
    assert (what_if.model, what_if.corrected, what_if.right, what_if.effect) == ("", "Red", "red", "unknown")


def test_the_rest_is_fluent_json(ada: httpx.Client) -> None:
    got = ada.get("/annotate/projects").json()
    assert json.loads(json.dumps(got)) == got
    assert not any(isinstance(value, float) and math.isnan(value) for value in got["projects"][0].values())
    assert ada.get("/annotate/health").json() == {"ok": True}


def test_a_full_disk_is_said_and_the_same_decision_is_taken_later(
    ada: httpx.Client, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = decision(take(ada)["id"])
    monkeypatch.setattr(blobs, "LEAST_FREE_BYTES", 1e18)
    assert error_of(ada.post("/annotate/submit", json=sent)) == (503, "not-written")
    assert error_of(ada.put("/annotate/draft", json={"item": sent["item"], "body": {}})) == (503, "not-written")
    monkeypatch.undo()
    assert submit(ada, sent)["version"] == 1
    assert len(server.store.history(sent["item"], server.store.identity("ada"))) == 1


def test_a_body_beyond_the_limit_is_413_in_the_shape_of_every_error(ada: httpx.Client) -> None:
    got = ada.post("/annotate/submit", content=b" " * 1_100_000)
    assert error_of(got) == (413, "refused-413")
