"""GalleryView as a `gr.HTML`: a shell that gallery_view.js fills with what `cards` says. Its words go in as text."""

from pathlib import Path

import gradio as gr

EVENTS = ("turn", "open")
"""What the browser tells: another page is wanted, a row was chosen."""


def gallery_view(module: str) -> gr.HTML:
    """The component; `module` is the address of gallery_view.js."""
    return gr.HTML(
        None,  # nothing to press before the first page is there, which would come over what was pressed
        html_template=(Path(__file__).parent / "gallery_view.html").read_text("utf-8"),
        js_on_load=_LOAD % {"events": ", ".join(repr(name) for name in EVENTS), "module": module},
        apply_default_css=False,
        elem_id="e-gallery",
        elem_classes=["e-bare"],
    )


# Gradio looks for the names of events in this text. It is no module, so it can only import one.
_LOAD = """
// events: %(events)s
import(new URL("%(module)s", document.baseURI).href)
  .then((module) => module.mount(element, { props, trigger, watch }));
"""
