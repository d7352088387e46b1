"""COCO: people's boxes as annotations, the model's as results with scores. [x, y, width, height] in source px.

https://cocodataset.org/#format-data
"""

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ergo_demo.exports.boxed import CATEGORY, score, with_boxes
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.folder import JsonArray, dumps
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import plain, question_of
from ergo_demo.exports.licences import address
from ergo_demo.exports.pictures import missized
from ergo_demo.exports.said import unfit
from ergo_demo.geometry import Box, Size

SPLITS = ("train", "test")


class _Split:
    """The files of one split, while they are written: COCO's three lists stand in one object, so each grows apart."""

    def __init__(self, folder: Path, split: str, stack: ExitStack) -> None:
        self._folder, self._split = folder, split
        names = ("images", "annotations")
        self._parts = {name: folder / "annotations" / f"{split}.{name}.part" for name in names}
        self._arrays = {name: stack.enter_context(JsonArray(part)) for name, part in self._parts.items()}
        self._results = stack.enter_context(JsonArray(folder / "results" / f"{split}.json"))
        self._licences = dict[str, int]()
        """Of the photos, by name: a photo names its own by number."""
        self._boxes = 0
        self._item = ""

    def add(self, corrected: Corrected, name: str, *, new: bool) -> None:
        image = _image_id(corrected)
        if new:
            size = corrected.image.size
            licence = self._licences.setdefault(corrected.image_licence, len(self._licences) + 1)
            shown = {"id": image, "file_name": name, "width": size.width, "height": size.height}
            self._arrays["images"].add({**shown, "license": licence})
        for box in corrected.boxes:
            self._boxes += 1
            self._arrays["annotations"].add(_annotation(corrected, self._boxes, image, box))
        if corrected.suggested is not None and corrected.item.id != self._item:
            box = corrected.suggested
            self._results.add({"image_id": image, "category_id": 1, "bbox": _xywh(box), "score": score(corrected)})
        self._item = corrected.item.id

    def join(self) -> None:
        """Puts the lists into one object."""
        head = {
            "info": {"description": "Corrected regions; boxes in px of the upright photo"},
            "licenses": [
                {"id": number, "name": plain(name) or "none named", "url": address(name) or ""}
                for name, number in self._licences.items()
            ],
            "categories": [{"id": 1, "name": CATEGORY, "supercategory": ""}],
        }
        with (self._folder / "annotations" / f"{self._split}.json").open("w", encoding="ascii", newline="\n") as whole:
            whole.write(dumps(head)[:-1])
            for name, part in self._parts.items():
                whole.write(f',\n"{name}": ')
                with part.open(encoding="ascii") as lines:
                    whole.writelines(lines)
                part.unlink()
            whole.write("}\n")


def _image_id(corrected: Corrected) -> int:
    # 52 bits of the hash: the same photo has the same id in every export, and JavaScript can hold it.
    return int(corrected.image.blob_sha256[:13], 16)


def _annotation(corrected: Corrected, id: int, image: int, box: Box) -> dict[str, Any]:
    return {
        "id": id,
        "image_id": image,
        "category_id": 1,
        "bbox": _xywh(box),
        "area": box.area,
        "iscrowd": 0,
        "segmentation": [],
        "decision": corrected.id,
        "item": corrected.item.id,
        "annotator": corrected.annotation.annotator,
        "question": question_of(corrected),
        "label_licence": corrected.annotation.licence,
    }


def _xywh(box: Box) -> list[float]:
    return [float(box.x1), float(box.y1), float(box.width), float(box.height)]


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Corrected], None]]:
    splits: dict[str, _Split] = {}
    with ExitStack() as stack:

        def add(corrected: Corrected) -> None:
            if corrected.split not in splits:
                splits[corrected.split] = _Split(out.folder, corrected.split, stack)
            name, new = out.pictures.photo(corrected.photo)
            splits[corrected.split].add(corrected, name, new=new)

        yield add
    for split in splits.values():
        split.join()


def check(folder: Path) -> Checked:
    """Every box inside its photo, every photo there; with pycocotools, annotations and results, where installed."""
    decisions, problems = set[str](), list[str]()
    by = library("pycocotools")
    for split in SPLITS:
        file = folder / "annotations" / f"{split}.json"
        if not file.exists():
            continue
        whole = json.loads(file.read_text("ascii"))
        sizes = {image["id"]: image for image in whole["images"]}
        said = ((image["file_name"], Size(image["width"], image["height"])) for image in sizes.values())
        problems += [wrong for name, size in said if (wrong := missized(folder, name, size))]
        for annotation in whole["annotations"]:
            decisions.add(annotation["decision"])
            problems += _outside(annotation, sizes[annotation["image_id"]])
        if by is not None and _read_by_pycocotools(file, folder / "results" / f"{split}.json") != len(
            whole["annotations"]
        ):
            problems.append(f"{by} reads another number of annotations in {split}")
    return Checked(len(decisions), tuple(problems), (by,) if by else ())


def _outside(annotation: dict[str, Any], image: dict[str, Any]) -> list[str]:
    x, y, width, height = annotation["bbox"]
    inside = 0 <= x < x + width <= image["width"] + 1e-6 and 0 <= y < y + height <= image["height"] + 1e-6
    return [] if inside else [f"{annotation['decision']}: the box {annotation['bbox']} is outside its photo"]


def _read_by_pycocotools(file: Path, results: Path) -> int:
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(io.StringIO()):  # it says how long it took
        truth = COCO(str(file))
        if json.loads(results.read_text("ascii")):
            truth.loadRes(str(results))
    return len(truth.getAnnIds())


COCO_FORMAT = Format(
    name="coco",
    what="boxes as COCO annotations, the model's own as results with scores",
    rows=with_boxes,
    writing=_writing,
    check=check,
    refuses=unfit,
)
