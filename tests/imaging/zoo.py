"""Image files of every kind that the door accepts, made here, with the pixels that must come out."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

UPRIGHT_TO_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
ORIENTATION_TAG = 274


def scene(width: int = 96, height: int = 64) -> Pixels:
    """Smooth, so that lossy formats keep it, and different under all eight orientations."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    pixels = np.stack([255 * across / width, 255 * down / height, 60 + 40 * np.cos(across / 20)], axis=-1)
    pixels[: height // 3, : width // 4] = (250, 250, 30)
    return pixels.astype(np.uint8)


def picture(width: int = 96, height: int = 64) -> Image.Image:
    return Image.fromarray(scene(width, height))


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def oriented(format: str, orientation: int) -> bytes:
    """The scene, stored as a camera held so would, with the tag that says so."""
    turn = UPRIGHT_TO_STORED[orientation]
    image = picture() if turn is None else picture().transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    options: dict[str, object] = {"exif": exif}
    if format == "TIFF":
        options = {"tiffinfo": {ORIENTATION_TAG: orientation}}
    return saved(image, format, **options, **_LOSSLESS.get(format, {}))


_LOSSLESS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 98, "subsampling": 0},
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
}


@dataclass(frozen=True)
class Beast:
    """One file, the RGB pixels that must come out (no level off by more than `tolerance`), and a note about it.

    Where the format is `lossy`, colours bleed over edges: then the mean difference is at most 4 levels.
    """

    id: str
    data: Callable[[], bytes]
    pixels: Callable[[], Pixels]
    tolerance: int = 0
    note: str = ""
    lossy: bool = False


def _scene_with(format: str, **options: object) -> Callable[[], bytes]:
    return lambda: saved(picture(), format, **options)


def _by_opencv(suffix: str, pixels: NDArray[np.uint16]) -> bytes:
    ok, data = cv2.imencode(suffix, pixels)
    assert ok
    return data.tobytes()


def _grey() -> Pixels:
    return np.repeat(scene()[..., :1], 3, axis=-1)


def _over_white(alpha: int) -> Pixels:
    share = alpha / 255
    return np.round(scene() * share + 255 * (1 - share)).astype(np.uint8)


def _with_alpha(alpha: int) -> Image.Image:
    image = picture()
    image.putalpha(alpha)
    return image


def _grey_with_alpha() -> Image.Image:
    image = Image.fromarray(scene()[..., 0])
    image.putalpha(102)
    return image


def _palette() -> Image.Image:
    return picture().quantize(64)


def _palette_with_hole() -> tuple[Image.Image, Pixels]:
    """A palette whose entry of the first pixel is transparent."""
    image = _palette()
    indices = np.asarray(image)
    pixels = np.asarray(image.convert("RGB")).copy()
    pixels[indices == indices[0, 0]] = 255
    return image, pixels


def _hole(format: str) -> bytes:
    image, _ = _palette_with_hole()
    return saved(image, format, transparency=int(np.asarray(image)[0, 0]))


def _one_bit() -> Image.Image:
    return picture().convert("1")


def _pages(format: str, **options: object) -> bytes:
    others = [Image.new("RGB", (96, 64), colour) for colour in ("black", "navy")]
    return saved(picture(), format, save_all=True, append_images=others, **options)


def _by_vips(saver: str, pixels: NDArray[np.generic], **options: object) -> bytes:
    interpretation = "rgb16" if pixels.dtype == np.uint16 else "srgb"
    image = pyvips.Image.new_from_array(pixels, interpretation=interpretation)
    data: bytes = getattr(image, saver)(**options)
    return data


def _deep() -> NDArray[np.uint16]:
    """The scene at 16 bit, with something in the low byte that must not matter."""
    return (scene().astype(np.uint16) * 256 + 77).astype(np.uint16)


BEASTS = (
    Beast("jpeg", _scene_with("JPEG", quality=98, subsampling=0), scene, lossy=True),
    Beast("jpeg progressive", _scene_with("JPEG", quality=98, subsampling=0, progressive=True), scene, lossy=True),
    Beast("jpeg of halved colour", _scene_with("JPEG", quality=98, subsampling=2), scene, lossy=True),
    Beast("jpeg grey", lambda: saved(picture().getchannel(0), "JPEG", quality=98), _grey, lossy=True),
    Beast("png", _scene_with("PNG"), scene),
    Beast("png grey", lambda: saved(picture().getchannel(0), "PNG"), _grey),
    Beast("png grey 16 bit", lambda: _by_opencv(".png", _deep()[..., 0]), _grey, 0, "16 bit scaled to 8"),
    Beast("png rgb 16 bit", lambda: _by_opencv(".png", _deep()[..., ::-1]), scene, 0, "16 bit scaled to 8"),
    Beast(
        "png rgba 16 bit",
        lambda: _by_vips("pngsave_buffer", np.dstack([_deep(), np.full((64, 96), 102 * 257, np.uint16)])),
        lambda: _over_white(102),
        2,
        "transparent",
    ),
    Beast("png rgba", lambda: saved(_with_alpha(102), "PNG"), lambda: _over_white(102), 1, "transparent"),
    Beast(
        "png grey alpha",
        lambda: saved(_grey_with_alpha(), "PNG"),
        lambda: np.repeat(_over_white(102)[..., :1], 3, axis=-1),
        1,
        "transparent",
    ),
    Beast("png palette", lambda: saved(_palette(), "PNG"), lambda: np.asarray(_palette().convert("RGB"))),
    Beast("png palette alpha", lambda: _hole("PNG"), lambda: _palette_with_hole()[1], 0, "transparent"),
    Beast("png 1 bit", lambda: saved(_one_bit(), "PNG"), lambda: np.asarray(_one_bit().convert("RGB"))),
    Beast("png animated", lambda: _pages("PNG"), scene),
    Beast("webp", _scene_with("WEBP", quality=98), scene, lossy=True),
    Beast("webp lossless alpha", lambda: saved(_with_alpha(102), "WEBP", lossless=True), lambda: _over_white(102), 1),
    Beast("webp animated", lambda: _pages("WEBP", lossless=True), scene, 0, "first frame of 3"),
    Beast("gif", lambda: saved(_palette(), "GIF"), lambda: np.asarray(_palette().convert("RGB"))),
    Beast("gif hole", lambda: _hole("GIF"), lambda: _palette_with_hole()[1], 0, "transparent"),
    Beast("gif animated", lambda: _pages("GIF"), scene, note="first frame of 3", lossy=True),
    Beast("avif", _scene_with("AVIF", quality=98, subsampling="4:4:4"), scene, lossy=True),
    Beast("avif alpha", lambda: saved(_with_alpha(102), "AVIF", quality=98), lambda: _over_white(102), lossy=True),
    Beast(
        "avif 10 bit",
        lambda: _by_vips("heifsave_buffer", _deep(), compression="av1", bitdepth=10, Q=98, subsample_mode="off"),
        scene,
        note="16 bit scaled to 8",
        lossy=True,
    ),
    Beast("tiff", _scene_with("TIFF"), scene),
    Beast("tiff lzw", _scene_with("TIFF", compression="tiff_lzw"), scene),
    Beast("tiff deflate", _scene_with("TIFF", compression="tiff_adobe_deflate"), scene),
    Beast("tiff packbits", _scene_with("TIFF", compression="packbits"), scene),
    Beast("tiff jpeg", _scene_with("TIFF", compression="jpeg", quality=98), scene, lossy=True),
    Beast("tiff palette", lambda: saved(_palette(), "TIFF"), lambda: np.asarray(_palette().convert("RGB"))),
    Beast(
        "tiff fax",
        lambda: saved(_one_bit(), "TIFF", compression="group4"),
        lambda: np.asarray(_one_bit().convert("RGB")),
    ),
    Beast("tiff rgba", lambda: saved(_with_alpha(102), "TIFF"), lambda: _over_white(102), 1, "transparent"),
    Beast("tiff rgb 16 bit", lambda: _by_opencv(".tif", _deep()[..., ::-1]), scene, 0, "16 bit scaled to 8"),
    Beast("tiff grey 16 bit", lambda: _by_opencv(".tif", _deep()[..., 0]), _grey, 0, "16 bit scaled to 8"),
    Beast("tiff pages", lambda: _pages("TIFF"), scene, 0, "first page of 3"),
    Beast("tiff tiled", lambda: _by_vips("tiffsave_buffer", scene(), tile=True, tile_width=32, tile_height=32), scene),
    Beast("tiff big", lambda: _by_vips("tiffsave_buffer", scene(), bigtiff=True), scene),
)
