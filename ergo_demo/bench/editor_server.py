"""What the page of annotators needs of a server, in memory and on this machine: scripts, tiles and a few routes.

Not the app: Gradio's frame and the store are measured elsewhere (`bench store`), the page's own work here.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ergo_demo.geometry import Size

UI = Path(__file__).parents[1] / "ui"
STYLES = ("ergo.css", "viewer/viewer.css", "box_editor/box_editor.css", "annotate_view/annotate_view.css")
BOX = [4010.5, 3000.25, 4400.75, 3310.0]

_PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>bench editor</title>
<link rel="icon" href="data:,">{styles}<style>#alone {{ height: 700px; }}</style><body>{body}
<script type="module">{script}</script></body></html>"""

_ALONE = """import { createEditor } from "/ui/box_editor/editor.js";
window.editor = createEditor(document.getElementById("alone"));"""

_ANNOTATE = """import { mount } from "/ui/annotate_view/annotate_view.js";
mount(document.body);"""


def tiles_of(name: str, size: Size, tile_px: int) -> dict[str, Any]:
    """A photo as the viewer takes it; each name is fetched anew."""
    tiles = f"/tiles/{name}"
    return {"id": name, "tiles": tiles, "width": size.width, "height": size.height, "tileSize": tile_px}


class Items:
    """A worklist of one photo again and again, under other names."""

    def __init__(self, number: int, size: Size, tile_px: int) -> None:
        self.left = [tiles_of(f"item{one}", size, tile_px) for one in range(number)]

    def answer(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the page expects of a route."""
        match route:
            case "projects":
                project = {"id": "p", "name": "bench", "role": "annotator", "items": len(self.left), "done": 0}
                return {"projects": [project], "you": {"name": "bench", "role": "annotator"}}
            case "take":
                return {"item": self._item(self.left.pop(0)) if self.left else None, "left": 0}
            case "submit":
                return {"version": 1, "saved_at": "2026-01-01T00:00:00+00:00", "repaired": []}
            case _:
                return {"items": len(self.left), "done": 0, "median_seconds": None}

    def _item(self, photo: dict[str, Any]) -> dict[str, Any]:
        proposal = {"box": BOX, "expanded": None, "thought": "", "answer": "", "samples": []}
        about = {"id": photo["id"], "project": "p", "question": photo["id"], "options": [], "photo": photo}
        state = {"blind": False, "repeat": False, "lease_until": time.time() + 900, "base_version": 0, "draft": None}
        return {**about, **state, "proposal": proposal, "coarse": {"width": 1148, "height": 868}}


@contextmanager
def serving(items: Items, tiles: Path) -> Iterator[str]:
    """The address of a server with both pages, /alone and /annotate-page, over these tiles."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: what is printed are the figures."""

        def translate_path(self, path: str) -> str:
            kind, _, rest = urlsplit(path).path.lstrip("/").partition("/")
            return str(UI / rest if kind == "ui" else tiles / rest.partition("/")[2])

        def do_GET(self) -> None:
            pages = {"/alone": ('<figure id="alone"></figure>', _ALONE), "/annotate-page": (_shell(), _ANNOTATE)}
            if self.path in pages:
                self._write(_page(*pages[self.path]), "text/html")
            elif self.path.startswith("/annotate/"):
                self.do_POST()
            else:
                super().do_GET()

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
            route = urlsplit(self.path).path.removeprefix("/annotate/")
            self._write(json.dumps(items.answer(route, body)), "application/json")

        do_PUT = do_POST

        def _write(self, text: str, media_type: str) -> None:
            self.send_response(200)
            self.send_header("content-type", f"{media_type}; charset=utf-8")
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Says nothing: the viewer hangs up on tiles that are no longer in view."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _page(body: str, script: str) -> str:
    styles = "".join(f'<link rel="stylesheet" href="/ui/{style}">' for style in STYLES)
    return _PAGE.format(styles=styles, body=body, script=script)


def _shell() -> str:
    return (UI / "annotate_view" / "annotate_view.html").read_text("utf-8")
