"""The stages of the recipe, and the step that all of them share.

A stage is a choice: which lessons are given in turn, and which losses count. No training scene comes twice, so what
a stage logs is already a measurement on unseen scenes; whole dialogues are measured by evaluate.py and the bench.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Qwen2_5_VLForConditionalGeneration

from ergo_demo.training import losses, network
from ergo_demo.training.batch import Batch, Group, Pictures
from ergo_demo.training.dialogue import READ, Role
from ergo_demo.training.examples import Mode
from ergo_demo.training.losses import DenseHeads, Tally
from ergo_demo.training.network import Decoded, Stream, Tap

EARLY_LAYER = 2  # dense losses sit behind the third decoder layer
MIDDLE_LAYER = 4  # what was read is asked for here, not only at the end: from far above, the reading heads never start
LOCATING = (Tap(4, 0), Tap(5, -1))  # where something is: two chances to copy it, one for each group of key heads
READING = (Tap(3, 0), Tap(3, -1), Tap(4, -1), Tap(5, 0))  # what is written there: the groups that those leave

FIRST_REPLY = (Role.FIELD, Role.EDGE, Role.FILLER, Role.COUNT, Role.DIRECTION)


@dataclass(frozen=True)
class Portion:
    """How much of a mode one worker takes in a step: scenes (fewer where a view has more tokens), and for each scene
    questions and reading sheets; and drills beside them.
    """

    scenes: int
    questions: int
    sheets: int
    tokens: int  # most vision tokens of all trunks together
    drills: int = 0

    def scenes_at(self, budget: int) -> int:
        """Scenes whose views have `budget` tokens each."""
        return max(1, min(self.scenes, self.tokens // budget))


PORTIONS: dict[Mode, Portion] = {
    "tower": Portion(2, 0, 7, 400),
    "coarse": Portion(4, 8, 1, 800, drills=32),
    "both": Portion(3, 4, 1, 600, drills=32),
    "direct": Portion(4, 12, 1, 1280, drills=32),
    "close": Portion(4, 5, 1, 1280, drills=32),
}


@dataclass(frozen=True)
class Stage:
    """One stage of the recipe. It has passed when `figure`, as logged on scenes never seen before, is above `bar`."""

    name: str
    modes: tuple[Mode, ...]  # taken in turn
    taught: tuple[Role, ...]
    learning_rate: float
    figure: str
    bar: float
    dense_weight: float = 0.3
    writing_weight: float = 0.5
    pointer_weight: float = 0.2
    drill_weight: float = 0.5


EVERY_MODE: tuple[Mode, ...] = (
    "coarse", "close", "both", "close", "coarse", "close", "both", "tower", "close", "direct"
)  # fmt: skip
"""Steps of `close` and `tower` teach to read, and are cheap: it takes the most practice."""
EVERYTHING = (*FIRST_REPLY, *READ)
STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("tower", ("tower", "direct"), (), 2e-3, "tower.letter1", 0.6, dense_weight=1.0, writing_weight=1.0),
        Stage("locator", ("coarse", "coarse", "direct"), EVERYTHING, 1.5e-3, "text.field", 0.9),
        Stage("reader", ("close", "close", "close", "tower"), READ, 2e-3, "close.text.label", 0.8, dense_weight=0.05),
        Stage("both", EVERY_MODE, EVERYTHING, 1e-3, "text.answer", 0.85),
        Stage("polish", EVERY_MODE, EVERYTHING, 1.2e-3, "text.answer", 0.9),
    )
}


def see(model: Qwen2_5_VLForConditionalGeneration, pictures: Pictures) -> Tensor:
    """The vision tokens (n, cells, d) of views of one shape."""
    visual, _ = network.parts(model)
    return network.tower(visual, pictures.patches, pictures.places)


def see_all(model: Qwen2_5_VLForConditionalGeneration, batch: Batch) -> tuple[Tensor, Tensor]:
    """The vision tokens of the trunks (B, cells, d) and of all zoom views and sheets (zoom cells, d)."""
    zooms = [see(model, alike).flatten(0, 1) for alike in batch.zooms]
    return see(model, batch.trunk), torch.cat(zooms)


def forward(
    model: Qwen2_5_VLForConditionalGeneration, batch: Batch, prefix_ids: Tensor
) -> tuple[list[Decoded], Tensor, Tensor]:
    """The decoder's states of the trunks and of each group, and the vision tokens of trunks and zoom views."""
    seen, zoom = see_all(model, batch)
    _, text_model = network.parts(model)
    embedding = text_model.embed_tokens.weight
    trunk = F.embedding(batch.trunk_ids, embedding)
    trunk = torch.cat((trunk[:, :1], seen.to(trunk.dtype), trunk[:, -1:]), dim=1)
    streams = [
        _prefix(embedding, prefix_ids),
        Stream(trunk, batch.trunk_positions, torch.zeros(len(trunk), dtype=torch.int64)),
    ]
    for group in batch.groups:
        rows = F.embedding(group.ids, embedding)
        if len(group.zoom_rows):
            shown = zoom[group.zoom_cells].to(rows.dtype)
            rows = rows.flatten(0, 1).index_copy(0, group.zoom_rows, shown).view(rows.shape)
        streams.append(Stream(rows, group.positions, group.owner))
    return network.decode(text_model, streams, (*LOCATING, *READING), (EARLY_LAYER, MIDDLE_LAYER)), seen, zoom


def _prefix(embedding: Tensor, ids: Tensor) -> Stream:
    """What stands before everything: one row that belongs to none."""
    at = torch.arange(len(ids)).expand(3, 1, -1)
    return Stream(F.embedding(ids, embedding)[None], at, torch.zeros(0, dtype=torch.int64))


def drilled(
    tally: Tally,
    model: Qwen2_5_VLForConditionalGeneration,
    heads: DenseHeads,
    stage: Stage,
    group: Group,
    prefix_ids: Tensor,
) -> None:
    """Where one thing is from another, told from fields in words, behind the prefix alone."""
    _, text_model = network.parts(model)
    embedding = text_model.embed_tokens.weight
    streams = [
        _prefix(embedding, prefix_ids),
        Stream(F.embedding(group.ids, embedding), group.positions, group.owner),
    ]
    states = network.decode(text_model, streams, (), (MIDDLE_LAYER,))[0]
    losses.apart(tally, heads.apart, states.behind[MIDDLE_LAYER], group, 2 * stage.dense_weight, "drill.apart")
    losses.compared(tally, states, embedding, group, stage.drill_weight)


def run_step(
    model: Qwen2_5_VLForConditionalGeneration, heads: DenseHeads, stage: Stage, batch: Batch, prefix_ids: Tensor
) -> Tally:
    """The forward pass of one step: its loss and its shares of right answers."""
    tally = Tally(torch.zeros(()))
    if stage.taught and batch.groups:
        decoded, seen, zoom = forward(model, batch, prefix_ids)
        trunks, branches = decoded[0], decoded[1:]
        losses.dense(tally, heads.early, "early", trunks.behind[EARLY_LAYER][:, 1:-1], batch, 0.5 * stage.dense_weight)
        share = 1 / len(batch.groups)
        for states, group in zip(branches, batch.groups, strict=True):
            losses.asked_about(tally, heads.early, states.behind[EARLY_LAYER], group, share * stage.dense_weight)
            losses.apart(tally, heads.apart, states.behind[MIDDLE_LAYER], group, 2 * share * stage.dense_weight)
            losses.pointers(tally, states, LOCATING, READING, group, share * stage.pointer_weight)
        middle = [states.behind[MIDDLE_LAYER] for states in branches]
        losses.read_out(tally, heads.read_out, middle, batch.groups, stage.dense_weight)
        embedding = model.model.language_model.embed_tokens.weight
        losses.text(tally, branches, embedding, batch.groups, stage.taught)
        if batch.drills is not None:
            drilled(tally, model, heads, stage, batch.drills, prefix_ids)
    else:
        seen, zoom = see_all(model, batch)
    losses.dense(tally, heads.tower, "tower", seen, batch, 0.5 * stage.dense_weight)
    losses.writing(tally, heads.writing, seen, zoom, batch, 0.3 * stage.writing_weight)
    return tally
