"""The safe door for images: the only place that decodes, resizes or rounds. Knows nothing about models or screens.

    with Door(root) as door:
        photo = door.open_upright(upload)                      # a stranger's file -> Photo, or ImageUnreadable
        pixels = resample(photo, view, Kernel.BICUBIC)         # our own file -> RGB, shape (height, width, 3)
        photo.tiles                                            # a folder of JPEG tiles for the browser

Uploads are decoded in one separate process (worker.py). What does the work is loaded when it is first used,
because that process imports this package too, and should start without numpy and Pillow.
"""

import importlib
from typing import TYPE_CHECKING

from ergo_demo.imaging.photo import TILE_PX, TILES_FOLDER, Kernel, Limits, Photo, clean_name

if TYPE_CHECKING:
    from ergo_demo.imaging.door import Door
    from ergo_demo.imaging.encoding import encode_jpeg, encode_png, look_at, size_of
    from ergo_demo.imaging.resampling import resample, save_png

__all__ = [
    "TILES_FOLDER",
    "TILE_PX",
    "Door",
    "Kernel",
    "Limits",
    "Photo",
    "clean_name",
    "encode_jpeg",
    "encode_png",
    "look_at",
    "resample",
    "save_png",
    "size_of",
]

_WHEN_USED = {
    "Door": "door",
    "encode_jpeg": "encoding",
    "encode_png": "encoding",
    "size_of": "encoding",
    "look_at": "encoding",
    "resample": "resampling",
    "save_png": "resampling",
}


def __getattr__(name: str) -> object:
    if name not in _WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHEN_USED[name]}"), name)
