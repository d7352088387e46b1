"""What passes between the parts and is kept: messages, tokens, generations and the trace. Frozen; knows no engine.

`to_json` and `from_json` are pydantic's, so that a record read from outside is checked field by field.
"""

import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeAlias, TypedDict, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from ergo_demo.geometry import Box, Size, View, full_resolution_tokens
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
    """Vision tokens; `full_resolution` is what one look at the whole photo would cost, at most 16,384."""

    coarse: int
    zoom: int
    total: int
    full_resolution: int


class Seconds(TypedDict):
    """Seconds of each look and of both."""

    coarse: float
    zoom: float
    total: float


class Reply(TypedDict):
    """What a program gets: the same from the command line, the endpoint and Python. Boxes in source px."""

    outcome: str
    answer: str
    thoughts: dict[str, str]
    thought: str
    box: list[float] | None
    flags: list[str]
    tokens: TokenCounts
    seconds: Seconds
    model: dict[str, str]


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
    coarse: Look | None = None
    zoom: Look | None = None
    box: Box | None = None
    other_boxes: tuple[Box, ...] = ()
    why: Why | None = None
    flags: tuple[Flag, ...] = ()
    answer: str = ""
    error: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: str = field(default_factory=_now)
    schema: Literal[1] = 1

    def tokens(self) -> TokenCounts:
        """The vision tokens that this run cost, and what one look at the whole photo would."""
        coarse = self.coarse.view.tokens if self.coarse else 0
        zoom = self.zoom.view.tokens if self.zoom else 0
        whole = full_resolution_tokens(self.source)
        return {"coarse": coarse, "zoom": zoom, "total": coarse + zoom, "full_resolution": whole}

    def seconds(self) -> Seconds:
        """How long each look took."""
        coarse = self.coarse.seconds if self.coarse else 0.0
        zoom = self.zoom.seconds if self.zoom else 0.0
        return {"coarse": coarse, "zoom": zoom, "total": coarse + zoom}

    def reply(self) -> Reply:
        """The short form that programs get."""
        coarse, zoom = (look.thought if look else "" for look in (self.coarse, self.zoom))
        return {
            "outcome": self.outcome.value,
            "answer": self.answer,
            "thoughts": {"coarse": coarse, "zoom": zoom},
            "thought": coarse,
            "box": list(self.box.edges) if self.box else None,
            "flags": [flag.value for flag in self.flags],
            "tokens": self.tokens(),
            "seconds": self.seconds(),
            "model": to_json(self.model),
        }


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
