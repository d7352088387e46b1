"""What the store keeps beside traces: images, items, what a person submits and what becomes of it. Frozen; no SQL.

Boxes and sizes are in source px. A `Submission` comes from a browser and is checked field by field when it is read
(`records.from_json`); an `Annotation` is a submission with what the server alone knows.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field

from ergo_demo.geometry import Box, Size
from ergo_demo.store.measures import Measures

MOST_BOXES = 20
MOST_CHARACTERS = 20_000


def _one_line_id(text: str) -> str:
    if not re.fullmatch(r"[\w.:-]{1,64}", text, re.ASCII):
        raise ValueError("an id has 1 to 64 letters, digits or . : _ -")
    return text


def _storable(text: str) -> str:
    # PostgreSQL keeps no NUL and neither database a lone surrogate.
    if re.search("[\0\ud800-\udfff]", text):
        raise ValueError("the text holds characters that cannot be stored")
    return text


Id: TypeAlias = Annotated[str, AfterValidator(_one_line_id)]
Words: TypeAlias = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_storable)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
Number: TypeAlias = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Action(StrEnum):
    """What a person decided about the suggested box."""

    ACCEPT = "accept"
    EDIT = "edit"
    REDRAW = "redraw"
    FULL_IMAGE = "full_image"
    """No box helps: the whole photo is needed."""
    REJECT = "reject"
    SKIP = "skip"


class Reason(StrEnum):
    """Why the suggested box is wrong."""

    WRONG_THING = "wrong_thing"
    TOO_TIGHT = "too_tight"
    TOO_LOOSE = "too_loose"
    MISSES_SECOND = "misses_second"
    UNANSWERABLE = "unanswerable"
    OTHER = "other"


class Effect(StrEnum):
    """What the corrected box did to the model's answer."""

    WRONG_TO_RIGHT = "wrong_to_right"
    RIGHT_TO_WRONG = "right_to_wrong"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"


class Order(StrEnum):
    """How a worklist hands out its items, and why an item was handed out: what was chosen at random calibrates."""

    FILE = "file"
    RANDOM = "random"
    UNCERTAINTY = "uncertainty"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The model's answers side by side: from its own box, the corrected one, the expanded region; and the right one."""

    model: Words = ""
    corrected: Words | None = None
    expanded: Words | None = None
    right: Words | None = None
    effect: Effect = Effect.UNKNOWN
    preferred: Literal["a", "b", "tie"] | None = None
    shown: Annotated[tuple[Id, ...], Field(max_length=3)] = ()
    """In which order they stood: people prefer what stands first."""


@dataclass(frozen=True, slots=True)
class Device:
    """The page's size in CSS px, device px per CSS px, and whether fingers were used."""

    width: Count = 0
    height: Count = 0
    pixel_ratio: Number = 1.0
    touch: bool = False


@dataclass(frozen=True, slots=True)
class Effort:
    """What one decision cost. Moments are ms since the item was shown; `active_ms` leaves out idle time."""

    shown_ms: Number = 0.0
    first_input_ms: Number | None = None
    submitted_ms: Number = 0.0
    active_ms: Number = 0.0
    drags: Count = 0
    keys: Count = 0
    undos: Count = 0
    zoom_most: Number = 1.0
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One decision as the browser sends it. `client_id` is made there, once per decision: a retry repeats it.

    `base` is the version that the person saw of their own decision about this item, 0 for none.
    """

    client_id: Id
    item: Id
    base: Count
    action: Action
    boxes: Annotated[tuple[Box, ...], Field(max_length=MOST_BOXES)] = ()
    reasons: Annotated[tuple[Reason, ...], Field(max_length=len(Reason))] = ()
    other: Words = ""
    """In the person's words, beside Reason.OTHER."""
    confidence: Literal[1, 2, 3] | None = None
    answer: Words | None = None
    thought: Words | None = None
    """The model's thought as the person put it right; None where it was left."""
    what_if: WhatIf = field(default_factory=WhatIf)
    effort: Effort = field(default_factory=Effort)
    session: Id | None = None
    consent_publish: bool = False
    """Whether this person lets this decision be published; a tick, off by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What a person decided about one item, for good. A change is another one, with the next version."""

    submission: Submission
    boxes: tuple[Box, ...]
    """As kept: the suggested one where it was accepted, clipped to the photo."""
    annotator: str
    """Keyed hash of a name (see identity.py)."""
    version: int
    created: str
    supersedes: str | None = None
    role: str = "annotator"
    project: str
    trace: str | None = None
    blind: bool = False
    queue: Order | None = None
    agreement: str = ""
    """The text about privacy and licence that this person agreed to, by its version."""
    licence: str = ""
    """Of this annotation; the image's and the model output's are others."""
    measures: Measures | None = None
    schema: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """The annotation is on the disk. `repeated`: it was already, and this was a retry."""

    id: str
    item: str
    version: int
    created: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """Not kept as the newest: somebody (another tab of the same person) decided in between. Both, to be shown."""

    newest: Annotation
    refused: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A stored photo, named by the hash of its bytes; `upload_sha256` is that of the file as it was uploaded."""

    blob_sha256: str
    upload_sha256: str
    size: Size
    suffix: Literal[".jpg", ".tif"] = ".jpg"
    name: str = ""
    mime: str = ""
    """Of the upload. No other metadata of it is kept: no place, no camera."""
    exif_orientation: int | None = None
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a project works through its items, and on which terms."""

    order: Order = Order.UNCERTAINTY
    random_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Share of items drawn at random whatever the order, before anybody works: the only ones that may calibrate."""
    lease_seconds: Annotated[float, Field(gt=0, le=7 * 24 * 3600)] = 900.0
    label_licence: str = "CC-BY-4.0"
    agreement: str = "1"
    kept_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    """How long a photo, and all that hangs on it, is kept once it came; None: until somebody has it forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question about one photo, waiting for people."""

    id: str
    project: str
    blob_sha256: str
    upload_sha256: str
    frame: Size
    question: str
    trace: str | None = None
    suggested: Box | None = None
    coarse: Size | None = None
    """Size of the model's coarse view, view px: what its own boxes are rounded to."""
    uncertainty: float | None = None
    position: int = 0
    wanted: int = 1
    """By how many people it is to be done; above 1 for a repeat that measures agreement."""
    repeat_of: str | None = None
    """The item that one person does twice, to measure agreement with oneself."""
    blind: bool = False
    split: str = ""
    image_licence: str = ""
    consent_publish: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    """An item that is this person's until `expires` (seconds since 1970)."""

    item: Item
    expires: float
    queue: Order


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsent work: `body` is the editor's own. `number` grows with each save of a page: an older one comes too late."""

    item: str
    base: int
    number: int
    body: Any
    updated: str = ""
