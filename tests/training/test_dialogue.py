"""What the embedded model is taught to say: one token a word, and a box that the pipeline can read back."""

import pytest
from transformers import PreTrainedTokenizerFast

from ergo_demo.geometry import PATCH, Box, View
from ergo_demo.protocol.parsing import Zoom, read_answer, read_zoom
from ergo_demo.scenes import Question, Scene, scene_at
from ergo_demo.training import dialogue
from ergo_demo.training.examples import coarse_view
from ergo_demo.training.tokenizer import SPECIAL, train_tokenizer

ITEMS = [scene_at("test", 21, index) for index in range(12)]
IDS = [f"test-21-{index}" for index in range(len(ITEMS))]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer()


def tokens(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


def test_the_fixed_text_of_both_turns_costs_at_most_250_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    image = dialogue.IMAGE.format("")
    first = dialogue.prefix() + image + dialogue.coarse_request("")
    second = "<|im_end|>\n" + dialogue.USER + image + dialogue.zoom_request("")
    assert len(tokens(tokenizer, first)) + len(tokens(tokenizer, second)) <= 250


def test_the_vocabulary_is_small_and_has_qwens_special_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    assert 1_000 <= len(tokenizer) <= 2_000
    for special in SPECIAL:
        assert len(tokens(tokenizer, special)) == 1


@pytest.mark.parametrize("number", ["7", "84", "336", "1024"])
def test_digits_stay_single(tokenizer: PreTrainedTokenizerFast, number: str) -> None:
    assert [tokenizer.decode([token]) for token in tokens(tokenizer, number)] == list(number)


@pytest.mark.parametrize("text", ["Grüße, 東京! 🚤", "\n\n  two  spaces", "<answer>A7</answer>"])
def test_every_text_comes_back_as_it_was(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    assert tokenizer.decode(tokens(tokenizer, text)) == text


def test_training_the_tokenizer_again_gives_the_same_one(tokenizer: PreTrainedTokenizerFast) -> None:
    assert train_tokenizer().get_vocab() == tokenizer.get_vocab()


@pytest.mark.parametrize(("scene", "question"), ITEMS, ids=IDS)
def test_pieces_are_cut_where_tokens_are(tokenizer: PreTrainedTokenizerFast, scene: Scene, question: Question) -> None:
    # The first reply may be encoded again, as part of the second turn's prompt; the second one never is.
    cells = dialogue.cells_around(question.target, coarse_view(scene))
    first, second = (
        [token for piece in pieces for token in tokens(tokenizer, piece.text)]
        for pieces in (dialogue.coarse_reply(question, cells), dialogue.zoom_reply(question))
    )
    assert first == tokens(tokenizer, dialogue.text_of(dialogue.coarse_reply(question, cells)))
    assert tokenizer.decode(second) == dialogue.text_of(dialogue.zoom_reply(question))


@pytest.mark.parametrize(("scene", "question"), ITEMS, ids=IDS)
def test_the_taught_replies_are_read_as_what_they_mean(scene: Scene, question: Question) -> None:
    view = coarse_view(scene)
    cells = dialogue.cells_around(question.target, view)
    zoom = read_zoom(dialogue.text_of(dialogue.coarse_reply(question, cells)), view.size)
    assert zoom == Zoom(cells.box_in_view)
    assert view.to_source(zoom.box_in_view).contains(question.target)
    spoken = dialogue.text_of(dialogue.zoom_reply(question)).removesuffix(dialogue.END)
    assert read_answer(spoken).text == question.answer


@pytest.mark.parametrize(
    ("target", "box"),
    [
        pytest.param(Box(60, 60, 70, 66), (28, 28, 84, 84), id="a margin reaches into the next field"),
        pytest.param(Box(36, 36, 48, 48), (28, 28, 56, 56), id="one field is enough"),
        pytest.param(Box(1, 1, 5, 5), (0, 0, 28, 28), id="the top left corner"),
        pytest.param(Box(330, 248, 336, 252), (308, 224, 336, 252), id="the bottom right corner"),
    ],
)
def test_a_taught_box_is_whole_cells_inside_the_view(target: Box, box: tuple[float, float, float, float]) -> None:
    size = dialogue.coarse_size()
    cells = dialogue.cells_around(target, View(Box.of(size), size))
    assert cells.box_in_view.edges == box
    assert all(edge % PATCH == 0 for edge in box)
