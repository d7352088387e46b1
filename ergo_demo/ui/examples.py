"""The scenes that a visitor can try with a click: read from a folder of images and a list. Knows no page."""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Door, Kernel, encode_jpeg, resample

THUMBNAIL = Size(480, 258)
"""Twice what the page shows, for fine screens; the same shape."""


@dataclass(frozen=True, slots=True)
class Example:
    """An image file, what to ask about it, and under which licence it is shown."""

    image: Path
    question: str
    licence: str


def read_examples(folder: Path) -> tuple[Example, ...]:
    """The examples of the JSON lists in `folder`, in order; none where there is no such folder."""
    rows = [row for path in sorted(folder.glob("*.json")) for row in json.loads(path.read_text("utf-8"))]
    return tuple(Example(folder / row["image"], row["question"], row["licence"]) for row in rows)


@dataclass
class Thumbnails:
    """Small pictures of the examples, each made when it is first asked for, and kept."""

    door: Door
    examples: tuple[Example, ...]
    _made: dict[int, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def jpeg(self, index: int) -> bytes:
        """The middle of an example, cut to the shape of THUMBNAIL."""
        with self._lock:
            if index not in self._made:
                self._made[index] = self._make(self.examples[index].image)
            return self._made[index]

    def _make(self, image: Path) -> bytes:
        photo = self.door.open_upright(image, delete_upload=False)
        try:
            return encode_jpeg(resample(photo, View(_middle(photo.size), THUMBNAIL), Kernel.LANCZOS))
        finally:
            self.door.forget(photo)

    def routes(self) -> list[Route]:
        """The route of the pictures, to be given to the server with `app_kwargs`."""

        async def thumbnail(request: Request) -> Response:
            index = request.path_params["index"]
            if index >= len(self.examples):
                raise HTTPException(404)
            try:
                content = await run_in_threadpool(self.jpeg, index)
            except ImageUnreadable as error:
                raise HTTPException(404) from error
            return Response(content, media_type="image/jpeg", headers={"Cache-Control": "public, max-age=3600"})

        return [Route("/examples/{index:int}.jpg", thumbnail)]


def _middle(size: Size) -> Box:
    shape = THUMBNAIL.width / THUMBNAIL.height
    width, height = min(size.width, size.height * shape), min(size.height, size.width / shape)
    left, top = (size.width - width) / 2, (size.height - height) / 2
    return Box(left, top, left + width, top + height)
