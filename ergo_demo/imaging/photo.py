"""What the door hands out: a Photo, the limits that it kept, and the names of the files behind it.

Knows nothing about decoding. Everything here pickles and holds no pixels.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ergo_demo.geometry import Size

TILE_PX = 512
"""Side of one tile of the pyramid, px; there is no overlap."""

TILES_FOLDER = "tiles_files"
"""Beside the source: ``tiles_files/<level>/<x>_<y>.jpg``; level ceil(log2(longest side)) has every source px."""

NAME_LENGTH = 120
"""Most characters of a name that is shown."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One upload that passed the door: where its files lie, and what they are.

    `size` is in source px. `upload_sha256` is the identity (of the bytes as uploaded), `blob_sha256` that of the
    stored re-encoding. `notes` say in a few words what was changed on the way: "turned upright (EXIF 6)".
    `mime` and `exif_orientation` (1 to 8, None where the file says none) are of the upload, not of what is stored.
    """

    folder: Path
    path: Path
    name: str
    size: Size
    upload_sha256: str
    blob_sha256: str
    notes: tuple[str, ...] = ()
    mime: str = ""
    exif_orientation: int | None = None

    @property
    def tiles(self) -> Path:
        """The folder of the tile pyramid (see TILES_FOLDER)."""
        return self.folder / TILES_FOLDER


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one photo, and all photos together, may take.

    The first four are read from the header, before a pixel is decoded; the others hold for the worker process.
    `worker_memory_bytes` is address space: 100 megapixels of the hungriest kind, AVIF of 10 bits with alpha, were
    measured at 2.5 GB; a third is added.
    """

    file_bytes: int = 100_000_000
    pixels: int = 100_000_000
    side_px: int = 30_000
    aspect: float = 50.0
    seconds: float = 15.0
    worker_memory_bytes: int = 3_500_000_000
    quota_bytes: int = 8_000_000_000


class Kernel(StrEnum):
    """How pixels are weighed when a view is made. ERGO's reference code: the first look bicubic, the crop Lanczos."""

    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


def clean_name(name: str) -> str:
    """A file name that is safe to show: its last part, composed (NFC), one line, at most NAME_LENGTH characters.

    Control characters, and those that turn the direction of writing, are left out; a long name keeps its suffix.

    >>> clean_name("C:\\\\photos\\\\a\\tb\\u202egpj.exe")
    'a bgpj.exe'
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", last))
    visible = "".join(character for character in spaced if unicodedata.category(character)[0] != "C")
    line = " ".join(visible.split())
    if len(line) > NAME_LENGTH:
        suffix = PurePosixPath(line).suffix[:10]
        line = line[: NAME_LENGTH - len(suffix) - 1] + "…" + suffix
    return line or "photo"
