"""One private dataset of the Hub as files by name. What is busy or away is asked again; what says no is explained.

The token is huggingface_hub's business: HF_TOKEN, or the login of whoever started this. Where there is neither, one
can be lent.
"""

import math
import re
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NoReturn, TypeVar

import httpx2  # the transport of huggingface_hub 2: what it raises when no connection comes about
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session, get_token
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]  # it is in its __all__

from ergo_demo.errors import HubFailed, InputError

T = TypeVar("T")

PASSING = frozenset({408, 409, 412, 425, 429, 500, 502, 503, 504})
"""Answers after which the same may succeed: busy, away, or somebody else's commit came in between."""

TRIES = 6
LONGEST_SECONDS = 300.0
"""Between two tries. Where the Hub wants more than that it is left alone for as long."""

SILENT_SECONDS = 120.0
"""How long the Hub may say nothing: the library itself would wait for ever."""

WAITS = "Nothing is lost: what was not sent waits for the next time."

REFUSES = "Set HF_TOKEN to a token that may write this dataset, or sign in with `hf auth login`."


class HubDataset:
    """`endpoint` None is the one that huggingface_hub knows (HF_ENDPOINT)."""

    def __init__(
        self,
        repo: str,
        *,
        endpoint: str | None = None,
        token: str | None = None,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.repo = repo
        self._endpoint, self._token, self._wait, self._clock = endpoint, token, wait, clock
        self._api = HfApi(endpoint=endpoint, token=token)
        self._lent = False
        self._alone_until = -math.inf

    @property
    def signed_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._held)

    @property
    def _held(self) -> str:
        return self._token or get_token() or ""

    def lend(self, token: str) -> None:
        """Uses this token from now on, unless there is one that was not lent."""
        if self._lent or not self.signed_in:
            self._lent, self._token, self._api = True, token, HfApi(endpoint=self._endpoint, token=token)

    def open(self) -> None:
        """Makes the dataset where it is missing. Raises InputError where it is public: what people said is private."""
        if not self.signed_in:
            raise InputError("There is no token for the Hub.", remedy=REFUSES)
        self._ask(lambda: self._api.create_repo(self.repo, repo_type="dataset", private=True, exist_ok=True))
        if not self._ask(lambda: self._api.dataset_info(self.repo)).private:
            raise InputError(f"The dataset {self.repo} is public.", remedy="Make it private, or name another one.")

    def names(self) -> list[str]:
        """Every file's. Raises InputError where there is no such dataset, HubFailed."""
        return sorted(self._ask(lambda: self._api.list_repo_files(self.repo, repo_type="dataset")))

    def commit(self, files: Mapping[str, Path], message: str, delete: Collection[str] = ()) -> str:
        """Puts files there, and takes some away, all or none; the commit. Files that are there already change nothing.

        Raises HubFailed.
        """

        def send() -> str:
            # New ones for each try: a commit marks its operations as used.
            added = [CommitOperationAdd(name, str(file)) for name, file in files.items()]
            gone = [CommitOperationDelete(name) for name in delete]
            done = self._api.create_commit(
                self.repo, [*added, *gone], commit_message=message, repo_type="dataset", revision="main"
            )
            return str(done.oid)

        return self._ask(send)

    def fetch(self, name: str, folder: Path) -> Path:
        """A file, downloaded below `folder` under its name."""
        return Path(
            self._ask(lambda: self._api.hf_hub_download(self.repo, name, repo_type="dataset", local_dir=folder))
        )

    def _ask(self, question: Callable[[], T]) -> T:
        if not re.fullmatch("[!-~]*", self._held):  # it becomes a header; what cannot stand in one is no token
            raise InputError("The token for the Hub holds characters that no token has.", remedy=REFUSES)
        if self._alone_until > self._clock():
            raise self._later()
        for tried in range(TRIES):
            _limit_silence()
            try:
                return question()
            except (
                HfHubHTTPError,
                httpx2.HTTPError,
                HFValidationError,
                OfflineModeIsEnabled,
                ConnectionError,
                LocalEntryNotFoundError,
            ) as error:
                cause = _cause(error)
                seconds = _seconds(cause, tried)
                if _passes(cause) and seconds > LONGEST_SECONDS:
                    self._alone_until = self._clock() + seconds
                    raise self._later() from error
                if tried == TRIES - 1 or not _passes(cause):
                    self._explain(cause)
                self._wait(seconds)
        raise AssertionError("the last try returns or raises")

    def _later(self) -> HubFailed:
        minutes = math.ceil((self._alone_until - self._clock()) / 60)
        return HubFailed(f"The Hub asks to be left alone for {minutes} minutes.", remedy=WAITS)

    def _explain(self, error: Exception) -> NoReturn:
        status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
        if isinstance(error, HFValidationError):
            raise InputError(f"{self.repo!r} is no name of a dataset.", remedy="Give it as owner/name.") from error
        if isinstance(error, RepositoryNotFoundError):  # a private one that this token may not read is hidden
            raise InputError(f"There is no dataset {self.repo} for this token.", remedy=REFUSES) from error
        if status in (401, 403):
            raise HubFailed(f"The Hub does not let this token write {self.repo}.", remedy=REFUSES) from error
        if status is not None:
            problem = f"The Hub answered {status} for {self.repo}."
            raise HubFailed(problem, remedy=WAITS) from error
        raise HubFailed("The Hub cannot be reached.", remedy=WAITS) from error


def _limit_silence() -> None:
    """Gives the one client that the library has a limit; it is made anew after some errors."""
    hooks = get_session().event_hooks
    if _limited not in hooks["request"]:
        get_session().event_hooks = {**hooks, "request": [*hooks["request"], _limited]}


def _limited(request: httpx2.Request) -> None:
    # The library says "no limit" with each request, so that one of the whole client would not hold.
    limits = request.extensions.get("timeout", {})
    request.extensions["timeout"] = {
        name: SILENT_SECONDS if limits.get(name) is None else limits[name]
        for name in ("connect", "read", "write", "pool")
    }


def _cause(error: Exception) -> Exception:
    """Why: of a download that fails the library says that the file is not on this disk, and the Hub's own answer is
    behind it."""
    hidden = error.__cause__ if isinstance(error, LocalEntryNotFoundError) else None
    return hidden if isinstance(hidden, Exception) else error


def _passes(error: Exception) -> bool:
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in PASSING
    return isinstance(error, httpx2.HTTPError | ConnectionError)


def _seconds(error: Exception, tried: int) -> float:
    """How long to wait: what the Hub asks for, else twice as long each time."""
    headers = error.response.headers if isinstance(error, HfHubHTTPError) else {}
    asked, limit = headers.get("retry-after", ""), parse_ratelimit_headers(headers)
    if asked.isdecimal():
        return float(asked)
    return float(limit.reset_in_seconds) if limit and not limit.remaining else 2.0**tried
