"""The Review tab: the owner's. Everybody else is told so in one sentence; in a Space its owner can sign in here."""

from pathlib import Path

import gradio as gr

from ergo_demo.ui import web

_SHELL = Path(__file__).parent / "review_view.html"

# Constant, and without what a template would fill in.
FOR_OTHERS = "Review is for the owner of this page, whose address was printed when it was started."
FOR_OTHERS_IN_A_SPACE = "Review is for the owner of this Space: sign in if it is yours."

# It is no module, so it can only import one.
_LOAD = """import(new URL("%(module)s", document.baseURI).href).then((module) => module.mount(element));"""


def build(*, sign_in: bool) -> None:
    """Puts the tab into the tabs that are open. `sign_in`: whether the owner is who signs in with Hugging Face."""
    sentence = FOR_OTHERS_IN_A_SPACE if sign_in else FOR_OTHERS
    with gr.Tab("Review", id="review"):
        gr.HTML(
            "",
            html_template=_SHELL.read_text("utf-8").replace("SENTENCE", sentence),
            js_on_load=_LOAD % {"module": web.module_address("review_view/review_view.js")},
            apply_default_css=False,
            elem_id="e-review",
            elem_classes=["e-bare"],
        )
        if sign_in:
            # Its being there is what makes Gradio serve the routes to sign in by.
            gr.LoginButton("Sign in with Hugging Face", logout_value="Sign out ({})", elem_id="e-sign-in")
