"""The check finds each thing that trainers take in silence; the frame holds for every size and budget."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ergo_demo.exports.checking import Checker, Row, frame_text
from ergo_demo.exports.flaws import Turn
from ergo_demo.exports.frames import written, zoom_text
from ergo_demo.exports.processor import MOST_SIZES, Whose, ask
from ergo_demo.geometry import Box, Size, view_of
from ergo_demo.imaging import encode_jpeg, encode_png
from ergo_demo.protocol.parsing import Zoom, read_zoom

CHECKPOINT = Path("assets/models/ergo-tiny")


def png(width: int, height: int) -> bytes:
    return encode_png(np.full((height, width, 3), 128, np.uint8))


GOOD = Row(
    id="r",
    frame=frame_text(Size(280, 224)),
    turns=(Turn("system", "Look."), Turn("user", "What is there?", 1)),
    pictures=(png(280, 224),),
    replies=("<zoom>[28, 28, 84, 84]</zoom>", "<zoom>[28, 28, 84, 112]</zoom>"),
)
ASKED = GOOD.turns[1]
SECOND = replace(
    GOOD,
    turns=(*GOOD.turns, Turn("assistant", "<zoom>[28, 28, 84, 84]</zoom>"), Turn("user", "So?", 1)),
    pictures=(png(280, 224), png(112, 112)),
    replies=("<answer>EXIT</answer>", "<answer>ENTER</answer>"),
)


def problems(row: Row) -> str:
    checker = Checker()
    checker.read([row])
    return "; ".join(checker.problems)


def test_good_rows_pass() -> None:
    assert problems(GOOD) == ""
    assert problems(SECOND) == ""
    assert problems(replace(GOOD, replies=(), box_in_view=(1, 2, 3, 4))) == ""


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (replace(GOOD, replies=(GOOD.replies[0], " " + GOOD.replies[0].upper().lower())), "are the same"),
        (replace(GOOD, replies=("",)), "names no box"),
        (
            replace(GOOD, replies=("<zoom>[28, 28, 84, 300]</zoom>",)),
            "is not within its picture: [28, 28, 84, 300] of 280 x 224 px",
        ),
        (replace(GOOD, replies=("<zoom>[84, 28, 28, 84]</zoom>",)), "is not within"),
        (replace(GOOD, replies=("<zoom>[28, 28, 28, 84]</zoom>",)), "is not within"),
        (replace(GOOD, replies=("<zoom>[0.1, 0.1, 0.5, 0.5]</zoom>",)), "names no box"),
        (replace(GOOD, replies=("<think>a<think>b<zoom>[28, 28, 84, 84]</zoom>",)), "would read a reply otherwise"),
        (replace(GOOD, replies=("<think><|im_end|></think><zoom>[28, 28, 84, 84]</zoom>",)), "control words"),
        (replace(GOOD, replies=(), box_in_view=(0, 0, 300, 10)), "is not within"),
        (replace(GOOD, frame=frame_text(Size(560, 448))), "but that is not the first image"),
        (replace(GOOD, pictures=()), "0 images for 1 placeholders"),
        (replace(GOOD, turns=(Turn("user", "What <image> is there?", 1),)), "control words in a message of the user"),
        (replace(GOOD, turns=(Turn("user", "<|image_pad|>", 1),)), "control words in a message of the user"),
        (replace(GOOD, turns=(ASKED, Turn("assistant", "x"))), "does not end with the user"),
        (
            replace(GOOD, turns=(ASKED, Turn("model", "x"), Turn("user", "y"))),
            "its roles do not take turns: user, model, user",
        ),
        (replace(GOOD, pictures=(png(281, 224),), frame=frame_text(Size(281, 224))), "would be resized"),
        (replace(GOOD, pictures=(png(28, 28),), frame=frame_text(Size(28, 28))), "would be resized"),
        (replace(GOOD, pictures=(png(5600, 28),), frame=frame_text(Size(5600, 28))), "too thin"),
        (replace(SECOND, pictures=SECOND.pictures[::-1]), "but that is not the first image"),
        (replace(SECOND, replies=("EXIT",)), "answers nothing"),
        (replace(SECOND, replies=("<answer> </answer>",)), "answers nothing"),
    ],
)
def test_what_trainers_take_in_silence_is_found(row: Row, found: str) -> None:
    assert found in problems(row)


def test_pictures_with_a_palette_or_a_place_are_found(tmp_path: Path) -> None:
    import io

    from PIL import Image

    grey, placed = io.BytesIO(), io.BytesIO()
    Image.new("L", (280, 224)).save(grey, "PNG")
    exif = Image.Exif()
    exif[0x8825] = {1: "N"}
    exif[0x010F] = "a camera"
    Image.open(io.BytesIO(encode_jpeg(np.zeros((224, 280, 3), np.uint8)))).save(placed, "JPEG", exif=exif)
    assert "is L, not RGB" in problems(replace(GOOD, pictures=(grey.getvalue(),)))
    assert "carries exif" in problems(replace(GOOD, pictures=(placed.getvalue(),)))


def test_a_row_that_is_there_twice_is_found() -> None:
    checker = Checker()
    checker.read([GOOD, GOOD])
    assert checker.problems == ["r: is there twice"]


@pytest.mark.parametrize("whose", [CHECKPOINT, "Qwen2.5-VL"], ids=["a checkpoint's", "Qwen2.5-VL's"])
def test_the_processor_is_asked(whose: Whose) -> None:
    found = ask({Size(281, 224), Size(280, 224)}, whose)
    assert found is not None
    assert found.by.startswith("the processor of transformers")
    assert (found.sizes, found.asked, found.example, len(found.problems)) == (2, 2, Size(281, 224), 1)
    assert found.problems[0].startswith("images of 281 x 224 px become a grid of")
    kept = {Size(280, 224), Size(56, 56), Size(28, 112), Size(3584, 3584)}
    assert problems_of(kept, whose) == (), "the least and the most that fit are left alone"
    assert len(problems_of({Size(28, 84), Size(3612, 3584)}, whose)) == 2, "one patch less, one row more"


def test_of_many_sizes_the_smallest_and_the_largest_are_asked_about() -> None:
    fits = {Size(28 * across, 28 * down) for across in range(4, 14) for down in range(4, 14)}
    assert len(fits) > MOST_SIZES
    assert problems_of(fits) == ()
    for wrong in (Size(28, 84), Size(28 * 40, 28 * 40 + 1)):
        assert len(problems_of(fits | {wrong})) == 1


def problems_of(sizes: set[Size], whose: Whose = CHECKPOINT) -> tuple[str, ...]:
    found = ask(sizes, whose)
    assert found is not None
    assert found.asked == min(found.sizes, MOST_SIZES)
    return found.problems


@given(
    width=st.integers(40, 12_000), height=st.integers(40, 12_000), budget=st.integers(16, 1280),
    edges=st.tuples(*[st.floats(0, 1)] * 4),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_a_box_survives_the_text_within_one_px_of_the_model_s(
    width: int, height: int, budget: int, edges: tuple[float, float, float, float]
) -> None:
    if max(width, height) > 50 * min(width, height):  # the door lets no thinner photo in
        width = height
    across = sorted((edges[0] * (width - 1), edges[1] * (width - 1)))
    down = sorted((edges[2] * (height - 1), edges[3] * (height - 1)))
    box = Box(across[0], down[0], across[1] + 1, down[1] + 1)
    view = view_of(Box.of(Size(width, height)), budget)
    text = zoom_text("", written(box, view))
    checker = Checker()
    checker.read(
        [
            replace(
                GOOD, frame=frame_text(view.size), pictures=(png(view.size.width, view.size.height),), replies=(text,)
            )
        ]
    )
    assert checker.problems == []
    said = read_zoom(text, view.size)
    assert isinstance(said, Zoom)
    named = Box(*map(float, written(box, view)))
    back = view.to_source(named)
    for ours, theirs, scale in zip(
        back.edges, box.edges, (width / view.size.width, height / view.size.height) * 2, strict=True
    ):
        assert abs(ours - theirs) <= scale * (1 + 1e-9)


def test_no_view_of_any_size_and_budget_is_resized_by_the_processor() -> None:
    numbers = np.random.default_rng(7)
    sizes = {
        view_of(Box.of(Size(*map(int, numbers.integers(200, 9000, 2)))), int(numbers.integers(4, 320))).size
        for _ in range(200)
    }
    assert len(sizes) > 100
    assert problems_of(sizes) == ()
