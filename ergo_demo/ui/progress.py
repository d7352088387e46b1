"""One run as far as it is known: events are folded into it, one after the other. Pure; knows no words and no page."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, assert_never

from ergo_demo.asking import RunSettings
from ergo_demo.events import (
    Answered,
    CoarseReady,
    CropReady,
    Event,
    Finished,
    RegionReady,
    Sampled,
    Spoke,
    ZoomFound,
    ZoomMissing,
)
from ergo_demo.geometry import Box, View
from ergo_demo.imaging import Photo
from ergo_demo.protocol.parsing import Why
from ergo_demo.records import Trace

Stage: TypeAlias = Literal["coarse", "zoom", "samples", "region", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What the page can show of a run. `began` is a clock's reading when the present look began, in seconds."""

    id: str
    photo: Photo
    question: str
    chosen: RunSettings
    began: float
    stage: Stage = "coarse"
    coarse: View | None = None
    zoom: View | None = None
    coarse_text: str = ""
    zoom_text: str = ""
    tokens_written: int = 0
    """By the present look."""
    coarse_seconds: float = 0.0
    zoom_seconds: float = 0.0
    sample_seconds: float = 0.0
    answer: str | None = None
    """As soon as it is known: samples come after it."""
    samples_ended: int = 0
    samples_of: int = 0
    region: Box | None = None
    calibrated: bool = False
    """Whether `region` keeps a promise."""
    box: Box | None = None
    why: Why | None = None
    trace: Trace | None = None

    def after(self, event: Event, now: float) -> "Progress":
        """This run once `event` happened, `now` on the same clock as `began`."""
        match event:
            case CoarseReady(view):
                return replace(self, coarse=view)
            case Spoke("coarse", token):
                written = self.tokens_written + 1
                return replace(self, coarse_text=self.coarse_text + token.text, tokens_written=written)
            case Spoke("region", _):
                return replace(self, tokens_written=self.tokens_written + 1)
            case Spoke(_, token):
                written = self.tokens_written + 1
                return replace(self, zoom_text=self.zoom_text + token.text, tokens_written=written)
            case ZoomFound(box, _):
                return replace(self, box=box)
            case ZoomMissing(why):
                return replace(self, why=why)
            case CropReady(view):
                seconds = now - self.began
                return replace(self, stage="zoom", zoom=view, coarse_seconds=seconds, began=now, tokens_written=0)
            case Answered(text):
                return replace(self, answer=text, zoom_seconds=now - self.began)
            case Sampled(ended, of):
                began = self.began if self.stage == "samples" else now
                return replace(self, stage="samples", samples_ended=ended, samples_of=of, began=began)
            case RegionReady(region, _, calibrated):
                return replace(self._around(region, now), calibrated=calibrated)
            case Finished(trace):
                return replace(self, stage="done", trace=trace, box=trace.box, why=trace.why)
            case _:
                assert_never(event)

    def _around(self, region: Box | None, now: float) -> "Progress":
        """Once the samples are there: at the third look, where one is wanted and there is a region to read."""
        found = replace(self, region=region)
        if not self.chosen.region_look or region is None:
            return found
        sampled = now - self.began if self.stage == "samples" else 0.0
        return replace(found, stage="region", sample_seconds=sampled, began=now, tokens_written=0)

    @property
    def most_tokens(self) -> int:
        """How many more vision tokens the looks to come may cost; nobody knows yet what they will look at."""
        if self.trace is not None:
            return 0
        third = self.chosen.region_look and self.chosen.samples > 0 and self.why is None
        return self.chosen.zoom_budget_tokens * ((self.zoom is None) + third)
