"""`python -m ergo_demo push|pull [OWNER/NAME]`: the store's decisions to and from a private dataset of the Hub."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from ergo_demo.errors import InputError
from ergo_demo.settings import Settings

if TYPE_CHECKING:
    from ergo_demo.exports.hub.dataset import HubDataset

Say: TypeAlias = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of both."""
    parser.add_argument("repo", nargs="?", metavar="OWNER/NAME", help="the dataset; by default ERGO_HUB_DATASET")


def run_push(options: argparse.Namespace, settings: Settings, say: Say) -> None:
    """Sends what was not sent. Raises HubFailed, InputError, StoreError."""
    from ergo_demo.exports.hub.syncing import push, staying
    from ergo_demo.store.cli import open_settings

    with open_settings(settings) as store:
        hub = _named(options, settings)
        sent = push(store, hub, say)
        left = staying(store)
    if left:
        say(f"{sent:,} decisions were sent to {hub.repo} now; {left:,} stay here: their photo is gone, or is damaged.")
        say("`verify` names what is damaged.")
    else:
        say(f"{hub.repo} has every decision; {sent:,} were sent now.")


def run_pull(options: argparse.Namespace, settings: Settings, say: Say) -> None:
    """Adds what the dataset has. Raises HubFailed, InputError, RowsInvalid, StoreError."""
    from ergo_demo.exports.hub.syncing import pull
    from ergo_demo.store.cli import open_settings

    with open_settings(settings) as store:
        counts = pull(store, _named(options, settings), say)
    say(f"{counts['added']:,} decisions came from the Hub and are here.")
    if counts["forgotten"]:
        say(f"{counts['forgotten']:,} were left out: their photo or person was to be forgotten.")
    if counts["taken"]:
        say(f"{counts['taken']:,} were left out: this store has another decision in their place.")
    if counts["no photo"]:
        say(f"{counts['no photo']:,} were left out: the dataset lacks their photo.")


def _named(options: argparse.Namespace, settings: Settings) -> "HubDataset":
    from ergo_demo.exports.hub.dataset import HubDataset

    repo = options.repo or settings.hub_dataset
    if repo is None:
        raise InputError("No dataset is named.", remedy="Give OWNER/NAME, or set ERGO_HUB_DATASET.")
    return HubDataset(repo)
