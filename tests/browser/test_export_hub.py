"""Sending to a dataset of the Hub from the Export tab: refused once, then done; and what is on the Hub then."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import AskPage, Serving, served
from tests.exports import fake_hub

pytestmark = pytest.mark.browser

REPO = "ada/corrections"


@pytest.fixture(scope="module")
def hub() -> Iterator[fake_hub.FakeHub]:
    with fake_hub.serving() as running:
        yield running


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, hub: fake_hub.FakeHub) -> Iterator[Serving]:
    """The app, started with a dataset."""
    variables = {
        "ERGO_HUB_DATASET": REPO,
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": fake_hub.TOKEN,
        "HF_HUB_OFFLINE": "0",
    }
    with served(tmp_path_factory.mktemp("copied"), **variables) as running:
        yield running


def test_the_owner_sends_what_the_hub_lacks(
    visit: Callable[..., AskPage], decided: None, hub: fake_hub.FakeHub
) -> None:
    page = visit().page
    page.get_by_role("tab", name="Export").click()
    view = page.locator("#e-export")
    send = view.get_by_role("button", name="Send now")
    view.get_by_text(f"{REPO}: 3 decisions are not there yet.").wait_for()
    hub.faults.append("403")
    send.click()
    view.get_by_text(f"{REPO}: The Hub does not let this token write {REPO}. Set HF_TOKEN").wait_for()
    assert hub.commits == []
    send.click()
    view.get_by_text(f"3 decisions were sent. {REPO} has every decision.").wait_for()
    assert send.is_disabled()
    assert len(hub.commits) == 1
    assert len(hub.shards()) == 1
