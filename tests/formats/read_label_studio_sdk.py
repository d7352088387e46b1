"""Label Studio's own validator on our tasks; run by tests/formats/run in its environment."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from label_studio_sdk.label_interface import LabelInterface

if __name__ == "__main__":
    out = Path(sys.argv[1])
    interface = LabelInterface((out / "label-studio" / "label_config.xml").read_text("utf-8"))
    tasks = json.loads((out / "label-studio" / "tasks.json").read_text("utf-8"))
    counts = {"predictions": 0, "annotations": 0}
    for task in tasks:
        for each in task["predictions"]:
            errors = interface.validate_prediction(each, return_errors=True)
            assert errors == [], (task["data"]["item"], errors)
        for each in task["annotations"]:
            assert interface.validate_annotation(each), task["data"]["item"]
        for kind in counts:
            counts[kind] += len(task[kind])
    wrong = json.loads(json.dumps(tasks[0]["predictions"][0]))
    wrong["result"][0]["value"]["x"] = 250
    assert interface.validate_prediction(wrong, return_errors=True), "the validator looks at what it is given"
    expected = json.loads((out / "rows.json").read_text("ascii"))["label-studio"]
    assert counts["annotations"] == expected, (counts, expected)
    print(
        f"label-studio-sdk {version('label-studio-sdk')}: {len(tasks)} tasks, {counts['predictions']} predictions and "
        f"{counts['annotations']} annotations valid; {expected} rows in"
    )
