"""What a tab receives: the ways to look, to open a photo, and what was set. Frozen; knows no page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ergo_demo.asking import RunSettings, run_settings
from ergo_demo.engines import EngineInfo, Stop
from ergo_demo.events import Event
from ergo_demo.exports.hub.sending import Sender
from ergo_demo.exports.jobs import Exports
from ergo_demo.imaging import Door, Photo
from ergo_demo.settings import Settings
from ergo_demo.store.store import Store
from ergo_demo.ui.annotate.looking_again import Again
from ergo_demo.ui.annotate.people import Entrance
from ergo_demo.ui.gallery.pictures import Pictures

Look: TypeAlias = Callable[[Photo, str, RunSettings, Stop], Iterator[Event]]
"""(photo, question, settings, stop) -> the events of one run; pipeline.run, bound to an engine."""


@dataclass(frozen=True)
class Services:
    """Everything that the page may use."""

    engine: EngineInfo
    look: Look
    door: Door
    settings: Settings
    gallery: Pictures | None = None
    """What a batch wrote, where the page was started with it."""
    store: Store | None = None
    """What is kept, where people annotate."""
    entrance: Entrance | None = None
    """How they show who they are."""
    exports: Exports | None = None
    """What its owner writes out of it."""
    sender: Sender | None = None
    """What keeps its copy on the Hub, where a dataset is named."""
    again: Again | None = None
    """How the model answers from a corrected box."""

    @property
    def defaults(self) -> RunSettings:
        """What a run uses where nobody says otherwise."""
        return run_settings(self.engine, self.settings)
