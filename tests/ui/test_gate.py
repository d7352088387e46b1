"""The gate: who may come in, how often, with how much. Run with: pytest tests/ui/test_gate.py."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ergo_demo.ui import bodies, uploads
from ergo_demo.ui.gate import CLOSED, LOOPBACK, Doors, Gate, Limits, Refused, check_host, check_origin, lifespan
from ergo_demo.ui.visitors import Rate, Visitors, visitor_of

# Origins and their kin ---------------------------------------------------------------------------------------------

ALLOWED = {
    "a program": {"host": "127.0.0.1:7860"},
    "the page itself": {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860"},
    "capital letters": {"host": "Demo.example", "origin": "https://demo.EXAMPLE"},
    "a default port said": {"host": "demo.example:443", "origin": "https://demo.example"},
    "behind a proxy": {"host": "10.0.0.7:7860", "x-forwarded-host": "u.hf.space", "origin": "https://u.hf.space"},
    "a chain of proxies": {"host": "10.0.0.7", "x-forwarded-host": "u.hf.space, inner", "origin": "https://u.hf.space"},
    "same-origin fetch": {"host": "a.example", "sec-fetch-site": "same-origin"},
    "typed by hand": {"host": "a.example", "sec-fetch-site": "none"},
    "ipv6": {"host": "[::1]:7860", "origin": "http://[::1]:7860"},
}

FOREIGN = {
    "another site": {"host": "127.0.0.1:7860", "origin": "https://evil.example"},
    "another port": {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:8000"},
    "another name of this machine": {"host": "127.0.0.1:7860", "origin": "http://localhost:7860"},
    "null": {"host": "127.0.0.1:7860", "origin": "null"},
    "empty": {"host": "127.0.0.1:7860", "origin": ""},
    "no host at all": {"host": "", "origin": "https://"},
    "a name that begins like ours": {"host": "demo.example", "origin": "https://demo.example.evil"},
    "cross-site without origin": {"host": "a.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    "same-site is not same-origin": {"host": "a.example", "sec-fetch-site": "same-site"},
    "another site of the same proxy": {
        "host": "10.0.0.7",
        "x-forwarded-host": "u.hf.space",
        "origin": "https://e.hf.space",
    },
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
def test_own_origins_pass(headers: dict[str, str], method: str) -> None:
    check_origin(method, Headers(headers))


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_foreign_origins_are_refused(headers: dict[str, str], method: str) -> None:
    with pytest.raises(Refused) as refused:
        check_origin(method, Headers(headers))
    assert refused.value.status == 403


def test_a_link_from_elsewhere_opens_the_page_and_posts_nothing() -> None:
    # As an iframe of huggingface.co is opened, and as a link is followed.
    headers = Headers({"host": "u.hf.space", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    check_origin("GET", headers)
    with pytest.raises(Refused):
        check_origin("POST", headers)


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "[::1]:7860", "LOCALHOST:1"])
def test_this_machine_may_be_named_in_any_of_its_ways(host: str) -> None:
    check_host(Headers({"host": host}), LOOPBACK)


def test_a_foreign_name_that_points_here_is_refused() -> None:
    with pytest.raises(Refused):
        check_host(Headers({"host": "rebound.example:7860"}), LOOPBACK)
    check_host(Headers({"host": "rebound.example:7860"}), frozenset())


# A real server ------------------------------------------------------------------------------------------------------

SMALL = Limits(
    runs_per_minute=3,
    requests_per_minute=1_000,
    uploads_per_minute=1_000,
    body=bodies.Limits(upload_bytes=5_000, other_bytes=500, files=2),
)


def _is_run(path: str, body: object) -> bool:
    return isinstance(body, dict) and body.get("fn_index") == 7


async def _echo(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


async def _cors(_request: Request) -> Response:
    return PlainTextResponse("x", headers={"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "sniff"})


async def _fails(_request: Request) -> Response:
    raise LookupError("on purpose")


class Server:
    """uvicorn on a free port of this machine, with the gate put around the app as app.py does it."""

    def __init__(self, limits: Limits, *, behind_proxy: bool = False, hosts: frozenset[str] = frozenset()) -> None:
        doors = Doors(limits, _is_run, hosts=hosts, behind_proxy=behind_proxy)
        routes = [
            Route("/", _echo, methods=["GET", "POST"]),
            Route("/gradio_api/upload", _echo, methods=["POST"]),
            Route("/cors", _cors),
            Route("/fails", _fails),
            Route("/gradio_api/run/predict", _fails, methods=["POST"]),
        ]
        app = Starlette(routes=routes, lifespan=lifespan(doors))
        self.server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        for _ in range(500):
            if self.server.started:
                break
            time.sleep(0.02)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        # A connection for each request: the server ends one after an error, and a client may learn of it too late.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, limits=fresh)

    def close(self) -> None:
        self.client.close()
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    server = Server(SMALL)
    yield server.client
    server.close()


@pytest.mark.parametrize("path", ["/", "/missing", "/fails", "/cors", "/monitoring"])
def test_every_response_carries_the_headers_and_no_cors_permission(served: httpx.Client, path: str) -> None:
    response = served.get(path)
    assert "frame-ancestors 'self' https://huggingface.co" in response.headers["content-security-policy"]
    assert "object-src 'none'" in response.headers["content-security-policy"]
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]
    assert response.headers["referrer-policy"] == "same-origin"
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_refusal_says_why_to_the_page_and_to_programs(served: httpx.Client) -> None:
    response = served.post("/", headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert response.json()["error"] == response.json()["detail"]
    assert "other sites" in response.json()["error"]


def test_a_preflight_of_a_foreign_page_is_refused(served: httpx.Client) -> None:
    asks = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    assert served.options("/", headers=asks).status_code == 403


@pytest.mark.parametrize("path", CLOSED)
def test_unused_routes_are_shut(served: httpx.Client, path: str) -> None:
    assert served.post(f"{path}x").status_code == 404


@pytest.mark.parametrize("path", ["/assets/" + "a" * 256, "/assets/%00", "/assets/%0a"], ids=["long", "zero", "line"])
def test_names_that_no_file_can_have_are_not_looked_for(served: httpx.Client, path: str) -> None:
    assert served.get(path).status_code == 404


def test_an_event_that_fails_is_no_failure_of_the_server(served: httpx.Client) -> None:
    assert served.post("/gradio_api/run/predict", json={}).status_code == 422
    assert served.get("/fails").status_code == 500


def test_the_body_limit_holds_for_what_is_said_and_for_what_is_streamed(served: httpx.Client) -> None:
    assert served.post("/", content=b"x" * 500).json() == {"bytes": 500}
    assert served.post("/", content=b"x" * 501).status_code == 413
    assert served.post("/", content=(b"x" * 100 for _ in range(5))).json() == {"bytes": 500}
    assert served.post("/", content=(b"x" * 100 for _ in range(6))).status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "٣"], ids=["negative", "float", "arabic digit"])
def test_a_strange_content_length_is_a_bad_request(length: str) -> None:
    headers = Headers(raw=[(b"content-length", length.encode())])
    with pytest.raises(bodies.BodyRefused):
        bodies.check_length(headers, 500)


def _multipart(*files: bytes, boundary: bytes = b"bound") -> bytes:
    parts = [b'--%b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n%b\r\n' % (boundary, file)
             for file in files]  # fmt: skip
    return b"".join(parts) + b"--%b--\r\n" % boundary


UPLOAD_TYPE = {"content-type": 'multipart/form-data; boundary="bound"'}


@pytest.mark.parametrize("chunk", [1, 3, 7, 10_000])
def test_an_upload_may_hold_two_files_of_five_kilobytes(served: httpx.Client, chunk: int) -> None:
    def status(body: bytes) -> int:
        pieces = (body[at : at + chunk] for at in range(0, len(body), chunk))
        return served.post("/gradio_api/upload", content=pieces, headers=UPLOAD_TYPE).status_code

    assert status(_multipart(b"a", b"b")) == 200
    assert status(_multipart(b"a", b"b", b"c")) == 413
    assert status(_multipart(b"a" * 5_000)) == 413


@pytest.mark.parametrize(
    "kind", ["", "text/plain; boundary=x", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_an_upload_without_a_boundary_is_a_bad_request(served: httpx.Client, kind: str) -> None:
    assert served.post("/gradio_api/upload", content=b"x", headers={"content-type": kind}).status_code == 400


def test_whoever_uploaded_too_much_waits() -> None:
    server = Server(Limits(upload_bytes=300))
    body = _multipart(b"a" * 400)
    assert server.client.post("/gradio_api/upload", content=body, headers=UPLOAD_TYPE).status_code == 200
    refused = server.client.post("/gradio_api/upload", content=body, headers=UPLOAD_TYPE)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    server.close()


def test_runs_are_counted_apart_from_other_requests() -> None:
    server = Server(SMALL)
    statuses = [server.client.post("/", json={"fn_index": 7}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert server.client.post("/", json={"fn_index": 8}).status_code == 200
    server.close()


def test_a_visitor_behind_the_proxy_is_counted_alone() -> None:
    server = Server(SMALL, behind_proxy=True)

    def ask(address: str) -> httpx.Response:
        return server.client.post("/", json={"fn_index": 7}, headers={"x-forwarded-for": address})

    statuses = [ask(f"6.6.6.{n}, 93.184.215.14").status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429], "the left entries are the visitor's own invention"
    assert ask("93.184.215.15").status_code == 200
    server.close()


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [{"path": "http://169.254.169.254/", "meta": {"_type": "gradio.FileData"}}]}',
        b'{"data": [{"a": [{"path": "HTTPS://evil.example/x.png"}]}]}',
        '{"path": "https://evil.example"}'.encode("utf-16"),
        b"[" * 100 + b"]" * 100,
    ],
    ids=["metadata service", "nested", "utf-16", "deep"],
)
def test_web_addresses_and_deep_nesting_do_not_get_in(served: httpx.Client, body: bytes) -> None:
    assert served.post("/", content=body, headers={"content-type": "application/json"}).status_code == 400


def test_nesting_that_python_itself_gives_up_on_is_a_bad_request() -> None:
    with pytest.raises(bodies.BodyRefused):
        bodies.checked_json(b"[" * 200_000, bodies.Limits())


def test_a_name_that_points_here_from_outside_is_refused_by_the_server() -> None:
    server = Server(SMALL, hosts=LOOPBACK)
    assert server.client.get("/").status_code == 200
    assert server.client.get("/", headers={"host": "rebound.example"}).status_code == 403
    server.close()


def test_everything_but_http_passes() -> None:
    passed = []

    async def inner(scope: object, receive: object, send: object) -> None:
        passed.append(scope)

    gate = Gate(inner, Doors(Limits(), _is_run))
    asyncio.run(gate({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert passed == [{"type": "lifespan"}]


# Visitors -----------------------------------------------------------------------------------------------------------


def test_a_bucket_refills_with_time() -> None:
    now = [0.0]
    visitors = Visitors({"runs": Rate.per_minute(2)}, clock=lambda: now[0])
    assert [visitors.wait_seconds("ada", "runs") for _ in range(3)] == [0, 0, 30]
    now[0] = 30
    assert visitors.wait_seconds("ada", "runs") == 0
    visitors.charge("ada", "runs", 5)
    assert visitors.wait_seconds("ada", "runs") == 180
    now[0] = 10_000
    assert [visitors.wait_seconds("ada", "runs") for _ in range(3)] == [0, 0, 30], "it never holds more than it may"


def test_the_table_of_visitors_stays_small_and_forgets_who_was_unseen_longest() -> None:
    visitors = Visitors({"runs": Rate(1, 0.001)}, clock=lambda: 0.0, most=100)
    assert visitors.wait_seconds("ada", "runs") == 0
    for number in range(5_000):
        visitors.wait_seconds(f"visitor {number}", "runs")
        assert visitors.wait_seconds("ada", "runs") > 0
    assert len(visitors) == 100


@pytest.mark.parametrize(
    ("peer", "forwarded", "behind_proxy", "visitor"),
    [
        ("93.184.215.14", ["6.6.6.6"], False, "93.184.215.14"),
        ("10.1.1.1", ["6.6.6.6, 93.184.215.14"], True, "93.184.215.14"),
        ("10.1.1.1", ["6.6.6.6", "93.184.215.14, 10.2.2.2"], True, "93.184.215.14"),
        ("10.1.1.1", ["nonsense, 192.168.1.1"], True, "10.1.1.1"),
        ("10.1.1.1", [], True, "10.1.1.1"),
        ("10.1.1.1", ["2606:2800:21f:cb07:1::1"], True, "2606:2800:21f:cb07::/64"),
        ("unix socket", [], False, "unix socket"),
    ],
)
def test_who_is_counted(peer: str, forwarded: list[str], behind_proxy: bool, visitor: str) -> None:
    assert visitor_of(peer, forwarded, behind_proxy=behind_proxy) == visitor


# The uploads' folder ------------------------------------------------------------------------------------------------


def _write(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_old_files_go_and_then_the_oldest_until_there_is_room(tmp_path: Path) -> None:
    kept = _write(tmp_path / "page" / "logo.png", 1_000)
    old = _write(tmp_path / "old" / "photo.jpg", 10)
    files = [_write(tmp_path / str(number) / "photo.jpg", 100) for number in range(5)]
    now = max(file.stat().st_mtime for file in files)
    os.utime(old, (now - 100, now - 100))
    for age, file in enumerate(reversed(files)):
        os.utime(file, (now - age, now - age))
    left = uploads.sweep(tmp_path, keep=frozenset({kept}), seconds=60, most_bytes=250, now=now)
    assert left == 200
    assert kept.exists()
    assert not old.parent.exists()
    assert [file.exists() for file in files] == [False, False, False, True, True]
