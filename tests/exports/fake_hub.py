"""The part of the Hub's HTTP that datasets use, on a real local server, with faults on order.

What it takes is kept in memory: one private dataset after another, files by name, as git would have them.
"""

import base64
import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_for_the_tests_only"


@dataclass
class FakeHub:
    """The server's memory, in the hands of the test."""

    url: str = ""
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """By dataset and name."""
    public: set[str] = field(default_factory=set)
    commits: list[list[str]] = field(default_factory=list)
    """The names that each commit added, oldest first."""
    faults: "deque[str]" = field(default_factory=deque)
    """What happens to the next commits: a status, with what the Hub asks for ("429 retry-after: 7"), "cut" (broken off
    in mid-upload), "lost" (done, but unanswered), "silent" (never answered)."""
    faults_of_lists: "deque[str]" = field(default_factory=deque)
    """Of the next lists of files: a status, "cut" (part of the answer, if any), "silent"."""
    faults_of_downloads: "deque[str]" = field(default_factory=deque)
    """Of the next downloads, and of the questions before them, the same."""
    ended: threading.Event = field(default_factory=threading.Event)
    """When nobody needs an answer any more."""
    ways: list[str] = field(default_factory=list)
    """Every request: method and path."""

    def only(self) -> dict[str, bytes]:
        """The files of the one dataset that there is."""
        (files,) = self.files.values()
        return files

    def shards(self) -> list[str]:
        return sorted(name for name in self.only() if name.endswith(".jsonl"))

    def ids(self) -> list[str]:
        """Of every decision that is there, as often as it is."""
        lines = [json.loads(line) for name in self.shards() for line in self.only()[name].splitlines()]
        return sorted(line["annotation"]["submission"]["client_id"] for line in lines)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, *_said: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        self._note()
        path = urlsplit(self.path).path
        if path.endswith("/commit/main"):
            self._commit(path.split("/")[3:5])
            return
        body = json.loads(self._body())
        if path == "/api/repos/create":
            repo = f"{body.get('organization') or 'ada'}/{body['name']}"
            known = repo in self.hub.files
            self.hub.files.setdefault(repo, {})
            self._say(409 if known else 200, {"url": f"{self.hub.url}/datasets/{repo}", "name": repo})
        elif "/preupload/" in path:
            files = self.hub.files["/".join(path.split("/")[3:5])]
            self._say(200, {"files": [_mode(asked["path"], files) for asked in body["files"]]})
        else:
            self._say(404, {})

    def do_GET(self) -> None:
        self._note()
        path = unquote(urlsplit(self.path).path)
        if found := re.fullmatch(r"/api/datasets/([\w.-]+/[\w.-]+)(?:/revision/\w+)?", path):
            self._repo(found.group(1), lambda repo, files: self._say(200, self._info(repo, files)))
        elif found := re.fullmatch(r"/api/datasets/([\w.-]+/[\w.-]+)/tree/\w+/?", path):
            if self._failed(self.hub.faults_of_lists):
                return
            self._repo(found.group(1), lambda _repo, files: self._say(200, [_listed(*each) for each in files.items()]))
        elif found := re.fullmatch(r"/datasets/([\w.-]+/[\w.-]+)/resolve/\w+/(.+)", path):
            self._resolve(*found.groups())
        else:
            self._say(404, {})

    do_HEAD = do_GET

    def _note(self) -> None:
        self.hub.ways.append(f"{self.command} {self.path}")

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", ""):
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _repo(self, repo: str, answer: Any) -> None:
        if self.headers.get("authorization") != f"Bearer {TOKEN}" or repo not in self.hub.files:
            self._say(404, {"error": "Repository not found"}, {"x-error-code": "RepoNotFound"})
        else:
            answer(repo, self.hub.files[repo])

    def _info(self, repo: str, files: dict[str, bytes]) -> dict[str, Any]:
        siblings = [{"rfilename": name} for name in files]
        return {
            "id": repo,
            "private": repo not in self.hub.public,
            "sha": self._head(),
            "siblings": siblings,
            "tags": [],
        }

    def _head(self) -> str:
        return f"{len(self.hub.commits):040x}"

    def _commit(self, repo: list[str]) -> None:
        fault = self.hub.faults.popleft() if self.hub.faults else ""
        if fault == "cut":
            self.rfile.read(10)
            self._hang_up()
            return
        if fault == "silent":
            self.hub.ended.wait()
            self._hang_up()
            return
        body = self._body()
        status, _, header = fault.partition(" ")
        if status.isdecimal():
            self._say(int(status), {"error": "on order"}, dict([header.split(": ")]) if header else {})
            return
        files, added = self.hub.files["/".join(repo)], []
        for line in map(json.loads, body.splitlines()):
            if line["key"] == "file":
                files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
                added.append(line["value"]["path"])
            elif line["key"] == "deletedFile":
                del files[line["value"]["path"]]
        self.hub.commits.append(added)
        if fault == "lost":
            self._hang_up()
            return
        address = f"{self.hub.url}/datasets/{'/'.join(repo)}/commit/{self._head()}"
        self._say(200, {"commitUrl": address, "commitOid": self._head(), "hookOutput": ""})

    def _failed(self, faults: "deque[str]") -> bool:
        """Whether a fault was on order; it has happened then."""
        fault = faults.popleft() if faults else ""
        if fault.isdecimal():
            self._say(int(fault), {"error": "on order"})
        elif fault == "cut":
            if self.command != "HEAD":
                self.send_response(200)
                self.send_header("content-length", "1000")
                self.end_headers()
                self.wfile.write(b"[")
            self._hang_up()
        elif fault == "silent":
            self.hub.ended.wait()
            self._hang_up()
        return bool(fault)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _resolve(self, repo: str, name: str) -> None:
        if self._failed(self.hub.faults_of_downloads):
            return
        content = self.hub.files.get(repo, {}).get(name)
        if content is None:
            self._say(404, {}, {"x-error-code": "EntryNotFound"})
            return
        self._write(200, content, {"etag": f'"{_oid(content)}"', "x-repo-commit": self._head()})

    def _say(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        self._write(status, json.dumps(content).encode(), {"content-type": "application/json", **(headers or {})})

    def _write(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _mode(path: str, files: dict[str, bytes]) -> dict[str, Any]:
    oid = _oid(files[path]) if path in files else None
    return {"path": path, "uploadMode": "regular", "shouldIgnore": False, "oid": oid}


def _listed(name: str, content: bytes) -> dict[str, Any]:
    return {"type": "file", "path": name, "size": len(content), "oid": _oid(content)}


@contextmanager
def serving() -> Iterator[FakeHub]:
    """Starts it, and ends it."""
    hub = FakeHub()
    handler = type("HandlerOfOne", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
