"""A short run of the recipe from scratch: every stage is better after it than before, on scenes it did not see."""

from pathlib import Path

import pytest
import torch

from ergo_demo.training import stages
from ergo_demo.training.apprentice import Apprentice, Lessons, Share
from ergo_demo.training.examples import Mode

STEPS = 24
UNSEEN = 1_000_000  # index of the first scene that the loss is measured on


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One checkpoint, begun from random weights, that stage after stage goes on from."""
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "run").mkdir()
    return folder


@torch.no_grad()
def loss_of(apprentice: Apprentice, mode: Mode) -> float:
    """The mean loss on two batches of unseen scenes."""
    lessons = Lessons(apprentice.tokenizer, seed=0)
    losses = [
        stages.run_step(
            apprentice.model,
            apprentice.heads,
            apprentice.stage,
            lessons.batch(Share(mode, UNSEEN + 10 * index, 1, UNSEEN)),
            lessons.prefixes[mode],
        ).loss
        for index in range(2)
    ]
    return float(torch.stack(losses).mean())


@pytest.mark.parametrize("name", list(stages.STAGES))
def test_a_stage_improves_on_its_starting_loss(name: str, folder: Path) -> None:
    apprentice = Apprentice(folder / "model", folder / "run", stages.STAGES[name], seed=1, workers=2)
    modes = sorted(set(apprentice.stage.modes))
    before = [loss_of(apprentice, mode) for mode in modes]
    for step in range(STEPS):
        apprentice.step(min(1e-3, 2e-4 * (step + 1)), most=1)
    apprentice.save(finished=True)
    after = [loss_of(apprentice, mode) for mode in modes]
    assert sum(after) < sum(before), (modes, before, after)
