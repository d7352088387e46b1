"""What was acknowledged is there: after kill -9, with a full disk; and it was synced before it was acknowledged.

A kill proves nothing about a power cut (what was written, not synced, survives it): hence the count of syncs.
"""

import multiprocessing
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ergo_demo.errors import NotWritten
from ergo_demo.store import blobs
from ergo_demo.store.store import open_store
from tests.store import worker
from tests.store.making import fill, image_of, keep_photo, receipt, submission_of

ROOT = Path(__file__).parent.parent.parent
WRITERS = 4


def least_said(number: int) -> int:
    """By each writer, in this round."""
    return 5 + 7 * number % 90


def kill_rounds(data: Path, folder: Path, rounds: int) -> None:
    """Each round starts the writers, waits until all have been acknowledged a few times, and kills them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.worker"])
    for number in range(rounds):
        said = [folder / f"{number}-{writer}" for writer in range(WRITERS)]
        processes = [context.Process(target=worker.run, args=(data, file.name, file), daemon=True) for file in said]
        for process in processes:
            process.start()
        # At another moment of their work each round.
        least = least_said(number)
        while sum(file.read_bytes().count(b"\n") for file in said if file.exists()) < least * WRITERS:
            assert all(process.is_alive() for process in processes), "a writer ended by itself"
            time.sleep(0.02)
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
            assert process.exitcode == -signal.SIGKILL
            process.close()


def acknowledged(folder: Path) -> dict[str, list[str]]:
    """What the writers said. A line that was cut was never said."""
    lines = [line for file in folder.iterdir() for line in file.read_text().split("\n")[:-1]]
    return {kind: [line.split()[1] for line in lines if line.startswith(kind)] for kind in ("row", "photo")}


def column(data: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(data / "store.sqlite")) as connection:
        return [row[0] for row in connection.execute(query)]


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_four_writers_are_killed_and_what_was_acknowledged_is_there(tmp_path: Path, rounds: int) -> None:
    data, folder = tmp_path / "data", tmp_path / "said"
    folder.mkdir()
    with open_store(data) as store:
        fill(store, items=worker.ITEMS)
    kill_rounds(data, folder, rounds)
    said = acknowledged(folder)
    assert len(said["row"]) + len(said["photo"]) >= WRITERS * sum(map(least_said, range(rounds)))
    assert len(set(said["row"])) == len(said["row"])
    with open_store(data) as store:
        report = store.verify()
        assert report.problems == ()
        for sha256 in said["photo"]:
            image, path = store.image(sha256)
            assert blobs.hash_of(path) == image.blob_sha256
    rows = column(data, "SELECT id FROM annotation")
    assert set(said["row"]) <= set(rows)
    assert len(rows) - len(said["row"]) <= WRITERS * rounds, "a writer has at most one unacknowledged row in flight"
    assert column(data, "PRAGMA integrity_check") == ["ok"]


def test_what_was_on_the_disk_but_not_acknowledged_is_retried_without_harm(tmp_path: Path) -> None:
    sent = submission_of()
    with open_store(tmp_path) as store:
        fill(store)
        store.submit_soon(sent, "ada", expanded=None).result()  # the answer is lost on its way
    with open_store(tmp_path) as store:
        assert receipt(store.submit(sent, "ada")).repeated
        assert len(store.history("i0", "ada")) == 1


def test_each_acknowledgement_comes_after_a_sync(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace (tests/run does)")
    data, log = tmp_path / "data", tmp_path / "log"
    with open_store(data) as store:
        fill(store, items=worker.ITEMS)
    command = ["strace", "-f", "-o", str(log), "-e", "trace=fsync,fdatasync,write", "-e", "signal=none"]
    program = [sys.executable, "-m", "tests.store.worker", str(data), "ada", "40"]
    ran = subprocess.run([*command, *program], cwd=ROOT, capture_output=True, text=True, check=False)
    if "ptrace" in ran.stderr:
        pytest.skip(f"this system lets nobody trace: {ran.stderr}")
    assert ran.returncode == 0, ran.stderr
    assert syncs_before(log.read_text(), "row ") == [True] * 40
    assert syncs_before(log.read_text(), "photo ") == [True] * 5


def syncs_before(log: str, kind: str) -> list[bool]:
    """For each acknowledgement of this kind, whether a sync ended between it and whatever was said before it."""
    found, synced = [], False
    for line in log.splitlines():
        if re.search(r"f(data)?sync(\(| resumed).*= 0$", line):
            synced = True
        elif said := re.search(r'write\(1, "(row|photo) ', line):
            if f"{said[1]} " == kind:
                found.append(synced)
            synced = False
    return found


def fill_the_disk(data: Path, said: int) -> None:
    """In a process of its own: no file may grow beyond what the log has now and a little more."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open_store(data) as store:
        fill(store, items=worker.ITEMS)
        log = (data / "store.sqlite-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (log + 2_000_000, resource.RLIM_INFINITY))
        with pytest.raises(NotWritten, match="could not be written"):
            worker.work(store, "ada", said)
        with pytest.raises(NotWritten, match="could not be kept: File too large"):
            keep_too_large(300_000, data)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        receipt(store.submit(submission_of(), "bo"))
        os.write(said, b"went on\n")


def keep_too_large(size: int, data: Path) -> None:
    content = bytes(size)
    # A file on the same limit cannot be made, so the photo comes from memory.
    handle = os.memfd_create("photo")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.write(handle, content)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    blobs.put(data / "images", Path(f"/proc/self/fd/{handle}"), image_of(content).blob_sha256, ".jpg")


def test_a_full_disk_is_refused_and_work_goes_on_when_there_is_room(tmp_path: Path) -> None:
    data, said = tmp_path / "data", tmp_path / "said"
    program = f"""
import os, pathlib
from tests.store.test_crashes import fill_the_disk
fill_the_disk(pathlib.Path({str(data)!r}), os.open({str(said)!r}, os.O_CREAT | os.O_APPEND | os.O_WRONLY))
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = said.read_text().splitlines()
    assert lines.pop() == "went on"
    with open_store(data) as store:
        assert store.verify().problems == ()
        assert store.verify().orphans == 0
    rows = set(column(data, "SELECT id FROM annotation"))
    acknowledged = {line.split()[1] for line in lines if line.startswith("row")}
    assert len(acknowledged) > 10
    assert acknowledged < rows
    assert len(rows) == len(acknowledged) + 1


def test_the_last_megabytes_are_left_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(tmp_path) as store:
        fill(store)
        monkeypatch.setattr(blobs, "LEAST_FREE_BYTES", 1e18)
        for write in (lambda: store.submit(submission_of(), "ada"), lambda: keep_photo(store, b"one more")):
            with pytest.raises(NotWritten, match="MB stay free"):
                write()
        monkeypatch.undo()
        receipt(store.submit(submission_of(), "ada"))
