"""Who is asking, and how often that visitor may: token buckets per network address. Knows nothing of HTTP bodies.

A visitor is an address, not a person: people behind one router share their buckets. IPv6 networks count as one
visitor per /64, because every home has 2**64 addresses to choose from.
"""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Seconds since some moment; never goes back."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, and `per_second` in the long run."""

    burst: float
    per_second: float

    @classmethod
    def per_minute(cls, number: float) -> "Rate":
        """`number` in any one minute from a standing start; a visitor may use them all at once."""
        return cls(burst=number, per_second=number / 60)


@dataclass(slots=True)
class _Bucket:
    level: float
    filled: float


@dataclass(slots=True)
class Visitors:
    """The buckets of everybody who came lately. The table holds `most` visitors: the one unseen longest is forgotten.

    Being forgotten refills the buckets, so whoever has more than `most` addresses is not held back by this table;
    the queue's size and the quota of the photos' folder still hold.

    >>> visitors = Visitors({"runs": Rate(burst=1, per_second=0.5)}, clock=lambda: 0.0)
    >>> visitors.wait_seconds("ada", "runs"), visitors.wait_seconds("ada", "runs"), visitors.wait_seconds("bo", "runs")
    (0, 2, 0)
    """

    rates: Mapping[str, Rate]
    clock: Clock
    most: int = 10_000
    _table: OrderedDict[str, dict[str, _Bucket]] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._table)

    def wait_seconds(self, visitor: str, kind: str, cost: float = 1) -> int:
        """0 and `cost` is taken; or the whole seconds until there is enough, and nothing is taken."""
        bucket = self._bucket(visitor, kind)
        if bucket.level >= cost:
            bucket.level -= cost
            return 0
        return math.ceil((cost - bucket.level) / self.rates[kind].per_second)

    def charge(self, visitor: str, kind: str, cost: float) -> None:
        """Takes `cost` even where that leaves a debt: for what is known only after it happened."""
        self._bucket(visitor, kind).level -= cost

    def _bucket(self, visitor: str, kind: str) -> _Bucket:
        now, rate = self.clock(), self.rates[kind]
        buckets = self._table.setdefault(visitor, {})
        self._table.move_to_end(visitor)
        while len(self._table) > self.most:
            self._table.popitem(last=False)
        bucket = buckets.setdefault(kind, _Bucket(rate.burst, now))
        bucket.level = min(rate.burst, bucket.level + (now - bucket.filled) * rate.per_second)
        bucket.filled = now
        return bucket


def visitor_of(peer: str, forwarded_for: Iterable[str], *, behind_proxy: bool) -> str:
    """The address that is counted. `peer` is the connection's other end, `forwarded_for` the X-Forwarded-For values.

    Trusted: the peer, always. X-Forwarded-For only behind a Space's proxy, and of it only the right-most public
    address: each proxy appends the address that it saw, so entries to the left are whatever the visitor wrote.
    Addresses that are not public are the Space's own proxies. (For a proxy on this machine uvicorn does the same
    before we are called: it replaces the peer when that is 127.0.0.1.)

    >>> visitor_of("10.16.0.9", ["6.6.6.6, 93.184.215.14, 10.16.1.1"], behind_proxy=True)
    '93.184.215.14'
    >>> visitor_of("2a00:1450:4001:80b::200e", [], behind_proxy=False)
    '2a00:1450:4001:80b::/64'
    """
    if behind_proxy:
        for entry in reversed(",".join(forwarded_for).split(",")):
            address = _address(entry.strip())
            if address is not None and address.is_global:
                return _network(address)
    address = _address(peer)
    return peer if address is None else _network(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
