"""ERGO Demo, started: settings -> engine -> photos' door -> page -> server. Also the app_file of a Hugging Face Space.

    python app.py                    http://127.0.0.1:7860
    ERGO_PORT=8000 python app.py     every setting is a variable: see ergo_demo/settings.py

Importing this does nothing. Imports stand inside the functions: `spaces` must come before whatever touches CUDA, and
Gradio reads its own variables from the environment while it is imported.
"""

import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ergo_demo.exports.hub.sending import Sender
    from ergo_demo.settings import Origin, Settings
    from ergo_demo.store.store import Store
    from ergo_demo.ui.annotate.people import Entrance
    from ergo_demo.ui.gate import Doors, IsRun, Lifespan
    from ergo_demo.ui.services import Services
    from ergo_demo.ui.uploads import Chore

GRADIO_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Gradio summarises its own statistics after every event by default, which slows the queue fourfold.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}

UPLOAD_SECONDS = 3600
"""How long a file that nobody asked about, or that was made for download, lies on the disk."""

DAY_SECONDS = 24 * 3600
"""Between two looks for what projects were to keep until now; the first is at the start."""

UPLOADS_BYTES = 4_000_000_000
"""Of all visitors together."""

SESSIONS = 200
"""Sessions whose state is kept; a session may hold 1 MB of text that its visitor sent."""

WAITING = 64
"""Events in line, of all kinds; the next one is told to come back."""

SHUT: dict[str, Any] = {
    "enable_monitoring": False,
    "mcp_server": False,
    "run_history": False,
    "share": False,
    "show_error": False,
    "ssr_mode": False,
    "state_session_capacity": SESSIONS,
    "strict_cors": True,
}
"""What Gradio's `launch` leaves open by default, whatever the page asks for."""


def main(flags: Mapping[str, object] | None = None) -> int:
    """Serves until it is stopped: 0; or says what is wrong and what to do: 1. `flags` overrule the environment."""
    from ergo_demo.errors import ErgoError

    # So that whoever stops us politely (docker, systemd, a Space) leaves no photos behind, as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="ergo-demo-") as scratch:
        for name, value in {**GRADIO_ENVIRONMENT, "GRADIO_TEMP_DIR": f"{scratch}/uploads"}.items():
            os.environ[name] = os.environ.get(name) or value
        try:
            serve(flags or {}, Path(scratch) / "photos")
        except (ErgoError, OSError) as error:  # OSError: Gradio finds the port taken
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:  # stopped while it was starting: Gradio catches it only once it waits
            return 0
    return 0


def serve(flags: Mapping[str, object], passing: Path) -> None:
    """Puts the parts together and blocks while the server runs. `passing`: for photos that no setting says to keep."""
    import spaces  # noqa: F401  first: it must see torch before anything touches CUDA

    from ergo_demo.engines import open_engine
    from ergo_demo.exports.jobs import Exports
    from ergo_demo.imaging import Door, Limits
    from ergo_demo.settings import read_settings
    from ergo_demo.ui import build_app, launch_options
    from ergo_demo.ui.api import calls_the_model
    from ergo_demo.ui.gallery.pictures import open_gallery
    from ergo_demo.ui.gpu import make_again, make_look, on_zero_gpu
    from ergo_demo.ui.services import Services

    settings, origins = read_settings(os.environ, flags)
    print_settings(origins)
    engine = open_engine(settings, zero_gpu=on_zero_gpu(), announce=partial(print, flush=True))
    print(f"  {engine.info.model.name}: {engine.info.reason}", flush=True)
    photos = settings.photos or passing
    photos.mkdir(parents=True, exist_ok=True, mode=0o700)
    limits = Limits(quota_bytes=settings.photo_quota_bytes)
    with Door(photos, limits=limits) as door, open_kept(settings) as store, ExitStack() as kept:
        gallery = open_gallery(settings.gallery, door) if settings.gallery else None
        entrance = entrance_to(store, settings)
        sender = sender_of(settings, store)
        exports = kept.enter_context(closing(Exports(store, store.exports)))
        if sender is not None:
            kept.enter_context(closing(sender))
        services = Services(
            engine.info, make_look(engine), door, settings, gallery, store, entrance, exports, sender,
            make_again(engine),
        )  # fmt: skip
        page = build_app(services)
        page.queue(max_size=WAITING, default_concurrency_limit=4, api_open=False)
        options = launch_options(services)
        lifespan = gate_and_chores(services, calls_the_model(page), *sending(sender))
        app_kwargs = {**options.pop("app_kwargs", {}), "lifespan": lifespan}
        print_addresses(entrance)
        page.launch(**{**options, **SHUT, "app_kwargs": app_kwargs}, **address(settings))


def open_kept(settings: "Settings") -> "Store":
    """The store. Raises StoreError rather than start with one that could lose something."""
    from gradio.utils import get_upload_folder

    from ergo_demo.store.cli import open_settings

    if not names_last(settings):
        print("  ERGO_SECRET is not set: who somebody is does not survive a restart of this Space.", flush=True)
    return open_settings(settings, served=(Path(get_upload_folder()), *filter(None, (settings.photos,))))


def names_last(settings: "Settings") -> bool:
    """Whether somebody is the same person after a restart: a Space's disk, with the key made on it, may be gone."""
    return "SPACE_ID" not in os.environ or settings.secret is not None


def entrance_to(store: "Store", settings: "Settings") -> "Entrance":
    """How people show who they are. Whoever sits at this machine owns a page that only it can open."""
    from ergo_demo.ui.annotate.hub import space_owner
    from ergo_demo.ui.annotate.people import Entrance

    owner = space_owner(os.environ)
    token = None if owner else secrets.token_urlsafe(24)
    private = bool(hosts(settings)) and settings.trusted_user_header is None
    return Entrance(store.identity, token, settings.trusted_user_header, private, owner, names_last(settings))


def hosts(settings: "Settings") -> frozenset[str]:
    """The names by which a page that only this machine may open goes; none where others may."""
    from ergo_demo.ui.gate import LOOPBACK

    for_others = settings.host or os.environ.get("GRADIO_SERVER_NAME") or "SPACE_ID" in os.environ
    return frozenset() if for_others else LOOPBACK


def print_settings(origins: "Iterable[Origin]") -> None:
    """Each value and where it came from."""
    for origin in origins:
        print(f"  {origin.name} = {origin.value} ({origin.source})")


def print_addresses(entrance: "Entrance") -> None:
    """Where the owner signs in, and reviews."""
    if entrance.space_owner:
        print(f"  The owner is whoever signs in as {entrance.space_owner}")
    else:
        print(f"  The owner's address, new at each start: /{entrance.owners_address()}")
    print("  The owner's review: /annotate/review", flush=True)


def address(settings: "Settings") -> dict[str, Any]:
    """Where `launch` listens. None leaves it to Gradio, which asks the variables that a Space sets."""
    return {"server_name": settings.host, "server_port": settings.port}


def sender_of(settings: "Settings", store: "Store") -> "Sender | None":
    """What keeps a copy in a dataset, after everything that is in it was added to the store.

    Raises HubFailed rather than serve without what is there: the same items would be decided anew. Only a Space whose
    owner can bring the token by signing in waits for that.
    """
    if settings.hub_dataset is None:
        return None
    from ergo_demo.exports.hub.dataset import HubDataset
    from ergo_demo.exports.hub.sending import Sender
    from ergo_demo.exports.hub.syncing import pull
    from ergo_demo.ui.annotate.hub import space_owner

    hub = HubDataset(settings.hub_dataset)
    if not hub.signed_in and (owner := space_owner(os.environ)):
        print(f"  {hub.repo}: no token; waits for {owner} to sign in and open the Export tab.", flush=True)
        return Sender(store, hub, fetched=False)
    hub.open()
    counts = pull(store, hub)
    print(
        f"  {hub.repo}: {counts['added']:,} decisions came from the Hub; new ones are sent once a minute.", flush=True
    )
    return Sender(store, hub)


def sending(sender: "Sender | None") -> "list[Chore]":
    """The chore that sends what was decided, where there is a dataset for it."""
    from ergo_demo.errors import ErgoError
    from ergo_demo.ui.uploads import every

    def send() -> None:
        assert sender is not None, "there is no chore without one"
        if not sender.signed_in:
            return
        try:
            sender.send()
        except ErgoError as error:  # it waits in the outbox, until the next minute
            print(error, file=sys.stderr, flush=True)

    return [] if sender is None else [every(60, send)]


def gate_and_chores(services: "Services", is_run: "IsRun", *chores: "Chore") -> "Lifespan":
    """What surrounds the app while it serves: the gate, tidying both folders of visitors' files, and other chores."""
    from gradio.utils import get_upload_folder

    from ergo_demo.ui import gate, uploads

    settings = services.settings
    uploads_folder = Path(get_upload_folder())
    return gate.lifespan(
        doors(settings, is_run),
        uploads.sweeper(uploads_folder, seconds=UPLOAD_SECONDS, most_bytes=UPLOADS_BYTES),
        uploads.every(60, lambda: services.door.expire(settings.photo_seconds)),
        *([uploads.every(DAY_SECONDS, services.store.forget_overdue)] if services.store else []),
        *chores,
    )


def doors(settings: "Settings", is_run: "IsRun") -> "Doors":
    """How this server is reached. A Space names itself in SPACE_ID, and its proxy is the only way in."""
    from ergo_demo.ui.annotate.hub import SIGN_IN, space_owner
    from ergo_demo.ui.gate import Doors, Limits

    calls = settings.calls_per_minute
    return Doors(
        limits=Limits(
            runs_per_minute=calls,
            # An operator who wants more runs wants more of everything.
            requests_per_minute=max(3_000, 100 * calls),
            uploads_per_minute=max(60, 2 * calls),
        ),
        is_run=is_run,
        hosts=hosts(settings),
        behind_proxy="SPACE_ID" in os.environ,
        sign_in=SIGN_IN if space_owner(os.environ) else frozenset(),
    )


if __name__ == "__main__":
    raise SystemExit(main())
