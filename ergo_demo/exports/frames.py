"""From boxes to what is said about them: the only place here where a box becomes whole view px, and text.

A text speaks of the px of the picture that travels with it. That picture is the coarse view, whose sides are multiples
of 28 within a budget: no trainer's processor resizes it once more.
"""

import re
from typing import TypeAlias

from ergo_demo.batch.questions import with_options
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.lessons import Picture, Prompt, Said
from ergo_demo.geometry import Box, View, view_of
from ergo_demo.imaging import Kernel
from ergo_demo.protocol import prompts

Whole: TypeAlias = tuple[int, int, int, int]
"""x1, y1, x2, y2 in whole view px, as a model writes them."""

_CONTROL = re.compile(
    r"<\|[^<>|]{0,60}\|>"  # <|im_start|>, <|image_pad|>: a tokenizer would take them for its own
    r"|</?(?:image|video|audio|bbox|ref-object|tool_call)>",  # a trainer's placeholders
    re.IGNORECASE,
)
_TAG = re.compile("</?(?:think|zoom|answer)>", re.IGNORECASE)


def plain(text: str) -> str:
    """Text that every format can hold: half characters and NUL become U+FFFD, the ends are trimmed.

    >>> plain(" a\\0b ")
    'a�b'
    """
    return re.sub("[\0\ud800-\udfff]", "�", text).strip()


def folded(text: str) -> str:
    """What is left of a text where case and spacing say nothing.

    >>> folded(" The  Sign ")
    'the sign'
    """
    return " ".join(text.casefold().split())


def question_of(corrected: Corrected) -> str:
    """The question with its answer options, as the model is asked it, in text that every format can hold."""
    options = corrected.item.extra.get("options", [])
    # What an item carries beside its fields is nobody's to check before.
    given = [option for option in options if isinstance(option, str)] if isinstance(options, list) else []
    return plain(with_options(corrected.item.question, given))


def controls(text: str, *, tags: bool = True) -> bool:
    """Whether a trainer would take a part of this for a picture or a turn's end; or, with `tags`, for the protocol's.

    >>> controls("What is on the <image>?"), controls("Is 3 < 4 or 4 > 3?"), controls("<answer>", tags=False)
    (True, False, False)
    """
    return _CONTROL.search(text) is not None or (tags and _TAG.search(text) is not None)


def coarse_view(corrected: Corrected, budget_tokens: int) -> View:
    """The view that the model's box was named in; without a run, the one of this budget."""
    whole = Box.of(corrected.image.size)
    trace = corrected.trace
    if trace is not None and trace.coarse is not None:
        return View(whole, trace.coarse.view.size)
    if corrected.item.coarse is not None:
        return View(whole, corrected.item.coarse)
    return view_of(whole, budget_tokens)


def zoom_view(corrected: Corrected, box: Box, budget_tokens: int, least_tokens: int) -> View:
    """The second look at `box` (source px), as the app would take it; without a run, within these limits."""
    trace, region = corrected.trace, box.outward().clip(Box.of(corrected.image.size))
    if trace is not None:
        return trace.zoom_view(region)
    return view_of(region, budget_tokens, least_tokens)


def written(box: Box, view: View, grid_px: int = 1) -> Whole:
    """A box in source px as whole px of `view`, each edge on the nearest line of a grid of `grid_px` (view px) or on
    the view's own edge, at least one cell wide and high. By default no edge moves by a whole px.

    >>> from ergo_demo.geometry import Size
    >>> view = View(Box(0, 0, 100, 100), Size(28, 28))
    >>> written(Box(10, 10, 11, 50), view), written(Box(10, 10, 11, 50), view, 14)
    ((2, 3, 4, 14), (0, 0, 14, 14))
    """
    inside = view.from_source(box).clip(Box.of(view.size))
    x1, x2 = _whole(inside.x1, inside.x2, grid_px)
    y1, y2 = _whole(inside.y1, inside.y2, grid_px)
    return x1, y1, min(x2, view.size.width), min(y2, view.size.height)


def _whole(low: float, high: float, step: int) -> tuple[int, int]:
    first, last = low / step, high / step
    if round(first) < round(last):
        return step * round(first), step * round(last)
    outward = Box(first, 0, last, 0).outward()
    return step * int(outward.x1), step * int(outward.x2)


def zoom_text(thought: str, box: Whole) -> str:
    """A first reply. Both sides of a pair are written here, so that nothing but thought and box differs.

    >>> zoom_text("There.", (1, 2, 30, 40))
    '<think>There.</think><zoom>[1, 2, 30, 40]</zoom>'
    """
    return f"{_thought(thought)}<zoom>[{', '.join(map(str, box))}]</zoom>"


def named_box(reply: str) -> Box | None:
    """The box that `zoom_text` wrote (view px), exactly as it stands there; None in a reply without one.

    >>> named_box("<think>There.</think><zoom>[1, 2, 30, 40]</zoom>")
    Box(x1=1.0, y1=2.0, x2=30.0, y2=40.0)
    """
    found = re.search(r"<zoom>\[(\d+), (\d+), (\d+), (\d+)\]</zoom>$", reply)
    return Box(*map(float, found.groups())) if found else None


def answer_text(answer: str, thought: str = "") -> str:
    """A second reply."""
    return f"{_thought(thought)}<answer>{answer}</answer>"


def _thought(thought: str) -> str:
    return f"<think>{thought}</think>" if thought else ""


def coarse_prompt(question: str, coarse: View) -> Prompt:
    """What the model is asked with the coarse view, word for word as the app asks."""
    picture = Picture(coarse, Kernel.BICUBIC)
    return Said("system", prompts.system()), Said("user", prompts.coarse_turn(question), picture)


def zoom_prompt(question: str, coarse: View, first_reply: str, zoom: View) -> Prompt:
    """What the model is asked with the zoom view: the whole dialogue so far."""
    picture = Picture(zoom, Kernel.LANCZOS)
    asked = Said("user", prompts.zoom_turn(question), picture)
    return *coarse_prompt(question, coarse), Said("assistant", first_reply), asked
