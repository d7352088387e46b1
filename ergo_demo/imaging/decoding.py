"""Untrusted bytes in, one upright sRGB file and its tiles out. Runs in the worker process only (see worker.py).

A photo for a page is decoded once and held whole, as 8-bit RGB (300 MB for 100 megapixels): what is stored and the
tiles are written side by side. Without tiles everything streams, unless the photo has to be turned.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyvips

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Size
from ergo_demo.imaging import refusals
from ergo_demo.imaging.photo import TILE_PX, TILES_FOLDER, Limits
from ergo_demo.imaging.sniffing import Format

_LOADERS = {
    Format.JPEG: ("jpegload_source", "VipsForeignLoadJpeg"),
    Format.PNG: ("pngload_source", "VipsForeignLoadPng"),
    Format.WEBP: ("webpload_source", "VipsForeignLoadWebp"),
    Format.AVIF: ("heifload_source", "VipsForeignLoadHeif"),
    Format.GIF: ("gifload_source", "VipsForeignLoadNsgif"),
    Format.TIFF: ("tiffload_source", "VipsForeignLoadTiff"),
}

_PAGED = {Format.WEBP: "frame", Format.AVIF: "picture", Format.GIF: "frame", Format.TIFF: "page"}

_UPRIGHT = 1
_PHOTO_FORMATS = {"uchar": 255, "ushort": 65_535}
_TILE_QUALITY = 85
_SOURCE_QUALITY = 95
_STORED_TILE_PX = 256
_FRAME_MARKERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_QUARTER_COLOUR = b"\x22\x11\x11"

_Store = Callable[[pyvips.Image, Path], Path]
"""Writes the source into a folder, without any metadata; its path."""


def prepare() -> None:
    """Forbid libvips, for the life of this process, every loader but the door's six, and to keep anything."""
    pyvips.cache_set_max(0)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for _, family in _LOADERS.values():
        pyvips.operation_block_set(family, False)


def make(descriptor: int, format: Format, folder: Path, limits: Limits, *, tiled: bool) -> dict[str, Any]:
    """Decode the open file `descriptor` into `folder`: the name, size (px) and notes of what was stored, and of the
    upload its media type and EXIF orientation, None where it has none.

    Raises ImageUnreadable. What the header tells is checked before a pixel is decoded.
    """
    try:
        image = _open(descriptor, format)
        wrong = refusals.too_large(Size(image.width, image.height), limits) or _not_a_photo(image, format)
        if wrong is not None:
            raise wrong
        notes, orientation = _notes(image, format), _orientation(image)
        decoded = _to_srgb(image, notes)
        upright = _turn_upright(decoded, orientation, notes)
        # One that was turned is held whole already.
        held = upright.copy_memory() if tiled and upright is decoded else upright
        store = _jpeg_store(descriptor) if format is Format.JPEG else _store_tiff
        path = _store_and_tile(held, store, folder) if tiled else store(held, folder)
    except pyvips.Error as error:
        raise _refusal(error, format) from error
    except OSError as error:
        raise refusals.no_room() from error
    return {
        "file": path.name,
        "width": upright.width,
        "height": upright.height,
        "notes": notes,
        "mime": format.mime,
        "exif_orientation": orientation,
    }


def _open(descriptor: int, format: Format) -> pyvips.Image:
    loader, _ = _LOADERS[format]
    # By descriptor, because libvips reads options out of file names ("photo.tif[page=7]").
    source = pyvips.Source.new_from_descriptor(descriptor)
    options: dict[str, object] = {"access": "sequential", "fail_on": "error"}
    if format in (Format.TIFF, Format.AVIF):
        # Lifts limits that refuse a TIFF in one strip and a large AVIF of 10 bits; the limit of the process stays.
        options["unlimited"] = True
    return pyvips.Operation.call(loader, source, **options)


def _not_a_photo(image: pyvips.Image, format: Format) -> ImageUnreadable | None:
    if image.format in _PHOTO_FORMATS:
        return None
    values = "floating-point values" if image.format in ("float", "double") else f"values of type {image.format}"
    return refusals.not_a_photo(format, values)


def _notes(image: pyvips.Image, format: Format) -> list[str]:
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    return [f"first {_PAGED[format]} of {pages}"] if pages > 1 and format in _PAGED else []


def _to_srgb(image: pyvips.Image, notes: list[str]) -> pyvips.Image:
    """Three bands of 8-bit sRGB; what had to be done is added to `notes`."""
    if image.hasalpha():
        image = _over_white(image)
        notes.append("transparent parts made white")
    if image.format == "ushort":
        notes.append("16 bit scaled to 8")
    image = _through_profile(image, notes).colourspace("srgb")
    image = image.extract_band(0, n=3) if image.bands > 3 else image
    return image.cast("uchar")


def _over_white(image: pyvips.Image) -> pyvips.Image:
    """Without its last band, the alpha, which is laid over white before any colour is converted."""
    most = _PHOTO_FORMATS[image.format]
    white = 0 if image.interpretation == "cmyk" else most
    return image.flatten(background=[white] * (image.bands - 1), max_alpha=most)


def _through_profile(image: pyvips.Image, notes: list[str]) -> pyvips.Image:
    """Converted to sRGB by the profile in the file; CMYK without one by the profile that libvips brings."""
    is_cmyk = image.interpretation == "cmyk"
    if image.get_typeof("icc-profile-data"):
        try:
            converted = image.icc_transform("srgb", embedded=True, intent="relative")
            notes.append("CMYK converted by its profile" if is_cmyk else "colour profile applied")
            return converted
        except pyvips.Error:
            notes.append("colour profile broken, left out")
            image = image.copy()
            image.remove("icc-profile-data")
    if is_cmyk:
        notes.append("CMYK converted")
        return image.icc_transform("srgb", input_profile="cmyk", intent="relative")
    return image


def _orientation(image: pyvips.Image) -> int | None:
    """1 to 8, as the file says; AVIF turns by its own field, and libvips tells of none then."""
    return image.get("orientation") if image.get_typeof("orientation") else None


def _turn_upright(image: pyvips.Image, orientation: int | None, notes: list[str]) -> pyvips.Image:
    if orientation in (None, _UPRIGHT):
        return image
    notes.append(f"turned upright (EXIF {orientation})")
    # The last row comes first: decoded rows cannot be asked for in that order.
    return image.copy_memory().autorot()


def _store_and_tile(image: pyvips.Image, store: _Store, folder: Path) -> Path:
    """Both at once: a person waits, and each is the work of one core."""
    with ThreadPoolExecutor(1) as beside:
        tiling = beside.submit(_tile, image, folder)
        path = store(image, folder)
        _sync(path)
        tiling.result()
    return path


def _jpeg_store(descriptor: int) -> _Store:
    """Stores as much colour as the upload has: more would take twice the time and tell nothing new."""
    subsample_mode = "on" if _has_quarter_colour(descriptor) else "off"

    def store(image: pyvips.Image, folder: Path) -> Path:
        path = folder / "source.jpg"
        image.jpegsave(str(path), Q=_SOURCE_QUALITY, subsample_mode=subsample_mode, keep="none")
        return path

    return store


def _has_quarter_colour(descriptor: int) -> bool:
    """Whether a JPEG has one value of colour for four pixels (4:2:0), as its frame header says: ITU-T T.81, B.2.

    libvips tells only whether there is one for each.
    """
    at = 2
    while (head := os.pread(descriptor, 4, at))[:1] == b"\xff" and len(head) == 4:
        length = int.from_bytes(head[2:])
        if head[1] in _FRAME_MARKERS:
            return os.pread(descriptor, length - 2, at + 4)[7::3] == _QUARTER_COLOUR
        at += 2 + length
    return False


def _store_tiff(image: pyvips.Image, folder: Path) -> Path:
    path = folder / "source.tif"
    side = _STORED_TILE_PX
    # Level 1: half the time of level 6 for a file that is a half larger, and the photo waits for it.
    image.tiffsave(
        str(path), compression="deflate", level=1, predictor="horizontal",
        tile=True, tile_width=side, tile_height=side, keep="none",
    )  # fmt: skip
    return path


def _sync(path: Path) -> None:
    """Waits until a file is on the disk. A program's photo goes when the program ends, and need not wait."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _tile(image: pyvips.Image, folder: Path) -> None:
    name = folder / TILES_FOLDER.removesuffix("_files")
    image.dzsave(str(name), tile_size=TILE_PX, overlap=0, suffix=".jpg", Q=_TILE_QUALITY, keep="none")
    name.with_suffix(".dzi").unlink()
    (folder / TILES_FOLDER / "vips-properties.xml").unlink(missing_ok=True)  # It names folders of this machine.


def _refusal(error: pyvips.Error, format: Format) -> ImageUnreadable:
    """libvips tells its reasons in words only; three of them mean something to the person who waits."""
    # pyvips says where a photo could not be copied to; that alone is no lack of memory.
    words = str(error).lower().replace("unable to copy to memory", "")
    if any(word in words for word in ("no space left", "file too large", "permission denied")):
        return refusals.no_room()
    if "memory" in words:
        return refusals.stopped()
    cut_short = ("premature end", "unexpected end", "truncated", "read error at", "bad seek")
    return refusals.truncated(format) if any(word in words for word in cut_short) else refusals.damaged(format)
