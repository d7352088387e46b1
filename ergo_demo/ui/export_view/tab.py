"""The Export tab: for the owner; everybody else reads there why it is closed."""

import gradio as gr

from ergo_demo.ui import web
from ergo_demo.ui.export_view.component import export_view


def build() -> None:
    """Puts the tab into the tabs that are open."""
    with gr.Tab("Export", id="export"):
        export_view(web.module_address("export_view/export_view.js"))
