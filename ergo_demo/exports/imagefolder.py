"""A folder of photos with metadata.jsonl, as `datasets` loads it: load_dataset("imagefolder", data_dir=OUT).

https://huggingface.co/docs/datasets/image_dataset. Boxes are [x, y, width, height] in source px, as in COCO.
"""

import glob
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ergo_demo.exports.boxed import with_boxes
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.folder import JsonLines, read_lines
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.said import right_answer, unfit

SPLITS = ("train", "test")


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Corrected], None]]:
    with JsonLines(out.folder) as lines:

        def add(corrected: Corrected) -> None:
            name, _ = out.pictures.photo(corrected.photo, corrected.split, flat=True)
            row = {
                "file_name": Path(name).name,
                "id": corrected.id,
                "item": corrected.item.id,
                "question": question_of(corrected),
                "answer": right_answer(corrected),
                "action": corrected.annotation.submission.action.value,
                "objects": {
                    "bbox": [[float(it) for it in (b.x1, b.y1, b.width, b.height)] for b in corrected.boxes],
                    "categories": [0] * len(corrected.boxes),
                },
                "annotator": corrected.annotation.annotator,
                "label_licence": corrected.annotation.licence,
                "image_licence": corrected.image_licence,
            }
            lines.add(f"{corrected.split}/metadata", row)

        yield add


def check(folder: Path) -> Checked:
    """Every photo there; with `datasets` where it is installed."""
    rows, problems = 0, []
    for split in SPLITS:
        for row in read_lines(folder / split / "metadata.jsonl"):
            rows += 1
            if not (folder / split / row["file_name"]).exists():
                problems.append(f"{row['file_name']} is not there")
    by = library("datasets")
    if by is not None and (read := _read_by_datasets(folder)) != rows:
        problems.append(f"{by} reads {read} rows of {rows}")
    return Checked(rows, tuple(problems), (by,) if by else ())


def _read_by_datasets(folder: Path) -> int:
    import datasets

    inside = Path(glob.escape(str(folder)))
    files = {split: str(inside / split / "*") for split in SPLITS if (folder / split).exists()}
    loaded = datasets.load_dataset("imagefolder", data_files=files, streaming=True)
    return sum(1 for part in loaded.values() for _ in part.cast_column("image", datasets.Image(decode=False)))


IMAGEFOLDER = Format(
    name="imagefolder",
    what="photos with metadata.jsonl, as datasets loads a folder of images",
    rows=with_boxes,
    writing=_writing,
    check=check,
    refuses=unfit,
)
