"""The pictures of an export: views as PNG, pixel for pixel what the model sees; photos as the store re-encoded them.

Named by the hash of their bytes. None carries metadata: the door left none, and checking looks again.
"""

import shutil
from collections import OrderedDict
from pathlib import Path

from ergo_demo.exports.folder import sha256_of
from ergo_demo.exports.lessons import Picture
from ergo_demo.imaging import Photo, encode_png, resample, save_png

KEPT = 6
"""Views held in memory: the lessons of one item follow each other and show the same ones."""

FOLDER = "images"


class Pictures:
    """Makes pictures and puts them into `folder`, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: OrderedDict[tuple[str, Picture], bytes] = OrderedDict()

    def png(self, photo: Photo, picture: Picture) -> bytes:
        """The file of a view of `photo`, RGB."""
        key = (photo.blob_sha256, picture)
        if key not in self._made:
            self._made[key] = encode_png(resample(photo, picture.view, picture.kernel))
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        return self._made[key]

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
        name = _name(photo.blob_sha256, photo.path.suffix)
        if not (self._folder / name).exists():
            shutil.copyfile(photo.path, self._place(name))
        return name

    def _place(self, name: str) -> Path:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def _name(sha256: str, suffix: str, prefix: str = FOLDER) -> str:
    return f"{prefix}/{sha256[:2]}/{sha256}{suffix}"
