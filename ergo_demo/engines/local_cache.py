"""Keys and values of the row that is being computed, as transformers' layers ask for them.

Imported only where a network is there already: a broken torchvision is found out before transformers is imported.
"""

from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from ergo_demo.engines.local_prefixes import KeysAndValues, Prefix

PLACES_AT_A_TIME = 128
"""By how much a layer's room grows. Stock layers copy everything at every token, which costs more than attention."""


class RoomyLayer(DynamicLayer):  # type: ignore[no-untyped-call] # transformers leaves its annotations out
    """Keys and values of one layer, written into room that is there already."""

    def __init__(self, before: KeysAndValues | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # as above
        self._room: KeysAndValues | None = None
        if before is not None:
            untyped: Any = self.lazy_initialization
            untyped(*before)
            # Copied at the first update: what was kept stays as it is.
            self.keys, self.values = before

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: object, **kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Adds the keys and values of new places (1, heads, new, head size); gives those of all places."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        if self._room is None or end > self._room[0].shape[-2]:
            self._room = (
                self._more(key_states, self.keys, start, end),
                self._more(value_states, self.values, start, end),
            )
        self._room[0][..., start:end, :] = key_states
        self._room[1][..., start:end, :] = value_states
        self.keys, self.values = self._room[0][..., :end, :], self._room[1][..., :end, :]
        return self.keys, self.values

    @staticmethod
    def _more(like: Tensor, old: Tensor | None, filled: int, needed: int) -> Tensor:
        room = like.new_empty((*like.shape[:2], needed + PLACES_AT_A_TIME, like.shape[-1]))
        if filled and old is not None:
            room[..., :filled, :] = old
        return room


def continued(prefix: Prefix | None, places: int, layers: int) -> Cache:
    """The first `places` of what was kept, to be continued; empty without. What was kept stays as it is."""
    if prefix is None or places == 0:
        return Cache(layers=[RoomyLayer() for _ in range(layers)])
    return Cache(layers=[RoomyLayer((k[..., :places, :], v[..., :places, :])) for k, v in prefix.layers])
