"""The training forward pass computes what transformers computes, and learning can be interrupted."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

from ergo_demo.scenes import generator
from ergo_demo.training import checkpoint, dialogue, stages
from ergo_demo.training.apprentice import Apprentice, encoder
from ergo_demo.training.batch import Batch, collate, to_patches
from ergo_demo.training.evaluate import Player, both_frames
from ergo_demo.training.examples import Example, Lesson, make_example
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


def two_examples(tokenizer: PreTrainedTokenizerFast) -> tuple[list[Example], Batch, list[int]]:
    encode = encoder(tokenizer)
    prefix = encode(dialogue.prefix())
    marks = (encode("<|vision_start|>")[0], encode("<|image_pad|>")[0], encode("<|vision_end|>")[0])
    lesson = Lesson(encode, questions=2, turns=2, start=len(prefix))
    examples = [make_example(generator("train", 5, index), lesson, (3, 6)) for index in range(2)]
    return examples, collate(examples, len(prefix), marks), prefix


def test_the_training_pass_gives_the_logits_of_transformers(
    model: Qwen2_5_VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast
) -> None:
    examples, batch, prefix = two_examples(tokenizer)
    with torch.no_grad():
        decoded, _, _ = stages.forward(model, batch, torch.tensor(prefix))
        logits = decoded.hidden @ model.model.language_model.embed_tokens.weight.T
        row = 0
        for scene, example in enumerate(examples):
            for branch in example.branches:
                assert branch.zoom is not None
                ids = torch.tensor([prefix + batch.trunk_ids[scene].tolist() + branch.ids])
                images = (example.image, branch.zoom.image)
                stock = model(
                    input_ids=ids,
                    pixel_values=torch.cat([both_frames(to_patches(image)) for image in images]),
                    image_grid_thw=torch.tensor([[1, i.shape[0] // 14, i.shape[1] // 14] for i in images]),
                    mm_token_type_ids=(ids == model.config.image_token_id).int(),
                ).logits[0, -len(branch.ids) :]
                ours = logits[row, : len(branch.ids)]
                assert float(stock.std()) > 0.1
                torch.testing.assert_close(ours, stock, atol=2e-4, rtol=0)
                row += 1


def test_a_pointer_asks_for_a_look_at_vision_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    _, batch, prefix = two_examples(tokenizer)
    pad = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    for query, (branch, token) in enumerate(batch.pointer_queries.tolist()):
        scene = branch // (len(batch.ids) // len(batch.trunk_ids))
        seen = torch.cat((torch.tensor(prefix), batch.trunk_ids[scene], batch.ids[branch, : token + 1]))
        targets = torch.nonzero(batch.pointer_targets[query])[:, 0]
        assert len(targets)
        assert set(seen[targets].tolist()) == {pad}


@pytest.fixture
def micro(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> Path:
    folder = tmp_path / "model"
    checkpoint.save(checkpoint.new_model(checkpoint.model_config(tokenizer, width=96, depth=2)), tokenizer, folder)
    return folder


@pytest.mark.parametrize("name", sorted(stages.STAGES))
def test_two_steps_of_a_stage_change_its_weights(name: str, micro: Path, tmp_path: Path) -> None:
    apprentice = Apprentice(micro, tmp_path / "run", stages.STAGES[name], seed=0, workers=2)
    before = [parameter.clone() for parameter in apprentice.model.model.visual.parameters()]
    tallies = [apprentice.step(1e-3, scenes=2) for _ in range(2)]
    assert all(torch.isfinite(tally.loss) for tally in tallies)
    assert apprentice.examples == 4
    after = list(apprentice.model.model.visual.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    if apprentice.stage.taught:
        assert {"pointer0", "pointer1"} < set(tallies[0].shares)


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
            found.append(float(apprentice.step(1e-3, scenes=2).loss))
        return found

    heads = DenseHeads(96).state_dict()
    assert three_losses("stopped", 2) == pytest.approx(three_losses("at once", 9), rel=1e-4)


def test_a_saved_checkpoint_is_small_and_plays_a_whole_dialogue(micro: Path) -> None:
    from ergo_demo.scenes import scene_at

    assert (micro / "model.safetensors").stat().st_size < 10e6
    played = Player(micro).play([scene_at("test", 0, 0)])
    assert played[0].question.answer
    assert played[0].right in (True, False)
