"""Photos and tables on the disk, for tests that import them."""

import csv
import json
from pathlib import Path
from typing import Any

from tests.photos import pattern, write_png

WIDTH, HEIGHT = 400, 300


def photo(folder: Path, name: str = "a.png", width: int = WIDTH, height: int = HEIGHT) -> Path:
    """A photo; another size is another photo."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_png(path, pattern(width, height))


def write_jsonl(path: Path, *rows: Any) -> Path:
    """A row a line; text is written as it is."""
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def write_csv(path: Path, *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
