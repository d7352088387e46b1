"""How a corrected box differs from the suggested one: numbers that are kept with an annotation. Pure; source px.

Several boxes count as their hull, because that is what the zoom view shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ergo_demo.geometry import Box, Size, View, hull

Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """Corrected against suggested. `residuals` are corrected - suggested (left, top, right, bottom)."""

    in_coarse: tuple[int, int, int, int] | None = None
    """The corrected hull in whole px of the coarse view: all that the model could have said."""
    roundtrip_iou: float | None = None
    """Of the corrected hull with what is left of it after that rounding."""
    iou: float | None = None
    giou: float | None = None
    residuals: Edges | None = None
    residuals_of_side: Edges | None = None
    """The same over the suggested box's width and height."""
    centre_shift: float | None = None
    area_ratio: float | None = None
    inside_expanded: bool | None = None


def measure(
    boxes: Sequence[Box], suggested: Box | None, frame: Size, coarse: Size | None, expanded: Box | None = None
) -> Measures | None:
    """The measures of `boxes`; None where there is no box. What needs a missing part is None.

    >>> measure([Box(0, 0, 20, 10)], Box(0, 0, 10, 10), Size(100, 100), None).iou
    0.5
    """
    corrected = hull(boxes) if boxes else None
    if corrected is None:
        return None
    in_coarse, roundtrip_iou = (None, None) if coarse is None else _round_trip(corrected, frame, coarse)
    inside = None if expanded is None else expanded.contains(corrected, tolerance=0.5)
    if suggested is None or not suggested.has_area:
        return Measures(in_coarse, roundtrip_iou, inside_expanded=inside)
    residuals = _differences(corrected, suggested)
    left, top, right, bottom = residuals
    width, height = suggested.width, suggested.height
    return Measures(
        in_coarse=in_coarse,
        roundtrip_iou=roundtrip_iou,
        iou=corrected.iou(suggested),
        giou=_giou(corrected, suggested),
        residuals=residuals,
        residuals_of_side=(left / width, top / height, right / width, bottom / height),
        centre_shift=((left + right) ** 2 + (top + bottom) ** 2) ** 0.5 / 2,
        area_ratio=corrected.area / suggested.area,
        inside_expanded=inside,
    )


def _round_trip(box: Box, frame: Size, coarse: Size) -> tuple[tuple[int, int, int, int], float]:
    view = View(Box.of(frame), coarse)
    x1, y1, x2, y2 = (round(edge) for edge in view.from_source(box).edges)
    return (x1, y1, x2, y2), box.iou(view.to_source(Box(x1, y1, x2, y2)))


def _differences(corrected: Box, suggested: Box) -> Edges:
    x1, y1, x2, y2 = (ours - theirs for ours, theirs in zip(corrected.edges, suggested.edges, strict=True))
    return x1, y1, x2, y2


def _giou(one: Box, other: Box) -> float:
    around = hull([one, other])
    union = one.area + other.area - one.intersection(other)
    if around.area == 0:
        return 0.0
    return one.iou(other) - (around.area - union) / around.area
