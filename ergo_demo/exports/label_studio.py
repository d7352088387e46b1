"""Label Studio tasks: the model's box as a prediction with its score, people's as annotations. Percent of the photo.

https://labelstud.io/guide/predictions. One task for each item, whoever decided about it. Photos are found where
Label Studio serves local files (LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT is this folder).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ergo_demo.exports.boxed import CATEGORY, score, with_boxes
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.folder import JsonArray, read_array
from ergo_demo.exports.format import Checked, Format, Out
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.said import unfit
from ergo_demo.geometry import Box, Size

CONFIG = f"""\
<View>
  <Text name="question" value="$question"/>
  <Image name="image" value="$image" zoom="true" zoomControl="true"/>
  <RectangleLabels name="label" toName="image">
    <Label value="{CATEGORY}"/>
  </RectangleLabels>
</View>
"""


def _region(id: str, box: Box, size: Size) -> dict[str, Any]:
    return {
        "id": id,
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": size.width,
        "original_height": size.height,
        "image_rotation": 0,
        "value": {
            "x": 100 * box.x1 / size.width,
            "y": 100 * box.y1 / size.height,
            "width": 100 * box.width / size.width,
            "height": 100 * box.height / size.height,
            "rotation": 0,
            "rectanglelabels": [CATEGORY],
        },
    }


def _task(decisions: list[Corrected], name: str) -> dict[str, Any]:
    first = decisions[0]
    return {
        "data": {
            "image": f"/data/local-files/?d={name}",
            "question": question_of(first),
            "item": first.item.id,
            "split": first.split,
            "annotators": [decision.annotation.annotator for decision in decisions],
        },
        "predictions": _predictions(first),
        "annotations": [
            {
                "was_cancelled": False,
                "ground_truth": False,
                "lead_time": decision.annotation.submission.effort.active_ms / 1000,
                "result": [
                    _region(f"{decision.id}-{place}", box, decision.image.size)
                    for place, box in enumerate(decision.boxes)
                ],
            }
            for decision in decisions
        ],
    }


def _predictions(corrected: Corrected) -> list[dict[str, Any]]:
    if corrected.suggested is None:
        return []
    model = corrected.trace.model if corrected.trace else None
    return [
        {
            "model_version": f"{model.name}@{model.revision}" if model else "unknown",
            "score": score(corrected),
            "result": [_region("model", corrected.suggested, corrected.image.size)],
        }
    ]


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Corrected], None]]:
    (out.folder / "label_config.xml").write_text(CONFIG, "ascii", newline="\n")
    together: list[Corrected] = []
    with JsonArray(out.folder / "tasks.json") as tasks:

        def finish() -> None:
            if together:
                name, _ = out.pictures.photo(together[0].photo)
                tasks.add(_task(together, name))
                together.clear()

        def add(corrected: Corrected) -> None:
            if together and together[0].item.id != corrected.item.id:
                finish()
            together.append(corrected)

        yield add
        finish()


def check(folder: Path) -> Checked:
    """Every region within 0 and 100 %, every photo there. Their SDK needs an environment of its own."""
    rows, problems = 0, []
    for task in read_array(folder / "tasks.json"):
        rows += len(task["annotations"])
        name = task["data"]["image"].removeprefix("/data/local-files/?d=")
        if not (folder / name).exists():
            problems.append(f"{name} is not there")
        for said in (*task["annotations"], *task["predictions"]):
            problems += [f"{task['data']['item']}: {region['value']}" for region in said["result"] if _outside(region)]
    return Checked(rows, tuple(problems))


def _outside(region: dict[str, Any]) -> bool:
    value, most = region["value"], 100 + 1e-9
    across = 0 <= value["x"] < value["x"] + value["width"] <= most
    return not (across and 0 <= value["y"] < value["y"] + value["height"] <= most)


LABEL_STUDIO = Format(
    name="label-studio",
    what="Label Studio tasks: the model's box as a prediction, people's as annotations",
    rows=with_boxes,
    writing=_writing,
    check=check,
    refuses=unfit,
)
