"""What our own code adds to a fresh ask: opening the photo, making the views, reading replies, the records."""

import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from ergo_demo.asking import RunSettings
from ergo_demo.bench.engines_shapes import Shape
from ergo_demo.engines import EngineInfo, Fork, Stop, Turn
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_dialogue import LocalDialogue
from ergo_demo.geometry import PATCH, Box, Size, view_of
from ergo_demo.imaging import Door
from ergo_demo.pipeline import ask
from ergo_demo.records import Generation, Message, Sampling, Token, to_json
from ergo_demo.scenes import Question, Scene, scene_at

MEGAPIXELS = 12.0
SCENES_SEED = 41


def overhead(engine: LocalEngine, shape: Shape, rounds: int) -> dict[str, Any]:
    """The share of a fresh ask that is not the model's, of a 12-megapixel JPEG, and the parts in seconds."""
    asks, shares, opened = [], [], []
    crop_tokens = shape.crop.area // PATCH**2
    chosen = RunSettings(
        Sampling(max_new_tokens=shape.output_tokens),
        shape.coarse.area // PATCH**2,
        crop_tokens,
        zoom_least_tokens=crop_tokens,
    )
    with tempfile.TemporaryDirectory(prefix="ergo-bench-") as folder, Door(Path(folder), tiled=False) as door:
        for number in range(-1, rounds):
            file, scene, asked = _jpeg(Path(folder) / f"{number}.jpg", number + 1)
            engine.model.prefixes.forget()
            listening = _Listening(engine, _zoom(asked.place, scene.size, chosen))
            started = time.perf_counter()
            photo = door.open_upright(file)
            opened_seconds = time.perf_counter() - started
            to_json(ask(listening, photo, asked.text, chosen))
            seconds = time.perf_counter() - started
            if number >= 0:  # the first one also starts the door's child and fills caches
                asks.append(seconds)
                opened.append(opened_seconds)
                shares.append(1 - listening.seconds / seconds)
    parts = {"a fresh ask, file to record": asks, "opening the photo": opened}
    described = {name: {"median": median(all_), "low": min(all_), "high": max(all_)} for name, all_ in parts.items()}
    return {"share": median(shares), **described}


def _jpeg(path: Path, index: int) -> tuple[Path, Scene, Question]:
    """A scene of 12 megapixels as a camera would keep it, with grain, and what is asked about it."""
    scene, question = scene_at("test", SCENES_SEED, index, megapixels=MEGAPIXELS)
    picture = cv2.cvtColor(scene.photo(), cv2.COLOR_RGB2BGR)
    grain = np.random.default_rng(index).integers(0, 12, (*picture.shape[:2], 1), np.uint8)
    cv2.imwrite(str(path), cv2.add(picture, np.repeat(grain, 3, axis=2)), [cv2.IMWRITE_JPEG_QUALITY, 90])
    return path, scene, question


def _zoom(place: Box, photo: Size, chosen: RunSettings) -> str:
    """The first reply's text: the box (source px) that is asked about, in the coarse view's px."""
    seen = view_of(Box.of(photo), chosen.coarse_budget_tokens).from_source(place)
    return f"<zoom>{[round(edge) for edge in seen.edges]}</zoom>"


@dataclass
class _Listening:
    """The engine, with a clock that runs while it computes.

    `zoom`: what its first reply is taken to say. At 1,000 tokens, more than it was taught, the embedded model names no
    box, and the second look would be at the whole photo. Its tokens are its own: what they cost does not change.
    """

    engine: LocalEngine
    zoom: str
    seconds: float = 0.0

    @property
    def info(self) -> EngineInfo:
        return replace(self.engine.info)

    def dialogue(self, sampling: Sampling, *said: Turn) -> "_Heard":
        return _Heard(self, self.engine.dialogue(sampling, *said))


@dataclass
class _Heard:
    """A dialogue whose turns are timed; what the pipeline does between two tokens is not the model's."""

    listening: _Listening
    dialogue: LocalDialogue

    @property
    def said(self) -> tuple[Turn, ...]:
        return self.dialogue.said

    def fork(self, k: int, sampling: Sampling, *, stop: Stop) -> Generator[int, None, tuple[Fork, ...]]:
        return self.dialogue.fork(k, sampling, stop=stop)

    def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
        speaking = self.dialogue.say(*messages, stop=stop, alternatives=alternatives)
        while True:
            started = time.perf_counter()
            try:
                token = next(speaking)
            except StopIteration as end:
                generation: Generation = end.value
                return generation if self.said[1:] else _saying(self.listening.zoom, generation)
            finally:
                self.listening.seconds += time.perf_counter() - started
            yield token


def _saying(text: str, generation: Generation) -> Generation:
    """The same tokens with other words, all of them in the first."""
    first, *others = generation.tokens
    return replace(generation, tokens=(replace(first, text=text), *(replace(token, text="") for token in others)))
