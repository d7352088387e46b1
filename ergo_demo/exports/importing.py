"""Puts an exported log back into a store: adds what is missing, changes nothing, brings back nothing forgotten.

What comes from a file is checked field by field; photos by their hash.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from ergo_demo.errors import Forgotten, RowsInvalid
from ergo_demo.exports.log import records, restored
from ergo_demo.records import Trace
from ergo_demo.store.store import Store


def import_log(store: Store, folder: Path) -> Counter[str]:
    """Adds every line; counts of what was "added", "forgotten" and so left out, and "taken" by another decision.

    A line that is there already counts as added: the same import twice changes nothing.
    """
    return import_lines(store, folder, records(folder))


def import_lines(store: Store, folder: Path, lines: Iterable[dict[str, Any]]) -> Counter[str]:
    """As `import_log`; the lines' photos lie in `folder`."""
    counts = Counter[str]()
    for line in lines:
        try:
            counts["added" if _add(store, folder, line) else "taken"] += 1
        except Forgotten:
            counts["forgotten"] += 1
    return counts


def _add(store: Store, folder: Path, line: dict[str, Any]) -> bool:
    kinds = ("project", "image", "item", "annotation")
    project, image, item, annotation = (restored(line, kind) for kind in kinds)
    store.put_image(_photo(folder, line["photo"]), image)
    store.add_project(project.id, project.name, project.plan)
    if line["trace"] is not None:
        store.put_trace(_trace(line))
    store.add_items([item])
    return store.add_again(annotation)


def _trace(line: dict[str, Any]) -> Trace:
    """The run; one from before it said itself which prompts it was asked with has them from its line."""
    trace: Trace = restored(line, "trace")
    return trace if trace.prompts_sha256 else replace(trace, prompts_sha256=str(line.get("prompts_sha256", "")))


def _photo(folder: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not (folder / name).is_file():
        raise RowsInvalid(f"There is no photo {name!r} in the export.", remedy="Keep the folder together.")
    return folder / name
