"""Messages between the door and its worker: JSON objects, each behind its length (four bytes, big-endian)."""

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

MOST_BYTES = 1 << 16
"""Longest message, bytes. A longer length is not a message: something else wrote into the pipe."""

_LENGTH = struct.Struct(">I")


def send(stream: BinaryIO, message: Mapping[str, object]) -> None:
    """Write one message. Raises OSError when nobody reads."""
    body = json.dumps(message).encode("ascii")
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> dict[str, Any]:
    """Read one message. Raises EOFError when the other side is gone, ValueError when it is not a message."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > MOST_BYTES:
        raise ValueError(f"A message of {length} bytes; {MOST_BYTES} is the most.")
    message = json.loads(_exactly(stream, length))
    if not isinstance(message, dict):
        raise ValueError("A message is not an object.")
    return message


def _exactly(stream: BinaryIO, count: int) -> bytes:
    """`count` bytes; a pipe may give them in pieces."""
    pieces = bytearray()
    while len(pieces) < count:
        piece = stream.read(count - len(pieces))
        if not piece:
            raise EOFError("The other side is gone.")
        pieces += piece
    return bytes(pieces)
