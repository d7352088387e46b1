"""Files that are small and want much: memory, time, or a mistake. Each is made here, byte by byte."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from tests.imaging.zoo import picture, saved

MEGABYTE = 1 << 20


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int = 1, colour: int = 0, extra: bytes = b"", frames: int = 0) -> bytes:
    """A PNG of zeros (`colour` 0 grey, 2 RGB, 6 RGBA); `extra` chunks come before the pixels, `frames` after."""
    bands = {0: 1, 2: 3, 6: 4}[colour]
    row = bytes(1 + (width * depth * bands + 7) // 8)
    squeeze = zlib.compressobj(9)
    pixels = b"".join(squeeze.compress(row * 64) for _ in range(height // 64))
    pixels += squeeze.compress(row * (height % 64)) + squeeze.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    animation = chunk(b"acTL", struct.pack(">II", frames, 0)) if frames else b""
    control = struct.pack(">IIIIHHBB", width, height, 0, 0, 1, 1, 0, 0)
    more = b"".join(
        chunk(b"fcTL", struct.pack(">I", 2 * n) + control) + chunk(b"fdAT", struct.pack(">I", 2 * n + 1) + pixels)
        for n in range(frames)
    )
    magic = b"\x89PNG\r\n\x1a\n"
    return magic + header + animation + extra + chunk(b"IDAT", pixels) + more + chunk(b"IEND", b"")


def deflated(megabytes: int) -> bytes:
    return zlib.compress(bytes(megabytes * MEGABYTE), 9)


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header claims more."""
    data = saved(picture(), "JPEG")
    return patched(data, data.index(b"\xff\xc0") + 5, struct.pack(">HH", height, width))


def jpeg_of_many_scans() -> bytes:
    """A progressive JPEG that refines one scan for ever."""
    data = saved(Image.new("RGB", (8000, 8000)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * 3000 + data[-2:]


def webp_of(width: int, height: int) -> bytes:
    """A lossless WebP whose header claims more (14 bits a side)."""
    data = saved(picture(), "WEBP", lossless=True)
    return patched(data, data.index(b"VP8L") + 9, struct.pack("<I", (width - 1) | (height - 1) << 14))


def webp_of_many_frames() -> bytes:
    """4,000 frames of 16 megapixels each."""
    data = saved(Image.new("RGB", (4000, 4000)), "WEBP", lossless=True)
    frame = data[data.index(b"VP8L") :]
    control = bytes(6) + (3999).to_bytes(3, "little") * 2 + bytes(4)
    anmf = b"ANMF" + struct.pack("<I", len(control) + len(frame)) + control + frame
    canvas = struct.pack("<I", 2) + (3999).to_bytes(3, "little") * 2
    body = b"VP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<IIH", 6, 0, 0) + anmf * 4000
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def gif_of(width: int, height: int) -> bytes:
    """A small GIF whose screen claims more."""
    return patched(saved(picture().quantize(16), "GIF"), 6, struct.pack("<HH", width, height))


def gif_of_many_frames() -> bytes:
    """100,000 frames on a canvas of 81 megapixels."""
    one = saved(Image.new("P", (9000, 9000)), "GIF")
    start = one.index(b",")
    dot = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return one[:start] + one[start:-1] + dot * 100_000 + b";"


def avif_of(width: int, height: int) -> bytes:
    """A small AVIF whose properties claim more."""
    data = saved(picture(), "AVIF")
    return patched(data, data.index(b"ispe") + 8, struct.pack(">II", width, height))


def tiff(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A TIFF of one directory; an entry is (tag, type, count, value), `following` the place of the next one."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", following) + bytes(64)


SHORT, LONG = 3, 4
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
OFFSETS, BANDS, ROWS, COUNTS, TILE_WIDTH, TILE_HEIGHT = 273, 277, 278, 279, 322, 323


def _tiff_like(**changes: int) -> bytes:
    """A grey 8 x 8 TIFF, but for the `changes`."""
    values = {
        "WIDTH": 8, "HEIGHT": 8, "BITS": 8, "COMPRESSION": 1, "PHOTOMETRIC": 1,
        "OFFSETS": 100, "BANDS": 1, "ROWS": 8, "COUNTS": 64,
    } | changes  # fmt: skip
    return tiff(*((globals()[name], LONG, 1, value) for name, value in values.items()))


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.png", bytes(200 * MEGABYTE))
    return file.getvalue()


SVG_OF_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(9))
    + b"]><svg><text>&j;</text></svg>"
)

Bomb = Callable[[], bytes]

BOMBS: dict[str, Bomb] = {
    "png 1 bit 12,000 px": lambda: png(12_000, 12_000),
    "png 1 bit 16,000 px": lambda: png(16_000, 16_000),
    "png of 4 billion px": lambda: patched(png(8, 8), 16, struct.pack(">II", 2**31 - 1, 2**31 - 1)),
    "png within the limits, 16 bit with alpha": lambda: png(6_000, 5_000, 16, 6),
    "png of 400 frames": lambda: png(5_000, 5_000, 1, 0, frames=400),
    "png with a deflated profile": lambda: png(8, 8, 8, 2, chunk(b"iCCP", b"p\0\0" + deflated(400))),
    "png with deflated text": lambda: png(8, 8, 8, 2, chunk(b"zTXt", b"t\0\0" + deflated(400)) * 4),
    "png with 200,000 texts": lambda: png(8, 8, 8, 2, chunk(b"tEXt", b"key\0value") * 200_000),
    "jpeg of 4 gigapixels": lambda: jpeg_of(65_535, 65_535),
    "jpeg that claims 99 megapixels": lambda: jpeg_of(9_950, 9_950),
    "jpeg of 3,000 scans": jpeg_of_many_scans,
    "webp of 268 megapixels": lambda: webp_of(16_384, 16_384),
    "webp that claims 99 megapixels": lambda: webp_of(9_950, 9_950),
    "webp of 4,000 frames": webp_of_many_frames,
    "gif of 4 gigapixels": lambda: gif_of(65_535, 65_535),
    "gif that claims 99 megapixels": lambda: gif_of(9_950, 9_950),
    "gif of 100,000 frames": gif_of_many_frames,
    "avif of 4 gigapixels": lambda: avif_of(65_535, 65_535),
    "avif that claims 99 megapixels": lambda: avif_of(9_950, 9_950),
    "tiff of 4 billion columns": lambda: _tiff_like(WIDTH=2**32 - 1, HEIGHT=2**32 - 1),
    "tiff of one endless strip": lambda: _tiff_like(COUNTS=2**32 - 1, ROWS=2**32 - 1, HEIGHT=300),
    "tiff of 65,535 bands": lambda: _tiff_like(BANDS=65_535),
    "tiff with 65,535 bits": lambda: _tiff_like(BITS=65_535),
    "tiff whose directory follows itself": lambda: tiff((WIDTH, LONG, 1, 8), (HEIGHT, LONG, 1, 8), following=8),
    "tiff of tiles larger than the earth": lambda: tiff(
        (WIDTH, LONG, 1, 9_000), (HEIGHT, LONG, 1, 9_000), (BITS, SHORT, 1, 8), (PHOTOMETRIC, SHORT, 1, 1),
        (TILE_WIDTH, LONG, 1, 2**31), (TILE_HEIGHT, LONG, 1, 2**31), (324, LONG, 1, 100), (325, LONG, 1, 2**31),
    ),
    "tiff with a tag of 4 billion values": lambda: tiff((WIDTH, LONG, 1, 8), (HEIGHT, LONG, 2**32 - 1, 8)),
    "tiff deflated 1,000 times": lambda: saved(Image.new("L", (9_900, 9_900)), "TIFF", compression="tiff_deflate"),
    "gzip": lambda: gzip.compress(bytes(200 * MEGABYTE)),
    "zip": zip_bomb,
    "svg that laughs": lambda: SVG_OF_LAUGHS,
}  # fmt: skip
