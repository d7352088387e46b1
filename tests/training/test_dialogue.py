"""What the embedded model is taught to say: one token a word, and a box that the pipeline can read back."""

import numpy as np
import pytest
from transformers import PreTrainedTokenizerFast

from ergo_demo.geometry import PATCH, Box, Size, View, view_of
from ergo_demo.protocol.parsing import Zoom, read_answer, read_zoom
from ergo_demo.scenes import Question, Scene, scene_at
from ergo_demo.training import dialogue
from ergo_demo.training.dialogue import COARSE_BUDGET_TOKENS
from ergo_demo.training.tokenizer import SPECIAL, train_tokenizer

ITEMS = [scene_at("test", 21, index) for index in range(16)]
IDS = [f"test-21-{index}" for index in range(len(ITEMS))]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer()


def tokens(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


def test_the_fixed_text_of_both_turns_costs_at_most_40_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    image = dialogue.IMAGE.format("")
    first = dialogue.prefix() + image + dialogue.coarse_request("")
    second = "<|im_end|>\n" + dialogue.USER + image + dialogue.zoom_request("")
    assert len(tokens(tokenizer, first)) + len(tokens(tokenizer, second)) <= 40


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
    view = view_of(Box.of(scene.size), COARSE_BUDGET_TOKENS)
    pieces = dialogue.coarse_reply(question, view)
    spelled = [token for piece in pieces for token in tokens(tokenizer, piece.text)]
    assert spelled == tokens(tokenizer, dialogue.text_of(pieces))
    for final in (dialogue.final_reply(question), dialogue.direct_reply(question, view)):
        spelled = [token for piece in final for token in tokens(tokenizer, piece.text)]
        assert tokenizer.decode(spelled) == dialogue.text_of(final)


@pytest.mark.parametrize("budget", [80, 192, 320])
@pytest.mark.parametrize(("scene", "question"), ITEMS, ids=IDS)
def test_the_taught_replies_are_read_as_what_they_mean(scene: Scene, question: Question, budget: int) -> None:
    view = view_of(Box.of(scene.size), budget)
    zoom = read_zoom(dialogue.text_of(dialogue.coarse_reply(question, view)), view.size)
    assert zoom == Zoom(dialogue.cells_around(question.place, view).box_in_view)
    assert view.to_source(zoom.box_in_view).contains(question.place, tolerance=0.5)
    for final in (dialogue.final_reply(question), dialogue.direct_reply(question, view)):
        assert read_answer(dialogue.text_of(final).removesuffix(dialogue.END)).text == question.answer


def test_the_fields_in_the_thought_are_the_box() -> None:
    for scene, question in ITEMS:
        view = view_of(Box.of(scene.size), COARSE_BUDGET_TOKENS)
        cells = dialogue.cells_around(question.place, view)
        first = f"{chr(65 + cells.x1)}{cells.y1 + 1} to {chr(64 + cells.x2)}{cells.y2}."
        assert f" in {first}</think>" in dialogue.text_of(dialogue.coarse_reply(question, view))


@pytest.mark.parametrize(("budget", "named"), [(320, True), (1280, False)])
def test_a_relation_follows_from_fields_where_they_have_names(budget: int, named: bool) -> None:
    scene, question = scene_at("test", 21, 0, kind="relation")
    view = view_of(Box.of(scene.size), budget)
    first, second = (thing.name for thing in question.subjects)
    where = [dialogue.cells_around(thing.whole, view) for thing in question.subjects]
    fields = [f"{chr(65 + c.x1)}{c.y1 + 1} to {chr(64 + c.x2)}{c.y2}" for c in where]
    thought = f"The {first} is in {fields[0]} and the {second} is in {fields[1]}; "
    thought += f"seen from the {second}, the {first} is {question.answer}"
    assert (thought in dialogue.text_of(dialogue.direct_reply(question, view))) == named
    if named:
        assert thought in dialogue.text_of(dialogue.coarse_reply(question, view))


def test_thoughts_say_what_is_seen_and_why_there(tokenizer: PreTrainedTokenizerFast) -> None:
    _, question = scene_at("test", 3, 0, kind="hidden", k=4)
    said = dialogue.text_of(
        dialogue.coarse_reply(question, view_of(Box.of(scene_at("test", 3, 0, kind="hidden", k=4)[0].size), 192))
    )
    assert said.startswith(f"<think>Four {question.subjects[0].name}s stand here, each with a ")
    assert len(tokens(tokenizer, said.partition("</think>")[0])) >= 30


def test_a_box_that_misses_is_answered_with_a_guess_that_says_so() -> None:
    rng = np.random.default_rng(0)
    for _, question in ITEMS:
        reply = dialogue.text_of(dialogue.blind_reply(question, rng)).removesuffix(dialogue.END)
        assert "not in this part of the photo" in reply
        answer = read_answer(reply).text
        guessed = () if question.type == "relation" else question.alternatives
        assert answer in guessed if guessed else answer == dialogue.NOT_VISIBLE


@pytest.mark.parametrize(
    ("target", "box"),
    [
        pytest.param(Box(60, 60, 70, 66), (56, 56, 84, 84), id="inside one field"),
        pytest.param(Box(58, 60, 70, 66), (28, 56, 84, 84), id="a margin reaches into the next field"),
        pytest.param(Box(1, 1, 5, 5), (0, 0, 28, 28), id="the top left corner"),
        pytest.param(Box(330, 248, 336, 252), (308, 224, 336, 252), id="the bottom right corner"),
    ],
)
def test_a_taught_box_is_whole_cells_inside_the_view(target: Box, box: tuple[float, float, float, float]) -> None:
    size = Size(336, 252)
    cells = dialogue.cells_around(target, View(Box.of(size), size))
    assert cells.box_in_view.edges == pytest.approx(box)
    assert all(edge % PATCH == 0 for edge in cells.box_in_view.edges)


def test_where_a_label_ends_is_taught_as_what_is_read(tokenizer: PreTrainedTokenizerFast) -> None:
    for _, question in ITEMS:
        if question.type != "read":
            continue
        reply = dialogue.final_reply(question)
        read = "".join(piece.text for piece in reply if piece.role is dialogue.Role.LABEL)
        assert read == f'{question.answer}".</'
        pieces = [token for piece in reply for token in tokens(tokenizer, piece.text)]
        assert pieces == tokens(tokenizer, dialogue.text_of(reply)), "the model writes other tokens than it is taught"
