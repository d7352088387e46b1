"""A PostgreSQL of our own for the tests: a temporary cluster, reached through a socket in its folder only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps it out of PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


def somebody() -> dict[str, Any]:
    """Who runs it: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    user = next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def running_cluster(bin: Path) -> Iterator[str]:
    """The address of its server, without a database's name: `address.format("name")`."""
    folder = Path(tempfile.mkdtemp(prefix="ergo-pg-"))
    who = somebody()
    if who:
        os.chown(folder, who["user"], who["group"])

    def call(*command: str) -> None:
        environment = {**os.environ, "LC_ALL": "C"}
        # Its server keeps the output open: a pipe would never end.
        subprocess.run(
            command,
            check=True,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **who,
        )

    data = str(folder / "data")
    try:
        call(str(bin / "initdb"), "-D", data, "-U", "ergo", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60"
        call(str(bin / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://ergo@/{{}}?host={folder}"
        finally:
            call(str(bin / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
