"""A Hub that is busy, away or silent, or has had enough: waited for, left alone, nothing lost, nothing twice."""

import os
import time
from collections import deque

import pytest
from huggingface_hub import constants

from ergo_demo.errors import HubFailed
from ergo_demo.exports.hub import dataset as module
from ergo_demo.exports.hub import syncing
from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.syncing import pull, push
from ergo_demo.store.store import Store
from tests.exports.fake_hub import TOKEN, FakeHub
from tests.exports.making import Shop, everything

DECISIONS = 13


ASKS_FOR_7 = ("429 retry-after: 7", '429 ratelimit: "api";r=0;t=7')


@pytest.mark.parametrize("fault", ["429", *ASKS_FOR_7, "500", "503", "409", "412", "cut", "lost"])
def test_a_fault_is_waited_for_and_nothing_is_lost_or_doubled(
    shop: Shop, dataset: HubDataset, hub: FakeHub, waited: list[float], fault: str
) -> None:
    everything(shop)
    hub.faults.extend([fault, fault])
    assert push(shop.store, dataset) == DECISIONS
    assert hub.ids() == sorted(shop.store.annotation_ids())
    # The library tries again by itself where a connection breaks in what may be repeated; a commit may not.
    expected = {**{asking: [7.0, 7.0] for asking in ASKS_FOR_7}, "lost": [1.0]}.get(fault, [1.0, 2.0])
    assert waited == expected
    assert len(hub.commits) == 1


def test_a_hub_that_asks_for_long_is_left_alone_for_as_long(shop: Shop, hub: FakeHub, waited: list[float]) -> None:
    everything(shop)
    now = [0.0]
    dataset = HubDataset("ada/corrections", endpoint=hub.url, token=TOKEN, wait=waited.append, clock=lambda: now[0])
    hub.faults.append("429 retry-after: 1500")
    with pytest.raises(HubFailed, match="left alone for 25 minutes"):
        push(shop.store, dataset)
    asked = len(hub.ways)
    now[0] = 1000.0
    with pytest.raises(HubFailed, match="left alone for 9 minutes"):
        push(shop.store, dataset)
    assert (len(hub.ways), waited) == (asked, []), "it was not asked once more"
    now[0] = 1501.0
    assert push(shop.store, dataset) == DECISIONS
    assert hub.ids() == sorted(shop.store.annotation_ids())


def test_no_more_commits_are_made_in_an_hour_than_the_hub_takes(
    shop: Shop, dataset: HubDataset, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert syncing.MOST_COMMITS < 128, "of everybody who sends to the dataset"
    monkeypatch.setattr(syncing, "MOST_COMMITS", 4)
    monkeypatch.setattr(syncing, "MOST_LINES", 2)
    everything(shop)
    for _ in range(2):
        with pytest.raises(HubFailed, match="4 commits were made within an hour"):
            push(shop.store, dataset)
        assert len(hub.commits) == 4
    an_hour_later(shop.store)
    assert push(shop.store, dataset) == DECISIONS - 8
    assert hub.ids() == sorted(shop.store.annotation_ids())
    assert len(hub.commits) == 7
    monkeypatch.setattr(syncing, "MOST_COMMITS", 3)
    shop.store.forget_annotator(shop.store.identity("bo"))
    with pytest.raises(HubFailed, match="within an hour"):  # a tombstone is a commit, too
        push(shop.store, dataset)
    an_hour_later(shop.store)
    assert push(shop.store, dataset) == 0
    assert len(hub.commits) == 8


def an_hour_later(store: Store) -> None:
    then = time.time() - 3601
    for note in (store.outbox / "sent").iterdir():
        os.utime(note, (then, then))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed after a second, and the library's own pauses between tries are none."""
    monkeypatch.setattr(module, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 1)
    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 1)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("place", ["faults_of_lists", "faults_of_downloads"])
@pytest.mark.parametrize("fault", ["429", "500", "503", "cut", "silent"])
def test_a_pull_is_as_patient(
    shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub, place: str, fault: str
) -> None:
    everything(shop)
    push(shop.store, dataset)
    faults: deque[str] = getattr(hub, place)
    faults.extend([fault, fault])
    assert pull(other, dataset)["added"] == DECISIONS
    assert not faults
    assert sorted(other.annotation_ids()) == sorted(shop.store.annotation_ids())
    assert pull(other, dataset) == {}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("place", ["faults_of_lists", "faults_of_downloads"])
def test_a_hub_that_gives_nothing_is_said_and_the_next_pull_has_everything(
    shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub, waited: list[float], place: str
) -> None:
    everything(shop)
    push(shop.store, dataset)
    faults: deque[str] = getattr(hub, place)
    faults.extend(["503"] * 1000)
    with pytest.raises(HubFailed, match="answered 503"):
        pull(other, dataset)
    assert len(waited) == 5
    faults.clear()
    assert pull(other, dataset)["added"] == DECISIONS


@pytest.mark.usefixtures("hasty")
def test_a_hub_that_falls_silent_is_asked_again(
    shop: Shop, dataset: HubDataset, hub: FakeHub, waited: list[float]
) -> None:
    everything(shop)
    hub.faults.append("silent")
    assert push(shop.store, dataset) == DECISIONS
    assert hub.ids() == sorted(shop.store.annotation_ids())
    assert waited == [1.0]


def test_what_the_hub_never_takes_waits_on_the_disk(
    shop: Shop, dataset: HubDataset, hub: FakeHub, waited: list[float]
) -> None:
    everything(shop)
    hub.faults.extend(["500"] * 6)
    with pytest.raises(HubFailed, match="answered 500"):
        push(shop.store, dataset)
    assert waited == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert len(list((shop.store.outbox / "queued").glob("*.jsonl"))) == 1
    assert push(shop.store, dataset) == DECISIONS
    assert len(hub.shards()) == 1
    assert list((shop.store.outbox / "queued").iterdir()) == []


def test_a_hub_that_is_away_is_said(shop: Shop, waited: list[float]) -> None:
    everything(shop)
    away = HubDataset("ada/corrections", endpoint="http://127.0.0.1:9", token=TOKEN, wait=waited.append)
    with pytest.raises(HubFailed, match="cannot be reached"):
        push(shop.store, away)
    assert len(waited) == 5
