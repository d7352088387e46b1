"""The one process that decodes untrusted bytes: ``python -m ergo_demo.imaging.worker``, started by the door.

It reads requests from its standard input and answers on its standard output (see wire.py), one at a time, and ends
with its input. It imports no numpy, no Pillow and nothing of the app: it starts fast, and has little to lose.

Not covered: a decoder that is taken over can still do what this user may do. The limits here are against memory,
time and disk.
"""

import hashlib
import io
import os
import stat
import sys
from pathlib import Path
from typing import Any, BinaryIO

from ergo_demo.errors import ImageUnreadable
from ergo_demo.imaging import decoding, refusals, wire
from ergo_demo.imaging.photo import Limits
from ergo_demo.imaging.sniffing import HEAD_BYTES, Format, sniff

if sys.platform != "win32":
    import resource

CPU_PER_SECOND = 4
"""CPU seconds granted for each second of the deadline: a last resort for a worker whose door is gone."""


def main() -> None:
    """Serve until the input ends."""
    requests, answers = _private_pipes()
    decoding.prepare()
    wire.send(answers, {"ready": os.getpid()})
    answer: dict[str, Any] = {"last": False}
    while not answer["last"]:
        try:
            request = wire.receive(requests)
        except EOFError:
            return
        answer = _answer(request)
        wire.send(answers, answer)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under new numbers: what a library prints must not land among the answers."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, answers


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """What was made, or the words of a refusal; "last" when this process should be trusted with no other file."""
    limits = Limits(**request["limits"])
    _limit_this_process(limits, request["room_bytes"])
    try:
        return {"last": False} | _open_upright(request, limits)
    except ImageUnreadable as refusal:
        # A refusal with a cause was raised amid decoding: what the bytes did to this process, nobody knows.
        return {"last": refusal.__cause__ is not None, "problem": refusal.problem, "remedy": refusal.remedy}


def _limit_this_process(limits: Limits, room_bytes: int) -> None:
    if sys.platform == "win32":
        return  # It has no such limits; the door keeps the deadline.
    spent = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = int(spent.ru_utime + spent.ru_stime + limits.seconds * CPU_PER_SECOND) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.worker_memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, room_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, hard))


def _open_upright(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """What lies in the folder afterwards: see decoding.make, and both hashes."""
    folder = Path(request["folder"])
    with _open_file(request["upload"]) as file:
        count = os.fstat(file.fileno()).st_size
        if count == 0:
            raise refusals.empty()
        if count > limits.file_bytes:
            raise refusals.too_many_bytes(count, limits)
        kind = sniff(file.read(HEAD_BYTES))
        if not isinstance(kind, Format):
            raise refusals.wrong_kind(kind)
        file.seek(0)
        made = decoding.make(file.fileno(), kind, folder, limits, tiled=request["tiled"])
        return made | {"upload_sha256": _sha256(file), "blob_sha256": _sha256_of(folder / made["file"])}


def _open_file(path: str) -> io.BufferedReader:
    try:
        # A pipe without a writer would block here for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        raise refusals.missing() from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refusals.missing()
    return os.fdopen(descriptor, "rb")


def _sha256(file: io.BufferedReader) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return _sha256(file)


if __name__ == "__main__":
    main()
