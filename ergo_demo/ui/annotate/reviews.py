"""What the owner's review is made from: a project's decisions in short, read again when one came; small pictures."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Kernel, Photo, encode_jpeg, resample
from ergo_demo.store.looking import State
from ergo_demo.store.store import Store
from ergo_demo.ui.annotate.reviewed import Reviewed, with_new

MOST_PROJECTS = 4
MOST_PICTURES = 600
WIDTH_PX = 480
"""Of a card's picture: twice what a card has on a large screen."""


@dataclass
class Reviews:
    """Thread safe."""

    store: Store
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _projects: OrderedDict[str, Reviewed] = field(default_factory=OrderedDict)
    _pictures: OrderedDict[tuple[str, View], bytes] = field(default_factory=OrderedDict)

    def of(self, project: str) -> Reviewed:
        """The project as it is now."""
        state = self.store.looking.state(project)
        with self._lock:
            found = self._projects.get(project)
        if found is None or found.state != state:
            found = self._read(project, found, state)
            with self._lock:
                self._projects[project] = found
                self._projects.move_to_end(project)
                if len(self._projects) > MOST_PROJECTS:
                    self._projects.popitem(last=False)
        return found

    def _read(self, project: str, before: Reviewed | None, state: State) -> Reviewed:
        """Everything, or what came since, where nothing but that has changed."""
        looking = self.store.looking
        if before is None or not looking.only_grew(project, before.state):
            return Reviewed(state, looking.decisions(project))
        return with_new(before, state, looking.decisions(project, since=before.state.newest))

    def picture(self, blob_sha256: str, view: View) -> bytes:
        """A small JPEG of a view of a kept photo. Raises NotThere, also where it was kept until now."""
        image, path = self.store.image(blob_sha256)
        with self._lock:
            if made := self._pictures.get((blob_sha256, view)):
                self._pictures.move_to_end((blob_sha256, view))
                return made
        photo = Photo(path.parent, path, image.name, image.size, image.upload_sha256, image.blob_sha256)
        made = encode_jpeg(resample(photo, view, Kernel.LANCZOS), quality=80)
        with self._lock:
            self._pictures[blob_sha256, view] = made
            if len(self._pictures) > MOST_PICTURES:
                self._pictures.popitem(last=False)
        return made


def card_view(frame: Box) -> View:
    """`frame` (source px) as large as a card shows it."""
    height = max(1, min(WIDTH_PX * 4, round(WIDTH_PX * frame.height / frame.width)))
    return View(frame, Size(WIDTH_PX, height))
