"""What each stage is taught: the text's loss, dense losses on what is where, and where two heads should look.

The dense heads exist only while training. Each returns plain numbers besides its loss, so that a stage can say
what it has learned.
"""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ergo_demo.training.batch import Batch
from ergo_demo.training.dialogue import Role
from ergo_demo.training.examples import CHARACTERS, COLOUR_NAMES, IGNORE, KIND_NAMES, MOST_SIDES
from ergo_demo.training.network import Decoded, Tap

_MAY_BE_NOTHING = ("tower.kind", "early.kind", "tower.letter0", "tower.letter1")  # class 0 is "nothing here"
MOST_CELLS = 24  # classes of a column or row; the coarse view has 12 x 9
ROLE_WEIGHTS = {Role.FIXED: 0.0, Role.FILLER: 0.3, Role.FIELD: 2.0, Role.EDGE: 1.0, Role.LABEL: 2.0, Role.ANSWER: 1.0}


@dataclass
class Tally:
    """Sums of loss terms and of right answers, by name."""

    loss: Tensor
    shares: dict[str, tuple[float, int]] = field(default_factory=dict)  # name -> (right, asked)

    def add(self, weight: float, loss: Tensor) -> None:
        """Add a weighted loss term."""
        self.loss = self.loss + weight * loss

    def count(self, name: str, right: Tensor) -> None:
        """Count right answers (a bool tensor of any shape)."""
        self.shares[name] = (float(right.sum()), right.numel())


def merged(tallies: list[Tally]) -> Tally:
    """The mean loss and the summed shares of several workers."""
    together = Tally(torch.stack([tally.loss.detach() for tally in tallies]).mean())
    for name in {name for tally in tallies for name in tally.shares}:
        counts = [tally.shares[name] for tally in tallies if name in tally.shares]
        together.shares[name] = (sum(right for right, _ in counts), sum(asked for _, asked in counts))
    return together


class DenseHeads(nn.Module):
    """Linear probes: what a vision token is (tower) and, in an early decoder layer, also where it is."""

    def __init__(self, width: int) -> None:
        super().__init__()
        things = {"kind": 1 + len(KIND_NAMES), "colour": len(COLOUR_NAMES)}
        self.coarse = _heads(width, things | {f"sides{i}": MOST_SIDES for i in range(4)})
        self.early = _heads(
            width, things | {"column": MOST_CELLS, "row": MOST_CELLS} | {f"edges{i}": MOST_CELLS for i in range(4)}
        )
        self.zoom = _heads(width, {f"letter{i}": 1 + len(CHARACTERS) for i in range(2)})


def _heads(width: int, classes: dict[str, int]) -> nn.ModuleDict:
    return nn.ModuleDict({name: nn.Linear(width, count) for name, count in classes.items()})


def _classify(tally: Tally, name: str, logits: Tensor, truth: Tensor, weight: float) -> None:
    """Cross-entropy over the cells that have a truth.

    Most cells hold no thing and nearly all hold no letter, so cells with something weigh as much as those without,
    and only they are counted.
    """
    asked = truth != IGNORE
    if not asked.any():
        return
    logits, truth = logits[asked].float(), truth[asked]
    each = F.cross_entropy(logits, truth, reduction="none")
    there = truth > 0 if name in _MAY_BE_NOTHING else torch.ones_like(truth, dtype=torch.bool)
    if there.all() or not there.any():
        tally.add(weight, each.mean())
    else:
        tally.add(weight / 2, each[there].mean() + each[~there].mean())
    if there.any():
        tally.count(name, logits.argmax(-1)[there] == truth[there])


def dense_coarse(tally: Tally, heads: nn.ModuleDict, where: str, tokens: Tensor, batch: Batch, weight: float) -> None:
    """What is in each cell of the coarse view, read from `tokens` (B, cells, d)."""
    for name, head in heads.items():
        truth = batch.coarse_truth[name.rstrip("0123")]
        if name[-1].isdigit():
            truth = truth[..., int(name[-1])]
        _classify(tally, f"{where}.{name}", head(tokens), truth, weight)


def dense_zoom(tally: Tally, heads: nn.ModuleDict, tokens: Tensor, batch: Batch, weight: float) -> None:
    """Which character's middle lies in each cell of the zoom views, read from `tokens` (n, cells, d)."""
    for index, head in enumerate(heads.values()):
        _classify(tally, f"tower.letter{index}", head(tokens), batch.zoom_letters[..., index], weight)


def asked_about(tally: Tally, heads: nn.ModuleDict, states: Tensor, batch: Batch, weight: float) -> None:
    """Where the model is about to look, it must know what for: the kind and colour of the thing asked about.

    Read from early states (N, L, d) by the very heads that read the coarse view's cells, so that question and cell
    mean the same direction by "red", and a head of attention needs no more than to compare them.
    """
    branch, token = batch.pointer_queries.T
    for name, truth in batch.asked.items():
        _classify(tally, f"asked.{name}", heads[name](states[branch, token]), truth[branch], weight)


def text(tally: Tally, hidden: Tensor, embedding: Tensor, batch: Batch, taught: tuple[Role, ...]) -> None:
    """Next-token loss on the roles in `taught`, weighted by role."""
    roles, ids = batch.roles[:, 1:], batch.ids[:, 1:]
    asked = torch.zeros_like(roles, dtype=torch.bool)
    for role in taught:
        asked |= roles == role
    logits = F.linear(hidden[:, :-1][asked], embedding).float()
    truth, asked_roles = ids[asked], roles[asked]
    weights = torch.tensor([ROLE_WEIGHTS[Role(r)] for r in range(len(Role))])[asked_roles]
    losses = F.cross_entropy(logits, truth, reduction="none")
    tally.add(1.0, (losses * weights).sum() / weights.sum())
    right = logits.argmax(-1) == truth
    for role in taught:
        chosen = asked_roles == role
        if chosen.any():
            tally.count(f"text.{role.name.lower()}", right[chosen])


def pointers(tally: Tally, decoded: Decoded, taps: tuple[Tap, ...], batch: Batch, weight: float) -> None:
    """Each tapped head must look at the cells that hold the answer to what is about to be written."""
    if not len(batch.pointer_queries):
        return
    branch, token = batch.pointer_queries.T
    ahead = batch.pointer_targets.shape[1] - batch.ids.shape[1]
    unseen = torch.arange(batch.pointer_targets.shape[1]) > ahead + token[:, None]
    for index, tap in enumerate(taps):
        query, keys = decoded.queries[tap][branch, token], decoded.keys[tap][branch]
        scores = torch.einsum("qh,qlh->ql", query, keys).float() / query.shape[-1] ** 0.5
        scores = scores.masked_fill(unseen, float("-inf"))
        log_share = scores.log_softmax(-1).masked_fill(~batch.pointer_targets, float("-inf")).logsumexp(-1)
        tally.add(weight, -log_share.clamp(min=-12).mean())
        tally.count(f"pointer{index}", batch.pointer_targets.gather(1, scores.argmax(-1)[:, None])[:, 0])
