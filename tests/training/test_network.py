"""The training forward pass computes what transformers computes, and learning can be interrupted."""

import multiprocessing
import shutil
from contextlib import closing
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

from ergo_demo.geometry import Size
from ergo_demo.scenes import generator
from ergo_demo.training import checkpoint, dialogue, stages
from ergo_demo.training.apprentice import Apprentice, encoder
from ergo_demo.training.batch import Batch, collate, to_patches
from ergo_demo.training.examples import Example, Lesson, Mode, make_example
from ergo_demo.training.losses import DenseHeads
from ergo_demo.training.tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer()


@pytest.fixture(scope="module")
def model(tokenizer: PreTrainedTokenizerFast) -> Qwen2_5_VLForConditionalGeneration:
    """A narrow model whose weights are large enough for a wrong position to change the logits."""
    model = checkpoint.new_model(checkpoint.model_config(tokenizer, width=96, depth=2))
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.08)
    model.train(False)
    return model


def two_examples(tokenizer: PreTrainedTokenizerFast, mode: Mode) -> tuple[list[Example], Batch, list[int]]:
    encode = encoder(tokenizer)
    prefix = encode(dialogue.direct_prefix() if mode == "direct" else dialogue.prefix())
    marks = (encode("<|vision_start|>")[0], encode("<|image_pad|>")[0], encode("<|vision_end|>")[0])
    lesson = Lesson(encode, mode, 3, 1, len(prefix), Size(1200, 900), 108)
    examples = [make_example(generator("train", 5, index), lesson) for index in range(2)]
    return examples, collate(examples, len(prefix), marks, groups=2), prefix


def both_frames(patches: Tensor) -> Tensor:
    """Patches (P, 588) as the stock processor gives them (P, 1176): a still image is the same frame twice."""
    cut = patches.view(len(patches), 3, 1, -1)
    return cut.expand(-1, -1, 2, -1).reshape(len(patches), -1)


@pytest.mark.parametrize("mode", ["both", "direct"])
def test_the_training_pass_gives_the_logits_of_transformers(
    model: Qwen2_5_VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, mode: Mode
) -> None:
    examples, batch, prefix = two_examples(tokenizer, mode)
    branches = sorted((b for e in examples for b in e.branches), key=lambda branch: len(branch.ids))
    with torch.no_grad():
        decoded, _, _ = stages.forward(model, batch, torch.tensor(prefix))
        rows = [(group, states, row) for group, states in zip(batch.groups, decoded[1:], strict=True)
                for row in range(len(group.ids))]  # fmt: skip
        for branch, (group, states, row) in zip(branches, rows, strict=True):
            example = examples[int(group.owner[row])]
            images = [example.image, *([branch.zoom.image] if branch.zoom else [])]
            ids = torch.tensor([prefix + batch.trunk_ids[0].tolist() + branch.ids])
            stock = model(
                input_ids=ids,
                pixel_values=torch.cat([both_frames(to_patches(image)) for image in images]),
                image_grid_thw=torch.tensor([[1, i.shape[0] // 14, i.shape[1] // 14] for i in images]),
                mm_token_type_ids=(ids == model.config.image_token_id).int(),
            ).logits[0, -len(branch.ids) :]
            ours = (states.hidden @ model.model.language_model.embed_tokens.weight.T)[row, : len(branch.ids)]
            assert float(stock.std()) > 0.1
            torch.testing.assert_close(ours, stock, atol=2e-4, rtol=0)


@pytest.mark.parametrize("mode", ["coarse", "both", "direct"])
def test_a_pointer_asks_for_a_look_at_vision_tokens(tokenizer: PreTrainedTokenizerFast, mode: Mode) -> None:
    _, batch, prefix = two_examples(tokenizer, mode)
    pad = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    for group in batch.groups:
        assert len(group.pointers.queries)
        for query, (branch, token) in enumerate(group.pointers.queries.tolist()):
            seen = torch.cat((torch.tensor(prefix), batch.trunk_ids[0], group.ids[branch, : token + 1]))
            targets = torch.nonzero(group.pointers.targets[query])[:, 0]
            assert len(targets)
            assert set(seen[targets].tolist()) == {pad}


@pytest.fixture
def micro(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> Path:
    folder = tmp_path / "model"
    checkpoint.save(checkpoint.new_model(checkpoint.model_config(tokenizer, width=96, depth=2)), tokenizer, folder)
    return folder


@pytest.mark.parametrize("name", sorted(stages.STAGES))
def test_a_few_steps_of_a_stage_change_its_weights(name: str, micro: Path, tmp_path: Path) -> None:
    apprentice = Apprentice(micro, tmp_path / "run", stages.STAGES[name], seed=0, workers=2)
    before = [parameter.clone() for parameter in apprentice.model.model.visual.parameters()]
    steps = len(apprentice.stage.modes)
    tallies = [apprentice.step(1e-3, most=1) for _ in range(steps)]
    assert all(torch.isfinite(tally.loss) for tally in tallies)
    assert apprentice.examples == 2 * steps
    assert set(apprentice.asked) == set(apprentice.stage.modes)
    after = list(apprentice.model.model.visual.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    if apprentice.stage.taught:
        learned = {name.removeprefix("close.").removeprefix("direct.") for tally in tallies for name in tally.shares}
        assert {"read0", "asked.colour", "text.label", "middle.told"} < learned
        assert ({"located0", "text.field"} < learned) == ("coarse" in apprentice.stage.modes)


def test_an_interrupted_stage_goes_on_as_if_it_had_not_stopped(micro: Path, tmp_path: Path) -> None:
    stage = stages.STAGES["locator"]

    def three_losses(name: str, stop_after: int) -> list[float]:
        folder, run = tmp_path / name, tmp_path / name / "run"
        shutil.copytree(micro, folder)
        run.mkdir()
        apprentice = Apprentice(folder, run, stage, seed=0)
        # Dense heads are new in each run: the same ones, or the two runs could not be compared.
        apprentice.heads.load_state_dict(heads)
        found = []
        for step in range(3):
            if step == stop_after:
                apprentice.save(finished=False)
                apprentice = Apprentice(folder, run, stage, seed=0)
            found.append(float(apprentice.step(1e-3, most=1).loss))
        return found

    heads = DenseHeads(96, len(train_tokenizer())).state_dict()
    assert three_losses("stopped", 2) == pytest.approx(three_losses("at once", 9), rel=1e-4)


def test_batches_made_by_other_processes_are_the_same(micro: Path, tmp_path: Path) -> None:
    def losses(makers: int) -> list[float]:
        torch.manual_seed(0)  # dense heads are new in each run
        run = tmp_path / f"run{makers}"
        run.mkdir()
        with closing(Apprentice(micro, run, stages.STAGES["both"], seed=0, workers=2, makers=makers)) as apprentice:
            return [float(apprentice.step(1e-3, most=1).loss) for _ in range(2)]

    before = set(multiprocessing.active_children())
    assert losses(1) == pytest.approx(losses(0), rel=1e-4)
    assert set(multiprocessing.active_children()) == before, "a process that makes batches outlives its stage"


def test_a_saved_checkpoint_is_small(micro: Path) -> None:
    assert (micro / "model.safetensors").stat().st_size < 10e6


def test_a_new_vocabulary_keeps_what_is_known(tokenizer: PreTrainedTokenizerFast) -> None:
    name, word = "model.language_model.embed_tokens.weight", "<|image_pad|>"
    other = train_tokenizer(vocabulary=1_100)
    first = checkpoint.new_model(checkpoint.model_config(tokenizer))
    small = checkpoint.with_vocabulary(first, tokenizer, other)
    kept = small.state_dict()
    assert kept[name].shape[0] == len(other)
    at, before = other.convert_tokens_to_ids(word), tokenizer.convert_tokens_to_ids(word)
    assert torch.equal(kept[name][at], first.state_dict()[name][before])
    assert torch.equal(kept["lm_head.weight"], kept[name])
