"""A server's pushes to the Hub: one at a time, whoever asks; how each ended is there to be told."""

import threading

import pytest

from ergo_demo.errors import HubFailed, InputError, NotWritten
from ergo_demo.exports.hub.dataset import HubDataset
from ergo_demo.exports.hub.sending import Pushed, Sender
from ergo_demo.store.records import Action
from tests.exports.fake_hub import TOKEN, FakeHub
from tests.exports.making import CORRECTED, Shop, everything

DECISIONS = 13


def sender_to(hub: FakeHub, shop: Shop, wait: threading.Event | None = None) -> Sender:
    """Between two tries it waits for the event, if there is one."""

    def waiting(_seconds: float) -> None:
        if wait is not None:
            wait.wait()

    return Sender(shop.store, HubDataset("ada/corrections", endpoint=hub.url, token=TOKEN, wait=waiting))


def test_one_push_at_a_time_and_what_waits_is_counted(shop: Shop, hub: FakeHub) -> None:
    everything(shop)
    busy_until = threading.Event()
    hub.faults.append("503")
    sender = sender_to(hub, shop, busy_until)
    assert (sender.waiting(), sender.at_work, sender.last) == (DECISIONS, False, None)
    sender.start()
    with pytest.raises(InputError, match="being sent just now"):
        sender.start()
    assert (sender.waiting(), sender.at_work) == (DECISIONS, True)
    busy_until.set()
    sender.close()
    assert (sender.waiting(), sender.at_work, sender.last) == (0, False, Pushed(DECISIONS))
    assert len(hub.commits) == 1


def test_a_push_that_is_refused_says_why_until_one_succeeds(shop: Shop, hub: FakeHub) -> None:
    everything(shop)
    sender = sender_to(hub, shop)
    hub.faults.append("403")
    sender.start()
    sender.close()
    assert sender.last is not None
    assert isinstance(sender.last.failed, HubFailed)
    assert (sender.waiting(), sender.at_work) == (DECISIONS, False)
    sender.send()
    assert sender.last == Pushed(DECISIONS)
    shop.item(shop.photo(400), "zz-later")
    shop.decide("zz-later", Action.REDRAW, boxes=(CORRECTED,))
    sender.send()
    assert sender.last == Pushed(1)
    sender.send()
    assert sender.last == Pushed(1), "a minute without news leaves the last word as it is"


def test_a_chore_that_fails_is_told_too(shop: Shop, hub: FakeHub) -> None:
    everything(shop)
    sender = sender_to(hub, shop)
    hub.faults.append("403")
    with pytest.raises(HubFailed):
        sender.send()
    assert sender.last is not None
    assert isinstance(sender.last.failed, HubFailed)


def test_an_outbox_that_cannot_be_written_is_told(shop: Shop, hub: FakeHub) -> None:
    everything(shop)
    sender = sender_to(hub, shop)
    sender.waiting()
    (shop.store.outbox / "queued").rmdir()
    (shop.store.outbox / "queued").write_text("a file where the folder was")
    sender.start()
    sender.close()
    assert sender.last is not None
    assert isinstance(sender.last.failed, NotWritten)
    assert sender.at_work is False
