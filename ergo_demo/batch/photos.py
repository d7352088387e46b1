"""Photos that many questions share: each is opened once, kept while somebody looks, and a few of them afterwards."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ergo_demo.errors import ImageUnreadable
from ergo_demo.imaging import Door, Photo


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    photo: Photo | None = None
    users: int = 0


class Photos:
    """Opens photos through a door, thread safe, and forgets all but the last `most` that nobody looks at."""

    def __init__(self, door: Door, most: int) -> None:
        self._door = door
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[Path, _Entry] = OrderedDict()

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[Photo]:
        """The photo, which stays while the block runs. Raises ImageUnreadable."""
        if not path.is_file():
            raise ImageUnreadable(
                f"There is no file {str(path)!r}.", remedy="Give its path from the questions' folder."
            )
        with self._lock:
            entry = self._entries.setdefault(path, _Entry())
            self._entries.move_to_end(path)
            entry.users += 1
        try:
            with entry.lock:
                if entry.photo is None or not entry.photo.path.is_file():
                    entry.photo = self._door.open_upright(path)
            yield entry.photo
        finally:
            with self._lock:
                entry.users -= 1
                self._forget_old()

    def _forget_old(self) -> None:
        idle = [path for path, entry in self._entries.items() if not entry.users]
        gone = idle[: max(0, len(idle) - self._most)] + [path for path in idle if self._entries[path].photo is None]
        for path in dict.fromkeys(gone):
            entry = self._entries.pop(path)
            if entry.photo is not None:
                self._door.forget(entry.photo)
