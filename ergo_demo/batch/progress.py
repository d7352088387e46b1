"""How far a batch is, how fast, and how long it will take: one line, said now and then. Pure but for its `say`."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0
"""The rate is that of the last minute: a server that warms up, or slows down, is seen."""


@dataclass
class Progress:
    """Counts answers; `clock` in seconds. Says a line at most every `every_seconds`."""

    total: int
    done: int
    failed: int
    clock: Callable[[], float]
    say: Callable[[str], None]
    every_seconds: float = 5.0
    _moments: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._moments.append((self.clock(), self.done))

    def count(self, *, failed: bool) -> None:
        """One more row was written."""
        self.done += 1
        self.failed += failed
        if self.clock() - self._moments[-1][0] >= self.every_seconds:
            self.tell()

    def tell(self) -> None:
        """Says the line now."""
        now = self.clock()
        self._moments.append((now, self.done))
        while len(self._moments) > 2 and self._moments[1][0] < now - WINDOW_SECONDS:
            self._moments.popleft()
        self.say(self.line())

    def line(self) -> str:
        """ "1,204 of 100,000, 3 failed; 12.4 a second, 2 h 13 min left"."""
        (since, before), (now, _) = self._moments[0], self._moments[-1]
        rate = (self.done - before) / (now - since) if now > since else 0.0
        counted = f"{self.done:,} of {self.total:,}" + (f", {self.failed:,} failed" if self.failed else "")
        if not rate:
            return counted
        left = "" if self.done >= self.total else f", {duration((self.total - self.done) / rate)} left"
        return f"{counted}; {rate:.1f} a second{left}"


def duration(seconds: float) -> str:
    """Two units at most.

    >>> duration(7_985), duration(75), duration(3)
    ('2 h 13 min', '1 min 15 s', '3 s')
    """
    whole = round(seconds)
    units = ((whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    first = next((index for index, (number, _) in enumerate(units) if number), 2)
    return " ".join(f"{number} {unit}" for number, unit in units[first : first + 2] if number or first == 2)
