"""What an export takes of memory over the start, in a process of its own, as the command line makes it:

python -m tests.exports.measuring FORMAT DATA OUT [DIES_AT]

prints one JSON object; with DIES_AT it kills itself at that decision, as if the machine had been switched off.
The start is a process with the store open and every library loaded that reads the export again: their code is no part
of what an item costs.
"""

import importlib
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Literal

from ergo_demo.exports.exporting import Preview, Request, export
from ergo_demo.exports.formats import format_named
from ergo_demo.exports.processor import ask
from ergo_demo.geometry import Size
from ergo_demo.store.store import open_store

SECRET = "a secret for the tests only"
LIBRARIES = ("datasets", "torch", "pyarrow.parquet", "pycocotools.coco", "supervision", "jsonschema")
WHOSE: Literal["Qwen2.5-VL"] = "Qwen2.5-VL"


def memory_bytes(name: str) -> int:
    """VmRSS, what this process holds, or VmHWM, the most that it ever held. Not getrusage: that has the parent's."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    assert found is not None
    return 1024 * int(found.group(1))


def main(format: str, data: str, out: str, dies_at: str = "") -> None:
    def watch(counts: Preview) -> None:
        if dies_at and counts.decisions == int(dies_at):
            os.kill(os.getpid(), signal.SIGKILL)

    for library in LIBRARIES:
        importlib.import_module(library)
    ask({Size(280, 224)}, WHOSE)
    with open_store(Path(data), secret=SECRET) as store:
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # proc_pid_clear_refs(5): the most is what is held now
        start = memory_bytes("VmRSS")
        done = export(store, Request(format=format_named(format), processor=WHOSE), Path(out), watch)
        most = memory_bytes("VmHWM") - start
    said = {"start": start, "most": most, "rows": done.checked.rows, "taken": done.taken, "by": done.checked.words}
    sys.stdout.write(json.dumps(said | {"giving": done.preview.giving}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
