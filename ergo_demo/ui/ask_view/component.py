"""AskView as a `gr.HTML`: a fixed shell in ask_view.html, filled by ask_view.js with what `present.screen` says.

The shell holds no placeholder, so Gradio's templates never see a word that a model wrote: values reach the browser as
data and are set as text. The component is never an input, so nothing of it comes back but its events.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import gradio as gr

from ergo_demo.ui.present import Screen

EVENTS = ("photo", "example", "again", "waiting")
"""What the browser tells: a file was uploaded, an example or an earlier question was chosen, "is it my turn?"."""

_FOLDER = Path(__file__).parent


class ExampleProps(TypedDict):
    """One example as the browser shows it."""

    picture: str
    question: str


def ask_view(
    value: Screen,
    examples: Sequence[ExampleProps],
    licence: str,
    module: str,
    most_bytes: int,
    *,
    name: str = "e-ask",
    reads: bool = False,
) -> gr.HTML:
    """The component. `module` is the address of ask_view.js, `most_bytes` the largest file worth uploading.

    `reads`: it shows what was asked elsewhere, and takes no photo. `name` is its id on the page.

    A function and not a subclass: defining a subclass of a Gradio component writes a .pyi file beside its module.
    """
    return gr.HTML(
        value,
        html_template=(_FOLDER / "ask_view.html").read_text("utf-8"),
        js_on_load=_LOAD % {"events": ", ".join(repr(name) for name in EVENTS), "module": module},
        apply_default_css=False,
        elem_id=name,
        elem_classes=["e-bare"],
        examples=list(examples),
        licence=licence,
        mostBytes=most_bytes,
        reads=reads,
    )


# Gradio looks for the names of events in this text. It is no module, so it can only import one.
_LOAD = """
// events: %(events)s
import(new URL("%(module)s", document.baseURI).href)
  .then((module) => module.mount(element, { props, trigger, upload, watch }));
"""
