"""LLaMA-Factory, ShareGPT shape: one JSON array a split, and the dataset_info.json that names the columns.

Its loader only warns about a row that breaks a rule, and leaves it empty, so the rules are checked here. They were read
in the source (llamafactory 0.9.5, data/converter.py: SharegptDatasetConverter; data/mm_plugin.py): turns alternate from
the human on; with a ranking or without an answer their number is odd, else even; a system message stands first and
counts as none; `<image>` occurs as often as there are images. Not run here: it cannot be installed beside this app.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from ergo_demo.exports.checking import Row, Turn
from ergo_demo.exports.filed import SPLITS, beside, checked, contents, names
from ergo_demo.exports.folder import JsonArray, read_array, write_json
from ergo_demo.exports.format import Checked, Format, Out
from ergo_demo.exports.lessons import Demonstration, Lesson, Pair, Verdict
from ergo_demo.exports.messages import PLACEHOLDER, texts, turns_of_texts
from ergo_demo.exports.pairs import pairs
from ergo_demo.exports.singles import demonstrations, verdicts

FROM = {"system": "system", "user": "human", "assistant": "gpt"}
ROLES = {ours: role for role, ours in FROM.items()}

L = TypeVar("L", bound=Lesson)


def _turn(message: Mapping[str, str]) -> dict[str, str]:
    return {"from": FROM[message["role"]], "value": message["content"]}


def _gpt(text: str) -> dict[str, str]:
    return {"from": "gpt", "value": text}


def _asked(lesson: Lesson, out: Out, *replies: str) -> dict[str, Any]:
    said = [_turn(message) for message in texts(lesson.prompt)]
    return {"conversations": [*said, *map(_gpt, replies)], "images": names(lesson, out), **beside(lesson)}


def _pair(pair: Pair, out: Out) -> dict[str, Any]:
    return {**_asked(pair, out), "chosen": _gpt(pair.chosen), "rejected": _gpt(pair.rejected)}


def _verdict(verdict: Verdict, out: Out) -> dict[str, Any]:
    return {**_asked(verdict, out, verdict.completion), "kto_tag": verdict.good}


def _demonstration(shown: Demonstration, out: Out) -> dict[str, Any]:
    return _asked(shown, out, shown.completion)


def _writing(
    row: Callable[[L, Out], dict[str, Any]], columns: Mapping[str, str], *, ranking: bool = False
) -> Callable[[Out], AbstractContextManager[Callable[[L], None]]]:
    @contextmanager
    def writing(out: Out) -> Iterator[Callable[[L], None]]:
        files: dict[str, JsonArray] = {}
        with ExitStack() as stack:

            def add(lesson: L) -> None:
                split = lesson.about.split
                if split not in files:
                    files[split] = stack.enter_context(JsonArray(out.folder / f"{split}.json"))
                files[split].add(row(lesson, out))

            yield add
        infos = {f"ergo_{split}": _info(split, columns, ranking) for split in files}
        write_json(out.folder / "dataset_info.json", infos)

    return writing


def _info(split: str, columns: Mapping[str, str], ranking: bool) -> dict[str, Any]:
    return {
        "file_name": f"{split}.json",
        "formatting": "sharegpt",
        **({"ranking": True} if ranking else {}),
        "columns": {"messages": "conversations", "images": "images", **columns},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
    }


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    return chain.from_iterable(read_array(folder / f"{split}.json") for split in SPLITS)


def _read(folder: Path) -> Iterator[Row]:
    for row in _rows(folder):
        turns = [
            Turn(ROLES[turn.role], turn.text, turn.pictures)
            for turn in turns_of_texts(row["conversations"], role="from", content="value")
        ]
        replies = [row[side]["value"] for side in ("chosen", "rejected") if side in row] or [turns.pop().text]
        yield Row(
            id=row["id"],
            frame=row["frame"],
            turns=tuple(turns),
            pictures=contents(folder, row["images"]),
            replies=tuple(replies),
        )


def skipped(row: Mapping[str, Any], *, ranking: bool) -> str | None:
    """Why LLaMA-Factory's loader would leave this row empty, or its plugin refuse it; None where it takes it."""
    said = row["conversations"]
    talk = said[1:] if said and said[0]["from"] == "system" else said
    if [turn["from"] for turn in talk] != [("human", "gpt")[place % 2] for place in range(len(talk))]:
        return "its turns do not alternate from the human on"
    if len(talk) % 2 != int(ranking):
        return f"{len(talk)} turns, which is {'no odd' if ranking else 'no even'} number"
    if ranking and not all(row.get(side, {}).get("from") == "gpt" for side in ("chosen", "rejected")):
        return "a side that is not the model's"
    sides = [row[side] for side in ("chosen", "rejected") if side in row]
    if sum(turn["value"].count(PLACEHOLDER) for turn in (*said, *sides[:1])) != len(row["images"]):
        return "another number of images than of placeholders"
    return None


def check(folder: Path) -> Checked:
    """Every row, and the loader's own rules."""
    found = checked(folder, _read)
    infos = json.loads((folder / "dataset_info.json").read_text("ascii"))
    ranking = any(info.get("ranking") for info in infos.values())
    reasons = [f"{row['id']}: {why}" for row in _rows(folder) if (why := skipped(row, ranking=ranking))]
    return Checked(found.rows, found.problems + tuple(reasons), sizes=found.sizes)


DPO = Format(
    name="llamafactory-dpo",
    what="preference pairs for LLaMA-Factory (ShareGPT with ranking)",
    rows=pairs,
    writing=_writing(_pair, {"chosen": "chosen", "rejected": "rejected"}, ranking=True),
    check=check,
)
KTO = Format(
    name="llamafactory-kto",
    what="thumbs up and down for LLaMA-Factory (ShareGPT)",
    rows=verdicts,
    writing=_writing(_verdict, {"kto_tag": "kto_tag"}),
    check=check,
)
SFT = Format(
    name="llamafactory-sft",
    what="replies to imitate for LLaMA-Factory (ShareGPT)",
    rows=demonstrations,
    writing=_writing(_demonstration, {}),
    check=check,
)
