"""The viewer on a page of its own, over a pyramid made by the program that makes the real ones."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import pyvips
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.alone import served
from tests.browser.conftest import DESK, REPOSITORY
from tests.browser.viewer.drawn import GREEN, HEIGHT, WIDTH, show


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the page, the viewer and a pyramid made by the program that makes the real ones."""
    root = tmp_path_factory.mktemp("site")
    for folder in ("ergo_demo/ui/viewer", "tests/ui/viewer_page"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    photo = np.stack([x % 256 // 2, y % 256 // 2, (x // 500 + y // 500) % 2 * 90 + 60], axis=-1).astype(np.uint8)
    photo[GREEN[1] : GREEN[3], GREEN[0] : GREEN[2]] = (0, 255, 0)
    pyvips.Image.new_from_array(photo).dzsave(str(root / "tiles"), tile_size=512, overlap=0, suffix=".jpg[Q=90]")
    with served(root) as url:
        yield url


@pytest.fixture
def page(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The viewer with the photo and both layers; fails on any complaint of the browser."""
    options = {"viewport": DESK, **getattr(request, "param", {})}
    context = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/tests/ui/viewer_page/index.html")
    page.wait_for_function("() => window.viewer")
    show(page, site)
    yield page
    snapshots = os.environ.get("VIEWER_SNAPSHOTS")  # a folder, for whoever wants to look
    if snapshots:
        page.screenshot(path=Path(snapshots) / f"{request.node.name.replace('/', '-')}.png")
    assert complaints == []
    context.close()
