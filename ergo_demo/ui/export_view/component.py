"""ExportView as a `gr.HTML`: a fixed shell, filled by export_view.js, which talks to the owner's plain routes.

The page is the same for everybody; what somebody may do is the server's to say, at each route.
"""

from pathlib import Path

import gradio as gr

_FOLDER = Path(__file__).parent


def export_view(module: str) -> gr.HTML:
    """The component; `module` is the address of export_view.js."""
    return gr.HTML(
        "",
        html_template=(_FOLDER / "export_view.html").read_text("utf-8"),
        js_on_load=_LOAD % {"module": module},
        apply_default_css=False,
        elem_id="e-export",
        elem_classes=["e-bare"],
    )


# It is no module, so it can only import one.
_LOAD = """import(new URL("%(module)s", document.baseURI).href).then((module) => module.mount(element));"""
