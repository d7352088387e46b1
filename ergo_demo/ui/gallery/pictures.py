"""The gallery's photos: found beside the batch's file, opened through the door, shown only if they are the very ones.

A batch's file may come from anywhere, and names paths of this machine: a photo is shown when its bytes have the hash
that the trace names, so that nobody is shown a file that was not asked about.
"""

import contextlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ergo_demo.batch.photos import Photos
from ergo_demo.batch.rows import Row
from ergo_demo.errors import ErgoError, ImageUnreadable, RowsInvalid
from ergo_demo.geometry import Size, View
from ergo_demo.imaging import Door, Kernel, Photo, encode_jpeg, resample
from ergo_demo.records import Trace, from_json
from ergo_demo.ui.gallery.cards import framing
from ergo_demo.ui.gallery.index import RowsIndex

WIDTH_PX = 480
"""Of a card's picture: twice what a card has on a large screen."""

MOST_PICTURES = 600
"""Kept in memory, about 30 kB each: fifty pages."""

MOST_PHOTOS = 24
"""Kept open, the last that were looked at: who looks at one fetches its tiles."""


class Pictures:
    """Opens the photos of one batch's rows, and makes the small pictures."""

    def __init__(self, index: RowsIndex, door: Door) -> None:
        self.index = index
        self._photos = Photos(door, most=MOST_PHOTOS)
        self._lock = threading.Lock()
        self._made: OrderedDict[int, bytes] = OrderedDict()
        # In the address, so that a browser may keep a picture: another start may show another file.
        self._token = secrets.token_hex(4)

    def address(self, place: int) -> str:
        """Where the browser finds the picture of a row, relative to the page."""
        return f"gallery/{self._token}/{place}.jpg"

    @contextlib.contextmanager
    def photo(self, row: Row, trace: Trace) -> Iterator[Photo]:
        """The photo that was asked about. Raises ImageUnreadable when it is not there, or another one."""
        path = self.index.path.parent / (row["image"] or "")
        with self._photos.open(path) as photo:
            if (photo.upload_sha256, photo.size) != (trace.upload_sha256, trace.source):
                raise ImageUnreadable(
                    "The photo is not the one that was asked about.", remedy="Put the file back, or ask again."
                )
            yield photo

    def routes(self) -> list[Route]:
        """The route of the small pictures, to be given to the server."""

        async def picture(request: Request) -> Response:
            try:
                made = await run_in_threadpool(self._picture, request.path_params["place"])
            except (IndexError, ErgoError, OSError) as error:
                raise HTTPException(404) from error
            headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
            return Response(made, media_type="image/jpeg", headers=headers)

        return [Route(f"/gallery/{self._token}/{{place:int}}.jpg", picture)]

    def _picture(self, place: int) -> bytes:
        with self._lock:
            if place in self._made:
                self._made.move_to_end(place)
                return self._made[place]
        row = self.index.row(place)
        trace = read_trace(row)
        if trace is None:
            raise IndexError(place)
        with self.photo(row, trace) as photo:
            frame = framing(trace.box, photo.size)
            size = Size(WIDTH_PX, max(1, min(WIDTH_PX * 4, round(WIDTH_PX * frame.height / frame.width))))
            made = encode_jpeg(resample(photo, View(frame, size), Kernel.LANCZOS), quality=80)
        with self._lock:
            self._made[place] = made
            if len(self._made) > MOST_PICTURES:
                self._made.popitem(last=False)
        return made


def read_trace(row: Row) -> Trace | None:
    """The trace of a row, None where no run began. Raises RowsInvalid when it cannot be read."""
    if row["trace"] is None:
        return None
    try:
        return from_json(Trace, row["trace"])
    except (ValidationError, ErgoError) as error:
        raise RowsInvalid(
            f"The trace of line {row['line']} cannot be read.", remedy="Ask again with this version of ERGO Demo."
        ) from error


def open_gallery(path: Path, door: Door) -> Pictures:
    """The gallery of a batch's file. Raises RowsInvalid when it is none, OSError when it is not there."""
    return Pictures(RowsIndex(path), door)
