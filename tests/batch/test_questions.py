"""Lines of a questions file: what is asked, and what is wrong with those that ask nothing."""

from pathlib import Path

import pytest

from ergo_demo.batch.questions import Line, read_lines, read_question
from ergo_demo.errors import QuestionEmpty


def test_blank_lines_are_passed_over_and_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'{"a": 1}\r\n\n  \n{"a": 2}')
    assert [(line.number, line.content) for line in read_lines(path)] == [(1, b'{"a": 1}'), (4, b'{"a": 2}')]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        pytest.param("[]", "Which?", id="none"),
        pytest.param('["red", "blue"]', "Which? (A) red (B) blue", id="bare"),
        pytest.param('["A. red", "B. blue"]', "Which? (A) red (B) blue", id="with letters"),
        pytest.param('["(A) red", "(B) blue"]', "Which? (A) red (B) blue", id="as ERGO writes them"),
        pytest.param('["A man", "I see none"]', "Which? (A) A man (B) I see none", id="words that look like letters"),
    ],
)
def test_options_are_written_as_the_model_learned_them(options: str, text: str) -> None:
    line = Line(1, f'{{"image": "a.jpg", "question": " Which? ", "options": {options}}}'.encode())
    question = read_question(line, Path("folder"))
    assert (question.text, question.image) == (text, Path("folder/a.jpg"))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"{", "is no JSON object"),
        (b"[1]", "is no JSON object"),
        (b"\xff", "is no JSON object"),
        (b'{"question": "?"}', 'lacks an "image"'),
        (b'{"image": 3, "question": "?"}', 'lacks an "image"'),
        (b'{"image": "a", "question": "?", "options": "red"}', '"options" that are no list of texts'),
        (b'{"image": "a", "question": "?", "options": [1]}', '"options" that are no list of texts'),
    ],
)
def test_a_wrong_line_is_named(content: bytes, what: str) -> None:
    with pytest.raises(QuestionEmpty, match=f"Line 7 .*{what}"):
        read_question(Line(7, content), Path())


def test_a_changed_line_has_another_digest() -> None:
    assert Line(1, b"a").digest != Line(1, b"b").digest
