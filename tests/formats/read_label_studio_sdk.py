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
        for kind, check in (
            ("predictions", interface.validate_prediction),
            ("annotations", interface.validate_annotation),
        ):
            for each in task[kind]:
                errors = check(each, return_errors=True)
                assert errors == [], (task["data"]["item"], kind, errors)
                counts[kind] += 1
    wrong = json.loads(json.dumps(tasks[0]["predictions"][0]))
    wrong["result"][0]["value"]["x"] = 250
    assert interface.validate_prediction(wrong, return_errors=True), "the validator looks at what it is given"
    expected = json.loads((out / "rows.json").read_text("ascii"))["label-studio"]
    assert counts["annotations"] == expected, (counts, expected)
    print(
        f"label-studio-sdk {version('label-studio-sdk')}: {len(tasks)} tasks, {counts['predictions']} predictions and "
        f"{counts['annotations']} annotations valid; {expected} rows in"
    )
