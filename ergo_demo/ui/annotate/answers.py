"""Bodies in and out: JSON within limits, one shape for every error, a status for each kind. Knows no route."""

import json
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from ergo_demo.errors import (
    DatabaseLocked,
    EngineError,
    ErgoError,
    Forgotten,
    InputError,
    NotThere,
    NotWritten,
    PhotoExpired,
    StoreError,
)

NOT_KEPT = {"Cache-Control": "no-store"}


class Denied(ErgoError):
    """Nobody is known, or somebody who may not: 401 or 403."""

    def __init__(self, problem: str, *, remedy: str, status: int = 403) -> None:
        super().__init__(problem, remedy=remedy)
        self.status = status


class Superseded(ErgoError):
    """A newer request of the same person took its place."""


STATUS: tuple[tuple[type[ErgoError], int], ...] = (
    (InputError, 400),
    (Forgotten, 403),
    (NotThere, 404),
    (PhotoExpired, 404),
    (Superseded, 409),
    (NotWritten, 503),
    (DatabaseLocked, 503),
    (StoreError, 503),
    (EngineError, 503),
)


def ok(content: Any) -> JSONResponse:
    """What was asked for."""
    return JSONResponse(content, headers=NOT_KEPT)


def failed(error: ErgoError) -> JSONResponse:
    """{"error": {"code", "message", "remedy"}}; the code is the error's name with dashes."""
    status = error.status if isinstance(error, Denied) else 500
    status = next((number for kind, number in STATUS if isinstance(error, kind)), status)
    return JSONResponse(
        {"error": {"code": code_of(error), "message": error.problem, "remedy": error.remedy}}, status, NOT_KEPT
    )


def refused(error: HTTPException) -> JSONResponse:
    """A body beyond the limits, found while it was read: the form's parser makes 400 of every kind."""
    status = 413 if "maximum" in error.detail.lower() else error.status_code
    shape = {"code": f"refused-{status}", "message": error.detail, "remedy": "Send less at a time."}
    return JSONResponse({"error": shape}, status, NOT_KEPT)


def code_of(error: Exception) -> str:
    """
    >>> code_of(NotThere("", remedy=""))
    'not-there'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


def body_of(content: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises InputError: NaN and Infinity are no JSON."""
    try:
        body = json.loads(content or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InputError("The body is no JSON object.", remedy="Send one object.")
    return body


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def text_of(body: dict[str, Any], name: str, *, most: int = 200, default: str | None = None) -> str:
    """A line of text. Raises InputError where there is none, or too much."""
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > most or re.search("[\0\ud800-\udfff]", value):
        raise InputError(f'"{name}" is no text.', remedy=f"Send at most {most:,} characters.")
    return value


def ids_of(body: dict[str, Any], name: str, most: int = 50) -> list[str]:
    """A list of ids, empty where there is none. Raises InputError."""
    value = body.get(name) or []
    if not isinstance(value, list) or len(value) > most or not all(isinstance(id, str) for id in value):
        raise InputError(f'"{name}" is no list of ids.', remedy=f"Send at most {most}.")
    return [id for id in value if re.fullmatch(r"[\w.:-]{1,64}", id, re.ASCII)]


def number_of(text: str | None, default: int, least: int, most: int) -> int:
    """A whole number of an address, brought into its range; `default` where it is none."""
    return min(max(int(text), least), most) if text and re.fullmatch("[0-9]{1,9}", text) else default
