"""The prompts are quoted, not written: what must hold of the quotation and of what is filled in."""

import pytest

from ergo_demo.protocol import prompts


def test_the_second_turn_keeps_the_unclosed_tag_that_the_model_was_trained_on() -> None:
    assert "<think> ... <think>, and provide the final answer" in prompts.zoom_turn("Why?")


def test_the_first_turn_sees_no_options_and_the_second_sees_them() -> None:
    question = "Which colour is the kite?\n(A) red\n(B) blue\nAnswer with the option's letter."
    assert prompts.coarse_turn(question).startswith("Which colour is the kite? First, consider how to zoom in")
    assert prompts.zoom_turn(question).startswith(question + "\nCarefully analyze")


@pytest.mark.parametrize("question", ["What is in {Question}?", "100 % {x} \\1"])
def test_braces_in_a_question_are_only_text(question: str) -> None:
    assert prompts.coarse_turn(question).startswith(question)
    assert prompts.coarse_turn(question).count("First, consider") == 1


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Is vitamin (A) on the label?", "Is vitamin (A) on the label?"),
        ("What says f(A) here?", "What says f(A) here?"),
        ("(A) only options (B) here", ""),
    ],
)
def test_where_options_begin(text: str, question: str) -> None:
    assert prompts.without_options(text) == question
