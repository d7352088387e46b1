"""An export as rows for a trainer: the right format or a reason, its files by split, and what names them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ergo_demo.errors import InputError

SPLITS = ("train", "test")


@dataclass(frozen=True)
class Data:
    """The files of one export by split, their rows, and a hash of their bytes."""

    folder: Path
    files: Mapping[str, Path]
    rows: Mapping[str, int]
    sha256: str


def find_data(folder: Path, format: str) -> Data:
    """The export in `folder`, which has to be one of this format with something to train on. Raises InputError."""
    facts = _facts(folder)
    if facts.get("format") != format:
        raise InputError(
            f"{folder} is an export of {facts.get('format')!r}, and {format!r} is needed.",
            remedy=f"Make one: python -m ergo_demo export {format} OUT.",
        )
    files = {split: file for split in SPLITS if (file := folder / f"{split}.parquet").is_file()}
    if "train" not in files:
        raise InputError(
            f"{folder} has no row to train on: all of its photos are kept for testing.",
            remedy="Correct more photos; nine of ten are for training.",
        )
    digest = hashlib.sha256()
    for file in files.values():
        digest.update(file.read_bytes())
    counts = facts.get("splits", {})
    return Data(folder, files, {split: int(counts.get(split, 0)) for split in files}, digest.hexdigest())


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts = json.loads((folder / "export.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder} is no export of ours: its export.json cannot be read.",
            remedy="Give a folder that `python -m ergo_demo export` wrote.",
        ) from error
    return facts if isinstance(facts, dict) else {}


def load_rows(data: Data, split: str, cache: Path) -> Any:
    """The rows of a split as a datasets.Dataset, its pictures decoded when they are taken; None without any."""
    # Imported here: it takes seconds, and the command line asks for names only.
    import datasets

    if split not in data.files:
        return None
    return datasets.Dataset.from_parquet(str(data.files[split]), cache_dir=str(cache))


def with_answers(rows: Any) -> Any:
    """Those of GRPO's rows whose right answer is known: without one every reply of a group is as wrong as the next,
    and nothing is learned. Raises InputError where there are none."""
    known = [place for place, answer in enumerate(rows["answer"]) if answer.strip()]
    if not known:
        raise InputError(
            f"None of the {len(rows)} rows has a right answer, and a reader judges by it.",
            remedy="Give answers when correcting, or leave --photos away: then the region's overlap is the reward.",
        )
    return rows if len(known) == len(rows) else rows.select(known)
