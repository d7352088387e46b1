"""Our own scripts and styles for the browser: ES modules below a folder that is named by what is in them.

The version in the address lets a browser keep them for ever and still never run an old one beside a new page;
modules import each other by relative paths, so all of them have it.
"""

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent
STYLES = (
    FOLDER / "ergo.css",
    FOLDER / "viewer" / "viewer.css",
    FOLDER / "ask_view" / "ask_view.css",
    FOLDER / "gallery" / "gallery_view.css",
    FOLDER / "box_editor" / "box_editor.css",
    FOLDER / "annotate_view" / "annotate_view.css",
    FOLDER / "export_view" / "export_view.css",
    FOLDER / "annotate" / "review.css",
)

_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def version() -> str:
    """Twelve hexadecimal digits of everything that `routes` serves."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.js")):
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def module_address(path: str) -> str:
    """Where the browser finds a module of this folder, relative to the page."""
    return f"ergo/{version()}/{path}"


def routes() -> list[Route]:
    """The route of the modules, to be given to the server with `app_kwargs`."""
    served = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*.js")}

    async def module(request: Request) -> Response:
        path = served.get(request.path_params["path"])
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, media_type="text/javascript", headers=_HEADERS)

    return [Route("/ergo/{version}/{path:path}", module)]
