"""The door of the web server: who may come in, how often, with how much. Pure ASGI; knows nothing of photos or models.

Gradio reflects every foreign Origin, sends no security headers, and reads a body before it judges it. This stands in
front of it. `Middleware` given to `launch(app_kwargs=...)` would stand *inside* Gradio's own CORS middleware, which
Gradio adds later and therefore outside; so the gate is put around the finished stack when the server starts
(`lifespan`), before the first request is accepted.

Not covered: slow bodies (uvicorn has no limit of time), and floods that a firewall must stop.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ergo_demo.ui import bodies
from ergo_demo.ui.visitors import Clock, Rate, Visitors, visitor_of

IsRun: TypeAlias = Callable[[str, object], bool]
"""(path, JSON body) -> whether this call makes the model work. Raises Refused for an event that does not exist."""

Lifespan: TypeAlias = Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]
"""What `launch` takes as app_kwargs["lifespan"]."""

UPLOAD, PROJECT_UPLOAD = "/gradio_api/upload", "/annotate/upload"

OURS = "/annotate/"
"""Plain routes beside Gradio, for the page's own scripts."""

VISITOR = "ergo.visitor"
"""Where the scope of a request says who is asking, for the page's own limits (`visitor_in`)."""

CLOSED = (
    "/gradio_api/api/",  # calls that go round the queue
    "/gradio_api/call/v2",  # answers an unknown name with 500
    "/gradio_api/deep_link",  # a GET that writes a file
    "/gradio_api/dev/",
    "/gradio_api/process_recording",
    "/gradio_api/profiling",
    "/gradio_api/proxy=",  # fetches for others
    "/gradio_api/run-history",
    "/gradio_api/runs",
    "/gradio_api/stream/",
    "/gradio_api/undo-vibe-edit",
    "/gradio_api/vibe-",
    "/login",
    "/logout",
    "/monitoring",
)
"""Routes of Gradio that this app does not use: each would be one more door to watch."""

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        # Gradio's page starts with inline scripts; gr.HTML compiles its templates with `new Function`.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        # The page of a Space is an iframe of huggingface.co.
        "frame-ancestors 'self' https://huggingface.co",
    ]
)

HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not "no-referrer": with it browsers send "Origin: null" for our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one visitor may do, and how large a body may be."""

    runs_per_minute: float = 30
    requests_per_minute: float = 3_000
    """The viewer fetches some 50 tiles for one deep zoom, the page itself 60 files."""
    uploads_per_minute: float = 60
    upload_bytes: float = 1_000_000_000
    """Of disk at once; the right to it comes back over ten minutes."""
    body: bodies.Limits = field(default_factory=bodies.Limits)

    def rates(self) -> dict[str, Rate]:
        """The buckets of each visitor."""
        return {
            "requests": Rate.per_minute(self.requests_per_minute),
            "runs": Rate.per_minute(self.runs_per_minute),
            "uploads": Rate.per_minute(self.uploads_per_minute),
            "upload bytes": Rate(self.upload_bytes, self.upload_bytes / 600),
        }


@dataclass(frozen=True, slots=True)
class Doors:
    """How this server is reached, and its limits."""

    limits: Limits
    is_run: IsRun
    hosts: frozenset[str] = frozenset()
    """Names by which the server may be called; empty: any. A page that only this machine may open names itself, so
    that a foreign name that was made to point here (DNS rebinding) is no way in."""
    behind_proxy: bool = False
    """Whether a Space's proxy, and nobody else, can connect (see visitor_of)."""
    sign_in: frozenset[str] = frozenset()
    """Of what is CLOSED, the routes that people sign in by."""
    clock: Clock = time.monotonic


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Refused(Exception):
    """A request that goes no further."""

    def __init__(self, status: int, message: str, *, retry_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_seconds = retry_seconds

    def response(self, path: str = "") -> JSONResponse:
        """`detail` is what Gradio's page shows, `error` what programs look for; our own routes have one shape."""
        headers = {} if self.retry_seconds is None else {"Retry-After": str(self.retry_seconds)}
        if path.startswith(OURS):
            error = {"code": f"refused-{self.status}", "message": self.message, "remedy": ""}
            return JSONResponse({"error": error}, self.status, headers)
        return JSONResponse({"error": self.message, "detail": self.message}, self.status, headers)


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app = app
        self.doors = doors
        self.visitors = Visitors(doors.limits.rates(), doors.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; everything but HTTP (the lifespan, websockets that Gradio has none of) passes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        guarded = with_headers(send, scope["path"])
        try:
            check_origin(scope["method"], headers)
            check_host(headers, self.doors.hosts)
            check_route(scope["path"], self.doors.sign_in)
            receive = await self._counted(scope, headers, receive)
        except (Refused, bodies.BodyRefused) as refusal:
            refused = refusal if isinstance(refusal, Refused) else Refused(refusal.status_code, refusal.detail)
            await refused.response(scope["path"])(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)

    async def _counted(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """The body, within its limits, after this visitor's right to the request is taken."""
        peer = scope["client"][0] if scope.get("client") else "unknown"
        visitor = visitor_of(peer, headers.getlist("x-forwarded-for"), behind_proxy=self.doors.behind_proxy)
        scope[VISITOR] = visitor
        self._take(visitor, "requests")
        limits = self.doors.limits.body
        path = scope["path"].rstrip("/")
        if path in (UPLOAD, PROJECT_UPLOAD):
            self._take(visitor, "uploads")
            # A body's size is known when it is read: whoever has a debt waits before the next one.
            self._take(visitor, "upload bytes", 0)
            charge = functools.partial(self.visitors.charge, visitor, "upload bytes")
            if path == PROJECT_UPLOAD:
                limits = replace(limits, files=limits.project_files)
            return bodies.measured(headers, receive, limits, charge)
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return receive
        body, again = await bodies.whole(headers, receive, limits)
        if self.doors.is_run(scope["path"], bodies.checked_json(body, limits)):
            self._take(visitor, "runs")
        return again

    def _take(self, visitor: str, kind: str, cost: float = 1) -> None:
        wait = self.visitors.wait_seconds(visitor, kind, cost)
        if wait:
            raise Refused(429, f"Too many {kind} from your address. Try again in {wait} s.", retry_seconds=wait)


def visitor_in(request: object) -> str:
    """Who is behind an event of the page, given its gradio.Request, as the gate counted it; "" without a gate."""
    scope = getattr(getattr(request, "request", None), "scope", None) or {}
    return str(scope.get(VISITOR, ""))


def check_origin(method: str, headers: Headers) -> None:
    """Refuses what another site's page sends. Programs send no Origin and pass; following a link to us passes.

    Reading is refused as well as changing: queue events, uploads and results are GETs or can be. X-Forwarded-Host is
    believed: a foreign page cannot set it without a preflight, and preflights of foreign pages are refused here too.
    """
    origin = headers.get("origin")
    follows_link = method in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
    if origin is None:
        if follows_link or headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            return
    else:
        own = [headers.get("host", ""), *headers.get("x-forwarded-host", "").split(",")]
        scheme, _, place = origin.partition("://")
        if place and _without_default_port(place, scheme) in [_without_default_port(host, scheme) for host in own]:
            return
    raise Refused(403, "Requests from other sites' pages are refused. Open this page itself, or call from a program.")


def _without_default_port(host: str, scheme: str) -> str:
    return host.strip().lower().removesuffix({"https": ":443", "http": ":80"}.get(scheme, ""))


def check_host(headers: Headers, hosts: frozenset[str]) -> None:
    """Refuses a name that this server does not go by (see Doors.hosts)."""
    host = headers.get("host", "")
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    if hosts and name.lower() not in hosts:
        raise Refused(403, "This page is served to its own machine only. Start it with ERGO_HOST to serve others.")


def check_route(path: str, sign_in: frozenset[str] = frozenset()) -> None:
    """Hides what this app does not use, and names that no file can have: Gradio fails over those."""
    if path in sign_in:
        return
    longest = max(len(part.encode(errors="replace")) for part in path.split("/"))
    if path.startswith(CLOSED) or longest > 255 or any(letter < " " for letter in path):
        raise Refused(404, "Not found.")


def with_headers(send: Send, path: str) -> Send:
    """Adds our headers to a response and takes CORS permission away, which nobody here needs.

    An event that is called directly and fails is answered by Gradio with 500, whoever is to blame; values that its
    components cannot read are the usual cause. Queued events that fail answer 200. So here it is 422: what is wrong
    with the app is in its log, with a traceback.
    """

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            kept = [
                (name, value)
                for name, value in message.get("headers", [])
                if name.lower() not in ours and not name.lower().startswith(b"access-control-")
            ]
            failed = message["status"] == 500 and path.startswith("/gradio_api/run/")
            message = {**message, "status": 422 if failed else message["status"], "headers": [*kept, *HEADERS]}
        await send(message)

    return guarded


def lifespan(doors: Doors, *chores: Callable[[], Coroutine[None, None, None]]) -> Lifespan:
    """For `launch(app_kwargs={"lifespan": ...})`: puts the gate around the app; `chores` run while it serves."""

    @contextlib.asynccontextmanager
    async def gated(app: Starlette) -> AsyncIterator[None]:
        assert app.middleware_stack is not None, "the lifespan itself came through the stack"
        app.middleware_stack = Gate(app.middleware_stack, doors)
        tasks = [asyncio.create_task(chore()) for chore in chores]
        yield
        for task in tasks:
            task.cancel()

    return gated
