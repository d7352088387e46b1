"""The routes in a process of their own, to be killed: python -m tests.ui.annotate.server DATA PHOTOS PORT"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from ergo_demo.exports.jobs import Exports
from ergo_demo.imaging import Door
from ergo_demo.store.store import open_store
from ergo_demo.ui.annotate import make_desk, routes
from ergo_demo.ui.annotate.people import Entrance

if __name__ == "__main__":
    with open_store(Path(sys.argv[1])) as store, Door(Path(sys.argv[2])) as door:
        entrance = Entrance(store.identity, "a token", loopback_owns=True)
        desk = make_desk(store, door, entrance, Exports(store, store.exports))
        app = Starlette(routes=routes(desk, entrance))
        uvicorn.run(app, port=int(sys.argv[3]), log_level="warning", ws="none")
