"""What can go wrong between us and a server: what is worth trying again, after how long, and what an error means."""

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
import openai

from ergo_demo.engines.remote_chat import unreadable
from ergo_demo.errors import EngineError, EngineUnavailable, ModelNotFound, RequestRefused

log = logging.getLogger(__name__)

LONGEST_QUOTE = 300
"""Characters of what the server says about an error."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried, and how long is waited; seconds."""

    tries: int = 6
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    connect_seconds: float = 10.0
    silence_seconds: float = 120.0

    def wait_seconds(self, tried: int, asked_for: float | None = None) -> float:
        """How long to wait after `tried` attempts: doubling, half of it drawn, so that clients do not come together.

        `asked_for` is what the server said, which counts up to the longest wait.
        """
        most: float = min(self.longest_wait_seconds, self.first_wait_seconds * 2 ** (tried - 1))
        drawn = most * random.uniform(0.5, 1.0)
        return max(drawn, min(asked_for or 0.0, self.longest_wait_seconds))


def is_worth_another_try(error: Exception) -> bool:
    """Whether the same request may work in a moment: nobody listened or went on, too many asked, the server failed."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code == 429 or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError | httpx2.TransportError)


def is_refused(error: Exception) -> bool:
    """Whether the request itself was found wrong: perhaps for a field that this server does not know."""
    return isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError)


def asked_to_wait(error: Exception) -> float | None:
    """The seconds of the server's Retry-After; None where there is none, or a date."""
    if not isinstance(error, openai.APIStatusError):
        return None
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None


def as_engine_error(error: Exception, model: str, key: str | None, *, begun: bool) -> EngineError:
    """What to tell a person. `begun`: the reply had begun, so it was not asked for again."""
    match error:
        case EngineError():
            return error
        case TimeoutError():
            return EngineUnavailable(
                "The model's server has been silent for too long.",
                remedy="Try again later; ERGO_API_SECONDS is how long it may be silent.",
            )
        case openai.APIStatusError():
            return _refusal(error, model, _said(error, key))
        case openai.APIConnectionError() | httpx2.HTTPError() if begun:
            return broken_off()
        case openai.APIConnectionError() | httpx2.HTTPError():
            return EngineUnavailable(
                "The model's server does not answer.", remedy="Check that it runs, and that ERGO_API_BASE is right."
            )
        case openai.APIError():  # an error that came as a piece of the stream
            said = _one_line(str(error), key)
            return EngineUnavailable(f"The model's server failed: {said}.", remedy="Try again; its log says why.")
        case _:  # a piece that is no JSON, a body that is no stream
            log.warning("What the server sent cannot be read: %s", type(error).__name__)
            return unreadable()


def broken_off() -> EngineUnavailable:
    """The stream ended before the reply did."""
    return EngineUnavailable(
        "The model's server ended its reply in the middle.", remedy="Try again; the server's log says why it ended."
    )


def _refusal(error: openai.APIStatusError, model: str, said: str) -> EngineError:
    match error.status_code:
        case 400 | 413 | 422:
            return RequestRefused(
                f"The model's server refused the request ({error.status_code}): {said}.",
                remedy="If it is too long, lower the budgets or raise the server's longest context.",
            )
        case 401 | 403:
            return EngineUnavailable(
                f"The model's server does not let us in ({error.status_code}).",
                remedy="Set ERGO_API_KEY to a key that it accepts.",
            )
        case 404:
            return ModelNotFound(
                f"The server has no model {model!r}, or nothing at this address (404).",
                remedy="Check ERGO_MODEL, and that ERGO_API_BASE ends as the server wants it, usually in /v1.",
            )
        case 429:
            return EngineUnavailable(
                "The model's server has too much to do (429).", remedy="Try again in a minute, or ask fewer at once."
            )
        case status:
            return EngineUnavailable(
                f"The model's server failed ({status}): {said}.", remedy="Try again; the server's log says why."
            )


def _said(error: openai.APIStatusError, key: str | None) -> str:
    """The server's own words, which the body has in one of three places."""
    body = error.body if isinstance(error.body, Mapping) else {}
    for words in (body.get("message"), body.get("error"), body.get("detail")):
        if words:
            return _one_line(words if isinstance(words, str) else repr(words), key)
    return "without a reason"


def _one_line(words: str, key: str | None) -> str:
    """Short, on one line, without the key: servers quote what they were sent."""
    hidden = words.replace(key, "…") if key else words
    line = " ".join(hidden.split()).rstrip(".")
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
