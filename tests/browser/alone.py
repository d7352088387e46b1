"""One part of the page alone, in a real Chromium: a server that says nothing, and what a test asks of a drawn photo."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: the viewer hangs up on tiles that are no longer in view."""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the test's output is for failures."""


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address at which the files of a folder are served."""
    server = QuietServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def frames(page: Page) -> None:
    """Waits until what was asked for has been drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def settle(page: Page) -> None:
    """Waits until the tiles of the present view are there."""
    frames(page)
    page.wait_for_load_state("networkidle")
    frames(page)


def green_edges(page: Page) -> list[float]:
    """The green field in the painted canvas, [left, top, right, bottom] in CSS px of the stage."""
    edges = page.evaluate(
        """() => {
          const { width, height } = document.querySelector(".ev-canvas");
          const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
          copy.drawImage(document.querySelector(".ev-canvas"), 0, 0);
          const { data } = copy.getImageData(0, 0, width, height);
          let [left, top, right, bottom] = [width, height, 0, 0];
          for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
            const at = 4 * (y * width + x);
            if (data[at + 1] < 190 || data[at] > 90 || data[at + 2] > 90) continue;
            [left, top] = [Math.min(left, x), Math.min(top, y)];
            [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
          }
          return [left, top, right, bottom].map((value) => value / devicePixelRatio);
        }"""
    )
    return [float(value) for value in edges]
