"""The table of every route, with the role that each needs; and the one wrapper that checks it, reads and answers.

A route that is not in the table does not exist, and a test tries each as each role.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ergo_demo.errors import ErgoError
from ergo_demo.ui.annotate import answers, exporting, glances, office, review, review_page, sending, what_if, work
from ergo_demo.ui.annotate.answers import Denied
from ergo_demo.ui.annotate.call import Call, Desk
from ergo_demo.ui.annotate.people import COOKIE_SECONDS, Entrance, Person, Role
from ergo_demo.ui.annotate.receiving import receive

Handler: TypeAlias = Callable[[Desk, Call], Any]
"""(desk, call) -> JSON, a Response, work.Conflict or work.Later. Runs in a thread; raises ErgoError."""


@dataclass(frozen=True, slots=True)
class Way:
    """One route. `needs` is the least role; what of a project somebody may see is the handler's to check."""

    method: Literal["GET", "POST", "PUT"]
    path: str
    needs: Role
    handler: Handler
    waits: bool = False
    """Whether it waits for a model, or for photos: then in threads apart, so that no decision waits with it."""
    files: bool = False
    """Whether it takes a form with files."""


WAYS = (
    Way("GET", "/annotate/projects", "visitor", work.projects),
    Way("POST", "/annotate/take", "annotator", work.take),
    Way("POST", "/annotate/renew", "annotator", work.renew),
    Way("POST", "/annotate/release", "annotator", work.release),
    Way("PUT", "/annotate/draft", "annotator", work.draft),
    Way("POST", "/annotate/submit", "annotator", work.submit),
    Way("GET", "/annotate/mine", "annotator", work.mine),
    Way("POST", "/annotate/reopen", "annotator", work.reopen),
    Way("GET", "/annotate/panel", "annotator", work.panel),
    Way("POST", "/annotate/what_if", "annotator", what_if.what_if, waits=True),
    Way("POST", "/annotate/what_if/expanded", "annotator", what_if.expanded, waits=True),
    Way("POST", "/annotate/projects", "owner", office.add_project),
    Way("POST", "/annotate/people", "owner", office.add_person),
    Way("POST", "/annotate/asked", "owner", office.add_asked),
    Way("POST", "/annotate/upload", "owner", office.upload, waits=True, files=True),
    Way("GET", "/annotate/review", "owner", review_page.page, waits=True),
    Way("GET", "/annotate/review/part", "owner", review_page.part, waits=True),
    Way("GET", "/annotate/review/summary", "owner", review.summary, waits=True),
    Way("GET", "/annotate/review/items", "owner", review.gallery),
    Way("GET", "/annotate/review/item", "owner", review.side_by_side),
    Way("GET", "/annotate/review/picture", "owner", review.picture),
    Way("GET", "/annotate/review/table", "owner", review.table, waits=True),
    Way("GET", "/annotate/review/figure", "owner", review.figure, waits=True),
    Way("GET", "/annotate/export/options", "owner", exporting.options),
    Way("GET", "/annotate/export/state", "owner", exporting.state),
    Way("POST", "/annotate/export/start", "owner", exporting.start),
    Way("POST", "/annotate/export/stop", "owner", exporting.stop),
    Way("GET", "/annotate/export/picture", "owner", glances.picture),
    Way("GET", "/annotate/export/file", "owner", exporting.file),
    Way("POST", "/annotate/export/remove", "owner", exporting.remove),
    Way("GET", "/annotate/export/hub", "owner", sending.state),
    Way("POST", "/annotate/export/push", "owner", sending.push),
    Way("GET", "/annotate/health", "visitor", office.health),
)

MOST_WAITING = 32
"""Threads that wait for a model."""

WATCHED_SECONDS = 0.2
"""Between two looks at whether the browser of a route that waits is still there."""

RANKS: dict[Role, int] = {"visitor": 0, "annotator": 1, "owner": 2}


def routes(desk: Desk, entrance: Entrance) -> list[Route]:
    """All of them, to be given to the server."""
    waiting = CapacityLimiter(MOST_WAITING)
    found = [Route(way.path, _endpoint(way, desk, entrance, waiting), methods=[way.method]) for way in WAYS]
    return [*found, Route("/annotate/enter", _entering(entrance), methods=["GET"])]


def check_role(person: Person, needs: Role) -> None:
    """Raises Denied: 401 where nobody is known, 403 where somebody is who may not."""
    if RANKS[person.role] >= RANKS[needs]:
        return
    if person.role == "visitor":
        raise Denied(
            "Nobody is signed in.",
            remedy="Open the link that the owner of this page gave you; the owner's own is printed at its start.",
            status=401,
        )
    raise Denied(f"This is for the {needs}.", remedy="Open the address that was printed when the page was started.")


def _endpoint(way: Way, desk: Desk, entrance: Entrance, waiting: CapacityLimiter) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            person = entrance.person(request)
            check_role(person, way.needs)
            with contextlib.ExitStack() as held:
                call = await _read(request, way, person, held)
                handled = to_thread.run_sync(way.handler, desk, call, limiter=waiting if way.waits else None)
                got = await (_watched(request, call, handled) if way.waits else handled)
            if isinstance(got, work.Later):
                # Shielded: a request that is given up gives up no decision.
                got = got.answer(await asyncio.shield(asyncio.wrap_future(got.kept)))
        except ClientDisconnect:
            return Response(status_code=400)
        except HTTPException as error:
            return answers.refused(error)
        except ErgoError as error:
            return answers.failed(error)
        if isinstance(got, work.Conflict):
            return JSONResponse(got.body, 409, answers.NOT_KEPT)
        return got if isinstance(got, Response) else answers.ok(got)

    return endpoint


async def _watched(request: Request, call: Call, handled: Coroutine[Any, Any, Any]) -> Any:
    """What the handler gives, which learns meanwhile when its browser hangs up: nobody would read the answer."""
    handling = asyncio.ensure_future(handled)
    try:
        while not (await asyncio.wait({handling}, timeout=WATCHED_SECONDS))[0]:
            if await request.is_disconnected():
                call.gone.set()
                break
    except asyncio.CancelledError:
        call.gone.set()
        await asyncio.wait({handling})  # its files lie there until it ends
        raise
    return await handling


async def _read(request: Request, way: Way, person: Person, held: contextlib.ExitStack) -> Call:
    """The call, with the folder of its files while `held`."""
    if way.files:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="ergo-upload-")))
        received = await receive(request, folder)
        return Call(person, dict(received.fields), request.query_params, received.folder)
    body = {} if way.method == "GET" else answers.body_of(await request.body())
    return Call(person, body, request.query_params)


def _entering(entrance: Entrance) -> Callable[[Request], Any]:
    async def enter(request: Request) -> Response:
        """The link of an invitation, or of the owner: leaves a cookie and leads to the page."""
        asked = request.query_params
        cookie = entrance.cookie_for(asked.get("name", ""), asked.get("key", ""))
        if cookie is None:
            await asyncio.sleep(0.2)
            return answers.failed(
                Denied("This link does not work here.", remedy="Ask for a new one: the owner's changes at each start.")
            )
        response = RedirectResponse("../", status_code=303)
        safe = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(*cookie, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=safe, path="/")
        return response

    return enter
