"""The kept photos that people have on their pages: opened through the door, with tiles and a preview, for a while.

A kept photo is one file. What the viewer fetches (photos.py) is made when somebody takes an item, under a name that
nobody can guess, and goes again when others need the room.
"""

import contextlib
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from ergo_demo.errors import NotThere
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door, Photo
from ergo_demo.store.store import Store
from ergo_demo.ui import photos

MOST_PHOTOS = 200
QUOTA_SHARE = 0.5
"""Of the disk space of all photos: the rest is for the visitors of Ask."""

PREVIEW = "0" * 16
"""The name under which the preview lies beside the crops of runs."""


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    photo: Photo | None = None
    stored_bytes: int = 0


class Shelf:
    """Thread safe. A photo is opened once, whoever asks for it."""

    def __init__(self, store: Store, door: Door, most: int = MOST_PHOTOS) -> None:
        self._store, self.door, self._most = store, door, most
        self._most_bytes = int(door.limits.quota_bytes * QUOTA_SHARE)
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def open(self, blob_sha256: str) -> Photo:
        """The photo with its tiles and preview. Raises NotThere, ImageUnreadable when there is no room."""
        try:
            image, path = self._store.image(blob_sha256)
        except NotThere:
            self._drop(blob_sha256)  # it was to be forgotten, perhaps by another process
            raise
        with self._lock:
            entry = self._entries.setdefault(blob_sha256, _Entry())
            self._entries.move_to_end(blob_sha256)
        with entry.lock:
            if entry.photo is None or not entry.photo.path.is_file():
                entry.photo = self.door.open_upright(path, name=image.name or "photo")
                photos.keep_crop(entry.photo, PREVIEW, Box.of(entry.photo.size))
                entry.stored_bytes = photos.stored_bytes(entry.photo)
            photo = entry.photo
        self.touch([blob_sha256])
        self._make_room(besides=blob_sha256)
        return photo

    def touch(self, blobs: list[str]) -> None:
        """These are still on somebody's page."""
        with self._lock:
            for blob in blobs:
                entry = self._entries.get(blob)
                if entry is not None and entry.photo is not None:
                    self._entries.move_to_end(blob)
                    with contextlib.suppress(FileNotFoundError):
                        os.utime(entry.photo.folder)

    def _drop(self, blob_sha256: str) -> None:
        with self._lock:
            entry = self._entries.pop(blob_sha256, None)
        if entry is not None and entry.photo is not None:
            self.door.forget(entry.photo)

    def _make_room(self, besides: str) -> None:
        """Forgets what nobody had for longest, until what is left fits."""
        gone: list[Photo] = []
        with self._lock:
            stored_bytes = sum(entry.stored_bytes for entry in self._entries.values())
            for blob, entry in list(self._entries.items()):
                if len(self._entries) <= self._most and stored_bytes <= self._most_bytes:
                    break
                if blob != besides and entry.photo is not None:
                    del self._entries[blob]
                    stored_bytes -= entry.stored_bytes
                    gone.append(entry.photo)
        for photo in gone:
            self.door.forget(photo)


def shown(photo: Photo) -> dict[str, Any]:
    """What the page needs to show a photo: the viewer's own fields, and the preview."""
    return {**photos.tile_props(photo), "preview": photos.addresses(photo, PREVIEW).get("crop")}
