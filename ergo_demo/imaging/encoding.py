"""Our own pixels as files: what goes to a browser, a model server or a download."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

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
