"""The editor on a page of its own: a photo lying and standing, and others stored as a camera turns them."""

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from ergo_demo.imaging import TILES_FOLDER, Door
from tests.browser.alone import served
from tests.browser.box_editor.hand import FIELD, LANDSCAPE, PORTRAIT, TURNED, show
from tests.browser.conftest import DESK, REPOSITORY
from tests.imaging.zoo import ORIENTATION_TAG, UPRIGHT_TO_STORED


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the page, the scripts, and a photo lying and standing."""
    root = tmp_path_factory.mktemp("site")
    for folder in ("ergo_demo/ui", "tests/ui/editor_page"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    for name, (width, height) in {"wide": LANDSCAPE, "tall": PORTRAIT}.items():
        photo = pyvips.Image.gaussnoise(width, height, mean=120, sigma=20).cast("uchar").colourspace("srgb")
        photo.dzsave(str(root / name), tile_size=512, overlap=0, suffix=".jpg[Q=70]")
    _write_oriented(root)
    with served(root) as url:
        yield url


def _write_oriented(root: Path) -> None:
    """The tiles of two photos, stored as a camera would in each of the eight positions, through the real door."""
    x1, y1, x2, y2 = map(int, FIELD)
    with Door(root / "door") as door:
        for (shape, (width, height)), (orientation, turn) in product(TURNED.items(), UPRIGHT_TO_STORED.items()):
            pixels: NDArray[np.uint8] = np.full((height, width, 3), 90, np.uint8)
            pixels[y1:y2, x1:x2] = (0, 255, 0)
            image, exif = Image.fromarray(pixels), Image.Exif()
            exif[ORIENTATION_TAG] = orientation
            upload = root / f"{shape}{orientation}.jpg"
            (image if turn is None else image.transpose(turn)).save(upload, exif=exif, quality=98, subsampling=0)
            (door.open_upright(upload).folder / TILES_FOLDER).rename(root / f"{shape}{orientation}_files")


@pytest.fixture
def page(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The editor with an item; fails on any complaint of the browser."""
    options = {"viewport": DESK, **getattr(request, "param", {})}
    photo = "tall" if options.pop("tall", False) else "wide"
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/tests/ui/editor_page/index.html")
    page.wait_for_function("() => window.editor")
    show(page, site, photo)
    yield page
    assert complaints == []
    context.close()
