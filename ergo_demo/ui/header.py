"""The strip at the top and the banner below it: constant for the life of the process, so plain HTML, escaped here."""

import html
import re

import gradio as gr

from ergo_demo.engines import EngineInfo
from ergo_demo.ui import messages
from ergo_demo.ui.messages import Notice

_MARK = """<svg viewBox="0 0 26 26" fill="none" aria-hidden="true">
<rect x="1.5" y="1.5" width="23" height="23" rx="3" stroke="currentColor" stroke-width="2"/>
<path d="M12.5 8.5L24 2.5M12.5 16.5L24 23.5" stroke="var(--e-model-mark)" stroke-width="1.4"/>
<rect x="6" y="8.5" width="6.5" height="8" stroke="var(--e-model-mark)" stroke-width="2.2"/></svg>"""

_INFO = """<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6"/>
<path d="M8 7.3v4M8 4.8v.1"/></svg>"""


def header(engine: EngineInfo) -> gr.HTML:
    """Mark, name, and the engine in words."""
    dot = "e-dot small" if engine.embedded or engine.model.device == "none" else "e-dot"
    name, details = html.escape(messages.short_name(engine)), html.escape(messages.engine_details(engine))
    return _bare(
        f'<header class="e e-head"><h1 class="e-brand">{_MARK}ERGO Demo</h1>'
        f'<p class="e-engine" title="{html.escape(engine.reason)}"><span class="{dot}"></span>'
        f'<span><b>{name}</b><span class="full"> {details}</span></span></p></header>',
        "e-top",
    )


def banner(notice: Notice) -> gr.HTML:
    """One or two lines that stay: never closes, never covers anything."""
    rest = re.sub(r"`([^`]*)`", r'<span class="mono">\1</span>', html.escape(notice["rest"]))
    first, dot, more = rest.partition(". ")
    words = f'<b>{html.escape(notice["strong"])}</b> {first}{dot}<span class="more">{more}</span>'
    return _bare(f'<p class="e e-banner">{_INFO}<span>{words}</span></p>', "e-banner")


def _bare(content: str, elem_id: str) -> gr.HTML:
    return gr.HTML(content, elem_id=elem_id, elem_classes=["e-bare"], apply_default_css=False, js_on_load=None)
