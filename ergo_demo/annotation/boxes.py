"""Boxes as a browser sends them: repaired with a word, or refused. Pure; source px.

The browser repairs by the same rules before; it is not trusted to have done so.
"""

import sys
from collections.abc import Sequence

from ergo_demo.errors import BoxInvalid
from ergo_demo.geometry import Box, Size
from ergo_demo.store.records import MOST_BOXES

LEAST_SIDE_PX = 1.0

TURNED = "turned round"
CUT = "cut off at the photo's edge"


def read_boxes(sent: object, frame: Size) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    """The boxes on a photo of size `frame`, and what was repaired. Raises BoxInvalid, with the number of the box.

    >>> read_boxes([[40, 10, 20, 30], [0.5, 0, 1e12, 30]], Size(100, 80))[1]
    ('box 1: turned round', "box 2: cut off at the photo's edge")
    """
    if sent is None:
        return (), ()
    if not isinstance(sent, list) or len(sent) > MOST_BOXES:
        raise BoxInvalid("These are no boxes.", remedy=f"Send a list of at most {MOST_BOXES}.")
    boxes, words = [], list[str]()
    for number, edges in enumerate(sent, 1):
        box, repairs = _read_box(edges, frame, f"Box {number}" if len(sent) > 1 else "The box")
        boxes.append(box)
        words += [f"box {number}: {word}" if len(sent) > 1 else word for word in repairs]
    return tuple(boxes), tuple(words)


def _read_box(edges: object, frame: Size, name: str) -> tuple[Box, list[str]]:
    x1, y1, x2, y2 = _numbers(edges, name)
    words = [TURNED] if x2 < x1 or y2 < y1 else []
    box = Box.between(x1, y1, x2, y2)
    kept = box.clip(Box.of(frame))
    if kept.width < LEAST_SIDE_PX or kept.height < LEAST_SIDE_PX:
        where = "is less than 1 px wide or high" if _is_thin(box) else "lies outside the photo"
        raise BoxInvalid(f"{name} {where}.", remedy="Draw it on the photo.")
    return kept, [*words, CUT] if kept != box else words


def _is_thin(box: Box) -> bool:
    return box.width < LEAST_SIDE_PX or box.height < LEAST_SIDE_PX


def _numbers(edges: object, name: str) -> Sequence[float]:
    if isinstance(edges, list) and len(edges) == 4 and all(map(_is_edge, edges)):
        return [float(edge) for edge in edges]
    raise BoxInvalid(f"{name} is not four numbers.", remedy="Send [x1, y1, x2, y2] in source px.")


def _is_edge(value: object) -> bool:
    # What the browser can compute with. A whole number of JSON may have any number of digits, and NaN is below nothing.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
