"""Decisions as many people send them at once, to the app as it is served: acknowledgements a second, and how long the
slowest of a hundred waits. Each acknowledgement is on the disk.

The client is wrk (Debian's package of that name). The figures are the disk's as much as ours, so they stand beside a
bare SQLite that inserts the same row and commits each.
"""

import argparse
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from ergo_demo.errors import EngineUnavailable, StoreDamaged
from ergo_demo.geometry import Box, Size

if TYPE_CHECKING:
    from ergo_demo.store.store import Store

FRAME = Size(8000, 6000)
BOX = Box(1010.5, 500.25, 1400.75, 910.0)
BARE_SHARE = 0.25
"""Of the run's seconds, for the bare inserts."""

SCRIPT = Path(__file__).with_name("store.lua")
PEOPLE = 50
MOST_PER_S = 4_000
"""Decisions that there are items for; more would be refused as made already."""

LEFT_OUT = "the-first"
"""The item of the decision before all others."""

THREADS = 2
"""Of wrk; store.lua counts on no more."""

START_SECONDS = 180.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("--connections", type=int, default=50, help="people who submit at once (default 50)")
    parser.add_argument("--seconds", type=int, default=20, help="how long they do (default 20)")
    parser.add_argument("--folder", type=Path, help="where the store is made (default: the temporary folder)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> None:
    """Measures, and prints."""
    numbers = measure(options.connections, options.seconds, options.folder)
    if options.json:
        print(json.dumps(numbers))
        return
    print(f"{numbers['acks']:,.0f} acknowledgements over {numbers['connections']:.0f} connections:")
    print(f"  {numbers['acks_per_s']:.0f} a second, median {numbers['p50_s'] * 1000:.0f} ms,")
    print(f"  p99 {numbers['p99_s'] * 1000:.0f} ms,")
    print(
        f"  {numbers['over_bare_insert']:.2f} times the {numbers['bare_per_s']:.0f} a second of a bare insert + commit"
    )


def measure(connections: int, seconds: int, folder: Path | None = None) -> dict[str, float]:
    """The figures of so many connections that submit for so long.

    Raises EngineUnavailable without wrk, StoreDamaged if something was refused, or acknowledged and is not there.
    """
    from ergo_demo.store.store import open_store

    wrk = shutil.which("wrk")
    if wrk is None:
        raise EngineUnavailable("There is no wrk to send with.", remedy="apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="ergo-bench-", dir=folder) as scratch:
        data, items = Path(scratch) / "data", MOST_PER_S * max(2, seconds) // PEOPLE
        with open_store(data) as store:
            _prepare(store, Path(scratch), items)
        with _served(data, Path(scratch)) as url:
            _submit_one(url)  # what a first request loads is loaded
            sent = _send(wrk, url, connections, seconds, items)
        acks = int(sent["requests"] - sent["refused"])
        with open_store(data) as store:
            kept = store.verify().annotations
        if not acks:
            raise EngineUnavailable("No decision was acknowledged in time.", remedy="Measure longer: --seconds 20")
        if kept < acks or sent["refused"]:
            raise StoreDamaged(
                f"{kept:,} rows for {acks:,} acknowledgements; {sent['refused']:,} were refused, "
                f"{sent['broken']:,} broke off.",
                remedy="This is a defect.",
            )
        bare_per_s = _bare_per_s(Path(scratch) / "bare.sqlite", seconds * BARE_SHARE)
    per_s = acks / sent["seconds"]
    return {
        "connections": connections,
        "seconds": sent["seconds"],
        "acks": acks,
        "acks_per_s": per_s,
        "p50_s": sent["p50_s"],
        "p99_s": sent["p99_s"],
        "bare_per_s": bare_per_s,
        "over_bare_insert": per_s / bare_per_s,
    }


def _prepare(store: "Store", scratch: Path, items: int) -> None:
    from ergo_demo.store.blobs import hash_of
    from ergo_demo.store.records import Image, Item, Plan

    photo = scratch / "photo"
    photo.write_bytes(b"no photo")
    image = Image(blob_sha256=hash_of(photo), upload_sha256=hash_of(photo), size=FRAME)
    store.put_image(photo, image)
    store.add_project("bench", "Bench", Plan())
    for person in range(PEOPLE):
        store.add_member("bench", store.identity(f"person{person}"), "annotator", "1")
    made = [
        Item(
            id=f"item{number}" if number < items else LEFT_OUT,
            project="bench",
            blob_sha256=image.blob_sha256,
            upload_sha256=image.upload_sha256,
            frame=FRAME,
            question="What is written on the small sign?",
            suggested=BOX,
            coarse=Size(1344, 1008),
            wanted=PEOPLE,
        )
        for number in range(items + 1)
    ]
    for begin in range(0, len(made), 500):
        store.add_items(made[begin : begin + 500])


@contextmanager
def _served(data: Path, scratch: Path) -> Iterator[str]:
    """The address of the whole app over this store; people are named by a header, as behind a proxy."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    chosen = {
        "ERGO_ENGINE": "scripted",
        "ERGO_DATA": data,
        "ERGO_HOST": "127.0.0.1",
        "ERGO_PORT": port,
        "ERGO_TRUSTED_USER_HEADER": "X-Bench-User",
        "ERGO_CALLS_PER_MINUTE": 100_000,
        "HF_HUB_OFFLINE": 1,
        # Not another store, nor other names in this one.
        "ERGO_STORE": "",
        "ERGO_SECRET": "",
    }
    settings = [f"{name}={value}" for name, value in chosen.items()]
    log, url = scratch / "log.txt", f"http://127.0.0.1:{port}"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            ["env", *settings, sys.executable, "-m", "ergo_demo", "serve"],
            stdout=written,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            _wait(url, server, log)
            yield url
        finally:
            server.terminate()


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{url}/annotate/health", trust_env=False, timeout=10).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise EngineUnavailable(f"The page did not start:\n{log.read_text(errors='replace')[-2_000:]}", remedy="See above.")


def _submit_one(url: str) -> None:
    """One decision, about the item that wrk leaves out. Raises EngineUnavailable where none can be made."""
    sent = httpx.post(
        f"{url}/annotate/submit",
        json=_decision("bench-first", LEFT_OUT),
        headers={"X-Bench-User": "person0"},
        trust_env=False,
        timeout=60,
    )
    if sent.status_code != 200:
        raise EngineUnavailable(f"The page answers {sent.status_code}: {sent.text[:200]}", remedy="This is a defect.")


def _decision(client: str, item: str) -> dict[str, Any]:
    """What the page sends for a box that was moved."""
    effort = {"active_ms": 3_600, "drags": 1, "keys": 2}
    fields = {"action": "fix", "boxes": [list(BOX.edges)], "reason": ["too_tight"], "confidence": 3}
    return {"client_id": client, "item": item, "base_version": 0, **fields, "answer": "EXIT", "effort": effort}


def _send(wrk: str, url: str, connections: int, seconds: int, items: int) -> dict[str, float]:
    body = json.dumps(_decision("CLIENT", "ITEM"))
    how = [f"--threads={min(THREADS, connections)}", f"--connections={connections}", f"--duration={seconds}s"]
    command = [wrk, *how, "--timeout=30s", f"--script={SCRIPT}", f"{url}/annotate/submit"]
    said = subprocess.run(
        [*command, "--", str(items), str(PEOPLE), body],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 120,
    )
    found: dict[str, float] = json.loads(said.stdout.strip().splitlines()[-1])
    return found


def _bare_per_s(file: Path, seconds: float) -> float:
    """One connection, a row of the same size, a commit each, WAL and FULL."""
    row = json.dumps(_decision(uuid.uuid4().hex, "item"))
    done, began = 0, time.monotonic()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, record TEXT)")
        while time.monotonic() - began < seconds or not done:
            connection.execute("INSERT INTO bare VALUES (?, ?)", (uuid.uuid4().hex, row))
            done += 1
    return done / (time.monotonic() - began)
