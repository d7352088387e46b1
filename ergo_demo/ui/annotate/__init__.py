"""The server's side of annotating: who may do what, the worklist, decisions, uploads and reviews as plain routes.

They stand beside Gradio's queue, so that saving a decision never waits for a model. routes.py is the table of all of
them with the role that each needs; people.py says who is asking. Nothing that a browser sends is believed.
"""

from ergo_demo.exports.hub.sending import Sender
from ergo_demo.exports.jobs import Exports
from ergo_demo.imaging import Door
from ergo_demo.store.store import Store
from ergo_demo.ui.annotate.call import Desk
from ergo_demo.ui.annotate.looking_again import LookAgain
from ergo_demo.ui.annotate.people import Entrance
from ergo_demo.ui.annotate.reviews import Reviews
from ergo_demo.ui.annotate.routes import routes
from ergo_demo.ui.annotate.shelf import Shelf


def make_desk(
    store: Store,
    door: Door,
    entrance: Entrance,
    exports: Exports,
    look_again: LookAgain | None = None,
    sender: Sender | None = None,
) -> Desk:
    """What the routes work with, over a store and the door that photos come through."""
    return Desk(
        store, Shelf(store, door), Reviews(store), exports, door.root, entrance.invitation, sender, look_again,
        entrance.lasts,
    )  # fmt: skip


__all__ = ["LookAgain", "make_desk", "routes"]
