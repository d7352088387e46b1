"""A door for the tests of this folder, with a worker that all of them share."""

import mmap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ergo_demo.imaging import Door, Photo

Opens = Callable[..., Photo]


def resident_bytes(pid: int | str = "self") -> int:
    """What a process holds in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * mmap.PAGESIZE


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with Door(tmp_path_factory.mktemp("photos")) as door:
        yield door


@pytest.fixture
def opened(door: Door, tmp_path: Path) -> Opens:
    """Bytes in, Photo out."""

    def open_bytes(data: bytes, name: str = "upload.bin") -> Photo:
        upload = tmp_path / name
        upload.write_bytes(data)
        return door.open_upright(upload)

    return open_bytes
