"""Request bodies within limits, before anything parses them. Knows bytes, multipart boundaries and JSON; no routes."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest bodies in bytes, most files of one upload, deepest nesting of JSON."""

    upload_bytes: int = 101_000_000
    """A photo of 100 MB, and the lines that multipart puts around it."""
    other_bytes: int = 1_000_000
    files: int = 4
    project_files: int = 520
    """Of an upload into a project, whose fields count as well."""
    depth: int = 64


class BodyRefused(HTTPException):
    """A body beyond a limit. An HTTPException, because it may be raised under whoever reads the body."""


class UploadRefused(BodyRefused, MultiPartException):
    """An upload beyond a limit: for this kind of error Gradio's parser deletes what it has written so far."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.message = message


def measured(headers: Headers, receive: Receive, limits: Limits, charge: Callable[[int], None]) -> Receive:
    """`receive` of an upload, which fails once the body is too long or holds too many files; chunks are `charge`d."""
    check_length(headers, limits.upload_bytes)
    boundary = _boundary(headers)
    seen_bytes = seen_parts = 0
    tail = b"\r\n"  # The first boundary begins the body; all others begin a line.

    async def counted() -> Message:
        nonlocal seen_bytes, seen_parts, tail
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UploadRefused(400, "The connection ended before the upload did.")
        chunk = message.get("body", b"")
        seen_bytes += len(chunk)
        charge(len(chunk))
        if seen_bytes > limits.upload_bytes:
            raise UploadRefused(413, _too_long(limits.upload_bytes))
        window = tail + chunk
        seen_parts += window.count(boundary)
        # One byte short of a whole boundary: what is cut by a chunk's end is found, and nothing is counted twice.
        tail = window[-(len(boundary) - 1) :]
        if seen_parts > limits.files + 1:  # the last boundary closes the body
            raise UploadRefused(413, f"The maximum allowed size of an upload is {limits.files} files.")
        return message

    return counted


async def whole(headers: Headers, receive: Receive, limits: Limits) -> tuple[bytes, Receive]:
    """The body, and a `receive` that gives it once more. Raises BodyRefused when it is too long."""
    check_length(headers, limits.other_bytes)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise BodyRefused(400, "The connection ended before the request did.")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limits.other_bytes:
            raise BodyRefused(413, _too_long(limits.other_bytes))
        more = message.get("more_body", False)
    body = b"".join(chunks)
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        # Afterwards the true end of the connection: Gradio watches it to stop what nobody reads any more.
        return left.pop() if left else await receive()

    return body, again


def check_length(headers: Headers, most: int) -> None:
    """Refuses by what the request says of itself, before a byte is read."""
    said = headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit():
        raise BodyRefused(400, "The Content-Length is not a number.")
    if int(said) > most:
        raise BodyRefused(413, _too_long(most))


def checked_json(body: bytes, limits: Limits) -> object:
    """The JSON of a body, None where it is none. Raises BodyRefused for nesting or addresses that we do not follow.

    Gradio walks a body recursively, and downloads a file whose path is a web address before any code of ours sees it.
    """
    try:
        # Bytes, as Starlette gives them to the same parser: it must see what will be seen later (UTF-16 too).
        found: object = json.loads(body) if body else None
    except RecursionError:
        raise BodyRefused(400, "The body is nested too deeply.") from None
    except ValueError:
        return None
    stack = [(found, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > limits.depth:
            raise BodyRefused(400, "The body is nested too deeply.")
        if isinstance(value, dict):
            if _is_address(value.get("path")):
                raise BodyRefused(400, "A photo is given as an uploaded file, not as a web address.")
            stack.extend((each, depth + 1) for each in value.values())
        elif isinstance(value, list):
            stack.extend((each, depth + 1) for each in value)
    return found


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower().startswith(("http:", "https:", "//"))


def _boundary(headers: Headers) -> bytes:
    kind, _, rest = headers.get("content-type", "").partition("boundary=")
    boundary = rest.partition(";")[0].strip().strip('"')
    if not kind.lower().startswith("multipart/form-data") or not 1 <= len(boundary) <= 200:
        raise BodyRefused(400, "An upload is multipart/form-data with a boundary.")
    return b"\r\n--" + boundary.encode("latin-1")


def _too_long(most: int) -> str:
    # Gradio answers 413 where it reads the last three words, and 400 to any other upload that fails.
    return f"The request is too large: {most:,} bytes is the maximum allowed size."
