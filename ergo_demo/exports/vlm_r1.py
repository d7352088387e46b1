"""VLM-R1's GRPO on regions: JSON lines whose answer is a bare JSON box in px of the photo itself, which lies beside.

https://github.com/om-ai-lab/VLM-R1: the loader (open_r1/grpo_jsonl.py) puts the question into a template of its own and
the answer into its tags, and the reward scales what the model says from its own grid to the photo's px. So a row has
neither ERGO's instruction, which asks for other tags, nor answer options, which no box is one of. Paths are relative to
--image_folders, this folder.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from ergo_demo.exports.filed import SPLITS
from ergo_demo.exports.folder import JsonLines, read_lines
from ergo_demo.exports.format import Checked, Format, Out
from ergo_demo.exports.frames import controls, question_of
from ergo_demo.exports.lessons import Task
from ergo_demo.exports.messages import PLACEHOLDER, provenance
from ergo_demo.exports.pictures import missized
from ergo_demo.exports.singles import tasks
from ergo_demo.geometry import Box, Size
from ergo_demo.protocol import prompts


def _whole(box: Box) -> list[int]:
    """Its loader takes whole numbers; half a source px is nothing."""
    x1, y1 = round(box.x1), round(box.y1)
    return [x1, y1, max(x1 + 1, round(box.x2)), max(y1 + 1, round(box.y2))]


def _row(task: Task, number: int, name: str) -> dict[str, Any]:
    size = task.about.image.size
    asked = prompts.without_options(question_of(task.about))
    return {
        "id": number,
        "image": name,
        "conversations": [
            {"from": "human", "value": PLACEHOLDER + asked},
            {"from": "gpt", "value": json.dumps(_whole(task.box))},
        ],
        "width": size.width,
        "height": size.height,
        "answer": task.answer,
        "frame": f"px of the photo, {size.width} x {size.height}",
        "provenance": provenance(task),
    }


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Task], None]]:
    with JsonLines(out.folder) as lines:
        number = 0

        def add(task: Task) -> None:
            nonlocal number
            number += 1
            name, _ = out.pictures.photo(task.about.photo)
            lines.add(task.about.split, _row(task, number, name))

        yield add


def check(folder: Path) -> Checked:
    """What its loader asserts and its reward parses: the file is there, the answer is four whole px inside it."""
    rows, problems = 0, []
    for row in chain.from_iterable(read_lines(folder / f"{split}.jsonl") for split in SPLITS):
        rows += 1
        human, gpt = row["conversations"]
        x1, y1, x2, y2 = json.loads(gpt["value"])
        if not (0 <= x1 < x2 <= row["width"] and 0 <= y1 < y2 <= row["height"]):
            problems.append(f"{row['id']}: {gpt['value']} is not within its photo")
        if wrong := missized(folder, row["image"], Size(row["width"], row["height"])):
            problems.append(wrong)
        asked = human["value"].removeprefix(PLACEHOLDER)
        if asked == human["value"] or PLACEHOLDER in asked or controls(row["answer"]):
            problems.append(f"{row['id']}: placeholders")
    return Checked(rows, tuple(problems))


VLM_R1 = Format(
    name="vlm-r1",
    what="questions with the right box in px of the photo for VLM-R1's GRPO (JSON lines)",
    rows=tasks,
    writing=_writing,
    check=check,
    whole_photo=True,
)
