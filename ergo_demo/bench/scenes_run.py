"""Asks every method every item, in one pass over the scenes: a photo is drawn once, a first look is taken once."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import ergo_demo.protocol
import ergo_demo.scenes
from ergo_demo.bench.scenes_baselines import TEXT_ONLY, Guess, learn_guesses
from ergo_demo.bench.scenes_items import Item, Stream, draw, items, photo_of
from ergo_demo.bench.scenes_methods import METHODS, OTHER_BOXES, PAINTED_OUT, Asked, Asker, Method
from ergo_demo.bench.scenes_samples import Sample, Samples, scored
from ergo_demo.imaging import Door
from ergo_demo.records import ModelInfo, Outcome
from ergo_demo.scenes import Question, Scene, Type

Say: TypeAlias = Callable[[str], None]
Found: TypeAlias = Mapping[str, Sequence[Sample]]
"""Samples by method."""


@dataclass(frozen=True)
class Plan:
    """What to ask: `n` items of each type, of which the first `most.get(method, n)` are asked with a method."""

    stream: Stream
    n: int
    methods: tuple[Method, ...]
    most: dict[str, int] = field(default_factory=dict)
    extras: bool = True  # also guess from the text alone, and ask *hidden* with its target painted out
    guess_scenes: int = 150  # that the guesses are learned from

    def asked_with(self, item: Item) -> list[str]:
        """What an item is asked with, each after the one it needs."""
        wanted: set[str] = {method for method in self.methods if item.number < self.most.get(method, self.n)}
        if wanted & set(OTHER_BOXES):
            wanted.add("ergo")
        if self.extras and item.type == "hidden" and "ergo" in wanted:
            wanted.add(PAINTED_OUT)
        if self.extras:
            wanted.add(TEXT_ONLY)
        return [name for name in (TEXT_ONLY, *METHODS, PAINTED_OUT) if name in wanted]

    def missing(self, item: Item, samples: Samples) -> list[str]:
        """The methods that the item has not been asked with."""
        return [method for method in self.asked_with(item) if samples.find(method, item) is None]


def samples_file(folder: Path, model: ModelInfo, stream: Stream, budgets: tuple[int, int]) -> Path:
    """The file of everything that must be the same for two samples to be comparable; n is not part of it."""
    size = "" if stream.megapixels is None else f"-{stream.megapixels:g}mp"
    name = f"{model.name}-{stream.world}-seed{stream.seed}{size}"
    same = repr((model, stream, budgets, world_digest()))
    digest = hashlib.sha256(same.encode()).hexdigest()[:12]
    return folder / f"{re.sub(r'[^A-Za-z0-9.-]+', '_', name)[-80:]}-{digest}.jsonl"


def world_digest() -> str:
    """What draws the scenes and words the questions, as a hash: another drawing is another benchmark."""
    digest = hashlib.sha256()
    for package in (ergo_demo.scenes, ergo_demo.protocol):
        folder = Path(str(package.__file__)).parent
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.json")]):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def ask_all(plan: Plan, asker: Asker, samples: Samples, door: Door, say: Say) -> None:
    """Asks what is missing, an item after the other; everything is kept as soon as it is known."""
    todo = [item for item in items(plan.n) if plan.missing(item, samples)]
    progress = _Progress(plan, len(todo), say)
    guesses = learn_guesses(plan.stream.world, plan.guess_scenes) if plan.extras and todo else {}
    for item in todo:
        scene, question = draw(plan.stream, item)
        _Round(asker, samples, door, item, scene, question).ask(plan.missing(item, samples), guesses)
        progress.one_more()


@dataclass(frozen=True)
class _Round:
    """One item, asked in several ways."""

    asker: Asker
    samples: Samples
    door: Door
    item: Item
    scene: Scene
    question: Question

    def ask(self, missing: Sequence[str], guesses: Mapping[Type, Guess]) -> None:
        """Asks what is missing; one photo for all methods, and one without the target."""
        if TEXT_ONLY in missing:
            guess = guesses[self.item.type](self.question)
            size, answered = self.scene.size, Outcome.ANSWERED
            self.samples.add(scored(TEXT_ONLY, self.item, self.question, size, None, outcome=answered, answer=guess))
        methods = [method for method in METHODS if method in missing]
        if methods:
            with photo_of(self.scene, self.door) as photo:
                for method in methods:
                    self.samples.add(self._answer(method, Asked(self.item, self.question, photo)))
        if PAINTED_OUT in missing:
            with photo_of(self.scene.painted_out(self.question), self.door) as photo:
                self.samples.add(self.asker.painted_out(Asked(self.item, self.question, photo)))

    def _answer(self, method: Method, asked: Asked) -> Sample:
        if method == "ergo":
            return self.asker.ergo(asked)
        if method in OTHER_BOXES:
            ergo = self.samples.find("ergo", self.item)
            assert ergo is not None, "METHODS begins with ergo, and a plan asks it before the methods that need it"
            return self.asker.other_box(method, asked, ergo)
        return self.asker.direct(method, asked)


class _Progress:
    """A line every few seconds: how many, how fast, how long still."""

    SECONDS = 20.0

    def __init__(self, plan: Plan, todo: int, say: Say) -> None:
        self._todo, self._done, self._say = todo, 0, say
        self._started = self._said = time.monotonic()
        total = plan.n * 4
        size = "" if plan.stream.megapixels is None else f" of {plan.stream.megapixels:g} megapixels"
        if todo:
            say(f"{total} scenes{size}, {total - todo} of them asked before; {', '.join(plan.methods)}")

    def one_more(self) -> None:
        """An item was asked with every method."""
        self._done += 1
        now = time.monotonic()
        if now - self._said < self.SECONDS and self._done < self._todo:
            return
        self._said = now
        seconds = (now - self._started) / self._done
        left = (self._todo - self._done) * seconds
        self._say(f"{self._done}/{self._todo} scenes, {seconds:.1f} s each, about {left / 60:.0f} min left")


def found_of(plan: Plan, samples: Samples) -> Found:
    """The samples of this plan by method, and none that another plan left in the file."""
    every = list(items(plan.n))
    methods = (*METHODS, PAINTED_OUT, TEXT_ONLY)
    return {method: samples.of(method, [i for i in every if method in plan.asked_with(i)]) for method in methods}
