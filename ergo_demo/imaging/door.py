"""The only way in for uploaded images: a file of a stranger becomes a Photo, or one typed refusal.

The bytes are decoded in another process (worker.py), one at a time; this process holds no pixel of them.
"""

import os
import shutil
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Size
from ergo_demo.imaging import janitor, refusals
from ergo_demo.imaging.child import WORKER, Child, DeadlinePassed, WorkerGone
from ergo_demo.imaging.photo import Limits, Photo, clean_name
from ergo_demo.imaging.sniffing import Format


class Door:
    """Opens uploads, stores them under `root`, and owns the worker that decodes them.

    Thread safe; the worker starts with the first photo. A copy in another process (forked, or pickled) starts its
    own. With `tiled` each photo gets the pyramid that a page shows; the command line goes without, and is quicker.
    `command` is the worker program: tests put a broken one in its place.
    """

    def __init__(
        self, root: Path, *, limits: Limits | None = None, tiled: bool = True, command: Sequence[str] = WORKER
    ) -> None:
        self.root = root
        self.limits = limits or Limits()
        self.tiled = tiled
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._child: Child | None = None
        _doors.add(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (_door, (self.root, self.limits, self.tiled, self._command))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker. The photos stay; another photo starts another worker."""
        with self._lock:
            self._end_worker()

    def open_upright(self, upload: Path, *, name: str | None = None, delete_upload: bool = False) -> Photo:
        """Store `upload` as one upright sRGB file without metadata. The first frame or page, if many.

        `name` is shown to people (the file's own where it is None). With `delete_upload` the upload is deleted,
        also when it is refused. Raises ImageUnreadable: what is wrong, and what to do.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Door(Path(folder)) as door:
        ...     _ = Path(folder, "note.txt").write_text("no photo")
        ...     door.open_upright(Path(folder, "note.txt"))
        Traceback (most recent call last):
        ...
        ergo_demo.errors.ImageUnreadable: This file is not a photo that can be opened: text. Accepted are ...
        """
        try:
            with self._lock:
                return self._open(upload, clean_name(upload.name if name is None else name))
        finally:
            if delete_upload:
                upload.unlink(missing_ok=True)

    def forget(self, photo: Photo) -> None:
        """Delete everything that is stored of `photo`."""
        janitor.forget(photo.folder)

    def expire(self, older_than_seconds: float) -> int:
        """Delete the photos that were neither opened nor resampled for so long; their number."""
        return janitor.expire(self.root, older_than_seconds)

    def _open(self, upload: Path, name: str) -> Photo:
        try:
            making = janitor.new_folder(self.root)
        except OSError as error:
            raise refusals.no_room() from error
        try:
            made = self._ask(upload, making)
            self._check_quota()
            photo = _photo(made, making, name)
            folder = janitor.finish(making)
        except BaseException:
            janitor.forget(making)
            raise
        return replace(photo, folder=folder, path=folder / photo.path.name)

    def _ask(self, upload: Path, folder: Path) -> dict[str, Any]:
        room_bytes = min(self.limits.quota_bytes - self._check_quota(), shutil.disk_usage(folder).free)
        child = self._started_worker()
        request = {
            "upload": str(upload.absolute()),
            "folder": str(folder.absolute()),
            "room_bytes": room_bytes,
            "tiled": self.tiled,
            "limits": asdict(self.limits),
        }
        try:
            answer = child.ask(request, self.limits.seconds)
        except DeadlinePassed as error:
            self._replace_worker()
            raise refusals.too_slow(self.limits) from error
        except WorkerGone as error:
            self._replace_worker()
            raise refusals.stopped() from error
        if answer.get("last", True):
            self._replace_worker()
        return answer

    def _started_worker(self) -> Child:
        """A worker that is ready. One that died while it was idle is replaced, once."""
        for attempt in range(2):
            try:
                self._child = self._child or Child(self._command)
                if self._child.is_alive():
                    self._child.wait_until_ready()
                    return self._child
            except (OSError, WorkerGone) as error:
                if attempt:
                    raise refusals.no_decoder() from error
            self._end_worker()
        raise refusals.no_decoder()

    def _replace_worker(self) -> None:
        """Start the next worker at once, without waiting for it: the next visitor should not either."""
        self._end_worker()
        with suppress(OSError):  # The next photo tries again, and then says so.
            self._child = Child(self._command)

    def _end_worker(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _check_quota(self) -> int:
        """The bytes that all photos take. Raises ImageUnreadable when that is too much already."""
        used = janitor.used_bytes(self.root)
        if used >= self.limits.quota_bytes:
            raise refusals.no_room()
        return used

    def _forget_parent(self) -> None:
        """In a forked copy: the lock may be held by a thread that does not exist here, the worker is another's."""
        self._lock = threading.Lock()
        if self._child is not None:
            self._child.abandon()
            self._child = None


def _photo(made: dict[str, Any], folder: Path, name: str) -> Photo:
    """The worker's answer, checked: it has handled a stranger's bytes. Raises ImageUnreadable."""
    if "problem" in made:
        raise ImageUnreadable(str(made["problem"]), remedy=str(made["remedy"]))
    try:
        path = folder / {"source.jpg": "source.jpg", "source.tif": "source.tif"}[made["file"]]
        return Photo(
            folder=folder,
            path=path,
            name=name,
            size=Size(int(made["width"]), int(made["height"])),
            upload_sha256=str(made["upload_sha256"]),
            blob_sha256=str(made["blob_sha256"]),
            notes=tuple(map(str, made["notes"])),
            mime=_MIMES[made["mime"]],
            exif_orientation=_ORIENTATIONS[made["exif_orientation"]],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise refusals.stopped() from error


_MIMES = {format.mime: format.mime for format in Format}
_ORIENTATIONS = {None: None} | {orientation: orientation for orientation in range(1, 9)}


def _door(root: Path, limits: Limits, tiled: bool, command: Sequence[str]) -> Door:
    return Door(root, limits=limits, tiled=tiled, command=command)


_doors: "weakref.WeakSet[Door]" = weakref.WeakSet()
"""The doors of this process, for its forks: one handler for all, because handlers cannot be taken back."""


def _forget_parents() -> None:
    for door in _doors:
        door._forget_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parents)
