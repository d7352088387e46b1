"""ms-swift: JSON lines with `<image>` in the text and paths in `images`. The only trainer whose two sides may differ in
their pictures (`rejected_messages` and `rejected_images`).

https://swift.readthedocs.io/en/latest/Customization/Custom-dataset.html. Paths are relative to the export's folder:
start swift there, or set ROOT_IMAGE_DIR to it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from ergo_demo.exports.checking import Row
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.filed import SPLITS, beside, checked, contents, names
from ergo_demo.exports.folder import JsonLines, read_lines
from ergo_demo.exports.format import Checked, Format, Out
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.lessons import Demonstration, Dropped, Lesson, Pair, Task, Verdict
from ergo_demo.exports.messages import texts, turns_of_texts
from ergo_demo.exports.pairs import crop_pairs, pairs
from ergo_demo.exports.said import Rules
from ergo_demo.exports.singles import demonstrations, tasks, verdicts

L = TypeVar("L", bound=Lesson)


def _all_pairs(corrected: Corrected, rules: Rules) -> Iterator[Pair | Dropped]:
    return chain(pairs(corrected, rules), crop_pairs(corrected, rules))


def _answered(lesson: Lesson, reply: str, out: Out) -> dict[str, Any]:
    messages = [*texts(lesson.prompt), {"role": "assistant", "content": reply}]
    return {"messages": messages, "images": names(lesson, out), **beside(lesson)}


def _pair(pair: Pair, out: Out) -> dict[str, Any]:
    # Every row says its other side alike: one `rejected_response` in a file is None in all other rows, and the loader
    # refuses those (RowPreprocessor._check_rejected_response in swift/dataset/preprocessor/core.py, 4.6.0).
    prompt = pair.rejected_prompt or pair.prompt
    rejected = [*texts(prompt), {"role": "assistant", "content": pair.rejected}]
    shown = {"rejected_messages": rejected, "rejected_images": names(pair, out, prompt)}
    return {**_answered(pair, pair.chosen, out), "margin": pair.margin, **shown}


def _verdict(verdict: Verdict, out: Out) -> dict[str, Any]:
    return {**_answered(verdict, verdict.completion, out), "label": verdict.good}


def _demonstration(shown: Demonstration, out: Out) -> dict[str, Any]:
    return _answered(shown, shown.completion, out)


def _task(task: Task, out: Out) -> dict[str, Any]:
    return {
        "messages": texts(task.prompt),
        "images": names(task, out),
        "gold_box": list(task.box_in_view),
        "gold_box_in_source": list(task.box.edges),
        "question": question_of(task.about),
        "answer": task.answer,
        **beside(task),
    }


def _writing(
    row: Callable[[L, Out], dict[str, Any]],
) -> Callable[[Out], AbstractContextManager[Callable[[L], None]]]:
    @contextmanager
    def writing(out: Out) -> Iterator[Callable[[L], None]]:
        with JsonLines(out.folder) as lines:
            yield lambda lesson: lines.add(lesson.about.split, row(lesson, out))

    return writing


def _read(folder: Path) -> Iterator[Row]:
    for row in chain.from_iterable(read_lines(folder / f"{split}.jsonl") for split in SPLITS):
        turns = turns_of_texts(row["messages"])
        last = [] if "gold_box" in row else [turns[-1].text]
        other = [turn.text for turn in turns_of_texts(row.get("rejected_messages", []))[-1:]]
        yield Row(
            id=row["id"],
            frame=row["frame"],
            turns=turns[: len(turns) - len(last)],
            pictures=contents(folder, row["images"]),
            replies=(*last, *other),
            box_in_view=tuple(row["gold_box"]) if "gold_box" in row else None,
        )


def _read_rejected(folder: Path) -> Iterator[Row]:
    for row in chain.from_iterable(read_lines(folder / f"{split}.jsonl") for split in SPLITS):
        if row.get("rejected_images", row["images"]) != row["images"]:  # else its prompt was read already
            *turns, last = turns_of_texts(row["rejected_messages"])
            yield Row(
                id=f"{row['id']} (rejected)",
                frame=row["frame"],
                turns=tuple(turns),
                pictures=contents(folder, row["rejected_images"]),
                replies=(last.text,),
            )


def check(folder: Path) -> Checked:
    """Both sides of every row. ms-swift itself needs an environment of its own."""
    chosen, rejected = checked(folder, _read), checked(folder, _read_rejected)
    return Checked(chosen.rows, chosen.problems + rejected.problems, sizes=chosen.sizes | rejected.sizes)


DPO = Format(
    name="swift-dpo",
    what="preference pairs for ms-swift, also of dialogues that saw different crops (JSON lines)",
    rows=_all_pairs,
    writing=_writing(_pair),
    check=check,
)
KTO = Format(
    name="swift-kto", what="thumbs up and down for ms-swift", rows=verdicts, writing=_writing(_verdict), check=check
)
SFT = Format(
    name="swift-sft",
    what="replies to imitate for ms-swift",
    rows=demonstrations,
    writing=_writing(_demonstration),
    check=check,
)
GRPO = Format(
    name="swift-grpo",
    what="questions with the right box and answer for ms-swift",
    rows=tasks,
    writing=_writing(_task),
    check=check,
)
