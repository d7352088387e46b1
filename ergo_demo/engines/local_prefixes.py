"""What was computed of earlier conversations, so that no token is computed twice. Bounded: the longest unused goes.

An entry is the keys and values of a row's first places in every layer. Any later row that begins the same continues
from it: a second turn, a what-if, forks of a turn, the same photo asked again. Entries are never written to.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from ergo_demo.engines.local_conversation import Marks, shared

KeysAndValues: TypeAlias = tuple[Tensor, Tensor]
"""Of one layer: (1, heads, places, head size) each."""


@dataclass(frozen=True, eq=False)
class Prefix:
    """What was computed of one row."""

    marks: Marks
    layers: tuple[KeysAndValues, ...]

    @property
    def bytes(self) -> int:
        """What it holds in memory, unused room included."""
        return sum(part.untyped_storage().nbytes() for layer in self.layers for part in layer)


class Prefixes:
    """The rows that are kept, by what stands in them. Safe to use from several threads."""

    def __init__(self, most: int = 32, most_bytes: int = 10**9) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self._kept: deque[Prefix] = deque()  # the one used last at the right
        self._lock = threading.Lock()

    def longest(self, marks: Marks) -> tuple[Prefix | None, int]:
        """The row that shares most with this one, and how many places; it counts as used."""
        with self._lock:
            lengths = [shared(prefix.marks, marks) for prefix in self._kept]
            if not any(lengths):
                return None, 0
            found = self._kept[lengths.index(max(lengths))]
            self._kept.remove(found)
            self._kept.append(found)
            return found, max(lengths)

    def keep(self, prefix: Prefix) -> None:
        """Keeps a row instead of those that it begins with; what then is too much goes."""
        with self._lock:
            others = (other for other in self._kept if shared(other.marks, prefix.marks) < len(other.marks))
            self._kept = deque([*others, prefix])
            while len(self._kept) > self.most or self.bytes > self.most_bytes:
                self._kept.popleft()

    def forget(self) -> bool:
        """Lets everything go; whether there was anything."""
        with self._lock:
            had_any = bool(self._kept)
            self._kept.clear()
            return had_any

    @property
    def bytes(self) -> int:
        """What all rows hold in memory."""
        return sum(prefix.bytes for prefix in self._kept)

    def __len__(self) -> int:
        return len(self._kept)
