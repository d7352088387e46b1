"""The copy on the Hub over HTTP: what it lacks, sending that, and what is said where there is none."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ergo_demo.exports.hub import dataset as module
from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.sending import Sender
from tests.exports import fake_hub
from tests.ui.annotate.serving import Serving, decision, error_of, serving, take

REPO = "ada/corrections"


@pytest.fixture
def hub() -> Iterator[fake_hub.FakeHub]:
    with fake_hub.serving() as running:
        yield running


@pytest.fixture
def copied(tmp_path: Path, hub: fake_hub.FakeHub) -> Iterator[Serving]:
    """A server with two decisions, and a dataset for them."""

    def sender_of(store: Any) -> Sender:
        return Sender(store, HubDataset(REPO, endpoint=hub.url, token=fake_hub.TOKEN, wait=lambda _seconds: None))

    with serving(tmp_path, sender_of=sender_of) as running:
        running.project("signs", items=2)
        ada = running.person("ada", "signs")
        for _ in range(2):
            assert ada.post("/annotate/submit", json=decision(take(ada)["id"])).status_code == 200
        yield running


def ended(owner: httpx.Client) -> dict[str, Any]:
    while True:
        state: dict[str, Any] = owner.get("/annotate/export/hub").json()
        if not state["at_work"]:
            return state
        time.sleep(0.02)


def test_the_owner_sends_what_waits(copied: Serving, hub: fake_hub.FakeHub) -> None:
    owner = copied.owner()
    before = {"repo": REPO, "signed_in": True, "at_work": False, "waiting": 2, "sent": None, "failed": None}
    assert owner.get("/annotate/export/hub").json() == before
    hub.faults.append("403")
    assert owner.post("/annotate/export/push", json={}).status_code == 200
    failed = ended(owner)
    assert failed["failed"]["message"] == f"The Hub does not let this token write {REPO}."
    assert (failed["waiting"], hub.commits) == (2, [])
    assert owner.post("/annotate/export/push", json={}).status_code == 200
    assert ended(owner) == {**before, "waiting": 0, "sent": 2}
    assert len(hub.commits) == 1


def test_nobody_else_sends_or_learns_where_the_copy_is(copied: Serving, hub: fake_hub.FakeHub) -> None:
    for somebody, status in ((copied.client(), 401), (copied.person("ada", "signs"), 403)):
        assert error_of(somebody.get("/annotate/export/hub")) == (status, "denied")
        assert error_of(somebody.post("/annotate/export/push", json={})) == (status, "denied")
    assert hub.ways == []


def test_without_a_token_it_is_said_before_anything_is_tried(
    copied: Serving, hub: fake_hub.FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "get_token", lambda: None)
    sender = Sender(copied.store, HubDataset(REPO, endpoint=hub.url))
    assert sender.signed_in is False
    sender.start()
    sender.close()
    assert sender.last is not None
    assert sender.last.failed is not None
    assert "HF_TOKEN" in sender.last.failed.remedy
    assert hub.ways == []


def test_without_a_dataset_there_is_nothing_to_send(server: Serving) -> None:
    owner = server.owner()
    assert owner.get("/annotate/export/hub").json() == {"repo": None}
    refused = owner.post("/annotate/export/push", json={})
    assert error_of(refused) == (400, "input-error")
    assert "ERGO_HUB_DATASET" in refused.json()["error"]["remedy"]
