"""What the browser may fetch of a photo: tiles, crops and downloads, for whoever knows its unguessable folder name.

A photo's address is ``photos/<token>/...``, 32 hexadecimal digits that nobody can guess; when its folder is deleted,
every address below it is gone. Nothing is listed, and no name that a visitor sends becomes a path.
"""

import json
import re
import secrets
import shutil
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ergo_demo.errors import PhotoExpired
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import TILE_PX, TILES_FOLDER, Kernel, Photo, encode_jpeg, encode_png, resample
from ergo_demo.overlay import LAYERS, LONGEST_SIDE_PX, SHOWN_AT_FIRST, Layer, draw
from ergo_demo.records import Trace, from_json, to_json

LONGEST_CROP_PX = 2_048
"""Of the crop that the page shows: what a large screen can show, and no more to send."""

_LOOKS_FOLDER = "looks"
_PHOTO_FILE = "photo.json"
_NAME = re.compile(r"[0-9a-f]{16,32}")
_KEPT = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def address(photo: Photo) -> str:
    """Where the browser finds this photo, relative to the page."""
    return f"photos/{photo.folder.name}"


def tile_props(photo: Photo) -> dict[str, object]:
    """What the viewer needs to show this photo."""
    return {
        "id": photo.folder.name,
        "tiles": f"{address(photo)}/tiles",
        "width": photo.size.width,
        "height": photo.size.height,
        "tileSize": TILE_PX,
    }


def addresses(photo: Photo, look: str) -> dict[str, str]:
    """Where the browser finds what was kept of a run (named `look`, in hexadecimal): crop, trace, overlay."""
    folder, base = photo.folder / _LOOKS_FOLDER / look, f"{address(photo)}/{look}"
    found = {}
    if (folder / "crop.jpg").exists():
        found["crop"] = f"{base}/crop.jpg"
    if (folder / "trace.json").exists():
        found |= {"trace": f"{base}/trace.json", "overlay": f"{base}/overlay.png"}
    return found


def keep_crop(photo: Photo, look: str, region: Box) -> None:
    """Writes the crop of `region` (source px) for the page."""
    whole = region.outward().clip(Box.of(photo.size))
    shrink = min(1.0, LONGEST_CROP_PX / max(whole.width, whole.height))
    size = Size(max(1, round(whole.width * shrink)), max(1, round(whole.height * shrink)))
    crop = encode_jpeg(resample(photo, View(whole, size), Kernel.LANCZOS))
    _write(_folder_of_look(photo, look) / "crop.jpg", crop)


def keep_trace(photo: Photo, look: str, trace: Trace) -> None:
    """Writes what the downloads of this run are made from."""
    folder = _folder_of_look(photo, look)
    text = json.dumps(to_json(trace), ensure_ascii=False, indent=1)
    _write(photo.folder / _PHOTO_FILE, json.dumps(to_json(photo)).encode())
    _write(folder / "trace.json", text.encode())


def kept_run(root: Path, token: str, look: str) -> tuple[Photo, Trace]:
    """What was kept of a run, for whoever knows both names. Raises PhotoExpired when there is no such thing."""
    folder = root / token
    try:
        if not (_NAME.fullmatch(token) and _NAME.fullmatch(look)):
            raise FileNotFoundError(token)
        photo = from_json(Photo, json.loads((folder / _PHOTO_FILE).read_text("utf-8")))
        trace = from_json(Trace, json.loads((folder / _LOOKS_FOLDER / look / "trace.json").read_text("utf-8")))
    except FileNotFoundError as error:
        raise PhotoExpired("This photo is no longer stored.", remedy="Ask about it again.") from error
    return photo, trace


def forget_look(photo: Photo, look: str) -> None:
    """Deletes what was kept of a run."""
    shutil.rmtree(photo.folder / _LOOKS_FOLDER / look, ignore_errors=True)


def stored_bytes(photo: Photo) -> int:
    """What a photo takes on the disk: source and tiles."""
    return sum(path.stat().st_size for path in photo.folder.rglob("*") if path.is_file())


def _folder_of_look(photo: Photo, look: str) -> Path:
    """Made if missing. Raises PhotoExpired when the photo itself is gone: its folder must not come back without it."""
    if not photo.path.is_file():
        raise PhotoExpired("This photo is no longer stored.", remedy="Drop it again.")
    folder = photo.folder / _LOOKS_FOLDER / look
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(path: Path, content: bytes) -> None:
    """All or nothing: the browser may ask for it while it is written, and keeps what it gets for a year."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def routes(root: Path) -> list[Route]:
    """The routes for the photos in `root`, one folder each, to be given to the server with `app_kwargs`."""

    def folder_of(request: Request) -> Path:
        token: str = request.path_params["token"]
        if not _NAME.fullmatch(token):
            raise HTTPException(404)
        return root / token

    async def tile(request: Request) -> Response:
        place = "{level}/{x}_{y}.jpg".format_map(request.path_params)
        return _file(folder_of(request) / TILES_FOLDER / place, "image/jpeg")

    async def look(request: Request) -> Response:
        name, file = request.path_params["look"], request.path_params["file"]
        if not _NAME.fullmatch(name) or file not in _MEDIA_TYPES:
            raise HTTPException(404)
        path = folder_of(request) / _LOOKS_FOLDER / name / file
        if file == "overlay.png" and path.with_name("trace.json").exists():
            shown, strength = _asked_for(request)
            path = path.with_name(f"overlay-{'-'.join(shown)}-{strength}.png")
            try:
                if not path.exists():
                    await run_in_threadpool(_draw_overlay, folder_of(request), path, shown, strength)
            except PhotoExpired as error:
                raise HTTPException(404) from error
        return _file(path, _MEDIA_TYPES[file])

    return [
        Route("/photos/{token}/tiles/{level:int}/{x:int}_{y:int}.jpg", tile),
        Route("/photos/{token}/{look}/{file}", look),
    ]


_MEDIA_TYPES = {"crop.jpg": "image/jpeg", "trace.json": "application/json", "overlay.png": "image/png"}


def _file(path: Path, media_type: str) -> Response:
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=media_type, headers=_KEPT)


def _asked_for(request: Request) -> tuple[tuple[Layer, ...], int]:
    """The layers that an address names, words that are none passed by, and the heat map's strength in percent."""
    asked = request.query_params
    named = asked["layers"].split() if "layers" in asked else SHOWN_AT_FIRST
    strength = asked.get("heat", "100")
    percent = int(strength) if re.fullmatch("[0-9]{1,3}", strength) else 100
    return tuple(layer for layer in LAYERS if layer in named), min(percent, 100)


def _draw_overlay(folder: Path, path: Path, shown: tuple[Layer, ...], strength: int) -> None:
    photo = from_json(Photo, json.loads((folder / _PHOTO_FILE).read_text("utf-8")))
    trace = from_json(Trace, json.loads(path.with_name("trace.json").read_text("utf-8")))
    shrink = min(1.0, LONGEST_SIDE_PX / max(photo.size.width, photo.size.height))
    size = Size(max(1, round(photo.size.width * shrink)), max(1, round(photo.size.height * shrink)))
    pixels = resample(photo, View(Box.of(photo.size), size), Kernel.LANCZOS)
    drawn = encode_png(draw(trace, pixels, shown, strength / 100))
    # One overlay a photo is kept: it can be larger than the photo, and is drawn again when it is asked for again.
    for other in (folder / _LOOKS_FOLDER).glob("*/overlay*.png"):
        other.unlink(missing_ok=True)
    _write(path, drawn)
