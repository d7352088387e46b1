"""Writes scenes as files: a picture each, and questions.jsonl with one question a line."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ergo_demo.scenes.drawing import Image
from ergo_demo.scenes.families import World
from ergo_demo.scenes.questions import Question, Type
from ergo_demo.scenes.scene import Scene, scene_at
from ergo_demo.scenes.seeds import Domain

JPEG_QUALITY = 92


@dataclass(frozen=True)
class Selection:
    """Which scenes to write; None leaves to chance what can be drawn."""

    n: int
    seed: int
    domain: Domain = "test"
    kind: Type | None = None
    k: int | None = None
    world: World = "home"
    megapixels: float | None = None


def write(out: Path, selection: Selection) -> None:
    """Write scenes to `out`: images/*.jpg and questions.jsonl (paths relative to `out`)."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    with (out / "questions.jsonl").open("w", encoding="utf-8") as file:
        for index in range(selection.n):
            scene, question = scene_at(
                selection.domain,
                selection.seed,
                index,
                kind=selection.kind,
                k=selection.k,
                world=selection.world,
                megapixels=selection.megapixels,
            )
            item = record(scene, question, f"{selection.domain}-{selection.seed}-{index:05d}")
            write_jpeg(out / str(item["image"]), scene.photo())
            file.write(json.dumps(item) + "\n")


def record(scene: Scene, question: Question, name: str) -> dict[str, object]:
    """One line of questions.jsonl; `target` is x1, y1, x2, y2 in source px."""
    return {
        "id": name,
        "image": f"images/{name}.jpg",
        "question": question.text,
        "answer": question.answer,
        "type": question.type,
        "family": scene.family,
        "k": question.k,
        "cover": question.cover,
        "target": [round(edge, 2) for edge in question.target.edges],
    }


def write_jpeg(path: Path, image: Image) -> None:
    """Write an RGB picture as a JPEG without subsampled colour, so that small letters keep their edges."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        JPEG_QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(image[:, :, ::-1]), options)
    if not done:
        raise OSError(f"OpenCV could not encode {path.name}, a picture of shape {image.shape}")
    path.write_bytes(encoded.tobytes())
