"""LLaMA-Factory, ShareGPT shape: one JSON array a split, and the dataset_info.json that names the columns.

Its loader only warns about a row that breaks a rule, and leaves it empty, so the rules are checked here. They were read
in the source (llamafactory 0.9.5, data/converter.py: SharegptDatasetConverter; data/mm_plugin.py): turns alternate from
the human on; with a ranking or without an answer their number is odd, else even; a system message stands first and
counts as none; `<image>` occurs as often as there are images. And data/parser.py: who names some tags names all, for
one that is left out becomes None, not its default. Not run here: it cannot be installed beside this app.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from ergo_demo.exports.checking import Row
from ergo_demo.exports.filed import SPLITS, beside, checked, contents, names
from ergo_demo.exports.flaws import Turn
from ergo_demo.exports.folder import JsonArray, read_array, write_json
from ergo_demo.exports.format import Checked, Format, Out
from ergo_demo.exports.lessons import Demonstration, Lesson, Pair, Verdict
from ergo_demo.exports.messages import PLACEHOLDER, texts, turns_of_texts
from ergo_demo.exports.pairs import pairs
from ergo_demo.exports.singles import demonstrations, verdicts

TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
"""All that it knows, with its own defaults: what a dataset_info.json without "tags" means."""

FROM = {role: TAGS[f"{role}_tag"] for role in ("system", "user", "assistant")}
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
        "tags": TAGS,
    }


def _infos(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((folder / "dataset_info.json").read_text("ascii"))
    return found


def _read(folder: Path) -> Iterator[Row]:
    for row in chain.from_iterable(read_array(folder / f"{split}.json") for split in SPLITS):
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


def skipped(row: Mapping[str, Any], info: Mapping[str, Any]) -> str | None:
    """Why LLaMA-Factory's loader would leave this row empty, or its plugin refuse it; None where it takes it.

    `info`: what dataset_info.json says of the row's file.
    """
    tags = {name: info["tags"].get(name) for name in TAGS} if "tags" in info else TAGS
    role, ranking, said = tags["role_tag"], bool(info.get("ranking")), row["conversations"]
    talk = said[1:] if tags["system_tag"] and said and said[0][role] == tags["system_tag"] else said
    asks, answers = (tags["user_tag"], tags["observation_tag"]), (tags["assistant_tag"], tags["function_tag"])
    if any(turn[role] not in (asks, answers)[place % 2] for place, turn in enumerate(talk)):
        return "its turns do not alternate from the human on"
    if len(talk) % 2 != int(ranking):
        return f"{len(talk)} turns, which is {'no odd' if ranking else 'no even'} number"
    sides = [row[side] for side in ("chosen", "rejected") if side in row]
    if ranking and (len(sides) != 2 or any(side.get(role) not in answers for side in sides)):
        return "a side that is not the model's"
    if sum(turn[tags["content_tag"]].count(PLACEHOLDER) for turn in (*said, *sides[:1])) != len(row["images"]):
        return "another number of images than of placeholders"
    return None


def check(folder: Path) -> Checked:
    """Every row, and the loader's own rules."""
    found, problems = checked(folder, _read), list[str]()
    for info in _infos(folder).values():
        rows = read_array(folder / info["file_name"])
        problems += [f"{row['id']}: {why}" for row in rows if (why := skipped(row, info))]
    return Checked(found.rows, (*found.problems, *problems), sizes=found.sizes)


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
