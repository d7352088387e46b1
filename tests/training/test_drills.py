"""Drills: what they say follows from their fields, and their loss is that of the direction alone."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from ergo_demo.scenes.questions import DIRECTIONS, direction_of
from ergo_demo.training import stages
from ergo_demo.training.apprentice import Lessons, Share
from ergo_demo.training.checkpoint import model_config, new_model
from ergo_demo.training.dialogue import Role, text_of
from ergo_demo.training.drills import drill
from ergo_demo.training.losses import DenseHeads, Tally
from ergo_demo.training.tokenizer import train_tokenizer

SAID = re.compile(
    r"<think>The (?P<first>\w+ \w+) is in (\w)(\d+) to (\w)(\d+) and the (?P<second>\w+ \w+) is in "
    r"(\w)(\d+) to (\w)(\d+); seen from the (?P=second), the (?P=first) is (?P<told>\w+)"
)


def test_the_direction_follows_from_the_fields() -> None:
    rng = np.random.default_rng(0)
    told = []
    for _ in range(400):
        said = SAID.fullmatch(text_of(drill(rng)))
        assert said is not None
        places = said.groups()[1:5] + said.groups()[6:10]
        x1, y1, x2, y2, u1, v1, u2, v2 = (int(p) if p.isdigit() else ord(p) - ord("A") + 1 for p in places)
        assert min(x2 - x1, y2 - y1, u2 - u1, v2 - v1) >= 0
        assert max(x2, y2, u2, v2) <= 26
        assert said["told"] == direction_of((x1 + x2 - u1 - u2) / 2, (y1 + y2 - v1 - v2) / 2)
        told.append(said["told"])
    assert min(told.count(word) for word in DIRECTIONS) > 60, "no direction may be the rare one"


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return Lessons(train_tokenizer(), seed=0)


def test_drills_are_made_beside_scenes_and_differ_from_step_to_step(lessons: Lessons) -> None:
    first, second = (lessons.batch(Share("coarse", index, 1, index)).drills for index in (0, 10))
    assert first is not None
    assert second is not None
    assert len(first.ids) == stages.PORTIONS["coarse"].drills == len(first.compared)
    assert not torch.equal(first.ids, second.ids)
    assert lessons.batch(Share("tower", 0, 1, 0)).drills is None


def test_the_loss_of_drills_is_that_of_the_word_of_direction(lessons: Lessons) -> None:
    group = lessons.batch(Share("close", 0, 1, 0)).drills
    assert group is not None
    model = new_model(model_config(train_tokenizer(), width=96, depth=5)).train(False)
    heads = DenseHeads(96, len(train_tokenizer()))
    torch.nn.init.zeros_(heads.apart.weight)
    stage = stages.STAGES["polish"]
    prefix = lessons.prefixes["close"]
    tally = Tally(torch.zeros(()))
    with torch.no_grad():
        stages.drilled(tally, model, heads, stage, group, prefix)
        distances = F.smooth_l1_loss(heads.apart.bias.expand_as(group.apart), group.apart)
        words = 0.0
        for ids, positions, roles in zip(group.ids, group.positions.transpose(0, 1), group.roles, strict=True):
            (at,) = (roles == Role.DIRECTION).nonzero()[0].tolist()
            before = torch.arange(len(prefix)).expand(3, -1)
            whole = torch.cat((before, positions[:, :at]), dim=1)[:, None]
            logits = model(torch.cat((prefix, ids[:at]))[None], position_ids=whole).logits[0, -1]
            words += float(F.cross_entropy(logits, ids[at])) / len(group.ids)
    expected = stage.drill_weight * words + 2 * stage.dense_weight * float(distances)
    assert float(tally.loss) == pytest.approx(expected, abs=1e-3)
