"""The pictures of an export: views as PNG, pixel for pixel what the model sees; photos as the store re-encoded them.

Named by the hash of their bytes. None carries metadata: the door left none, and checking looks again. What was made is
kept beside until the export is whole, so that one that was interrupted goes on with it.
"""

import os
import shutil
from collections import OrderedDict
from pathlib import Path

from ergo_demo.exports.folder import sha256_of
from ergo_demo.exports.lessons import Picture
from ergo_demo.geometry import Size
from ergo_demo.imaging import Photo, encode_png, resample, save_png, size_of
from ergo_demo.pipeline import package_version

KEPT = 6
"""Views held in memory: the lessons of one item follow each other and show the same ones."""

FOLDER = "images"


class Pictures:
    """Makes pictures and puts them into `folder`, each once; `made`: where views are kept for another try."""

    def __init__(self, folder: Path, made: Path) -> None:
        self._folder, self._kept_in = folder, made
        self._before = frozenset(path.name for path in made.iterdir())
        self._taken: set[str] = set()
        self._made: OrderedDict[tuple[str, Picture], bytes] = OrderedDict()

    @property
    def taken(self) -> int:
        """How many views an interrupted try had made."""
        return len(self._taken)

    def png(self, photo: Photo, picture: Picture) -> bytes:
        """The file of a view of `photo`, RGB."""
        key = (photo.blob_sha256, picture)
        if key not in self._made:
            self._made[key] = self._kept(photo, picture)
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        return self._made[key]

    def _kept(self, photo: Photo, picture: Picture) -> bytes:
        """The view's file as an earlier try made it, else made now and kept."""
        name = sha256_of(f"{package_version()} {photo.blob_sha256} {picture}".encode())
        file = self._kept_in / name
        if name in self._before:
            digest, content = _parted(file.read_bytes())
            if digest == sha256_of(content):  # a power cut may leave less than was written
                self._taken.add(name)
                return content
        content = encode_png(resample(photo, picture.view, picture.kernel))
        making = file.with_suffix(".new")
        making.write_bytes(sha256_of(content).encode() + content)
        os.replace(making, file)
        return content

    def view(self, photo: Photo, picture: Picture) -> str:
        """Writes a view; its path within the folder."""
        content = self.png(photo, picture)
        name = _name(sha256_of(content), ".png")
        if not (self._folder / name).exists():
            self._place(name).write_bytes(content)
        return name

    def photo(self, photo: Photo, prefix: str = FOLDER, *, flat: bool = False) -> tuple[str, bool]:
        """Writes the whole photo, upright; its path within the folder, and whether it is new there.

        What the store keeps as TIFF becomes PNG: few tools for boxes read the other.
        """
        suffix = ".jpg" if photo.path.suffix == ".jpg" else ".png"
        name = f"{prefix}/{photo.blob_sha256}{suffix}" if flat else _name(photo.blob_sha256, suffix, prefix)
        new = not (self._folder / name).exists()
        if new:
            target = self._place(name)
            if suffix == ".jpg":
                shutil.copyfile(photo.path, target)
            else:
                save_png(photo.path, target)
        return name, new

    def stored(self, photo: Photo) -> str:
        """Writes the store's own file, byte for byte; its path within the folder."""
        name = stored_name(photo)
        if not (self._folder / name).exists():
            shutil.copyfile(photo.path, self._place(name))
        return name

    def _place(self, name: str) -> Path:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def missized(folder: Path, name: str, size: Size) -> str | None:
    """What is wrong with an exported photo that is said to have this size; None where it is there, and has it."""
    if not (folder / name).is_file():
        return f"{name} is not there"
    found = size_of(folder / name)
    said = f"{name} is said to have {size.width} x {size.height} px"
    return None if found == size else f"{said} and has {found.width} x {found.height}"


def stored_name(photo: Photo) -> str:
    """Where the store's own file of a photo lies in an export."""
    return _name(photo.blob_sha256, photo.path.suffix)


def _name(sha256: str, suffix: str, prefix: str = FOLDER) -> str:
    return f"{prefix}/{sha256[:2]}/{sha256}{suffix}"


def _parted(kept: bytes) -> tuple[str, bytes]:
    """Digest and content of a kept view."""
    return kept[:64].decode("ascii", "replace"), kept[64:]
