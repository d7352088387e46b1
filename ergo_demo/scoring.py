"""What counts as right: the same scorer for benchmarks, rewards and tests. Pure; knows no model and no file.

Boxes in source px. Nothing is dropped here: a reply without a box or an answer scores 0.
"""

import re
import unicodedata

from ergo_demo.geometry import Box, Size
from ergo_demo.protocol.parsing import Flag, Zoom, read_answer, read_zoom

TOLERANCE_PX = 0.5
"""Source px by which a target may stick out of a box that covers it: boxes are rounded to pixels when they are cut."""

_QUOTES = "\"'`“”‘’«»"
_ARTICLE = re.compile(r"(?:an?|the)\s+(?=\S)")


def answer_matches(answer: str, truth: str) -> bool:
    """Whether an answer is the truth, whatever its case, spacing, quotes, leading article or final full stop.

    No part of a longer text counts, so that naming every choice is not right.

    >>> answer_matches(" The circle. ", "circle"), answer_matches("circle or cross", "circle"), answer_matches("a", "A")
    (True, False, True)
    """
    wanted = _plain(truth)
    return bool(wanted) and _plain(answer) == wanted


def _plain(text: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    text = text.strip(_QUOTES + " ").rstrip(".!").strip(_QUOTES + " ")
    return _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text


def iou(box: Box | None, other: Box) -> float:
    """Intersection over union, 0 to 1; 0 where no box was named."""
    return 0.0 if box is None else box.iou(other)


def covered(box: Box | None, target: Box) -> bool:
    """Whether the target lies wholly inside the box, give or take half a source px; not where no box was named."""
    # Drawn boxes hold numpy's floats, whose comparisons are numpy's.
    return box is not None and bool(box.contains(target, tolerance=TOLERANCE_PX))


def target_share(box: Box | None, target: Box) -> float:
    """The share of the target's area that lies inside the box, 0 to 1."""
    return 0.0 if box is None or not target.has_area else box.intersection(target) / target.area


def format_score(first: str, view_size: Size, second: str) -> float:
    """How well two replies keep to the protocol, 0 to 1: half for the box (view px), half for the tagged answer.

    A box that had to be repaired, or several, counts a quarter.

    >>> format_score("<zoom>[0, 0, 56, 56]</zoom>", Size(280, 224), "<answer>7</answer>")
    1.0
    """
    zoom, answer = read_zoom(first, view_size), read_answer(second)
    named = 0.0 if not isinstance(zoom, Zoom) else 0.25 if zoom.flags else 0.5
    return named + (0.5 if answer.text and Flag.ANSWER_UNTAGGED not in answer.flags else 0.0)
