"""Risk control for `calibrate`: each item's region is read again, larger and larger, and so is the target's own box.

The first look stands as it was said. The model reads from every region of GROWTHS and from the target, so this costs
as many second looks an item; the photos must be where they were.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from ergo_demo.asking import RunSettings
from ergo_demo.batch.photos import Photos
from ergo_demo.batch.progress import Progress
from ergo_demo.batch.rows import Row
from ergo_demo.batch.running import IDLE_PHOTOS
from ergo_demo.engines import Engine
from ergo_demo.errors import CannotCalibrate
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door, Photo
from ergo_demo.records import Trace
from ergo_demo.scoring import answer_matches
from ergo_demo.uncertainty.conformal import grown
from ergo_demo.uncertainty.measuring import region_of_samples
from ergo_demo.uncertainty.risk import Answers, Risk, kept_losses, least_growth
from ergo_demo.what_if import answer_from

GROWTHS = (-0.2, 0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Of the sample region, in its own widths and heights."""

SPLITS = 200


@dataclass(frozen=True, slots=True)
class Known:
    """An item whose right answer is known, with the photo that was asked about."""

    trace: Trace
    target: Box
    answer: str
    image: Path


def known_of(row: Row, folder: Path, trace: Trace, target: Box) -> Known | None:
    """What can be read again of a row; None without a right answer or a photo. `folder`: where the rows' file lies."""
    answer = (row["item"] or {}).get("answer")
    if not isinstance(answer, str) or row["image"] is None:
        return None
    return Known(trace, target, answer, folder / row["image"])


@dataclass(frozen=True, slots=True)
class Reader:
    """A model that reads regions of photos."""

    engine: Engine
    door: Door
    chosen: RunSettings
    say: Callable[[str], None]

    def read(self, items: list[Known]) -> Answers:
        """What is right, for every item and growth. Raises ErgoError where a photo is gone or the engine fails."""
        if not items:
            raise CannotCalibrate(
                'No item has an "answer" beside its "target".', remedy="Give each question its right answer."
            )
        photos = Photos(self.door, most=IDLE_PHOTOS)
        progress = Progress(len(items), 0, 0, time.monotonic, self.say)
        right: list[list[bool]] = []
        oracle: list[bool] = []
        for item in items:
            with photos.open(item.image) as photo:
                found = self._read(item, photo)
            right.append(found[1:])
            oracle.append(found[0])
            progress.count(failed=False)
        return Answers(GROWTHS, np.array(right), np.array(oracle))

    def _read(self, item: Known, photo: Photo) -> list[bool]:
        """Whether the answer is right from the target's own box, then from each growth of the sample region."""
        if photo.upload_sha256 != item.trace.upload_sha256:
            raise CannotCalibrate(
                f"{item.image.name} is not the photo that was asked about.", remedy="Put the file back, or ask again."
            )
        region, frame = region_of_samples(item.trace), Box.of(photo.size)
        said: dict[Box, bool] = {}
        # Without a region the whole photo was read, and nothing grows.
        regions = [grown(region, growth, frame) if region else frame for growth in GROWTHS]
        for box in (item.target.clip(frame), *regions):
            if box not in said:
                answer = answer_from(self.engine, photo, "", item.trace, box, self.chosen, stop=lambda: False)
                said[box] = answer_matches(answer or "", item.answer)
        return [said[item.target.clip(frame)], *(said[box] for box in regions)]


def controlled(answers: Answers, epsilon: float) -> Risk:
    """The smallest growth that loses little enough. Raises CannotCalibrate where none does."""
    found = least_growth(answers.growths, answers.right, answers.right_with_oracle, epsilon)
    if found.growth is None:
        least = min(zip(found.losses, found.growths, strict=True))
        raise CannotCalibrate(
            f"No growth answers as often right as the target's own box within {epsilon:g} (n = {found.n}): the best, "
            f"{least[1]:+g}, loses {least[0]:.1%}.",
            remedy="Allow more with --risk, or ask more items: one more lost item is always reckoned with.",
        )
    return found


def risk_report(answers: Answers, risk: Risk, epsilon: float) -> list[str]:
    """Every growth with what it loses, and what was lost on halves that did not choose it."""
    own = answers.right_with_oracle.mean()
    lines = [f"Read from the target's own box, {own:.1%} of {risk.n:,} answers are right. From the region:"]
    for growth, loss in zip(risk.growths, risk.losses, strict=True):
        lines.append(f"  growth {growth:+.2f}  right {own - loss:.1%}  lost {loss:+.1%}")
    kept = kept_losses(answers, epsilon, SPLITS, seed=0)
    if kept:
        share = fmean(loss <= epsilon for loss in kept)
        lines.append(f"{len(kept)} random halves, on the other half: lost {fmean(kept):+.1%}, within in {share:.0%}.")
    return lines
