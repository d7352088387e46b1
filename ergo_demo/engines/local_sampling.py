"""From logits to tokens. Every parameter is passed: what a checkpoint says about sampling is not read."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ergo_demo.records import Sampling


@dataclass(frozen=True, slots=True)
class Drawn:
    """A token's number, and its log-probability under the network itself: neither temperature nor top-p is in it."""

    number: int
    logprob: float


class Sampler:
    """Draws the tokens of several branches, each from random numbers of its own: a branch is the same in any company.

    The random numbers are the CPU's wherever the network is, and the shared ones are left alone.
    """

    def __init__(self, sampling: Sampling, unspeakable_ids: list[int], seeds: Sequence[int]) -> None:
        self._sampling = sampling
        self._unspeakable_ids = torch.tensor(unspeakable_ids)
        self._random = [torch.Generator().manual_seed(seed) for seed in seeds]

    @torch.inference_mode()
    def draw(self, logits: Tensor, branches: Sequence[int] = (0,)) -> list[Drawn]:
        """The next token of each of `branches`, from their logits (branches, vocabulary)."""
        allowed = logits.index_fill(1, self._unspeakable_ids.to(logits.device), -torch.inf)
        chosen = allowed.argmax(1) if self._sampling.temperature == 0 else self._sample(allowed, branches)
        logprobs = logits.gather(1, chosen[:, None])[:, 0] - logits.logsumexp(1)
        # One transfer for both: each one makes the GPU wait.
        both = torch.stack([chosen.double(), logprobs.double()], dim=1).tolist()
        return [Drawn(int(number), logprob) for number, logprob in both]

    def _sample(self, logits: Tensor, branches: Sequence[int]) -> Tensor:
        shares, order = (logits.double() / self._sampling.temperature).softmax(1).sort(descending=True, stable=True)
        reached = shares.cumsum(1)
        # The likeliest tokens whose shares reach top_p, the one that crosses it included.
        reached = reached.masked_fill(reached - shares >= self._sampling.top_p, torch.inf)
        most = reached.masked_fill(reached.isinf(), 0.0).amax(1, keepdim=True)
        drawn = torch.stack([torch.rand(1, generator=self._random[branch], dtype=torch.double) for branch in branches])
        places = torch.searchsorted(reached, drawn.to(logits.device) * most, right=True)
        return order.gather(1, places)[:, 0]


@torch.inference_mode()
def likeliest(logits: Tensor, count: int) -> list[Drawn]:
    """The `count` likeliest tokens, likeliest first, from the logits of one place (1, vocabulary)."""
    logprobs, numbers = logits[0].log_softmax(0).topk(min(count, logits.shape[1]))
    return [Drawn(*pair) for pair in zip(numbers.tolist(), logprobs.tolist(), strict=True)]
