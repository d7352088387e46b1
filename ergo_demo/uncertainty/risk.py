"""Risk control: how far a region must grow until it is read as rightly as the oracle box, give or take epsilon."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is right: from the region at each growth, (items, growths), and from the target's own box, (items,)."""

    growths: tuple[float, ...]
    right: NDArray[np.bool_]
    right_with_oracle: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Risk:
    """What each growth loses against the oracle box, and the one to use: None where none loses little enough."""

    growth: float | None
    growths: tuple[float, ...]
    losses: tuple[float, ...]
    n: int


def least_growth(
    growths: Sequence[float], right: NDArray[np.bool_], right_with_oracle: NDArray[np.bool_], epsilon: float
) -> Risk:
    """The smallest growth whose region is read right as often as the oracle box, within `epsilon`.

    `right`: (items, growths), `growths` ascending; `right_with_oracle`: (items,). One more item that the growth loses
    is counted, as in conformal risk control (Angelopoulos et al. 2022, arXiv 2208.02814). Its theorem asks for a loss
    that never rises with the growth; reading need not be so kind (a large region is read less sharply), so the number
    is to be checked on other items.

    >>> right = np.array([[False, True], [True, True]] * 10)
    >>> least_growth([0.0, 0.1], right, np.ones(20, dtype=bool), epsilon=0.1).growth
    0.1
    """
    n = len(right)
    lost = right_with_oracle.astype(np.int64)[:, None] - right.astype(np.int64)
    bounds = (lost.sum(axis=0) + 1) / (n + 1)
    enough = [growth for growth, bound in zip(growths, bounds, strict=True) if bound <= epsilon]
    means = lost.mean(axis=0) if n else np.zeros(len(growths))
    return Risk(enough[0] if enough and n else None, tuple(growths), tuple(float(mean) for mean in means), n)


def kept_losses(answers: Answers, epsilon: float, splits: int, seed: int) -> list[float]:
    """What the growth that one random half chooses loses on the other half; for the halves that choose any."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(splits):
        order = rng.permutation(len(answers.right))
        chosen, other = order[: len(order) // 2], order[len(order) // 2 :]
        growth = least_growth(answers.growths, answers.right[chosen], answers.right_with_oracle[chosen], epsilon).growth
        if growth is not None:
            read = answers.right[other, answers.growths.index(growth)]
            found.append(float(answers.right_with_oracle[other].mean() - read.mean()))
    return found
