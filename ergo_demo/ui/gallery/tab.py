"""The Gallery tab: its handlers, and how it is built. Everything that the page sends is untrusted."""

import contextlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import gradio as gr

from ergo_demo.asking import RunSettings
from ergo_demo.batch.rows import Row
from ergo_demo.errors import ErgoError, RowsInvalid
from ergo_demo.geometry import Box
from ergo_demo.imaging import Photo
from ergo_demo.records import Trace
from ergo_demo.ui import photos, present, web
from ergo_demo.ui.ask_view.component import ask_view
from ergo_demo.ui.gallery import cards
from ergo_demo.ui.gallery.component import gallery_view
from ergo_demo.ui.gallery.index import Filter
from ergo_demo.ui.gallery.pictures import Pictures, read_trace
from ergo_demo.ui.present import Page, Screen
from ergo_demo.ui.progress import Progress


@dataclass(frozen=True)
class GalleryTab:
    """The handlers. Each takes the five controls and gives back what the page shows; nothing is kept of a visitor."""

    pictures: Pictures
    revisions: "count[int]" = field(default_factory=lambda: count(1))

    def first(self) -> cards.Shown:
        """The page was opened: all that there is by now, from the beginning."""
        return self.page(Filter(), 0)

    def filtered(self, *controls: object) -> tuple[Any, ...]:
        """A filter was changed: its first page."""
        return self._page(cards.read_filter(*controls), 0)

    def turned(
        self, outcome: object, flag: object, size: object, right: object, answer: object, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Another page was asked for, or the way back from an item to its page."""
        return self._page(cards.read_filter(outcome, flag, size, right, answer), _number(event, "page") or 0)

    def opened(
        self, outcome: object, flag: object, size: object, right: object, answer: object, event: gr.EventData
    ) -> tuple[Any, ...]:
        """A card was pressed, or the item before or after it."""
        wanted = cards.read_filter(outcome, flag, size, right, answer)
        place = _number(event, "row")
        try:
            row = self.pictures.index.row(-1 if place is None else place)
            trace = read_trace(row)
        except (IndexError, ErgoError, OSError):
            return self._page(wanted, 0)
        assert place is not None, "there is such a row"
        screen, problem = self._screen(place, row, trace)
        places = self.pictures.index.places(wanted)
        at = places.index(place) if place in places else 0
        _, shown = cards.page_of(places, len(self.pictures.index), at // cards.PER_PAGE)
        shown["item"] = cards.item(place, row, trace, places, problem)
        return shown, screen or gr.skip()

    def _page(self, wanted: Filter, page: int) -> tuple[Any, ...]:
        return self.page(wanted, page), gr.skip()

    def page(self, wanted: Filter, page: int) -> cards.Shown:
        """A page of cards, with what the batch has written by now."""
        index = self.pictures.index
        with contextlib.suppress(RowsInvalid, OSError):  # what was read before is still true
            index.refresh()
        places, shown = cards.page_of(index.places(wanted), len(index), page)
        shown["cards"] = [card for place in places if (card := self._card(place)) is not None]
        return shown

    def _card(self, place: int) -> cards.Card | None:
        try:
            row = self.pictures.index.row(place)
        except (ErgoError, OSError):
            return None
        try:
            trace = read_trace(row)
        except RowsInvalid:
            trace = None
        return cards.card(place, row, trace, self.pictures.address(place))

    def _screen(self, place: int, row: Row, trace: Trace | None) -> tuple[Screen | None, str]:
        """The item as Ask shows it, or why it cannot be shown."""
        if trace is None:
            return None, ""
        try:
            with self.pictures.photo(row, trace) as photo:
                return self._asked(place, photo, trace), ""
        except (ErgoError, OSError) as error:
            return None, str(error)

    def _asked(self, place: int, photo: Photo, trace: Trace) -> Screen:
        look = f"{place:016x}"
        chosen = RunSettings(trace.sampling, trace.coarse_budget_tokens, trace.zoom_budget_tokens)
        shown = Progress(
            look, photo, trace.question, chosen, began=0.0, stage="done",
            coarse=trace.coarse.view if trace.coarse else None,
            zoom=trace.zoom.view if trace.zoom else None,
            box=trace.box, why=trace.why, trace=trace,
        )  # fmt: skip
        if trace.zoom is not None:
            photos.keep_crop(photo, look, trace.zoom.view.region.clip(Box.of(photo.size)))
        photos.keep_trace(photo, look, trace)
        page = Page(
            revision=next(self.revisions),
            photo=photo,
            tiles=photos.tile_props(photo),
            shown=shown,
            chosen=chosen,
            urls=photos.addresses(photo, look),
        )
        return present.screen(page)


def build(page: gr.Blocks, pictures: Pictures) -> None:
    """Puts the tab's parts into the tabs that are open."""
    tab = GalleryTab(pictures)
    with gr.Row(elem_id="e-filters"):
        filters: list[Any] = [
            _choice("Outcome", cards.outcome_choices()),
            _choice("Flag", cards.flag_choices()),
            _choice("Box, of the photo", cards.size_choices()),
            _choice("Answer is", cards.right_choices()),
            gr.Textbox(label="Answer contains", max_length=cards.LONGEST_WORDS, max_lines=1, min_width=140),
        ]
    view = gallery_view(web.module_address("gallery/gallery_view.js"))
    with gr.Column(elem_id="e-item"):
        item = ask_view(
            present.screen(Page()), [], "", web.module_address("ask_view/ask_view.js"), 0, name="e-asked", reads=True
        )
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 4}
    outputs = [view, item]
    page.load(tab.first, None, view, **quiet)
    gr.on([control.change for control in filters], tab.filtered, filters, outputs, trigger_mode="always_last", **quiet)
    view.turn(tab.turned, filters, outputs, **quiet)
    view.open(tab.opened, filters, outputs, **quiet)


def _choice(label: str, choices: cards.Choices) -> gr.Dropdown:
    return gr.Dropdown(choices, value=cards.ANY, label=label, filterable=False, min_width=140)


def _number(event: gr.EventData, name: str) -> int | None:
    sent = event._data if isinstance(event._data, dict) else {}
    number = sent.get(name)
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**53 else None
