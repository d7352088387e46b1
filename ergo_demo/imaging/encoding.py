"""Our own pixels as files: what goes to a browser, a model server or a download."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ergo_demo.geometry import Size

JPEG_QUALITY = 90


def encode_jpeg(pixels: NDArray[np.uint8], quality: int = JPEG_QUALITY) -> bytes:
    """A JPEG file of `pixels`: RGB, shape (height, width, 3). Colours keep their full resolution (4:4:4)."""
    return _encode(pixels, "JPEG", quality=quality, subsampling=0)


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file of `pixels`: RGB, shape (height, width, 3). Nothing is lost."""
    return _encode(pixels, "PNG")


def _encode(pixels: NDArray[np.uint8], format: str, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format, **options)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a picture file is: `mode` as Pillow names it, and the names of whatever it carries beside pixels."""

    size: Size
    mode: str
    beside: tuple[str, ...]


def size_of(file: Path) -> Size:
    """Of one of our own PNG or JPEG files, as its head says; nothing is decoded. Raises OSError."""
    with Image.open(file, formats=("PNG", "JPEG")) as image:
        return Size(*image.size)


def look_at(content: bytes) -> Looked:
    """Decodes one of our own PNG or JPEG files, and says what it is. Raises OSError where it cannot be read."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
        image.load()
        beside = sorted({"exif", "xmp", "icc_profile", "comment", "photoshop", "Software"} & set(map(str, image.info)))
        texts = getattr(image, "text", None) or {}
        return Looked(Size(*image.size), image.mode, (*beside, *sorted(texts)))
