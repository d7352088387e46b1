"""verl: Parquet with `<image>` in the prompt's text, pictures as bytes, and what a reward function needs beside.

https://verl.readthedocs.io/en/latest/preparation/prepare_data.html. The rule's truth is the box in px of the picture
in the row, as the model writes it; the answer stands in extra_info.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from ergo_demo.exports import parquet
from ergo_demo.exports.checking import Checker, Row, frame_text
from ergo_demo.exports.filed import SPLITS
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.lessons import Task
from ergo_demo.exports.messages import provenance, texts, turns_of_texts
from ergo_demo.exports.singles import tasks

DATA = tuple((split, f"{split}.parquet") for split in SPLITS)

_INFO = ("split", "question", "answer", "frame", "id", "item", "photo_sha256", "annotator", "action", "model",
         "chosen_source", "label_licence", "image_licence")  # fmt: skip

_FEATURES: dict[str, Any] = {
    "data_source": parquet.TEXT,
    "prompt": parquet.listed({"role": parquet.TEXT, "content": parquet.TEXT}),
    "images": parquet.listed(parquet.IMAGE),
    "ability": parquet.TEXT,
    "reward_model": {"style": parquet.TEXT, "ground_truth": parquet.TEXT},
    "extra_info": {
        "index": parquet.WHOLE,
        "gold_box_in_source": parquet.listed(parquet.NUMBER),
        **dict.fromkeys(_INFO, parquet.TEXT),
    },
}


def _row(task: Task, index: int, out: Out) -> dict[str, Any]:
    photo = task.about.photo
    return {
        "data_source": "ergo_corrections",
        "prompt": texts(task.prompt),
        "images": [parquet.picture(out.pictures.png(photo, shown)) for shown in task.pictures],
        "ability": "vqa",
        "reward_model": {"style": "rule", "ground_truth": json.dumps(task.box_in_view)},
        "extra_info": {
            "index": index,
            "gold_box_in_source": [float(edge) for edge in task.box.edges],
            "split": task.about.split,
            "question": question_of(task.about),
            "answer": task.answer,
            "frame": frame_text(task.frame),
            **provenance(task),
        },
    }


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Task], None]]:
    with parquet.ParquetFiles(out.folder, _FEATURES) as rows:
        index = 0

        def add(task: Task) -> None:
            nonlocal index
            rows.add(task.about.split, _row(task, index, out))
            index += 1

        yield add


def _read(folder: Path) -> Iterator[Row]:
    for row in chain.from_iterable(parquet.rows(folder / name) for _, name in DATA):
        info = row["extra_info"]
        yield Row(
            id=info["id"],
            frame=info["frame"],
            turns=turns_of_texts(row["prompt"]),
            pictures=tuple(image["bytes"] for image in row["images"]),
            box_in_view=tuple(json.loads(row["reward_model"]["ground_truth"])),
        )


def check(folder: Path) -> Checked:
    """Every row; with `datasets`, which is what verl's loader reads with, where it is installed."""
    checker = Checker()
    checker.read(_read(folder))
    by = library("datasets")
    files = {split: folder / name for split, name in DATA}
    if by is not None and (counted := parquet.count_with_datasets(files, "images")) != checker.rows:
        checker.tell(by, f"reads {counted} rows of {checker.rows}")
    return checker.done([by])


VERL = Format(
    name="verl",
    what="questions with the right box and answer for verl (Parquet)",
    rows=tasks,
    writing=_writing,
    check=check,
    data=DATA,
)
