"""Views of a stored photo: a region of it at the size that a model sees, as ERGO's reference code makes them.

The reference resizes with Pillow, so Pillow resizes here too, fed with rows that libvips reads from our own file:
the same numbers, and never a large photo in memory. Pillow decodes nothing here.
"""

import math
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image

from ergo_demo.errors import BoxInvalid, PhotoExpired
from ergo_demo.geometry import Box, View
from ergo_demo.imaging.photo import Kernel, Photo
from ergo_demo.imaging.reading import Source

FILTERS = {Kernel.BICUBIC: Image.Resampling.BICUBIC, Kernel.LANCZOS: Image.Resampling.LANCZOS}
"""What Pillow calls them."""

_SUPPORT_PX = {Kernel.BICUBIC: 2, Kernel.LANCZOS: 3}
"""Reach of a kernel on each side, in px of whichever frame is coarser."""

_STRIP_BYTES = 1 << 20
_BAND_BYTES = 4 << 20
_OUTSIDE_PX = 1e-6
"""What float arithmetic may leave of a region outside the photo."""

Pixels = NDArray[np.uint8]

_one_reader = threading.Lock()
"""Held while libvips reads here. On ZeroGPU each GPU call runs in a fork of this process: forked while another thread
is inside libvips, the child would inherit its locks as taken and wait for ever. So a fork waits for this."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_one_reader.acquire, after_in_parent=_one_reader.release, after_in_child=_one_reader.release
    )


def resample(photo: Photo, view: View, kernel: Kernel) -> Pixels:
    """The pixels of `view`: RGB, shape (view.size.height, view.size.width, 3), of view.region in source px.

    A region may lie between pixels. Marks the photo as used, so that it does not expire. Raises PhotoExpired when
    its files are gone, BoxInvalid when the region lies outside it.
    """
    inside = View(_inside(view.region, photo), view.size)
    try:
        os.utime(photo.folder)
        with _one_reader:
            return _read(photo, inside, kernel)
    except (OSError, pyvips.Error) as error:
        raise PhotoExpired("This photo is no longer stored.", remedy="Drop it again.") from error


def _read(photo: Photo, view: View, kernel: Kernel) -> Pixels:
    # The source must go before the lock does: libvips takes its own to let go of a file.
    source = Source(photo, whole=view.region == Box.of(photo.size))
    pixels = _resized(source, view, kernel)
    source.hold()
    return pixels


def save_png(stored: Path, target: Path) -> None:
    """Writes one of our own stored TIFF files as PNG, row by row; no metadata."""
    with _one_reader:
        image = pyvips.Image.tiffload(str(stored), access="sequential")
        image.pngsave(str(target), keep="none", interlace=False)


def _inside(region: Box, photo: Photo) -> Box:
    whole = Box.of(photo.size)
    if not whole.contains(region, tolerance=_OUTSIDE_PX):
        size = f"{photo.size.width} x {photo.size.height} px"
        raise BoxInvalid(f"The region {region.edges} is outside the photo, {size}.", remedy="Clip it to the photo.")
    return region.clip(whole)


def _resized(source: Source, view: View, kernel: Kernel) -> Pixels:
    """Across first and down second, as Pillow does, in bands of the view that keep what is held small."""
    region, size = view.region, view.size
    down = region.height / size.height
    reach = _SUPPORT_PX[kernel] * max(1.0, down) + 1
    pixels = np.empty((size.height, size.width, 3), np.uint8)
    with ThreadPoolExecutor(1, thread_name_prefix="ergo-rows") as ahead:
        rows = _Rows(source, view, kernel, ahead)
        for top, bottom in _bands(size.height, round(_BAND_BYTES / (size.width * 3 * down))):
            first, last = region.y1 + top * down, region.y1 + bottom * down
            held = rows.between(math.floor(first - reach), math.ceil(last + reach))
            box = (0, first - rows.top, size.width, last - rows.top)
            band = Image.fromarray(held).resize((size.width, bottom - top), FILTERS[kernel], box)
            pixels[top:bottom] = np.asarray(band)
    return pixels


def _bands(length: int, step: int) -> Iterator[tuple[int, int]]:
    step = max(1, step)
    for start in range(0, length, step):
        yield start, min(start + step, length)


class _Rows:
    """Source rows at the view's width, from the top down: each is read and resized once (a JPEG cannot go back).

    `top` is the source row of the first one held. `ahead`, of one thread, reads the next strip while one is resized.
    """

    def __init__(self, source: Source, view: View, kernel: Kernel, ahead: ThreadPoolExecutor) -> None:
        region, self._width, self._filter = view.region, view.size.width, FILTERS[kernel]
        reach = _SUPPORT_PX[kernel] * max(1.0, region.width / view.size.width) + 1
        self._left = max(0, math.floor(region.x1 - reach))
        self._right = min(source.size.width, math.ceil(region.x2 + reach))
        self._across = (region.x1 - self._left, region.x2 - self._left)
        self._source, self._ahead = source, ahead
        self._held: Pixels | None = None
        self.top = 0

    def between(self, first: int, last: int) -> Pixels:
        """Rows `first` to `last` (not included) as far as the photo has them; the ones before are let go."""
        first, last = max(0, first), min(self._source.size.height, last)
        kept = [] if self._held is None else [self._held[first - self.top :]]
        start = first if self._held is None else self.top + len(self._held)
        step = max(1, _STRIP_BYTES // (3 * (self._right - self._left)))
        spans = [(start + top, start + bottom) for top, bottom in _bands(last - start, step)]
        self._held = np.concatenate([*kept, *self._strips(spans)])
        self.top = first
        return self._held

    def _strips(self, spans: list[tuple[int, int]]) -> Iterator[Pixels]:
        """The rows of each span, resized; two strips are held at most, the one that is resized and the next."""
        coming = [self._ahead.submit(self._read, *span) for span in spans[:1]]
        for number in range(len(spans)):
            raw = coming.pop().result()
            coming += [self._ahead.submit(self._read, *span) for span in spans[number + 1 : number + 2]]
            yield self._resized(raw)

    def _read(self, top: int, bottom: int) -> Image.Image:
        return self._source.read((self._left, top, self._right, bottom))

    def _resized(self, strip: Image.Image) -> Pixels:
        left, right = self._across
        return np.asarray(strip.resize((self._width, strip.height), self._filter, (left, 0, right, strip.height)))
