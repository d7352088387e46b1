"""The exports that tests/formats/run hands to others, and how many rows each has: python -m tests.formats.write OUT"""

import json
import sys
from pathlib import Path

from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import format_named
from ergo_demo.store.store import open_store
from tests.exports.making import Shop, everything

FORMATS = ("label-studio", "swift-dpo", "swift-kto", "swift-sft", "swift-grpo", "verl")

if __name__ == "__main__":
    out = Path(sys.argv[1])
    (out / "photos").mkdir(parents=True)
    with open_store(out / "data", secret="a secret for the tests only") as store:
        everything(Shop(store, out / "photos"))
        rows = {name: export(store, Request(format=format_named(name)), out / name).checked.rows for name in FORMATS}
    (out / "rows.json").write_text(json.dumps(rows), "ascii")
