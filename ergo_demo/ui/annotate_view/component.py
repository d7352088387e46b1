"""AnnotateView as a `gr.HTML`: a fixed shell, filled by annotate_view.js, which talks to the annotators' plain routes.

Nothing passes through Gradio's queue, so no event of its own is needed and nothing that a browser sends reaches Python
here. The shell holds no placeholder: questions and answers are set as text.
"""

from pathlib import Path

import gradio as gr

_FOLDER = Path(__file__).parent


def annotate_view(module: str) -> gr.HTML:
    """The component; `module` is the address of annotate_view.js.

    A function and not a subclass: defining a subclass of a Gradio component writes a .pyi file beside its module.
    """
    return gr.HTML(
        "",
        html_template=(_FOLDER / "annotate_view.html").read_text("utf-8"),
        js_on_load=_LOAD % {"module": module},
        apply_default_css=False,
        elem_id="e-annotate",
        elem_classes=["e-bare"],
    )


# It is no module, so it can only import one.
_LOAD = """import(new URL("%(module)s", document.baseURI).href).then((module) => module.mount(element));"""
