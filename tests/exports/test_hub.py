"""Decisions sent to the Hub and back: every fault of the way, nothing lost, nothing twice, nobody forgotten is back."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ergo_demo.__main__ import main
from ergo_demo.errors import HubFailed, InputError
from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.hub import cli, syncing
from ergo_demo.exports.hub import dataset as module
from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.syncing import pull, push
from ergo_demo.store.store import Store
from tests.exports.fake_hub import TOKEN, FakeHub
from tests.exports.making import Shop, everything
from tests.space.running import running_app

REPO = "ada/corrections"
DECISIONS = 13


def log_of(store: Store, out: Path) -> bytes:
    export(store, Request(format=format_named("log")), out)
    return (out / "log.jsonl").read_bytes()


def test_what_is_pushed_comes_back_bit_for_bit(
    shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub, tmp_path: Path
) -> None:
    everything(shop)
    assert push(shop.store, dataset) == DECISIONS
    assert hub.ids() == sorted(shop.store.annotation_ids())
    assert pull(other, dataset)["added"] == DECISIONS
    assert log_of(other, tmp_path / "b") == log_of(shop.store, tmp_path / "a")
    requests = len(hub.ways)
    assert push(shop.store, dataset) == push(other, dataset) == 0
    assert len(hub.ways) == requests, "nothing new: the Hub is not even asked"
    assert pull(other, dataset) == {}
    assert len(hub.commits) == 1


def test_a_shard_is_never_rewritten_and_only_new_decisions_are_sent(
    shop: Shop, dataset: HubDataset, hub: FakeHub
) -> None:
    everything(shop)
    push(shop.store, dataset)
    before = dict(hub.only())
    shop.item(shop.photo(70), "z-new")
    shop.decide("z-new")
    assert push(shop.store, dataset) == 1
    assert {name: hub.only()[name] for name in before} == before
    assert len(hub.shards()) == 2
    assert [name.split("/")[-1][:6] for name in hub.shards()] == ["000001", "000002"]


def test_a_refusal_is_not_tried_again(shop: Shop, dataset: HubDataset, hub: FakeHub, waited: list[float]) -> None:
    everything(shop)
    hub.faults.append("403")
    with pytest.raises(HubFailed, match="does not let this token write"):
        push(shop.store, dataset)
    assert waited == []


def test_nothing_goes_to_a_public_dataset(shop: Shop, dataset: HubDataset, hub: FakeHub) -> None:
    everything(shop)
    hub.files[REPO] = {}
    hub.public.add(REPO)
    with pytest.raises(InputError, match="is public"):
        push(shop.store, dataset)
    assert hub.only() == {}


def test_without_a_token_nothing_is_tried(
    shop: Shop, hub: FakeHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    everything(shop)
    monkeypatch.setattr(module, "get_token", lambda: None)
    with pytest.raises(InputError, match="There is no token"):
        push(shop.store, HubDataset(REPO, endpoint=hub.url))
    assert hub.ways == []


@pytest.mark.parametrize("token", ["tökén", "hf_a b", "hf_a\nb"])
def test_what_cannot_be_a_token_is_said_before_it_is_sent(shop: Shop, hub: FakeHub, token: str) -> None:
    everything(shop)
    with pytest.raises(InputError, match="characters that no token has") as refused:
        push(shop.store, HubDataset(REPO, endpoint=hub.url, token=token))
    assert token not in str(refused.value)
    assert hub.ways == []


def test_the_command_says_what_stays_here(
    shop: Shop, dataset: HubDataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything(shop)
    item = shop.store.item("a-edit")
    assert item is not None
    shop.store.image(item.blob_sha256)[1].unlink()
    shop.store.close()
    monkeypatch.setenv("ERGO_SECRET", "a secret for the tests only")
    monkeypatch.setattr(cli, "_named", lambda *_given: dataset)
    assert main(["push", REPO, "--data", str(shop.folder.parent / "data")]) == 0
    said = capsys.readouterr().out
    assert f"{DECISIONS - 1} decisions were sent to {REPO} now; 1 stay here: their photo is gone" in said
    assert "has every decision" not in said


def test_shards_keep_to_the_hub_s_limits(
    shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "MOST_PHOTOS", 3)
    monkeypatch.setattr(syncing, "MOST_LINES", 4)
    everything(shop)
    assert push(shop.store, dataset) == DECISIONS
    assert max(len(names) for names in hub.commits) <= 4, "three photos and the shard"
    assert len(hub.commits) == len(hub.shards()) >= 4
    photos = [name for names in hub.commits for name in names if name.startswith("images/")]
    assert len(photos) == len(set(photos)) == 12, "each photo once"
    assert pull(other, dataset)["added"] == DECISIONS


def test_two_stores_send_to_one_dataset(shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub) -> None:
    everything(shop)
    push(shop.store, dataset)
    pull(other, dataset)
    elsewhere = Shop(other, shop.folder)
    elsewhere.item(elsewhere.photo(71), "y-other")
    elsewhere.decide("y-other")
    assert push(other, dataset) == 1
    assert pull(shop.store, dataset) == {"added": 1}
    assert len(hub.ids()) == len(set(hub.ids())) == DECISIONS + 1
    assert len({name.split("/")[1] for name in hub.shards()}) == 2


def test_what_is_forgotten_does_not_come_back(
    shop: Shop, other: Store, dataset: HubDataset, hub: FakeHub, tmp_path: Path
) -> None:
    everything(shop)
    push(shop.store, dataset)
    item = shop.store.item("a-edit")
    assert item is not None
    photo = f"images/{item.blob_sha256[:2]}/{item.blob_sha256}.jpg"
    assert photo in hub.only()
    shop.store.forget_image(item.upload_sha256)
    shop.store.forget_annotator(shop.store.identity("bo"))
    assert push(shop.store, dataset) == 0
    assert photo not in hub.only()
    counts = pull(other, dataset)
    assert (counts["added"], counts["forgotten"]) == (DECISIONS - 2, 2)
    assert other.forgotten() == shop.store.forgotten()
    assert log_of(other, tmp_path / "b") == log_of(shop.store, tmp_path / "a")


def test_what_is_forgotten_before_it_was_sent_is_not_sent(shop: Shop, dataset: HubDataset, hub: FakeHub) -> None:
    everything(shop)
    hub.faults.extend(["500"] * 6)
    with pytest.raises(HubFailed):
        push(shop.store, dataset)
    shop.store.forget_annotator(shop.store.identity("bo"))
    assert push(shop.store, dataset) == DECISIONS - 1
    assert hub.ids() == sorted(shop.store.annotation_ids())
    assert shop.store.identity("bo").encode() not in b"".join(hub.only()[name] for name in hub.shards())


KILLED = """
import os, signal, sys
from ergo_demo.__main__ import main
from ergo_demo.exports.hub.outbox import Outbox
Outbox.note = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
main(sys.argv[1:])
"""


def test_killed_between_the_upload_and_the_note_it_is_sent_again_and_there_once(
    shop: Shop, hub: FakeHub, tmp_path: Path
) -> None:
    everything(shop)
    ids = sorted(shop.store.annotation_ids())
    shop.store.close()
    command = ["push", REPO, "--data", str(shop.folder.parent / "data")]
    environment = {
        **os.environ, "HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "ERGO_SECRET": "a secret for the tests only",
        "HF_HUB_OFFLINE": "0",
    }  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", KILLED, *command], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (len(hub.commits), hub.ids()) == (1, ids)
    (tmp_path / "token").write_text(TOKEN)  # as `hf auth login` keeps it
    login = {**environment, "HF_TOKEN": "", "HF_TOKEN_PATH": str(tmp_path / "token")}
    again = subprocess.run(
        [sys.executable, "-m", "ergo_demo", *command], env=login, check=True, capture_output=True, text=True
    )
    assert f"{REPO} has every decision; {len(ids)} were sent now." in again.stdout
    assert (len(hub.commits), hub.ids()) == (1, ids), "the same content makes no commit"


def test_a_page_that_is_started_on_an_empty_disk_has_what_was_decided(
    shop: Shop, dataset: HubDataset, hub: FakeHub, tmp_path: Path
) -> None:
    everything(shop)
    push(shop.store, dataset)
    variables = {"ERGO_HUB_DATASET": REPO, "HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}
    with running_app(tmp_path / "space", **variables) as running, running.client() as owner:
        found = owner.get("/annotate/projects").json()["projects"]
        assert [(project["name"], project["done"]) for project in found] == [("Signs", 11)], "one was skipped"
        assert f"{REPO}: {DECISIONS} decisions came from the Hub" in running.log.read_text()
    assert TOKEN not in running.log.read_text()
