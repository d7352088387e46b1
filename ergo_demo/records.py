"""What passes between the parts and is kept: messages, tokens, generations and the trace. Frozen; knows no engine.

`to_json` and `from_json` are pydantic's, so that a record read from outside is checked field by field.
"""

import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from ergo_demo.geometry import LEAST_TOKENS, Box, Size, View, full_resolution_tokens, least_behind, view_of
from ergo_demo.protocol.parsing import Flag, Why

Pixels: TypeAlias = NDArray[np.uint8]
"""(height, width, 3) RGB."""


@dataclass(frozen=True, slots=True)
class Message:
    """One side of a turn: an optional picture (view px, sent as it is), then text."""

    role: Literal["system", "user", "assistant"]
    text: str
    picture: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """What could have stood in a token's place: its text on its own ("" for the end of the reply), natural log."""

    text: str
    logprob: float


@dataclass(frozen=True, slots=True)
class Token:
    """One decoded piece of a reply. `logprob` (natural log) is None where the engine does not know it."""

    text: str
    logprob: float | None = None
    number: int | None = None
    """The model's own number for it: what continues a reply exactly, which its text does not (it encodes otherwise)."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest tokens here, likeliest first, this one among them if it is one; () where nobody asked."""


class Finish(StrEnum):
    """Why a generation ended."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Generation:
    """All pieces of one reply."""

    tokens: tuple[Token, ...]
    finish: Finish
    peak_memory_bytes: int | None = None
    """Most GPU memory that was held, None where there is no GPU."""

    @property
    def text(self) -> str:
        """The whole reply."""
        return "".join(token.text for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn. Temperature 0 is greedy; the seed matters only above it."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 42
    max_new_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model answered, where, and what it was made for."""

    name: str
    revision: str
    device: str
    dtype: str


@dataclass(frozen=True, slots=True)
class Look:
    """One of the two looks: what was seen, what was written, how long it took (view made, reply complete)."""

    view: View
    generation: Generation
    thought: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Another reply to the first turn, drawn like the first one: the box it names (source px), or why there is none.

    `reply` is its text without the tokens: eight of them would be most of a trace.
    """

    reply: str
    finish: Finish | None
    thought: str = ""
    box: Box | None = None
    why: Why | None = None
    flags: tuple[Flag, ...] = ()
    error: str | None = None
    """What the engine said where it could not draw this one; `finish` is None then."""


@dataclass(frozen=True, slots=True)
class Range:
    """Whole values from `low` to `high`, both inside, and the share of the model's belief in them, 0 to 1."""

    low: int
    high: int
    share: float


@dataclass(frozen=True, slots=True)
class Coordinate:
    """An edge of the greedy box as it was written (coarse view px), and where it could have been."""

    written: int
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far a sample region must grow to hold the target in 1 - alpha of cases, and for what this was found.

    It holds for one model asked one way: everything from `model` to `coarse_budget_tokens` must be the same. `q` is in
    widths and heights of the sample region (times the difficulty where `variant` is "adaptive"); None is without end.
    """

    model: str
    revision: str
    samples: int
    temperature: float
    top_p: float
    coarse_budget_tokens: int
    alpha: float
    n: int
    q: float | None
    variant: Literal["plain", "adaptive"]
    when: str
    source: str
    """From what it was found: a file's name, and which items."""
    box_temperature: float = 0.0
    """Of the reply that names the box around which the region lies; 0 is greedy."""
    epsilon: float | None = None
    """Set where `q` was found by risk control: the answer read from the region is right as often as the one read from
    the target's own box, give or take this share; then nothing is said about alpha."""
    edge_share: float = 0.1
    """Of the samples, left out at each edge of the region that grows; before this field it was a tenth."""
    schema: Literal[1] = 1


class Outcome(StrEnum):
    """How a run ended. Everything but `answered` still counts in every denominator."""

    ANSWERED = "answered"
    NO_ZOOM = "no_zoom"
    """No region was named; answered from the whole photo."""
    UNREADABLE = "unreadable"
    """A region was named, but not as four numbers; answered from the whole photo."""
    CANCELLED = "cancelled"
    FAILED = "failed"


class TokenCounts(TypedDict):
    """Vision tokens; `full_resolution` is what one look at the whole photo would cost, at most 16,384.

    `region` is there where a third look was taken; `total` is all looks together.
    """

    coarse: int
    zoom: int
    total: int
    full_resolution: int
    region: NotRequired[int]


class Seconds(TypedDict):
    """Seconds of each look; `total` is all of them and the samples."""

    coarse: float
    zoom: float
    total: float


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything about one run; immutable. Boxes in source px."""

    source: Size
    upload_sha256: str
    blob_sha256: str
    question: str
    model: ModelInfo
    sampling: Sampling
    coarse_budget_tokens: int
    zoom_budget_tokens: int
    outcome: Outcome
    version: str
    zoom_least_tokens: int = LEAST_TOKENS
    """A crop with fewer vision tokens was enlarged to as many; older traces do not say: see `zoom_view`."""
    prompts_sha256: str = ""
    """Of the prompts that were asked with (`prompts.sha256`); "" in older traces."""
    coarse: Look | None = None
    zoom: Look | None = None
    box: Box | None = None
    other_boxes: tuple[Box, ...] = ()
    why: Why | None = None
    flags: tuple[Flag, ...] = ()
    answer: str = ""
    error: str | None = None
    samples: tuple[Sample, ...] = ()
    sampled: Sampling | None = None
    """How the samples are drawn; None where none are wanted."""
    sample_seconds: float = 0.0
    spread: float | None = None
    consensus: Box | None = None
    region: Box | None = None
    """The expanded region: calibrated where `calibration` is of at least 50 items, else the sample region."""
    calibration: Calibration | None = None
    """What `region` was grown by; None where there is none for this model and these settings."""
    heat: tuple[tuple[float, ...], ...] = ()
    """48 rows of 64 cells from the top left: the share of the samples that cover each."""
    coordinates: tuple[Coordinate, ...] = ()
    region_look: Look | None = None
    """The third look, at the expanded region, where one was asked for."""
    region_answer: str | None = None
    answers_differ: bool | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: str = field(default_factory=_now)
    schema: Literal[1] = 1

    def zoom_view(self, region: Box) -> View:
        """The second look at `region` (whole source px) as this run took its own, which tells what older ones do not
        say."""
        budget, least = self.zoom_budget_tokens, self.zoom_least_tokens
        return view_of(region, budget, least_behind(self.zoom.view, budget, least) if self.zoom else least)

    def tokens(self) -> TokenCounts:
        """The vision tokens that this run cost, and what one look at the whole photo would."""
        coarse = self.coarse.view.tokens if self.coarse else 0
        zoom = self.zoom.view.tokens if self.zoom else 0
        whole = full_resolution_tokens(self.source)
        if self.region_look is None:
            return {"coarse": coarse, "zoom": zoom, "total": coarse + zoom, "full_resolution": whole}
        region = self.region_look.view.tokens
        total = coarse + zoom + region
        return {"coarse": coarse, "zoom": zoom, "total": total, "full_resolution": whole, "region": region}

    def seconds(self) -> Seconds:
        """How long it took."""
        coarse = self.coarse.seconds if self.coarse else 0.0
        zoom = self.zoom.seconds if self.zoom else 0.0
        region = self.region_look.seconds if self.region_look else 0.0
        return {"coarse": coarse, "zoom": zoom, "total": coarse + zoom + self.sample_seconds + region}


T = TypeVar("T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("type[Any]", kind))


def to_json(record: object) -> Any:
    """Plain lists, dicts, strings and numbers of a record, as json.dumps takes them."""
    return _adapter(cast("Hashable", type(record))).dump_python(record, mode="json")


def from_json(kind: type[T], data: Any) -> T:
    """The record of `kind` that `to_json` wrote. Raises pydantic.ValidationError, which names each wrong field."""
    record: T = _adapter(cast("Hashable", kind)).validate_python(data)
    return record
