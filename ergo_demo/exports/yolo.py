"""YOLO: one text file beside each photo, `class cx cy w h` as shares of the photo. https://docs.ultralytics.com/datasets

The text has no room for more, so provenance.jsonl says which lines came from which decision.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ergo_demo.exports.boxed import CATEGORY, with_boxes
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.folder import JsonLines, read_lines
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import question_of
from ergo_demo.exports.pictures import missized
from ergo_demo.exports.said import unfit
from ergo_demo.geometry import Box, Size

SPLITS = ("train", "test")


def line_of(box: Box, size: Size) -> str:
    """A box (source px) as a line. Nine digits: a hundredth of a px on the largest photo is far more.

    >>> line_of(Box(10, 20, 30, 60), Size(100, 100))
    '0 0.200000000 0.400000000 0.200000000 0.400000000'
    """
    centre = ((box.x1 + box.x2) / 2 / size.width, (box.y1 + box.y2) / 2 / size.height)
    return " ".join(["0", *(f"{share:.9f}" for share in (*centre, box.width / size.width, box.height / size.height))])


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Corrected], None]]:
    with JsonLines(out.folder) as provenance:

        def add(corrected: Corrected) -> None:
            split = corrected.split
            name, _ = out.pictures.photo(corrected.photo, f"images/{split}", flat=True)
            label = f"labels/{split}/{Path(name).stem}.txt"
            (out.folder / label).parent.mkdir(parents=True, exist_ok=True)
            with (out.folder / label).open("a", encoding="ascii", newline="\n") as lines:
                lines.writelines(line_of(box, corrected.image.size) + "\n" for box in corrected.boxes)
            provenance.add(
                "provenance",
                {
                    "id": corrected.id,
                    "item": corrected.item.id,
                    "image": name,
                    "width": corrected.image.size.width,
                    "height": corrected.image.size.height,
                    "boxes": len(corrected.boxes),
                    "question": question_of(corrected),
                    "annotator": corrected.annotation.annotator,
                    "label_licence": corrected.annotation.licence,
                    "image_licence": corrected.image_licence,
                },
            )

        yield add
    held_out = "images/test" if (out.folder / "images" / "test").exists() else "images/train"
    train = "images/train" if (out.folder / "images" / "train").exists() else "images/test"
    (out.folder / "data.yaml").write_text(
        f"path: .\ntrain: {train}\nval: {held_out}\nnc: 1\nnames: [{CATEGORY}]\n", "ascii", newline="\n"
    )


def check(folder: Path) -> Checked:
    """As many lines as boxes, every share within 0 and 1; with supervision where it is installed."""
    rows = boxes = lines = 0
    problems = []
    for row in read_lines(folder / "provenance.jsonl"):
        rows, boxes = rows + 1, boxes + row["boxes"]
        if wrong := missized(folder, row["image"], Size(row["width"], row["height"])):
            problems.append(wrong)
    for file in folder.glob("labels/*/*.txt"):
        for line in file.read_text("ascii").splitlines():
            lines += 1
            kind, *shares = line.split()
            cx, cy, width, height = map(float, shares)
            tolerance = 1e-8
            inside = width / 2 - tolerance <= cx <= 1 - width / 2 + tolerance
            inside = inside and height / 2 - tolerance <= cy <= 1 - height / 2 + tolerance
            if kind != "0" or not inside or not (width > 0 and height > 0):
                problems.append(f"{file.stem}: {line!r} is no box in its photo")
    if lines != boxes:
        problems.append(f"{boxes} boxes, but {lines} lines")
    by = library("supervision")
    if by is not None and (read := _read_by_supervision(folder)) != lines:
        problems.append(f"{by} reads {read} boxes of {lines}")
    return Checked(rows, tuple(problems), (by,) if by else ())


def _read_by_supervision(folder: Path) -> int:
    import supervision

    count = 0
    for split in SPLITS:
        images = folder / "images" / split
        if images.exists():
            found = supervision.DetectionDataset.from_yolo(
                str(images), str(folder / "labels" / split), str(folder / "data.yaml")
            )
            count += sum(len(detections) for detections in found.annotations.values())
    return count


YOLO = Format(
    name="yolo",
    what="boxes as YOLO text files beside the photos",
    rows=with_boxes,
    writing=_writing,
    check=check,
    refuses=unfit,
)
