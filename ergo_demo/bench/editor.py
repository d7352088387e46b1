"""The box editor in a real Chromium, on a photo of 8,000 x 6,000 px: how soon it is seen, how smooth a drag is.

first_view_s   from the end of the upload (the file is on the disk) until the photo can be seen and edited
drag_p95_ms    time between two frames while a corner of the box is dragged, the slowest of twenty
next_item_ms   from Enter until the next item's photo can be seen and decided, the median
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ergo_demo.bench.editor_server import BOX, Items, serving, tiles_of
from ergo_demo.errors import EngineUnavailable
from ergo_demo.geometry import Size

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

SIZE = Size(8000, 6000)
WINDOW: "ViewportSize" = {"width": 1440, "height": 900}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("--items", type=int, default=20, help="items that are accepted in turn (default 20)")
    parser.add_argument("--moves", type=int, default=300, help="moves of the mouse in the drag (default 300)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> None:
    """Measures, and prints."""
    numbers = measure(options.items, options.moves)
    if options.json:
        print(json.dumps(numbers))
        return
    print(f"First view {numbers['first_view_s']:.2f} s after the upload of {SIZE.width:,} x {SIZE.height:,} px,")
    print(f"  of which the photo's door {numbers['door_s']:.2f} s;")
    print(f"  a drag: p95 {numbers['drag_p95_ms']:.1f} ms between {numbers['frames']:.0f} frames;")
    print(f"  from Enter to the next item: median {numbers['next_item_ms']:.0f} ms.")


def measure(items: int, moves: int) -> dict[str, float]:
    """The figures. Raises EngineUnavailable where there is no Chromium to measure in."""
    from ergo_demo.imaging import TILE_PX, TILES_FOLDER, Door

    with tempfile.TemporaryDirectory(prefix="ergo-bench-") as scratch:
        upload = _photo(Path(scratch) / "photo.jpg")
        with Door(Path(scratch) / "door") as door:
            door.open_upright(_small(Path(scratch) / "small.jpg"))  # the door's worker has started
            began = time.perf_counter()
            photo = door.open_upright(upload)
            opened = time.perf_counter() - began
            worklist = Items(items + 1, SIZE, TILE_PX)
            with serving(worklist, photo.folder / TILES_FOLDER) as url, _Chromium() as chromium:
                seen, intervals = _alone(chromium, url, tiles_of("alone", SIZE, TILE_PX), moves)
                waited = _annotating(chromium, url, items)
    return {
        "first_view_s": opened + seen,
        "door_s": opened,
        "drag_p95_ms": float(np.percentile(intervals, 95)),
        "frames": float(len(intervals)),
        "next_item_ms": statistics.median(waited),
        "next_item_p95_ms": float(np.percentile(waited, 95)),
    }


def _photo(path: Path) -> Path:
    """A photo that is no easier to decode than a real one: soft shapes and fine grain."""
    from ergo_demo.imaging import encode_jpeg

    down, across = np.mgrid[0 : SIZE.height, 0 : SIZE.width].astype(np.float32)
    soft = np.stack([across / 40 % 200, down / 30 % 200, (across + down) / 60 % 200], axis=-1)
    grain = np.random.default_rng(1).integers(0, 40, soft.shape, dtype=np.uint8)
    path.write_bytes(encode_jpeg(soft.astype(np.uint8) + grain))
    return path


def _small(path: Path) -> Path:
    from ergo_demo.imaging import encode_jpeg

    path.write_bytes(encode_jpeg(np.zeros((64, 64, 3), np.uint8)))
    return path


class _Chromium:
    """Debian's, or whichever is found, driven by playwright."""

    def __enter__(self) -> "Browser":
        path = shutil.which("chromium")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise EngineUnavailable("playwright is not installed.", remedy="Install the extra `test`.") from error
        if path is None:
            raise EngineUnavailable("There is no Chromium.", remedy="Install the package `chromium`.")
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        return self._browser

    def __exit__(self, *_error: object) -> None:
        self._browser.close()
        self._playwright.stop()


def _alone(chromium: "Browser", url: str, photo: dict[str, Any], moves: int) -> tuple[float, list[float]]:
    """Seconds until the photo is seen, and ms between the frames of a drag."""
    page = chromium.new_page(viewport=WINDOW)
    page.goto(f"{url}/alone")
    page.wait_for_function("() => window.editor")
    item = {"photo": photo, "model": BOX, "region": None, "coarse": {"width": 1148, "height": 868}}
    began = time.perf_counter()
    page.evaluate("(item) => editor.open(item)", item)
    page.wait_for_function("() => editor.ready")
    seen = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    return seen, _drag(page, moves)


def _drag(page: "Page", moves: int) -> list[float]:
    handle = page.locator("[data-handle=se]").bounding_box()
    assert handle is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2, y + 2)
    page.evaluate(
        """() => { window.frames_ = []; let last = performance.now();
          const note = (now) => { frames_.push(now - last); last = now; window.noting = requestAnimationFrame(note); };
          window.noting = requestAnimationFrame(note); }"""
    )
    for n in range(moves):
        page.mouse.move(x + 80 * np.sin(n / 20), y + 60 * np.sin(n / 31))
    intervals = page.evaluate("() => { cancelAnimationFrame(noting); return frames_.slice(1); }")
    page.mouse.up()
    return [float(interval) for interval in intervals]


def _annotating(chromium: "Browser", url: str, items: int) -> list[float]:
    """Ms from each Enter until the next item can be decided; the person takes a second for each."""
    page = chromium.new_page(viewport=WINDOW)
    page.goto(f"{url}/annotate-page")
    page.wait_for_function("() => document.querySelector('.go').dataset.words === 'Accept'")
    page.locator("[data-part=stage]").focus()
    waited = []
    for _ in range(items):
        page.wait_for_timeout(1_000)
        page.evaluate(
            """() => { const before = document.querySelector("h2[data-part=question]").textContent;
              window.took = new Promise((done) => addEventListener("keydown", () => {
                const began = performance.now();
                const look = () => {
                  const other = document.querySelector("h2[data-part=question]").textContent !== before;
                  const able = document.querySelector(".go").dataset.words === "Accept";
                  if (other && able) done(performance.now() - began);
                  else requestAnimationFrame(look);
                };
                requestAnimationFrame(look);
              }, { capture: true, once: true })); }"""
        )
        page.keyboard.press("Enter")
        waited.append(float(page.evaluate("() => took")))
    return waited
