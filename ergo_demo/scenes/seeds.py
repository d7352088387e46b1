"""Where randomness comes from: two domains of seeds that can never meet.

A seed is the SHA-256 of the tuple (domain, seed, index), so it is the same on every machine and Python version,
and a training scene can share its random stream with a test scene only if SHA-256 collides.
"""

import hashlib
from typing import Literal

import numpy as np

Domain = Literal["train", "test"]
DOMAINS: tuple[Domain, ...] = ("train", "test")


def derived_seed(domain: Domain, seed: int, index: int) -> int:
    """The 256-bit seed of scene `index` of stream `seed` in `domain`.

    >>> derived_seed("train", 0, 1) == derived_seed("test", 0, 1)
    False
    """
    if domain not in DOMAINS:
        raise ValueError(f"domain is {domain!r}, expected one of {DOMAINS}")
    text = f"{domain}:{int(seed)}:{int(index)}"
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest(), "big")


def generator(domain: Domain, seed: int, index: int) -> np.random.Generator:
    """The random generator of one scene."""
    return np.random.Generator(np.random.PCG64(derived_seed(domain, seed, index)))
