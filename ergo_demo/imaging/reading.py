"""The pixels of a stored photo, part by part: decoded from its file, or held since it was last seen whole.

Every look after the first is at a part of the same photo, and a JPEG can only be decoded from its top: held, a photo
of 12 megapixels costs 36 MB and spares each look 0.03 s or more. One photo is held, the last one, and only if it is
small. Nothing here is safe for threads; resampling.py lets one in at a time.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image

from ergo_demo.geometry import Size
from ergo_demo.imaging.photo import Photo

HELD_PIXELS = 16_000_000
"""The largest photo that is held, px."""

_Edges = tuple[int, int, int, int]


class _Memory:
    """The pixels of one photo (RGB, shape (height, width, 3)), and whose they are.

    Its room is taken once, for the largest photo so far: fresh memory would cost as much time as it spares.
    """

    def __init__(self) -> None:
        self._room = np.empty(0, np.uint8)
        self._pixels: NDArray[np.uint8] = self._room
        self._path: Path | None = None

    def of(self, path: Path) -> NDArray[np.uint8] | None:
        return self._pixels if path == self._path else None

    def to_fill(self, size: Size) -> NDArray[np.uint8]:
        """Room for another photo. It is nobody's until it is called `filled`."""
        self._path = None
        if self._room.size < 3 * size.area:
            self._room = np.empty(3 * size.area, np.uint8)
        self._pixels = self._room[: 3 * size.area].reshape(size.height, size.width, 3)
        return self._pixels

    def filled(self, path: Path) -> None:
        """They are the photo's at `path`, a name that no other photo gets."""
        self._path = path


_memory = _Memory()


class Source:
    """One stored photo, to be read from the top down; `size` is in source px. Raises pyvips.Error, or OSError.

    `whole` says that everything will be read, so that the photo can be held: `hold()` does, once it was.
    """

    def __init__(self, photo: Photo, *, whole: bool) -> None:
        self.size, self._path = photo.size, photo.path
        photo.path.stat()  # what was deleted is not shown from memory
        self._held = _memory.of(photo.path)
        self._stored = _open(photo.path) if self._held is None else None
        fills = whole and self._held is None and photo.size.area <= HELD_PIXELS
        self._filling = _memory.to_fill(photo.size) if fills else None

    def read(self, box: _Edges) -> Image.Image:
        """The pixels of `box`: left, top, right, bottom in source px. Always called in one and the same thread."""
        left, top, right, bottom = box
        if self._held is not None:
            return Image.fromarray(self._held[top:bottom, left:right])
        rows = self._region.fetch(left, top, right - left, bottom - top)
        part = np.frombuffer(rows, np.uint8).reshape(bottom - top, right - left, 3)
        if self._filling is not None:
            self._filling[top:bottom] = part
        return Image.fromarray(part)

    def hold(self) -> None:
        """Keep what was read, if there was room for it, in place of the photo that was held before."""
        if self._filling is not None:
            _memory.filled(self._path)

    @cached_property
    def _region(self) -> pyvips.Region:
        return pyvips.Region.new(self._stored)  # A region of libvips belongs to the thread that makes it.


def _open(path: Path) -> pyvips.Image:
    """The stored file as an image whose rows are read from the top down."""
    pyvips.cache_set_max(0)  # Each strip is cut out once; kept, it would keep the file and its decoder.
    load = pyvips.Image.jpegload if path.suffix == ".jpg" else pyvips.Image.tiffload
    # libvips maps a JPEG into memory: these pages are the file's own, and the system may drop them at any time.
    return load(str(path), access="sequential")
