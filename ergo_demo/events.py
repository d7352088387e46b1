"""What happens in a run, as it happens: `pipeline.run` yields these, and pages, benchmarks and tests listen."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ergo_demo.geometry import Box, View
from ergo_demo.protocol.parsing import Flag, Why
from ergo_demo.records import Token, Trace

Stage: TypeAlias = Literal["coarse", "zoom", "region"]


@dataclass(frozen=True, slots=True)
class CoarseReady:
    """The coarse view is made and goes to the model."""

    view: View


@dataclass(frozen=True, slots=True)
class Spoke:
    """The model wrote one token."""

    stage: Stage
    token: Token


@dataclass(frozen=True, slots=True)
class ZoomFound:
    """The model named a region (source px)."""

    box: Box
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class ZoomMissing:
    """The model named no region: the second look is the whole photo, at the zoom budget."""

    why: Why


@dataclass(frozen=True, slots=True)
class CropReady:
    """The zoom view is made and goes to the model."""

    view: View


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as it was read from the second reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """So many of `of` samples have come to their end; told whenever something has come."""

    ended: int
    of: int


@dataclass(frozen=True, slots=True)
class RegionReady:
    """The samples are there: how far they agree, and the expanded region (source px), None where none was named."""

    region: Box | None
    spread: float | None
    calibrated: bool
    """Whether it keeps a promise; else it is what the samples hold, and no more."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event, always."""

    trace: Trace


Event: TypeAlias = (
    CoarseReady | Spoke | ZoomFound | ZoomMissing | CropReady | Answered | Sampled | RegionReady | Finished
)
