"""Which items a person sees first: the least certain ones, with a random share between them for calibration."""

import math
from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

Id = TypeVar("Id", bound=Hashable)

RANDOM_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Ordered(Generic[Id]):
    """One place of the order. Only the `random` ones may calibrate: the others are chosen for being hard."""

    id: Id
    random: bool


def by_uncertainty(
    spreads: Mapping[Id, float | None], *, random_share: float = RANDOM_SHARE, seed: int = 42
) -> list[Ordered[Id]]:
    """All items: the widest spread first, and in every beginning of the order a share drawn evenly from all.

    Which items are random depends on the seed and the items, never on a spread. None counts as the widest: nothing
    is known, or no region was named.

    >>> [place.id for place in by_uncertainty({"a": 0.1, "b": 0.9, "c": None}, random_share=0)]
    ['c', 'b', 'a']
    """
    shuffled = list(spreads)
    Random(seed).shuffle(shuffled)
    drawn = deque(shuffled[: math.ceil(random_share * len(shuffled))])
    chosen = set(drawn)
    rest = deque(sorted((item for item in spreads if item not in chosen), key=lambda item: -_width(spreads[item])))
    order: list[Ordered[Id]] = []
    randoms = 0
    while drawn or rest:
        takes_random = bool(drawn) and (not rest or randoms < math.ceil(random_share * (len(order) + 1)))
        order.append(Ordered((drawn if takes_random else rest).popleft(), takes_random))
        randoms += takes_random
    return order


def _width(spread: float | None) -> float:
    return math.inf if spread is None else spread
