"""The routes on a real server behind the real gate, over a real store; without Gradio, which takes seconds to start."""

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from ergo_demo.annotation.found import Place
from ergo_demo.annotation.importing import Report, Terms, import_rows
from ergo_demo.annotation.tables import read_jsonl
from ergo_demo.exports.hub.sending import Sender
from ergo_demo.exports.jobs import Exports
from ergo_demo.imaging import Door
from ergo_demo.store.records import Order, Plan
from ergo_demo.store.store import Store, open_store
from ergo_demo.ui import photos
from ergo_demo.ui.annotate import LookAgain, make_desk
from ergo_demo.ui.annotate.call import Desk
from ergo_demo.ui.annotate.people import Entrance
from ergo_demo.ui.annotate.routes import routes
from ergo_demo.ui.gate import Doors, Limits, lifespan
from tests.annotation.making import photo, write_jsonl
from tests.space.running import free_port

TOKEN = "0123456789-the-owners-token"
BOX = [100.0, 60.0, 200.0, 150.0]


@dataclass
class Serving:
    """A running server, and what it works with."""

    url: str
    folder: Path
    store: Store
    door: Door
    entrance: Entrance
    desk: Desk
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, **headers: str) -> httpx.Client:
        """Somebody's browser: keeps cookies."""
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=60, headers=headers)
        self.clients.append(client)
        return client

    def owner(self) -> httpx.Client:
        return self.client(Authorization=f"Bearer {TOKEN}")

    def person(self, name: str, *projects: str) -> httpx.Client:
        """Somebody who has opened the owner's link."""
        owner, client = self.owner(), self.client()
        link = self.entrance.invitation(name)
        for project in projects:
            link = owner.post("/annotate/people", json={"project": project, "name": name}).json()["link"]
        assert client.get(f"/{link}").status_code == 303
        return client

    def project(self, id: str, items: int = 3, plan: Plan | None = None, **more: Any) -> list[str]:
        """A project with so many items about one photo; their questions in order."""
        self.store.add_project(id, id.capitalize(), plan or Plan(order=Order.FILE, random_share=0))
        photo(self.folder, "a.png")
        questions = [f"{id} {number}?" for number in range(items)]
        rows = [{"image": "a.png", "question": question, "box": BOX, "answer": "red"} for question in questions]
        table = write_jsonl(self.folder / f"{id}.jsonl", *rows)
        report: Report = import_rows(
            self.store, self.door, Terms(project=id, **more), read_jsonl(table, Place(self.folder))
        )
        assert report.problems == []
        return questions


@contextlib.contextmanager
def serving(
    folder: Path,
    *,
    user_header: str | None = None,
    loopback_owns: bool = False,
    names_last: bool = True,
    look_again: LookAgain | None = None,
    sender_of: Callable[[Store], Sender] | None = None,
) -> Iterator[Serving]:
    """Starts it, and ends it."""
    port = free_port()
    with open_store(folder / "data") as store, Door(folder / "photos") as door, contextlib.ExitStack() as stack:
        entrance = Entrance(store.identity, TOKEN, user_header, loopback_owns, lasts=names_last)
        doors = Doors(Limits(runs_per_minute=1e6, requests_per_minute=1e6, uploads_per_minute=1e6), _no_run)
        exports = stack.enter_context(contextlib.closing(Exports(store, store.exports)))
        sender = stack.enter_context(contextlib.closing(sender_of(store))) if sender_of else None
        desk = make_desk(store, door, entrance, exports, look_again, sender)
        app_routes = [*routes(desk, entrance), *photos.routes(door.root)]
        app = Starlette(routes=app_routes, lifespan=lifespan(doors))
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        running = Serving(f"http://127.0.0.1:{port}", folder, store, door, entrance, desk)
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield running
        finally:
            for client in running.clients:
                client.close()
            server.should_exit = True
            thread.join()
        stack.close()


def _no_run(_path: str, _body: object) -> bool:
    return False


def take(client: httpx.Client, project: str = "signs", **more: Any) -> dict[str, Any]:
    """The next item; fails when there is none."""
    got = client.post("/annotate/take", json={"project": project, **more})
    assert got.status_code == 200, got.text
    item: dict[str, Any] = got.json()["item"]
    assert item is not None
    return item


def decision(item: str, **more: Any) -> dict[str, Any]:
    """A body to submit: a box fixed."""
    sent = {"client_id": uuid.uuid4().hex, "item": item, "base_version": 0, "action": "fix"}
    return {**sent, "boxes": [[101.5, 60, 202, 150]], **more}


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return response.status_code, response.json()["error"]["code"]
