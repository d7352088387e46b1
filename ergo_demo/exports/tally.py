"""What a dataset's card says of the people's work: counts, seconds, agreement. Small, however many decisions."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean, median

from ergo_demo.exports.corrected import Corrected
from ergo_demo.geometry import Box


@dataclass
class Tally:
    """Fed with one decision after the other, those about one item together."""

    actions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    queues: Counter[str] = field(default_factory=Counter)
    label_licences: Counter[str] = field(default_factory=Counter)
    image_licences: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    blind: int = 0
    not_for_publishing: int = 0
    """Of those that gave rows."""
    newest: str = ""
    seconds: "array[float]" = field(default_factory=lambda: array("f"))
    overlaps: "array[float]" = field(default_factory=lambda: array("f"))
    """With the suggested box (IoU)."""
    agreements: "array[float]" = field(default_factory=lambda: array("f"))
    """IoU of each two people about the same item."""
    people: set[str] = field(default_factory=set)
    _item: str = ""
    _hulls: list[Box] = field(default_factory=list)

    def add(self, corrected: Corrected) -> None:
        """One more decision that was read."""
        annotation, submission = corrected.annotation, corrected.annotation.submission
        self.actions[submission.action.value] += 1
        self.reasons.update(reason.value for reason in submission.reasons)
        self.queues[annotation.queue.value if annotation.queue else "chosen by hand"] += 1
        if corrected.trace is not None:
            self.models[f"{corrected.trace.model.name}@{corrected.trace.model.revision}"] += 1
        self.blind += annotation.blind
        self.newest = max(self.newest, annotation.created)
        self.people.add(annotation.annotator)
        if submission.effort.active_ms:
            self.seconds.append(submission.effort.active_ms / 1000)
        if annotation.measures is not None and annotation.measures.iou is not None:
            self.overlaps.append(annotation.measures.iou)
        self._compare(corrected)

    def leave(self, corrected: Corrected) -> None:
        """This one gave at least one row: only what leaves is under its licences, and needs its consent."""
        self.label_licences[corrected.annotation.licence or "none named"] += 1
        self.image_licences[corrected.image_licence or "none named"] += 1
        self.not_for_publishing += bool(corrected.private)

    def _compare(self, corrected: Corrected) -> None:
        if corrected.item.id != self._item:
            self._item, self._hulls = corrected.item.id, []
        if corrected.hull is not None:
            self.agreements.extend(other.iou(corrected.hull) for other in self._hulls)
            self._hulls.append(corrected.hull)

    @property
    def median_seconds(self) -> float | None:
        """Of active time for one decision; None where it was not measured."""
        return median(self.seconds) if self.seconds else None

    @property
    def agreement(self) -> float | None:
        """Mean IoU of two people about the same item; None where nothing was done twice."""
        return fmean(self.agreements) if self.agreements else None
