"""Sizes, boxes and views: the two frames of this project, and the one converter between them.

Source px are pixels of the upright original; view px are pixels of what the model sees. Knows nothing about
files, models or screens. Nothing here rounds a box: rounding happens once, where pixels are cut (imaging).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ergo_demo.errors import BoxInvalid

PATCH = 28
"""View px per side of one vision token of Qwen2.5-VL: 14-px patches, merged 2 x 2 (arXiv 2502.13923, section 2.1)."""

LEAST_TOKENS = 4
"""Fewest tokens of a view: smaller regions are enlarged (min_pixels of ERGO's reference code, 4 * 28 * 28)."""

FULL_RESOLUTION_BUDGET_TOKENS = 16_384
"""The cap that Qwen2.5-VL has when it reads a whole photo: what the two looks are compared with."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, whole and positive."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise BoxInvalid(
                f"A size of {self.width} x {self.height} px has no area.", remedy="Both sides need at least 1 px."
            )

    @property
    def area(self) -> int:
        """Square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle x1, y1, x2, y2 in source px, unless its variable's name ends in ``_in_view``.

    Edges, not pixel indices: Box(0, 0, 1, 1) is the first pixel. Raises BoxInvalid when an edge is not finite or
    the box is inverted; a box may have no area (see `has_area`).

    >>> Box(10, 20, 40, 60).width
    30
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        # One test for all four: a sum is finite only if each of its terms is.
        if not math.isfinite(self.x1 + self.y1 + self.x2 + self.y2) and not all(map(math.isfinite, self.edges)):
            raise BoxInvalid(f"The box {self.edges} is not finite.", remedy="Give four numbers in pixels.")
        if self.x2 < self.x1 or self.y2 < self.y1:
            raise BoxInvalid(f"The box {self.edges} is inverted.", remedy="Give x1 <= x2 and y1 <= y2.")

    @classmethod
    def of(cls, size: Size) -> "Box":
        """The box of everything in a frame of this size."""
        return cls(0.0, 0.0, float(size.width), float(size.height))

    @classmethod
    def between(cls, x1: float, y1: float, x2: float, y2: float) -> "Box":
        """The box of two opposite corners, whichever they are."""
        return cls(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """(x1, y1, x2, y2), the order of every format that we write."""
        return (self.x1, self.y1, self.x2, self.y2)

    @property
    def width(self) -> float:
        """x2 - x1."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """y2 - y1."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Square pixels of this box's frame."""
        return self.width * self.height

    @property
    def has_area(self) -> bool:
        """Whether both sides are longer than nothing."""
        return self.width > 0 and self.height > 0

    def clip(self, frame: "Box") -> "Box":
        """The part inside `frame`; outside it, the nearest edge or corner of the frame (no area)."""
        x1, x2 = (min(max(x, frame.x1), frame.x2) for x in (self.x1, self.x2))
        y1, y2 = (min(max(y, frame.y1), frame.y2) for y in (self.y1, self.y2))
        return Box(x1, y1, x2, y2)

    def pad(self, dx: float, dy: float) -> "Box":
        """Pushed out by `dx` left and right and by `dy` above and below."""
        return Box(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def grow_to(self, width: float, height: float, frame: "Box") -> "Box":
        """At least this large, kept on its centre where `frame` allows, and moved inside the frame where not."""
        x1, x2 = _grow(self.x1, self.x2, width, frame.x1, frame.x2)
        y1, y2 = _grow(self.y1, self.y2, height, frame.y1, frame.y2)
        return Box(x1, y1, x2, y2)

    def iou(self, other: "Box") -> float:
        """Intersection over union, 0 to 1; 0 when neither has area.

        >>> Box(0, 0, 2, 2).iou(Box(1, 0, 3, 2))
        0.3333333333333333
        """
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def intersection(self, other: "Box") -> float:
        """Shared area, square pixels."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def contains(self, other: "Box", tolerance: float = 0.0) -> bool:
        """Whether `other` lies wholly inside, give or take `tolerance` pixels on each side."""
        return (
            self.x1 - tolerance <= other.x1
            and self.y1 - tolerance <= other.y1
            and other.x2 <= self.x2 + tolerance
            and other.y2 <= self.y2 + tolerance
        )

    def outward(self) -> "Box":
        """The smallest box on whole pixels that holds this one."""
        return Box(math.floor(self.x1), math.floor(self.y1), math.ceil(self.x2), math.ceil(self.y2))


def _grow(low: float, high: float, least: float, frame_low: float, frame_high: float) -> tuple[float, float]:
    missing = least - (high - low)
    if missing <= 0:
        return low, high
    if least >= frame_high - frame_low:
        return frame_low, frame_high
    start = min(max(low - missing / 2, frame_low), frame_high - least)
    return start, start + least


@dataclass(frozen=True, slots=True)
class View:
    """`region` (source px) of the source, resampled to `size` (view px): a frame that is recorded, never assumed.

    >>> coarse = View(Box(0, 0, 1000, 500), Size(560, 280))
    >>> coarse.to_source(Box(56, 0, 112, 28)).edges
    (100.0, 0.0, 200.0, 50.0)
    """

    region: Box
    size: Size

    def __post_init__(self) -> None:
        if not self.region.has_area:
            raise BoxInvalid(f"The region {self.region.edges} has no area.", remedy="Give a region of at least 1 px.")

    @property
    def tokens(self) -> int:
        """Vision tokens that the model spends on this view."""
        return (self.size.width // PATCH) * (self.size.height // PATCH)

    def to_source(self, box_in_view: Box) -> Box:
        """A box in this view's px, in source px. Floats in, floats out: nothing is rounded or clipped."""
        region, size = self.region, self.size
        return Box(
            region.x1 + box_in_view.x1 * region.width / size.width,
            region.y1 + box_in_view.y1 * region.height / size.height,
            region.x1 + box_in_view.x2 * region.width / size.width,
            region.y1 + box_in_view.y2 * region.height / size.height,
        )

    def from_source(self, box: Box) -> Box:
        """A box in source px, in this view's px: the inverse of `to_source`."""
        region, size = self.region, self.size
        return Box(
            (box.x1 - region.x1) * size.width / region.width,
            (box.y1 - region.y1) * size.height / region.height,
            (box.x2 - region.x1) * size.width / region.width,
            (box.y2 - region.y1) * size.height / region.height,
        )


def hull(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them (at least one), in their own frame.

    >>> hull([Box(0, 0, 1, 1), Box(4, 2, 5, 6)]).edges
    (0, 0, 5, 6)
    """
    x1, y1, x2, y2 = zip(*(box.edges for box in boxes), strict=True)
    return Box(min(x1), min(y1), max(x2), max(y2))


def full_resolution_tokens(source: Size) -> int:
    """Vision tokens of one look at a whole photo, at the most that a model would spend on it.

    >>> full_resolution_tokens(Size(2246, 1582))
    4480
    """
    return View(Box.of(source), fit_to_budget(source, FULL_RESOLUTION_BUDGET_TOKENS)).tokens


def fit_to_budget(size: Size, budget_tokens: int, least_tokens: int = LEAST_TOKENS) -> Size:
    """The size (view px, multiples of 28) at which a region of `size` (source px) is sent.

    Keeps the aspect ratio as well as multiples of 28 allow, enlarges only what has fewer than `least_tokens`, and
    stays at or under `budget_tokens` *after* rounding. The shape of the rule is Qwen's `smart_resize` (floor when
    shrinking); ERGO's reference code rounds there and exceeds its budget for about half of all sizes.

    >>> fit_to_budget(Size(2246, 1582), 640)
    Size(width=840, height=588)
    """
    if budget_tokens < LEAST_TOKENS:
        raise BoxInvalid(
            f"A budget of {budget_tokens} vision tokens is too small.", remedy=f"Give at least {LEAST_TOKENS}."
        )
    columns, rows = max(1, round(size.width / PATCH)), max(1, round(size.height / PATCH))
    least = min(max(LEAST_TOKENS, least_tokens), budget_tokens)
    if least <= columns * rows <= budget_tokens:
        return Size(columns * PATCH, rows * PATCH)
    shrinks = columns * rows > budget_tokens
    cells = budget_tokens if shrinks else least
    whole = math.floor if shrinks else math.ceil
    per_px = math.sqrt(cells / size.area)
    columns, rows = max(1, whole(size.width * per_px)), max(1, whole(size.height * per_px))
    # A long thin region has one row (or column) at least, more than its ratio gives it: the other side pays.
    rows = min(rows, budget_tokens)
    columns = min(columns, max(1, budget_tokens // rows))
    rows = min(rows, budget_tokens // columns)
    if columns * rows < LEAST_TOKENS:  # what flooring leaves of a budget of 4 to 8: a processor would enlarge it
        columns, rows = _least_grid(size)
    return Size(columns * PATCH, rows * PATCH)


def _least_grid(size: Size) -> tuple[int, int]:
    """Columns and rows of the grid of four tokens that is nearest in shape."""
    if size.width > 2 * size.height:
        return LEAST_TOKENS, 1
    return (1, LEAST_TOKENS) if size.height > 2 * size.width else (2, 2)


def view_of(region: Box, budget_tokens: int, least_tokens: int = LEAST_TOKENS) -> View:
    """The view of a region (source px): at native resolution where the budget allows it, enlarged below the least."""
    size = Size(round(region.width) or 1, round(region.height) or 1)
    return View(region, fit_to_budget(size, budget_tokens, least_tokens))


def least_behind(view: View, budget_tokens: int, stated: int = LEAST_TOKENS) -> int:
    """To how many tokens a crop like this one is enlarged: `stated` where that explains its size, or nothing does.

    >>> least_behind(view_of(Box(0, 0, 140, 100), 1280, 256), 1280) <= 256
    True
    """
    tried = range(stated, view.tokens + 1)
    return next((least for least in tried if view_of(view.region, budget_tokens, least).size == view.size), stated)
