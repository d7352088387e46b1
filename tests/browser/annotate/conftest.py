"""The Annotate page over a desk in memory (annotate_server.py) and a photo of noise."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import pyvips
from playwright.sync_api import Browser, Page

from tests.browser.annotate.steps import BOX, Visit, opened, photo
from tests.browser.annotate_server import Desk, an_item, serving
from tests.browser.conftest import DESK


@pytest.fixture(scope="package")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("photos")
    photo = pyvips.Image.gaussnoise(3000, 2250, mean=120, sigma=20).cast("uchar").colourspace("srgb")
    photo.dzsave(str(root / "one"), tile_size=512, overlap=0, suffix=".jpg[Q=70]")
    return root


@pytest.fixture
def desk() -> Desk:
    return Desk([an_item(f"i{number}", photo(number), BOX) for number in range(5)])


@pytest.fixture
def visit(browser: Browser, desk: Desk, photos: Path) -> Iterator[Visit]:
    """Opens pages over the desk; fails on any complaint but those about requests that the test let fail."""
    complaints: list[str] = []
    with ExitStack() as stack:
        url = stack.enter_context(serving(desk, photos))

        def open_page(theme: str = "light", *, wait: bool = True, **options: Any) -> Page:
            context = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "warning" else None)
            page.goto(f"{url}/?theme={theme}")
            if wait:
                opened(page)
            return page

        yield open_page
    assert complaints == []
