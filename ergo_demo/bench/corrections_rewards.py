"""ERGO's rewards, one after the other, as in the paper's ablation: GRPO on drawn scenes, then what the looks are like.

The scenes are small enough for the reader to read a whole photo, so that nothing but the box reward keeps a model from
naming it all. The reader is the model as it was; form is always rewarded. What was trained is kept; a run continues.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ergo_demo.asking import RunSettings, run_settings
from ergo_demo.bench.corrections_looks import Scenes
from ergo_demo.bench.corrections_person import Person
from ergo_demo.bench.corrections_pool import Pool
from ergo_demo.bench.scenes import machine
from ergo_demo.bench.scenes_items import Stream
from ergo_demo.bench.scenes_measures import bootstrap
from ergo_demo.bench.scenes_run import world_digest
from ergo_demo.engines import Engine, open_engine
from ergo_demo.errors import SettingInvalid
from ergo_demo.imaging import Door, Photo
from ergo_demo.pipeline import ask
from ergo_demo.records import to_json
from ergo_demo.scoring import answer_matches, covered
from ergo_demo.settings import Settings
from ergo_demo.store.store import Store, open_store
from ergo_demo.training.cli import MODEL
from ergo_demo.training.preference.grpo import Judges
from ergo_demo.training.rewards import Reader, Weights

RUN = Path("runs/bench-rewards")
POOL_SEED, MEASURED_SEED = 303, 404
EXACT = Person(jitter=0, looseness=0, wrong=0, rejects=0, gives_answers=True)
"""GRPO learns from the answers; the boxes of the export only say what is measured."""

STEPS: Mapping[str, Weights] = {
    "accuracy": Weights(region=0, box=0, accuracy=1),
    "region": Weights(region=1, box=0, accuracy=0),
    "region+box": Weights(region=1, box=1, accuracy=0),
    "weighted": Weights(region=1, box=0.5, accuracy=0),
    "full": Weights(),
}
"""A to E of the paper's table: each reward's weight, form aside."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    add = parser.add_argument
    add("--rewards", nargs="+", choices=list(STEPS), default=list(STEPS), help="which of them (default all)")
    add("--n", type=int, default=200, help="scenes that are trained on (default 200)")
    add("--scenes", type=int, default=200, help="other scenes that are measured (default 200)")
    add("--steps", type=int, default=200, help="of each training (default 200)")
    add("--groups", type=int, default=8, help="replies to one question in a step (default 8)")
    add("--learning-rate", type=float, help="default: GRPO's own")
    add("--megapixels", type=float, default=0.24, help="size of the scenes (default 0.24)")
    add("--coarse-tokens", type=int, default=80, help="vision tokens of the first look (default 80)")
    add("--model", type=Path, default=MODEL, help=f"the checkpoint (default {MODEL})")
    add("--run", type=Path, default=RUN, help=f"where everything is kept (default {RUN})")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> None:
    """Trains what is missing, then measures and prints."""
    for name in ("n", "scenes", "steps"):
        if getattr(options, name) < 1:
            raise SettingInvalid(f"{name} is {getattr(options, name)}.", remedy="Give at least 1.")
    engine = open_engine(Settings(model=str(options.model)), announce=_to_stderr)
    settings = Settings(coarse_budget_tokens=options.coarse_tokens)
    options.run.mkdir(parents=True, exist_ok=True)
    with (
        open_store(options.run / "data", secret="an oracle has no name to hide") as store,
        tempfile.TemporaryDirectory(prefix="ergo-bench-") as photos,
        Door(Path(photos), tiled=False) as door,
    ):
        bench = Bench(options, engine, run_settings(engine.info, settings, samples=0), store, door)
        numbers = bench.measure()
    print(json.dumps(numbers) if options.json else as_text(numbers))


@dataclass
class Bench:
    """One model, trained with each of the rewards."""

    options: argparse.Namespace
    engine: Engine
    settings: RunSettings
    store: Store
    door: Door

    def measure(self) -> dict[str, Any]:
        """The model as it is, and after each training, on the same scenes."""
        options = self.options
        data = self._export()
        scenes = Scenes(Stream(MEASURED_SEED, "home", options.megapixels), options.scenes, self.door)
        found = {"as it is": self._answers(self.engine, scenes)}
        for name in options.rewards:
            out = self._folder(data) / name.replace("+", "-")
            self._train(name, data, out)
            found[name] = self._answers(open_engine(Settings(model=str(out)), announce=_to_stderr), scenes)
        return {
            "model": to_json(self.engine.info.model),
            "scenes": world_digest(),
            "machine": machine(),
            "n": options.n,
            "steps": options.steps,
            "megapixels": options.megapixels,
            "coarse_tokens": options.coarse_tokens,
            "weights": {name: to_json(STEPS[name]) for name in options.rewards},
            "rewards": found,
        }

    def _export(self) -> Path:
        """The scenes as an export for GRPO, by the store and the product's own export."""
        options = self.options
        stream = Stream(POOL_SEED, "home", options.megapixels)
        same = repr((self.engine.info.model, stream, options.coarse_tokens, world_digest()))
        folder: Path = options.run / hashlib.sha256(same.encode()).hexdigest()[:12]
        folder.mkdir(parents=True, exist_ok=True)
        pool = Pool(self.store, self.engine, self.settings, self.door, stream, folder, _to_stderr)
        pool.fill(options.n)
        data = folder / f"export-{options.n}"
        if not data.exists():
            pool.export(pool.decide(options.n, "random", EXACT, 0), EXACT, 0, "trl-grpo", data)
        return data

    def _folder(self, data: Path) -> Path:
        """Of what is trained on these rows, in this way."""
        options = self.options
        return data.with_name(f"{data.name}-{options.steps}-{options.groups}-{options.learning_rate or 'own'}")

    def _train(self, name: str, data: Path, out: Path) -> None:
        # Imported here: torch and the trainers take seconds.
        from ergo_demo.training.preference.order import Order
        from ergo_demo.training.preference.training import train

        options = self.options
        order = Order(
            method="grpo", model=options.model, data=data, out=out, steps=options.steps, rate=options.learning_rate,
            batch=options.groups, generations=options.groups, reply_tokens=self.engine.info.max_new_tokens,
        )  # fmt: skip
        reader = Reader.of(self.engine)
        train(
            order,
            lambda line: _to_stderr(f"{name}: {line}"),
            judge=lambda policy: Judges(self._photo, reader, policy, STEPS[name]).rewards(),
            judged_by=repr(STEPS[name]),
        )

    def _photo(self, sha256: str) -> Photo:
        image, file = self.store.image(sha256)
        return Photo(file.parent, file, image.name, image.size, image.upload_sha256, image.blob_sha256)

    def _answers(self, engine: Engine, scenes: Scenes) -> dict[str, Any]:
        """Both looks at every scene: right answers, how much of the photo is looked at, whether the target is there."""
        right, area, inside = list[float](), list[float](), list[float]()
        settings = replace(self.settings, samples=0)
        for question, photo in scenes.drawn(_to_stderr):
            trace = ask(engine, photo, question.text, settings)
            right.append(float(answer_matches(trace.answer, question.answer)))
            area.append(1.0 if trace.box is None else trace.box.area / photo.size.area)
            inside.append(float(covered(trace.box, question.target)))
        shares = {"accuracy": right, "box_area": area, "coverage": inside}
        return {
            **{name: sum(values) / len(values) for name, values in shares.items()},
            **{f"{name}_ci": bootstrap([values]) for name, values in shares.items()},
        }


def as_text(numbers: Mapping[str, Any]) -> str:
    """The numbers as a table."""
    lines = [f"{numbers['model']['name']}, {numbers['n']} scenes, {numbers['steps']} steps"]
    for name, part in numbers["rewards"].items():
        low, high = (100 * edge for edge in part["accuracy_ci"])
        lines.append(
            f"{name:11} right {part['accuracy']:6.1%} ({low:.1f} to {high:.1f})  box {part['box_area']:6.1%}  "
            f"covered {part['coverage']:6.1%}"
        )
    return "\n".join(lines)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
