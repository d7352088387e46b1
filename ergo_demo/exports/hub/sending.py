"""Pushes of a server: one at a time, once a minute or when its owner asks, watched from elsewhere.

Knows no page. The outbox is made for one thread at a time; this is what holds the others back.
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ergo_demo.errors import ErgoError, InputError, NotWritten
from ergo_demo.store.store import Store

if TYPE_CHECKING:  # huggingface_hub is loaded where there is a dataset, not where there might be one
    from ergo_demo.exports.hub.dataset import HubDataset

LAST_SECONDS = 10
"""How long a server that ends waits for a push: what was not sent waits on the disk."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended: how many decisions it sent, or why it could not."""

    sent: int = 0
    failed: ErgoError | None = None


class Sender:
    """Thread safe. `last`: the end of the last push that sent something, was asked for, or failed.

    `fetched`: whether the store has what the dataset has; else the first push pulls before.
    """

    def __init__(self, store: Store, hub: "HubDataset", *, fetched: bool = True) -> None:
        self._store, self._hub, self._fetched = store, hub, fetched
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.last: Pushed | None = None

    @property
    def repo(self) -> str:
        """The dataset, owner/name."""
        return self._hub.repo

    @property
    def signed_in(self) -> bool:
        """Whether there is a token; whether it may write shows when it is used."""
        return self._hub.signed_in

    def lend(self, token: str) -> None:
        """The token of the owner, who signed in: used where there is no other."""
        self._hub.lend(token)

    @property
    def at_work(self) -> bool:
        """Whether something is sent just now."""
        return self._lock.locked()

    def waiting(self) -> int:
        """How many decisions the Hub does not have yet."""
        from ergo_demo.exports.hub.syncing import staying

        return staying(self._store)

    def send(self) -> None:
        """Pushes, after whoever does so just now; for a chore. Raises HubFailed, InputError, StoreError."""
        with self._lock:
            sent = self._push()
            if sent or (self.last and self.last.failed):  # a minute without news leaves the last word as it is
                self.last = Pushed(sent)

    def start(self) -> None:
        """Pushes in a thread. Raises InputError while a push is at work."""
        if not self._lock.acquire(blocking=False):
            raise InputError("Decisions are being sent just now.", remedy="Wait until that is done.")
        self._thread = threading.Thread(target=self._work, name="ergo-push", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Waits for the push at work, but not for long."""
        if self._thread is not None:
            self._thread.join(timeout=LAST_SECONDS)

    def _work(self) -> None:
        try:
            self.last = Pushed(self._push())
        except ErgoError:
            return  # `last` says it
        except BaseException as error:  # a mistake of ours: the page must hear of it; the log has it
            failed = ErgoError(f"It failed: {type(error).__name__}.", remedy="Report this, with the server's log.")
            self.last = Pushed(failed=failed)
            raise
        finally:
            self._lock.release()

    def _push(self) -> int:
        from ergo_demo.exports.hub.syncing import pull, push

        try:
            if not self._fetched:
                self._hub.open()
                pull(self._store, self._hub)
                self._fetched = True
            return push(self._store, self._hub)
        except ErgoError as error:
            self.last = Pushed(failed=error)
            raise
        except OSError as error:
            remedy = "Nothing is lost. Make room, or see what is wrong with the data folder; then send again."
            failed = NotWritten(f"The outbox could not be written: {error.strerror}.", remedy=remedy)
            self.last = Pushed(failed=failed)
            raise failed from error
