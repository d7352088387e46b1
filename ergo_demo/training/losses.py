"""What each stage is taught: the text's loss, dense losses on what is where, and where two heads should look.

The dense heads exist only while training. Each loss returns plain numbers beside its own, so that a stage can say
what it has learned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ergo_demo.training.batch import Batch, Group
from ergo_demo.training.dialogue import Role
from ergo_demo.training.network import Decoded, Tap
from ergo_demo.training.truth import COLOUR_NAMES, IGNORE, KIND_NAMES, MOST_SIDES, WRITING

_MAY_BE_NOTHING = ("kind", "part", *WRITING)  # class 0 is "nothing here"
MOST_CELLS = 26  # classes of a column or row of the coarse view: as many as the alphabet names
ROLE_WEIGHTS = {
    Role.FIXED: 0.0,
    Role.FILLER: 0.15,
    Role.FIELD: 2.0,
    Role.EDGE: 1.0,
    Role.LABEL: 2.0,
    Role.ANSWER: 1.0,
    Role.COUNT: 0.5,
    Role.VERDICT: 1.0,
    Role.DIRECTION: 6.0,  # one token in fifty, and half of the answer hangs on it
}
THINGS = {"kind": 1 + len(KIND_NAMES), "colour": len(COLOUR_NAMES), "part": 3}
"""What is said of a cell, and asked about: kind and part may be nothing (0)."""


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
        before, asked = self.shares.get(name, (0.0, 0))
        self.shares[name] = (before + float(right.sum()), asked + right.numel())


def merged(tallies: list[Tally], mode: str) -> Tally:
    """The mean loss and the summed shares of several workers; final replies of the direct mode get its name."""
    together = Tally(torch.stack([tally.loss.detach() for tally in tallies]).mean())
    for name in {name for tally in tallies for name in tally.shares}:
        counts = [tally.shares[name] for tally in tallies if name in tally.shares]
        said = f"{mode}.{name}" if mode in ("direct", "close") and not name.startswith("tower") else name
        together.shares[said] = (sum(right for right, _ in counts), sum(asked for _, asked in counts))
    return together


class DenseHeads(nn.Module):
    """Linear probes: what a vision token is and says (tower) and, in an early decoder layer, also where it is.

    And, half-way through the decoder, the next token where something is read.
    """

    def __init__(self, width: int, vocabulary: int) -> None:
        super().__init__()
        self.read_out = nn.Linear(width, vocabulary)
        self.apart = nn.Linear(width, 2)
        self.tower = _heads(width, THINGS | {f"sides{i}": MOST_SIDES for i in range(4)})
        self.early = _heads(
            width, THINGS | {"column": MOST_CELLS, "row": MOST_CELLS} | {f"edges{i}": MOST_CELLS for i in range(4)}
        )
        self.writing = _heads(width, WRITING)


def _heads(width: int, classes: dict[str, int]) -> nn.ModuleDict:
    return nn.ModuleDict({name: nn.Linear(width, count) for name, count in classes.items()})


def _classify(tally: Tally, where: str, name: str, head: nn.Module, states: Tensor, truth: Tensor, w: float) -> None:
    """Cross-entropy over the cells that have a truth, weighted `w`.

    Most cells hold no thing and nearly all hold no letter, so cells with something weigh as much as those without,
    and only they are counted.
    """
    asked = truth != IGNORE
    if not asked.any():
        return
    logits, truth = head(states[asked]).float(), truth[asked]
    each = F.cross_entropy(logits, truth, reduction="none")
    there = truth > 0 if name in _MAY_BE_NOTHING else torch.ones_like(truth, dtype=torch.bool)
    if there.all() or not there.any():
        tally.add(w, each.mean())
    else:
        tally.add(w / 2, each[there].mean() + each[~there].mean())
    if there.any():
        tally.count(f"{where}.{name}", logits.argmax(-1)[there] == truth[there])


def dense(tally: Tally, heads: nn.ModuleDict, where: str, tokens: Tensor, batch: Batch, weight: float) -> None:
    """What is in each cell of the trunks' view, read from `tokens` (B, cells, d)."""
    for name, head in heads.items():
        truth = batch.truth.get(name.rstrip("0123"))
        if truth is None:
            continue
        if name[-1].isdigit():
            truth = truth[..., int(name[-1])]
        # Kinds differ by outline and come last: without this, a tower that knows colours is content.
        _classify(tally, where, name, head, tokens, truth, weight * (3 if name == "kind" else 1))


def writing(tally: Tally, heads: nn.ModuleDict, trunk: Tensor, zoom: Tensor, batch: Batch, weight: float) -> None:
    """What is written in each cell of the trunks' view (B, cells, d) and of the zoom views (cells, d)."""
    states = torch.cat((trunk.flatten(0, 1), zoom))
    truth = torch.cat((batch.truth["writing"].flatten(0, 1), batch.zoom_writing))
    readable = (truth != IGNORE).any(-1)
    states, truth = states[readable], truth[readable]
    for index, (name, head) in enumerate(heads.items()):
        _classify(tally, "tower", name, head, states, truth[:, index], weight)


def asked_about(tally: Tally, heads: nn.ModuleDict, states: Tensor, group: Group, weight: float) -> None:
    """Where the model is about to look, it must know what for, and which edges of the box it has written.

    Read from early states (N, L, d) by the very heads that read the view's cells, so that question and cell mean the
    same direction by "red", and a head of attention needs no more than to compare them.
    """
    pointers = group.pointers
    if not len(pointers.queries):
        return
    row, token = pointers.queries.T
    at = states[row, token]
    for index, name in enumerate(THINGS):
        _classify(tally, "asked", name, heads[name], at, pointers.asked[:, index], weight)
    for index in range(3):
        _classify(tally, "known", f"edges{index}", heads[f"edges{index}"], at, pointers.known[:, index], weight / 2)


def read_out(tally: Tally, head: nn.Module, middle: list[Tensor], groups: list[Group], weight: float) -> None:
    """Half-way through the decoder (N, L, d), a state must tell what was read or compared: the next token, linearly."""
    states, truths = [], []
    for states_of, group in zip(middle, groups, strict=True):
        read = torch.isin(group.roles[:, 1:], torch.tensor((Role.LABEL, Role.DIRECTION)))
        states.append(states_of[:, :-1][read])
        truths.append(group.ids[:, 1:][read])
    together, truth = torch.cat(states), torch.cat(truths)
    if not len(truth):
        return
    logits = head(F.rms_norm(together, together.shape[-1:])).float()
    tally.add(weight, F.cross_entropy(logits, truth))
    tally.count("middle.told", logits.argmax(-1) == truth)


def compared(tally: Tally, decoded: Decoded, embedding: Tensor, group: Group, weight: float) -> None:
    """The directions of drills, each from the words before it."""
    row, token = group.compared.T
    logits = F.linear(decoded.hidden[row, token], embedding).float()
    truth = group.ids[row, token + 1]
    tally.add(weight, F.cross_entropy(logits, truth))
    tally.count("drill.direction", logits.argmax(-1) == truth)


def apart(tally: Tally, head: nn.Module, states: Tensor, group: Group, weight: float, name: str = "apart") -> None:
    """Where a direction comes next, a state (N, L, d) must tell how far apart the two things are, in fields.

    From the direction alone the network has to find out for each pair of letters which comes first.
    """
    if not len(group.compared):
        return
    row, token = group.compared.T
    at = states[row, token]
    told = head(F.rms_norm(at, at.shape[-1:])).float()
    tally.add(weight, F.smooth_l1_loss(told, group.apart))
    tally.count(name, (told - group.apart).abs() < 1)


def text(
    tally: Tally, decoded: list[Decoded], embedding: Tensor, groups: list[Group], taught: tuple[Role, ...]
) -> None:
    """Next-token loss on the roles in `taught`, weighted by role."""
    states, truths, roles = [], [], []
    for states_of, group in zip(decoded, groups, strict=True):
        role = group.roles[:, 1:]
        asked = torch.isin(role, torch.tensor(taught))
        states.append(states_of.hidden[:, :-1][asked])
        truths.append(group.ids[:, 1:][asked])
        roles.append(role[asked])
    logits, truth, role = F.linear(torch.cat(states), embedding).float(), torch.cat(truths), torch.cat(roles)
    weights = torch.tensor([ROLE_WEIGHTS[r] for r in Role])[role]
    losses = F.cross_entropy(logits, truth, reduction="none")
    tally.add(1.0, (losses * weights).sum() / weights.sum())
    right = logits.argmax(-1) == truth
    for one in taught:
        chosen = role == one
        if chosen.any():
            tally.count(f"text.{one.name.lower()}", right[chosen])


def pointers(
    tally: Tally, decoded: Decoded, locating: Sequence[Tap], reading: Sequence[Tap], group: Group, weight: float
) -> None:
    """The tapped heads must look at the cells that hold the answer to what is about to be written.

    Where and what are looked up by different heads: the values of one are too narrow to carry both.
    """
    for name, taps, asked in (
        ("located", locating, ~group.pointers.reading),
        ("read", reading, group.pointers.reading),
    ):
        if asked.any():
            _looks(tally, name, decoded, taps, group, asked, weight)


def _looks(
    tally: Tally, name: str, decoded: Decoded, taps: Sequence[Tap], group: Group, asked: Tensor, weight: float
) -> None:
    wanted = group.pointers
    targets = wanted.targets[asked]
    row, token = wanted.queries[asked].T
    ahead = targets.shape[1] - group.ids.shape[1]
    unseen = torch.arange(targets.shape[1]) > ahead + token[:, None]
    for index, tap in enumerate(taps):
        query, keys = decoded.queries[tap][row, token], decoded.keys[tap][row]
        scores = torch.einsum("qh,qlh->ql", query, keys).float() / query.shape[-1] ** 0.5
        scores = scores.masked_fill(unseen, float("-inf"))
        log_share = scores.log_softmax(-1).masked_fill(~targets, float("-inf")).logsumexp(-1)
        tally.add(weight, -log_share.clamp(min=-12).mean())
        tally.count(f"{name}{index}", targets.gather(1, scores.argmax(-1)[:, None])[:, 0])
