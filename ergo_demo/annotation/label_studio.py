"""Label Studio's tasks (its JSON export, or what is imported there): photo, question, predicted rectangles.

Rectangles are in percent of the photo as a browser shows it, which is upright; `rotation` turns them about their
upper left corner (Label Studio, "Image annotation units"). Several become their hull, as the zoom view does. What
people annotated there is carried along as "label_studio".
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ergo_demo.annotation.found import Edges, Found, Place, Problem, Row, Rows, shortened
from ergo_demo.errors import ErgoError, SourceInvalid
from ergo_demo.geometry import Box, hull

MOST_BYTES = 500_000_000
"""The file is one JSON value, and read whole."""


def read_tasks(path: Path, place: Place, question: str = "") -> Rows:
    """A row a task. Raises SourceInvalid when the file is none of Label Studio's."""
    if path.stat().st_size > MOST_BYTES:
        raise SourceInvalid(f"{path.name} is larger than {MOST_BYTES:,} bytes.", remedy="Export it in parts.")
    try:
        tasks = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        tasks = None
    if not isinstance(tasks, list):
        raise SourceInvalid(f"{path.name} is no list of tasks.", remedy="Export it from Label Studio as JSON.")
    for number, task in enumerate(tasks, 1):
        try:
            yield _row(task, f"task {number}", place, question)
        except ErgoError as error:
            yield Problem(f"task {number}", str(error))


def _row(task: object, where: str, place: Place, question: str) -> Row:
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(task, dict) or not isinstance(data, dict):
        raise SourceInvalid('The task has no "data".', remedy="Export it from Label Studio as JSON.")
    asked = next((data[name] for name in ("question", "text", "prompt") if isinstance(data.get(name), str)), question)
    if not asked.strip():
        raise SourceInvalid("The task asks nothing.", remedy='Add "question" to its data, or give --question.')
    suggested = [box for result in _results(task, "predictions") for box in result]
    people = [[list(box.edges) for box in result] for result in _results(task, "annotations")]
    return Found(
        where=where,
        image=_image(data, place),
        question=asked.strip(),
        suggested=Edges(hull(suggested).edges, percent=True) if suggested else None,
        id=shortened(str(task.get("id", "")), 200),
        extra={"label_studio": {"percent": people[:20]}} if people else {},
    )


def _image(data: Mapping[str, Any], place: Place) -> Path:
    named = data.get("image")
    if not isinstance(named, str):
        texts = [value for value in data.values() if isinstance(value, str)]
        named = next((text for text in texts if re.search(r"\.(jpe?g|png|webp|avif|gif|tiff?)$", text, re.I)), "")
    parts = urlsplit(named)
    if parts.path == "/data/local-files/":
        return place.resolve("".join(parse_qs(parts.query).get("d", [""])))
    if not parts.scheme and parts.path.startswith("/data/upload/"):
        name = unquote(parts.path.rsplit("/", 1)[-1])
        try:
            return place.resolve(name)
        except SourceInvalid:
            # Label Studio puts eight digits before the name that was uploaded.
            return place.resolve(re.sub(r"^[0-9a-f]{8}-", "", name))
    return place.resolve(named)


def _results(task: Mapping[str, Any], kind: str) -> Iterator[list[Box]]:
    """The rectangles of each prediction or annotation, percent."""
    found = task.get(kind)
    for one in found if isinstance(found, list) else []:
        regions = one.get("result") if isinstance(one, dict) else None
        if isinstance(regions, list):
            yield [box for region in regions if (box := _rectangle(region)) is not None]


def _rectangle(region: object) -> Box | None:
    if not isinstance(region, dict) or region.get("type") not in ("rectanglelabels", "rectangle"):
        return None
    value = region.get("value")
    try:
        x, y, width, height = (float(value[name]) for name in ("x", "y", "width", "height"))  # type: ignore[index]
        turned = math.radians(float(value.get("rotation") or 0))  # type: ignore[union-attr]
        ratio = float(region.get("original_width") or 1) / float(region.get("original_height") or 1)
        return _hull_of_turned(x, y, width, height, turned, ratio)
    except (TypeError, KeyError, ValueError, ZeroDivisionError) as error:
        raise SourceInvalid("A rectangle has no x, y, width and height.", remedy="Export it again.") from error


def _hull_of_turned(x: float, y: float, width: float, height: float, turned: float, ratio: float) -> Box:
    """`ratio` is the photo's width over its height: a percent across is another length than a percent down."""
    cos, sin = math.cos(turned), math.sin(turned)
    corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
    across = [x + a * cos - (b / ratio) * sin for a, b in corners]
    down = [y + a * ratio * sin + b * cos for a, b in corners]
    return Box(min(across), min(down), max(across), max(down))
