"""The page: Gradio's frame, our tabs. `build_app` makes it, `launch_options` says how it is served."""

from pathlib import Path
from typing import Any

import gradio as gr
from starlette.routing import Route

from ergo_demo.ui import api, ask_tab, messages, photos, web
from ergo_demo.ui.annotate import LookAgain, make_desk, routes
from ergo_demo.ui.annotate_view import tab as annotate_tab
from ergo_demo.ui.examples import Thumbnails, read_examples
from ergo_demo.ui.export_view import tab as export_tab
from ergo_demo.ui.gallery import tab as gallery_tab
from ergo_demo.ui.gpu import on_zero_gpu
from ergo_demo.ui.header import banner, header
from ergo_demo.ui.review_view import tab as review_tab
from ergo_demo.ui.services import Services
from ergo_demo.ui.theme import ergo_theme

EXAMPLES = Path(__file__).parents[2] / "assets" / "examples"


def build_app(services: Services, examples_folder: Path | None = None) -> gr.Blocks:
    """The page over these services; nothing is served before `launch`."""
    examples = read_examples(examples_folder or EXAMPLES)
    page: gr.Blocks
    with gr.Blocks(title="ERGO Demo", fill_width=True, analytics_enabled=False) as page:
        header(services.engine)
        with gr.Tabs(elem_id="e-tabs", selected="gallery" if services.gallery else None):
            with gr.Tab("Ask", id="ask"):
                if notice := messages.engine_banner(services.engine, len(examples)):
                    banner(notice)
                ask_tab.build(page, services, examples)
            if services.store:
                annotate_tab.build(page)
                review_tab.build(sign_in=bool(services.entrance and services.entrance.space_owner))
            if services.gallery:
                with gr.Tab("Gallery", id="gallery"):
                    gallery_tab.build(page, services.gallery)
            if services.exports:
                export_tab.build()
        # Not in a second `with`: at the end of each Gradio hangs every component's load event on the page once more.
        api.add_ask(services)
    api.hide_others(page)
    return page


def launch_options(services: Services, examples_folder: Path | None = None) -> dict[str, Any]:
    """Arguments for `page.launch`: the look, what is off, and the routes of scripts, photos and examples."""
    routes: list[Route] = [
        *web.routes(),
        *photos.routes(services.door.root),
        *Thumbnails(services.door, read_examples(examples_folder or EXAMPLES)).routes(),
        *(services.gallery.routes() if services.gallery else ()),
        *_annotate_routes(services),
    ]
    return {
        "theme": ergo_theme(),
        "css_paths": list(web.STYLES),
        "app_kwargs": {"routes": routes},
        "footer_links": ["api", "settings"],
        "run_history": False,
        "max_file_size": services.door.limits.file_bytes,
    }


def _annotate_routes(services: Services) -> list[Route]:
    if services.store is None or services.entrance is None or services.exports is None:
        return []
    look_again = LookAgain(services.again, services.defaults, on_zero_gpu()) if services.again else None
    desk = make_desk(services.store, services.door, services.entrance, services.exports, look_again, services.sender)
    return routes(desk, services.entrance)
