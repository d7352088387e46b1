"""From what ERGO_MODEL says to a folder on this machine: downloads from the hub, announced with their size.

Knows no model and no GPU. Everything that can go wrong with a hub ends as a ModelNotFound or EngineUnavailable with
its remedy.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Protocol, TypeAlias

import httpx2  # the transport of huggingface_hub 2: what it raises when no connection comes about
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ergo_demo.errors import EngineUnavailable, ModelNotFound

Announce: TypeAlias = Callable[[str], None]
"""Takes one sentence about what is about to take long."""

FILES = ("*.safetensors", "*.json", "*.txt", "*.jinja")
"""What a checkpoint is loaded from: no pickles, no other frameworks' weights."""

_HUB_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?")


class Hub(Protocol):
    """Where checkpoints come from. `revision` None is the hub's default."""

    def cached(self, model: str, revision: str | None) -> Path | None:
        """The folder of a complete earlier download, None where there is none. Needs no network."""
        ...

    def size_bytes(self, model: str, revision: str | None) -> int:
        """What a download would fetch."""
        ...

    def download(self, model: str, revision: str | None) -> Path:
        """The folder of the downloaded checkpoint; its name is the commit."""
        ...


class HuggingFaceHub:
    """The real one; what it reads from the environment (token, cache, offline) is huggingface_hub's business."""

    def cached(self, model: str, revision: str | None) -> Path | None:
        """A complete snapshot in the cache."""
        try:
            return Path(snapshot_download(model, revision=revision, allow_patterns=[*FILES], local_files_only=True))
        except LocalEntryNotFoundError:
            return None

    def size_bytes(self, model: str, revision: str | None) -> int:
        """The sum of the files that will be loaded, as the hub lists them."""
        listed = HfApi().model_info(model, revision=revision, files_metadata=True).siblings or []
        return sum(file.size or 0 for file in listed if any(Path(file.rfilename).match(pattern) for pattern in FILES))

    def download(self, model: str, revision: str | None) -> Path:
        """Fetches what is missing; an interrupted download continues."""
        return Path(snapshot_download(model, revision=revision, allow_patterns=[*FILES]))


def folder_of(model: str, revision: str | None, hub: Hub, announce: Announce) -> Path:
    """The folder of a checkpoint, which is downloaded when `model` is no folder but the name of a model on the hub.

    A complete download is used as it is, without asking the hub again. Raises ModelNotFound, or EngineUnavailable
    when the hub or the disk fails.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_ID.fullmatch(model):
        raise ModelNotFound(
            f"There is no folder {model!r}.", remedy="Set ERGO_MODEL to a folder, or to a name like nota-ai/ERGO-7B."
        )
    try:
        cached = hub.cached(model, revision)
        if cached is not None:
            return cached
        gigabytes = hub.size_bytes(model, revision) / 1e9
        announce(f"{model} is not on this machine yet: {gigabytes:,.2f} GB are downloaded from the hub, once.")
        return hub.download(model, revision)
    except (HfHubHTTPError, HFValidationError, httpx2.HTTPError, OSError) as error:
        _explain(model, revision, error)


def _explain(model: str, revision: str | None, error: Exception) -> NoReturn:
    name = model.rpartition("/")[2]
    match error:
        case GatedRepoError():
            raise ModelNotFound(
                f"{model} is gated: its owners ask who downloads it.",
                remedy="Accept their terms on its page of the hub, and set HF_TOKEN to a token of yours.",
            ) from error
        case RevisionNotFoundError():
            raise ModelNotFound(
                f"{model} has no revision {revision!r}.", remedy="Correct ERGO_REVISION, or unset it."
            ) from error
        case RepositoryNotFoundError() | HFValidationError():
            raise ModelNotFound(
                f"There is neither a folder nor a model on the hub with the name {model!r}.",
                remedy="Correct ERGO_MODEL; if the model is private, set HF_TOKEN to a token that may read it.",
            ) from error
        case HfHubHTTPError() if error.response.status_code in {401, 403}:
            raise ModelNotFound(
                f"The hub does not let this machine read {model}.",
                remedy="Set HF_TOKEN to a token that may read it, or unset a token that has expired.",
            ) from error
        case HfHubHTTPError():
            raise EngineUnavailable(
                f"{name} could not be downloaded: the hub answered {error.response.status_code}.",
                remedy="Start again in a few minutes; what is already downloaded is kept.",
            ) from error
        case OfflineModeIsEnabled() | LocalEntryNotFoundError() | httpx2.HTTPError() | ConnectionError():
            raise ModelNotFound(
                f"{name} was not found, and the hub cannot be reached.",
                remedy="Download it once with a network, or start with ERGO_DEVICE=cpu and without ERGO_MODEL.",
            ) from error
        case _:
            raise EngineUnavailable(
                f"{name} could not be stored: {error}.",
                remedy="Make room on the disk, or set HF_HOME to a folder on a larger one.",
            ) from error
