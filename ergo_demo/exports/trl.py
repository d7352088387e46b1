"""TRL's DPO, KTO, SFT and GRPO trainers: conversational Parquet with the pictures inside.

https://huggingface.co/docs/trl/dataset_formats: images belong to the prompt, one block for each, in order; KTO with
pictures takes unpaired rows only; GRPO hands every further column to the reward functions.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ergo_demo.exports.checking import Checker, Row, frame_text
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.lessons import Demonstration, Lesson, Pair, Task, Verdict
from ergo_demo.exports.messages import blocks, provenance, reply, turns_of_blocks
from ergo_demo.exports.pairs import pairs
from ergo_demo.exports.parquet import (
    FLAG,
    IMAGE,
    MESSAGES,
    NUMBER,
    TEXT,
    WHOLE,
    ParquetFiles,
    count_with_datasets,
    listed,
    picture,
    rows,
)
from ergo_demo.exports.singles import demonstrations, tasks, verdicts

SPLITS = ("train", "test")
DATA = tuple((split, f"{split}.parquet") for split in SPLITS)

_FEATURES: Mapping[str, Any] = {
    "images": listed(IMAGE),
    "prompt": MESSAGES,
    "frame": TEXT,
    **dict.fromkeys(
        ("id", "item", "photo_sha256", "annotator", "action", "chosen_source", "model", "label_licence"), TEXT
    ),
    "image_licence": TEXT,
}

L = TypeVar("L", bound=Lesson)


def _common(lesson: Lesson, out: Out) -> dict[str, Any]:
    photo = lesson.about.photo
    return {
        "images": [picture(out.pictures.png(photo, shown)) for shown in lesson.pictures],
        "prompt": blocks(lesson.prompt),
        "frame": frame_text(lesson.frame),
        **provenance(lesson),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {"chosen": reply(pair.chosen), "rejected": reply(pair.rejected), "margin": pair.margin}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"completion": reply(verdict.completion), "label": verdict.good}


def _demonstration(shown: Demonstration) -> dict[str, Any]:
    return {"completion": reply(shown.completion)}


def _task(task: Task) -> dict[str, Any]:
    size = task.about.image.size
    return {
        "gold_box": list(task.box_in_view),
        "gold_box_in_source": [float(edge) for edge in task.box.edges],
        "source_size": [size.width, size.height],
        "question": question_of(task.about),
        "answer": task.answer,
    }


def _writing(
    features: Mapping[str, Any], columns: Callable[[L], dict[str, Any]]
) -> Callable[[Out], AbstractContextManager[Callable[[L], None]]]:
    @contextmanager
    def writing(out: Out) -> Iterator[Callable[[L], None]]:
        with ParquetFiles(out.folder, {**_FEATURES, **features}) as files:
            yield lambda lesson: files.add(lesson.about.split, {**_common(lesson, out), **columns(lesson)})

    return writing


def _read(folder: Path) -> Iterator[Row]:
    for _, name in DATA:
        for row in rows(folder / name):
            sides = [row[side] for side in ("chosen", "rejected", "completion") if side in row]
            yield Row(
                id=row["id"],
                frame=row["frame"],
                turns=turns_of_blocks(row["prompt"]),
                pictures=tuple(image["bytes"] for image in row["images"]),
                replies=tuple(turn.text for side in sides for turn in turns_of_blocks(side)),
                box_in_view=tuple(row["gold_box"]) if "gold_box" in row else None,
            )


def check(folder: Path) -> Checked:
    """Reads every row again, with `datasets` too where it is installed."""
    checker = Checker()
    checker.read(_read(folder))
    by = library("datasets")
    if by is not None:
        counted = count_with_datasets({split: folder / name for split, name in DATA}, "images")
        if counted != checker.rows:
            checker.tell(by, f"reads {counted} rows of {checker.rows}")
    return checker.done([by])


DPO = Format(
    name="trl-dpo",
    what="preference pairs for TRL's DPOTrainer (Parquet)",
    rows=pairs,
    writing=_writing({"chosen": MESSAGES, "rejected": MESSAGES, "margin": NUMBER}, _pair),
    check=check,
    data=DATA,
)
KTO = Format(
    name="trl-kto",
    what="replies with a thumb up or down for TRL's KTOTrainer (Parquet)",
    rows=verdicts,
    writing=_writing({"completion": MESSAGES, "label": FLAG}, _verdict),
    check=check,
    data=DATA,
)
SFT = Format(
    name="trl-sft",
    what="replies to imitate for TRL's SFTTrainer (Parquet)",
    rows=demonstrations,
    writing=_writing({"completion": MESSAGES}, _demonstration),
    check=check,
    data=DATA,
)
GRPO = Format(
    name="trl-grpo",
    what="questions with the right box and answer for TRL's GRPOTrainer (Parquet)",
    rows=tasks,
    writing=_writing(
        {
            "gold_box": listed(WHOLE),
            "gold_box_in_source": listed(NUMBER),
            "source_size": listed(WHOLE),
            **dict.fromkeys(("question", "answer"), TEXT),
        },
        _task,
    ),
    check=check,
    data=DATA,
)
