"""The stages of the recipe, and the step that all of them share.

A stage is a choice: how many turns are played, and which losses count. No training scene comes twice, so what a
stage logs is already a measurement on unseen scenes; whole dialogues are measured by evaluate.py.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Qwen2_5_VLForConditionalGeneration

from ergo_demo.training import losses, network
from ergo_demo.training.batch import Batch, Pictures
from ergo_demo.training.dialogue import Role
from ergo_demo.training.losses import DenseHeads, Tally
from ergo_demo.training.network import Decoded, Tap

EARLY_LAYER = 2  # dense losses sit behind the third decoder layer
TAPS = (Tap(4, 0), Tap(5, -1))  # two chances to copy from the right place, one for each group of key heads

FIRST_REPLY = (Role.FIELD, Role.EDGE, Role.FILLER)
SECOND_REPLY = (Role.LABEL, Role.ANSWER)
THINGS = (3, 8)  # least and most things of a training scene


@dataclass(frozen=True)
class Stage:
    """One stage of the recipe. It has passed when `figure`, as logged on scenes never seen before, is above `bar`."""

    name: str
    turns: int
    taught: tuple[Role, ...]
    questions: int  # a scene
    scenes: int  # a step
    learning_rate: float
    figure: str
    bar: float
    dense_weight: float = 0.3
    letter_weight: float = 1.0
    pointer_weight: float = 0.3


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("tower", 1, (), 1, 16, 2e-3, "tower.letter1", 0.6, dense_weight=1.0),
        Stage("locator", 1, FIRST_REPLY, 3, 10, 1.5e-3, "text.field", 0.94),
        Stage("reader", 2, SECOND_REPLY, 2, 8, 1e-3, "text.answer", 0.9),
        Stage("both", 2, (*FIRST_REPLY, *SECOND_REPLY), 2, 8, 1e-3, "text.answer", 0.9),
    )
}


def see(model: Qwen2_5_VLForConditionalGeneration, pictures: Pictures) -> Tensor:
    """The vision tokens (n, cells, d) of a stack of views."""
    visual, _ = network.parts(model)
    return network.tower(visual, pictures.patches, pictures.places, pictures.real)


def forward(
    model: Qwen2_5_VLForConditionalGeneration, batch: Batch, prefix_ids: Tensor
) -> tuple[Decoded, Tensor, Tensor]:
    """The decoder's states behind the prefix, and the vision tokens of the coarse and the zoom views."""
    coarse = see(model, batch.coarse)
    zoom = see(model, batch.zoom)
    _, text_model = network.parts(model)
    embedding = text_model.embed_tokens.weight
    trunk = F.embedding(batch.trunk_ids, embedding)
    trunk = torch.cat((trunk[:, :1], coarse.to(trunk.dtype), trunk[:, -1:]), dim=1)
    branches = F.embedding(batch.ids, embedding)
    if len(batch.zoom_rows):
        shown = zoom.flatten(0, 1)[batch.zoom_cells].to(branches.dtype)
        branches = branches.flatten(0, 1).index_copy(0, batch.zoom_rows, shown).view(branches.shape)
    prefix = F.embedding(prefix_ids, embedding)[None]
    positions = (torch.arange(len(prefix_ids)).expand(3, 1, -1), batch.trunk_positions, batch.positions)
    return network.decode(text_model, (prefix, trunk, branches), positions, TAPS, EARLY_LAYER), coarse, zoom


def run_step(
    model: Qwen2_5_VLForConditionalGeneration, heads: DenseHeads, stage: Stage, batch: Batch, prefix_ids: Tensor
) -> Tally:
    """The forward pass of one step: its loss and its shares of right answers."""
    tally = Tally(torch.zeros(()))
    if stage.taught:
        decoded, coarse, zoom = forward(model, batch, prefix_ids)
        trunks, branches = decoded.early
        losses.dense_coarse(tally, heads.early, "early", trunks[:, 1:-1], batch, 0.5 * stage.dense_weight)
        losses.asked_about(tally, heads.early, branches, batch, stage.dense_weight)
        losses.pointers(tally, decoded, TAPS, batch, stage.pointer_weight)
        losses.text(tally, decoded.hidden, model.model.language_model.embed_tokens.weight, batch, stage.taught)
    else:
        coarse = see(model, batch.coarse)
        zoom = see(model, batch.zoom)
    losses.dense_coarse(tally, heads.coarse, "tower", coarse, batch, 0.5 * stage.dense_weight)
    losses.dense_zoom(tally, heads.zoom, zoom, batch, stage.letter_weight)
    return tally
