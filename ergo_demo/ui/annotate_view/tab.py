"""The Annotate tab: there for whoever the server knows as an annotator, and out of the way of everybody else."""

import gradio as gr

from ergo_demo.ui import web
from ergo_demo.ui.annotate_view.component import annotate_view

# Decided in the browser when the page opens: who somebody is lies in a cookie, and the page is the same for all.
_KNOWN = """async () => {
  const response = await fetch(new URL("annotate/projects", document.baseURI)).catch(() => null);
  const { you } = response?.ok ? await response.json() : {};
  return { __type__: "update", visible: Boolean(you && you.role !== "visitor") };
}"""


def build(page: gr.Blocks) -> None:
    """Puts the tab into the tabs that are open."""
    with gr.Tab("Annotate", id="annotate", visible=False) as tab:
        annotate_view(web.module_address("annotate_view/annotate_view.js"))
    page.load(None, None, tab, js=_KNOWN, api_visibility="private")
