"""The routes of annotators as the page needs them, in memory: for tests of the page alone. The real ones are tested
with the store (tests/ui); what stands here is the contract, and small."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.browser.alone import QuietHandler, QuietServer
from tests.browser.conftest import REPOSITORY

SHELL = REPOSITORY / "ergo_demo" / "ui" / "annotate_view" / "annotate_view.html"
STYLES = ("ergo.css", "viewer/viewer.css", "box_editor/box_editor.css", "annotate_view/annotate_view.css")
PAGE = """<!DOCTYPE html>
<html lang="en" class="{theme}"><head><meta charset="utf-8"><title>Annotate</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
{styles}<style>body {{ margin: 0; padding: 14px 24px; background: var(--e-ground); }}
@media (max-width: 760px) {{ body {{ padding: 12px; }} }}</style></head>
<body><main><h1 class="e-visually-hidden">Annotate</h1>{shell}</main>
<script type="module">import {{ mount }} from "/ui/annotate_view/annotate_view.js";
mount(document.querySelector("main"));
</script></body></html>"""


@dataclass
class Desk:
    """What the server holds, in the hands of the test."""

    items: list[dict[str, Any]]
    decisions: list[dict[str, Any]] = field(default_factory=list)
    """What was submitted and acknowledged, oldest first."""
    drafts: dict[str, Any] = field(default_factory=dict)
    fails: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """Route -> the status and body that it answers instead."""
    answers: dict[str, str] | None = None
    """What the engine reads from another box; None: there is no engine."""
    expanded: str | None = None
    """What the engine reads from the expanded region, where it is asked for that apart."""
    reading: threading.Event | None = None
    """Until it is set the engine has not read."""
    reads: str = "free"
    """What the server says of reading again; "costs": only on a key."""
    taken_over: list[str] = field(default_factory=list)
    """Items whose lease ran out."""
    lease_until: float = field(default_factory=lambda: time.time() + 900)
    seen: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        route = path.removeprefix("/annotate/")
        self.seen.append(route)
        if route in self.fails:
            return self.fails[route]
        handler = getattr(self, f"{method.lower()}_{route.replace('/', '_')}", None)
        assert handler is not None, f"{method} {path} is not in the contract"
        got: tuple[int, Any] = handler(query, body)
        return got

    def get_projects(self, _query: dict[str, str], _body: dict[str, Any]) -> tuple[int, Any]:
        terms = {
            "version": "1",
            "line": "Kept on this server until its owner removes it.",
            "seen": bool(self.decisions),
        }
        project = {"id": "p", "name": "Harbour", "role": "annotator", "terms": terms, **self._counts()}
        you = {"name": "Ada", "role": "annotator"}
        return 200, {"projects": [project] if self.items else [], "you": you, "what_if": self.reads}

    def get_panel(self, _query: dict[str, str], _body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {**self._counts(), "median_seconds": 3.6 if self.decisions else None, "last": None}

    def post_take(self, _query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        done = {decision["item"] for decision in self.decisions}
        for item in self.items:
            if item["id"] not in done and item["id"] not in body["besides"]:
                return 200, {"item": self._given(item)}
        return 200, {"item": None, "left": 0}

    def post_renew(self, _query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        mine = [id for id in body["items"] if id not in self.taken_over]
        return 200, {"items": mine, "lease_until": self.lease_until}

    def post_release(self, _query: dict[str, str], _body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {}

    def put_draft(self, _query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        self.drafts[body["item"]] = body["body"]
        return 200, {"saved_at": _now()}

    def post_submit(self, _query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        newest = self._newest(body["item"])
        if newest and newest["client_id"] == body["client_id"]:
            return 200, {"version": newest["version"], "saved_at": newest["saved_at"], "repaired": []}
        version = newest["version"] if newest else 0
        if body["base_version"] != version:
            return 409, {"stale": {"yours": body, "newest": newest}}
        self.decisions.append({**body, "version": version + 1, "saved_at": _now()})
        return 200, {"version": version + 1, "saved_at": self.decisions[-1]["saved_at"], "repaired": []}

    def get_mine(self, query: dict[str, str], _body: dict[str, Any]) -> tuple[int, Any]:
        newest = {decision["item"]: decision for decision in self.decisions}
        return 200, {
            "decisions": sorted(newest.values(), key=self.decisions.index, reverse=True)[: int(query["limit"])]
        }

    def post_reopen(self, _query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        item = next(item for item in self.items if item["id"] == body["item"])
        return 200, {"item": {**self._given(item), "draft": self._newest(item["id"])}}

    def post_what_if(self, _query: dict[str, str], _body: dict[str, Any]) -> tuple[int, Any]:
        if self.reading:
            self.reading.wait(30)
        if self.answers is None:
            return 503, {"error": {"code": "engine-unavailable", "message": "There is no model here.", "remedy": ""}}
        return 200, self.answers

    def post_what_if_expanded(self, _query: dict[str, str], _body: dict[str, Any]) -> tuple[int, Any]:
        assert self.seen[-2] == "what_if", "the corrected box is read first"
        return 200, {"expanded_answer": self.expanded}

    def _given(self, item: dict[str, Any]) -> dict[str, Any]:
        newest = self._newest(item["id"])
        more = {"base_version": newest["version"] if newest else 0, "draft": self.drafts.get(item["id"])}
        return {**item, **more, "lease_until": self.lease_until}

    def _newest(self, item: str) -> dict[str, Any] | None:
        return next((each for each in reversed(self.decisions) if each["item"] == item), None)

    def _counts(self) -> dict[str, int]:
        done = len({decision["item"] for decision in self.decisions})
        return {"items": len(self.items), "done": done, "mine": done}


def _now() -> str:
    return datetime.now(UTC).isoformat()


def an_item(name: str, photo: dict[str, Any], box: list[float] | None, **more: Any) -> dict[str, Any]:
    """An item as POST /annotate/take gives it; `box` None: a blind one."""
    x1, y1, x2, y2 = box or (0, 0, 0, 0)
    proposal = {
        "box": box, "expanded": [x1 - 80, y1 - 50, x2 + 300, y2 + 80], "thought": "The name is on the bow.",
        "answer": "MARIE", "samples": [[x1 - 10, y1, x2, y2 + 12]],
    }  # fmt: skip
    return {
        "id": name, "project": "p", "question": f"What is the name on the bow of {name}?", "options": [],
        "photo": photo, "proposal": None if box is None else proposal, "blind": box is None, "repeat": False,
        "coarse": {"width": 1000, "height": 750}, **more,
    }  # fmt: skip


@contextmanager
def serving(desk: Desk, photos: Path) -> Iterator[str]:
    """The address of the page over this desk; `photos` is served below /photos."""

    class Handler(QuietHandler):
        def translate_path(self, path: str) -> str:
            place = urlsplit(path).path
            root = REPOSITORY / "ergo_demo" if place.startswith("/ui/") else photos
            return str(root / place.removeprefix("/photos/").lstrip("/"))

        def do_GET(self) -> None:
            if self.path.startswith("/annotate/"):
                self._asked()
            elif urlsplit(self.path).path == "/":
                self._write(200, page_of(self.path), "text/html")
            else:
                super().do_GET()

        def do_POST(self) -> None:
            self._asked()

        def do_PUT(self) -> None:
            self._asked()

        def _asked(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            status, got = desk.answer(self.command, asked.path, query, json.loads(sent or b"{}"))
            self._write(status, json.dumps(got), "application/json")

        def _write(self, status: int, text: str, media_type: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("content-type", f"{media_type}; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = QuietServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def page_of(path: str) -> str:
    theme = parse_qs(urlsplit(path).query).get("theme", ["light"])[0]
    styles = "".join(f'<link rel="stylesheet" href="/ui/{style}">' for style in STYLES)
    return PAGE.format(theme=theme, styles=styles, shell=SHELL.read_text("utf-8"))
