"""The photo routes: what whoever knows the token gets, and that there is nothing else to get."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ergo_demo.geometry import Box
from ergo_demo.imaging import Door, Photo
from ergo_demo.ui import photos
from tests.photos import pattern, write_png
from tests.ui.runs import trace

LOOK = "0123456789abcdef"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with Door(tmp_path_factory.mktemp("photos")) as opened:
        yield opened


@pytest.fixture(scope="module")
def photo(door: Door, tmp_path_factory: pytest.TempPathFactory) -> Photo:
    opened = door.open_upright(write_png(tmp_path_factory.mktemp("files") / "a.png", pattern(1200, 900)))
    photos.keep_crop(opened, LOOK, Box(100.5, 100.5, 399.2, 299.9))
    photos.keep_trace(opened, LOOK, replace(trace(), source=opened.size, box=Box(100, 100, 400, 300)))
    return opened


@pytest.fixture(scope="module")
def client(door: Door) -> TestClient:
    return TestClient(Starlette(routes=[*photos.routes(door.root)]))


def test_tiles(client: TestClient, photo: Photo) -> None:
    props = photos.tile_props(photo)
    assert (props["width"], props["height"], props["tileSize"]) == (1200, 900, 512)
    got = client.get(f"/{props['tiles']}/11/0_0.jpg")
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    assert "private" in got.headers["cache-control"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/{props['tiles']}/11/9_9.jpg").status_code == 404


def test_the_crop_is_the_region_on_whole_pixels(client: TestClient, photo: Photo) -> None:
    got = client.get("/" + photos.addresses(photo, LOOK)["crop"])
    crop: Any = cv2.imdecode(np.frombuffer(got.content, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert crop.shape == (200, 300, 3)
    assert np.abs(crop.astype(int) - pattern(1200, 900)[100:300, 100:400]).mean() < 4


def test_the_trace_and_its_overlay(client: TestClient, photo: Photo) -> None:
    found = photos.addresses(photo, LOOK)
    assert client.get(f"/{found['trace']}").json()["box"] == {"x1": 100, "y1": 100, "x2": 400, "y2": 300}
    for _again in range(2):
        got = client.get(f"/{found['overlay']}")
        drawn: Any = cv2.imdecode(np.frombuffer(got.content, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert drawn.shape == (900, 1200, 3)
        assert drawn[100, 250].tolist() == [0xFF, 0xB3, 0x1A]


@pytest.mark.parametrize(
    "path",
    [
        "/photos/{token}",
        "/photos/{token}/",
        "/photos/{token}/photo.json",
        "/photos/{token}/tiles/11",
        "/photos/{token}/tiles/11/0_0.png",
        "/photos/{token}/tiles/-1/0_0.jpg",
        "/photos/{token}/tiles/11/..%2f..%2fphoto.json",
        "/photos/{token}/looks/crop.jpg",
        "/photos/{token}/{look}/photo.json",
        "/photos/{token}/{look}/../trace.json",
        "/photos/{token}/%2e%2e/crop.jpg",
        "/photos/{token}/aaaaaaaaaaaaaaaa/crop.jpg",
        "/photos/{token}/aaaaaaaaaaaaaaaa/overlay.png",
        "/photos/00000000000000000000000000000000/{look}/crop.jpg",
        "/photos/../{look}/crop.jpg",
        "/photos/%2e%2e/{look}/crop.jpg",
        "/photos/{token}%00/{look}/crop.jpg",
        "/photos/é/{look}/crop.jpg",
    ],
)
def test_there_is_nothing_else(client: TestClient, photo: Photo, path: str) -> None:
    assert client.get(path.format(token=photo.folder.name, look=LOOK)).status_code == 404


def test_a_forgotten_photo_is_gone(client: TestClient, door: Door, tmp_path: Path) -> None:
    gone = door.open_upright(write_png(tmp_path / "gone.png", pattern(600, 600)))
    photos.keep_crop(gone, LOOK, Box(0, 0, 100, 100))
    found = photos.addresses(gone, LOOK)
    assert client.get(f"/{found['crop']}").status_code == 200
    door.forget(gone)
    assert client.get(f"/{found['crop']}").status_code == 404
    assert photos.addresses(gone, LOOK) == {}
