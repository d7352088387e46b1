"""The figure that counts: whole dialogues on unseen scenes, from the drawn photo to the answer.

As the pipeline does it: the scene is drawn at its own resolution, the coarse view is a bicubic reduction of that
picture, the model writes its box, the box is cut out of the picture with Lanczos, the model answers. Uses
transformers' own generate on the saved weights; dialogues go in groups only to save time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as Pillow
from torch import Tensor
from transformers import AutoTokenizer

from ergo_demo.geometry import PATCH, Box, View
from ergo_demo.protocol.parsing import Zoom, read_answer, read_zoom
from ergo_demo.scenes.drawing import Image
from ergo_demo.scenes.scene import Question, Scene, scene_at
from ergo_demo.training import checkpoint, dialogue
from ergo_demo.training.batch import to_patches
from ergo_demo.training.dialogue import cells_around
from ergo_demo.training.examples import coarse_view, zoom_view


@dataclass(frozen=True)
class Played:
    """One dialogue: what was asked, and what came of it. `box` (source px) is None where none was readable."""

    question: Question
    taught: Box
    box: Box | None
    coarse_reply: str
    zoom_reply: str
    answer: str

    @property
    def right(self) -> bool:
        """Whether the answer is the label."""
        return self.answer.strip() == self.question.answer

    @property
    def covered(self) -> bool:
        """Whether the target lies wholly inside the box (half a source px tolerance)."""
        return self.box is not None and self.box.contains(self.question.target, tolerance=0.5)


class Player:
    """Plays dialogues with a saved checkpoint."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model: Any = checkpoint.load(folder)
        self.model.train(False)

    def play(self, items: Sequence[tuple[Scene, Question]], oracle: bool = False) -> list[Played]:
        """Both turns for each item; with `oracle`, the second look is at the taught box whatever was written."""
        photos = [scene.photo() for scene, _ in items]
        views = [coarse_view(scene) for scene, _ in items]
        coarse = [resampled(photo, view, Pillow.Resampling.BICUBIC) for photo, view in zip(photos, views, strict=True)]
        asked = [self._coarse_text(question, view) for (_, question), view in zip(items, views, strict=True)]
        replies = self._generate(asked, [[image] for image in coarse])
        taught = [
            view.to_source(cells_around(q.target, view).box_in_view) for (_, q), view in zip(items, views, strict=True)
        ]
        boxes = [_box(reply, view) for reply, view in zip(replies, views, strict=True)]
        looks = []
        for index, (scene, _) in enumerate(items):
            region = taught[index] if oracle else (boxes[index] or Box.of(scene.size))
            looks.append(zoom_view(region.outward().clip(Box.of(scene.size))))
        zooms = [resampled(photo, view, Pillow.Resampling.LANCZOS) for photo, view in zip(photos, looks, strict=True)]
        again = [
            text + reply + "<|im_end|>\n" + dialogue.USER + _image(view) + dialogue.zoom_request(question.text)
            for text, reply, view, (_, question) in zip(asked, replies, looks, items, strict=True)
        ]
        answers = self._generate(again, [list(pair) for pair in zip(coarse, zooms, strict=True)])
        return [
            Played(question, taught[i], boxes[i], replies[i], answers[i], read_answer(answers[i]).text)
            for i, (_, question) in enumerate(items)
        ]

    def _coarse_text(self, question: Question, view: View) -> str:
        return dialogue.prefix() + _image(view) + dialogue.coarse_request(question.text)

    @torch.no_grad()
    def _generate(self, texts: list[str], images: list[list[Image]]) -> list[str]:
        """Greedy replies, without their end mark."""
        encoded = self.tokenizer(texts, padding=True, return_tensors="pt", add_special_tokens=False)
        flat = [image for group in images for image in group]
        out = self.model.generate(
            input_ids=encoded["input_ids"],
            attention_mask=encoded["attention_mask"],
            mm_token_type_ids=(encoded["input_ids"] == self.model.config.image_token_id).int(),
            pixel_values=torch.cat([both_frames(to_patches(image)) for image in flat]),
            image_grid_thw=torch.tensor([[1, image.shape[0] // 14, image.shape[1] // 14] for image in flat]),
            max_new_tokens=64,
            do_sample=False,
        )
        replies: list[str] = self.tokenizer.batch_decode(out[:, encoded["input_ids"].shape[1] :])
        return [reply.split("<|im_end|>")[0] for reply in replies]


def both_frames(patches: Tensor) -> Tensor:
    """Patches (P, 588) as the stock processor gives them (P, 1176): a still image is the same frame twice."""
    cut = patches.view(len(patches), 3, 1, -1)
    return cut.expand(-1, -1, 2, -1).reshape(len(patches), -1)


def resampled(photo: Image, view: View, kernel: Pillow.Resampling) -> Image:
    """A view cut from the finished picture, antialiased."""
    size = (view.size.width, view.size.height)
    return np.array(Pillow.fromarray(photo).resize(size, kernel, box=view.region.edges), dtype=np.uint8)


def _image(view: View) -> str:
    return dialogue.IMAGE.format("<|image_pad|>" * (view.size.width // PATCH * (view.size.height // PATCH)))


def _box(reply: str, view: View) -> Box | None:
    """The box that a reply names, in source px."""
    zoom = read_zoom(reply, view.size)
    return view.to_source(zoom.box_in_view) if isinstance(zoom, Zoom) else None


def evaluate(folder: Path, count: int, seed: int, group: int = 16) -> dict[str, float]:
    """Shares over `count` test scenes: right answers, covered targets, right answers from the taught box."""
    torch.manual_seed(0)
    player = Player(folder)
    played: list[Played] = []
    from_taught: list[Played] = []
    for start in range(0, count, group):
        items = [scene_at("test", seed, index) for index in range(start, min(count, start + group))]
        played += player.play(items)
        from_taught += player.play(items, oracle=True)
    return {
        "n": count,
        "right": sum(p.right for p in played) / count,
        "covered": sum(p.covered for p in played) / count,
        "exact_box": sum(p.box is not None and p.box.iou(p.taught) > 0.99 for p in played) / count,
        "readable_box": sum(p.box is not None for p in played) / count,
        "right_from_taught_box": sum(p.right for p in from_taught) / count,
    }
