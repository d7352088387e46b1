"""What the tokens of the greedy box say: how likely it was, and where else each of its edges could have been.

Digits are written one after the other, and only those after the digits that were written are known. A digit that could
have stood in a place leaves the later ones open, so it gives a range of values and not one.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ergo_demo.records import Coordinate, Generation, Range, Token

_BEGIN, _END = "<zoom>", "</zoom>"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A token with where its text begins in the reply."""

    token: Token
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.token.text)


def box_logprob(reply: Generation) -> float | None:
    """The log-probability of the tokens between the zoom tags, summed; None where it is not known."""
    first, last = _span(reply.text)
    logprobs = [
        placed.token.logprob for placed in _placed(reply.tokens) if first <= placed.start and placed.end <= last
    ]
    known = [logprob for logprob in logprobs if logprob is not None]
    return sum(known) if known and len(known) == len(logprobs) else None


def coordinates(reply: Generation) -> tuple[Coordinate, ...]:
    """Where x1, y1, x2 and y2 of the first box could have been, view px.

    () where no alternatives are known, and for a box that is not written in whole px from 0.
    """
    first, last = _span(reply.text)
    numbers = list(_NUMBER.finditer(reply.text, first, last))[:4]
    tokens = list(_placed(reply.tokens))
    found = []
    for number in numbers:
        if not number[0].isdecimal():
            return ()
        digits = [placed for placed in tokens if number.start() <= placed.start and placed.end <= number.end()]
        if "".join(placed.token.text for placed in digits) != number[0]:
            return ()  # a token holds more than digits of this number
        if not all(placed.token.alternatives for placed in digits):
            return ()
        found.append(Coordinate(int(number[0]), _ranges(digits)))
    return tuple(found) if len(found) == 4 else ()


def _ranges(digits: Sequence[_Placed]) -> tuple[Range, ...]:
    """The written value, and for each place the values with another digit there; shares sum to at most 1."""
    shares: dict[tuple[int, int], float] = {}
    written, reached = "", 1.0
    for number, placed in enumerate(digits):
        token = placed.token
        open_places = sum(len(later.token.text) for later in digits[number + 1 :])
        for other in token.alternatives:
            if other.text != token.text and other.text.isdecimal() and len(other.text) == len(token.text):
                low = int(written + other.text) * 10**open_places
                key = (low, low + 10**open_places - 1)
                shares[key] = shares.get(key, 0.0) + reached * math.exp(other.logprob)
        own = next((other.logprob for other in token.alternatives if other.text == token.text), token.logprob)
        reached *= math.exp(own if own is not None else -math.inf)
        written += token.text
    shares[int(written), int(written)] = reached
    return tuple(Range(low, high, share) for (low, high), share in sorted(shares.items()))


def _span(text: str) -> tuple[int, int]:
    """What lies between the last pair of zoom tags: the one that is read (see protocol.parsing.read_zoom)."""
    end = text.rfind(_END)
    start = text.rfind(_BEGIN, 0, end) if end >= 0 else -1
    return (start + len(_BEGIN), end) if start >= 0 else (0, 0)


def _placed(tokens: Sequence[Token]) -> Iterator[_Placed]:
    start = 0
    for token in tokens:
        yield _Placed(token, start)
        start += len(token.text)
