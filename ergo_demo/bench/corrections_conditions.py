"""The conditions of `bench corrections`: each is corrected, exported, trained, measured, and kept in a folder."""

import hashlib
import itertools
import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ergo_demo.asking import RunSettings, run_settings
from ergo_demo.bench import scenes as answering
from ergo_demo.bench.corrections_looks import Look, Scenes, as_rows, of_rows
from ergo_demo.bench.corrections_person import Person, Seconds
from ergo_demo.bench.corrections_pool import Order, Pool
from ergo_demo.bench.scenes_items import Stream
from ergo_demo.bench.scenes_run import Plan as Asking
from ergo_demo.bench.scenes_run import Say, world_digest
from ergo_demo.bench.scenes_samples import Sample
from ergo_demo.engines import Engine, open_engine
from ergo_demo.errors import InputError
from ergo_demo.imaging import Door
from ergo_demo.records import to_json
from ergo_demo.scenes import TYPES, World
from ergo_demo.settings import Settings
from ergo_demo.store.store import Store
from ergo_demo.training.preference.recipes import RECIPES, Method

METHODS: tuple[Method, ...] = ("sft", "dpo", "kto")

POOL_SEED, MEASURED_SEED = 101, 202
"""Of the streams: what is corrected is never measured."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One model: how many scenes of which person's, chosen how, learned how. n = 0: the model as it is."""

    method: Method | None = None
    order: Order = "random"
    n: int = 0
    seed: int = 0

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.method}-{self.order}-n{self.n}-seed{self.seed}" if self.method else "as-it-is"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that decides the numbers, beside the model."""

    ns: tuple[int, ...]
    methods: tuple[Method, ...]
    orders: tuple[Order, ...]
    seeds: int
    scenes: int
    home_scenes: int
    answers: int
    pool: int
    known_share: float
    """For each scene of the shifted world so many of the one that it knows, decided by the same person: what it would
    otherwise forget."""
    grid_px: int
    megapixels: float | None
    steps: int
    rate: float | None = None
    person: Person = field(default_factory=Person)

    def known(self, n: int) -> int:
        """How many scenes of the known world are decided beside `n` of the other."""
        return round(self.known_share * n)

    def conditions(self) -> Iterator[Condition]:
        """All trained models: the small ones first, and every seed of one before the next."""
        for n, method, order, seed in itertools.product(self.ns, self.methods, self.orders, range(self.seeds)):
            yield Condition(method, order, n, seed)


@dataclass(frozen=True)
class Measured:
    """What came of a condition: the person's work, the rows that were learned, and every first look."""

    condition: Condition
    shifted: list[Look]
    home: list[Look]
    counts: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    steps: int = 0
    wall_seconds: float | None = None
    """Of correcting, exporting, training and measuring; of the last try, where one was interrupted. None: not kept."""


@dataclass
class Bench:
    """A model to be corrected, and where everything is kept."""

    plan: Plan
    base: Path
    engine: Engine
    settings: RunSettings
    store: Store
    door: Door
    folder: Path
    say: Say = lambda _line: None

    def __post_init__(self) -> None:
        plan = self.plan
        self._pool = self._pool_of("shifted")
        self._known = self._pool_of("home")
        self._shifted = Scenes(Stream(MEASURED_SEED, "shifted", plan.megapixels), plan.scenes, self.door)
        self._home = Scenes(Stream(MEASURED_SEED, "home", plan.megapixels), plan.home_scenes, self.door)

    def _pool_of(self, world: World) -> Pool:
        stream = Stream(POOL_SEED, world, self.plan.megapixels)
        kept = self.folder / "pools" / self._digest("pool", to_json(stream))
        kept.mkdir(parents=True, exist_ok=True)
        return Pool(self.store, self.engine, self.settings, self.door, stream, kept, self.say)

    def measure(self) -> list[Measured]:
        """Every condition, n = 0 first."""
        found = [self._measured(Condition())]
        self._pool.fill(self.plan.pool)
        self._known.fill(self.plan.known(max(self.plan.ns)))
        for condition in self.plan.conditions():
            found.append(self._measured(condition))
        return found

    def answers(self, condition: Condition, world: str) -> Sequence[Sample]:
        """Both looks of a model at `answers` scenes of a world."""
        engine = self._engine(condition)
        chosen = run_settings(engine.info, Settings(), samples=0)
        bench = answering.Bench(engine, chosen, self.folder / "answers", self.door, self.say)
        stream = Stream(MEASURED_SEED, "home" if world == "home" else "shifted", self.plan.megapixels)
        asking = Asking(stream, max(1, self.plan.answers // len(TYPES)), ("ergo",), extras=False)
        return bench.ask(asking)["ergo"]

    def _measured(self, condition: Condition) -> Measured:
        file = self._folder(condition) / f"measured-{self._digest(self.plan.scenes, self.plan.home_scenes)}.json"
        if not file.is_file():
            started = time.monotonic()
            kept = self._make(condition)
            kept["wall_seconds"] = round(time.monotonic() - started, 1)
            file.parent.mkdir(parents=True, exist_ok=True)
            making = file.with_suffix(".part")
            making.write_text(json.dumps(kept), "utf-8")
            making.replace(file)
        kept = json.loads(file.read_text("utf-8"))
        shifted, home = of_rows(kept.pop("shifted")), of_rows(kept.pop("home"))
        return Measured(condition, shifted, home, **kept)

    def _make(self, condition: Condition) -> dict[str, Any]:
        kept = self._trained(condition) if condition.method else {}
        engine = self._engine(condition)
        self.say(f"{condition.name}: measuring")
        chosen = run_settings(engine.info, Settings(), samples=0)
        looks = {name: scenes.looks(engine, chosen, self.say)
                 for name, scenes in (("shifted", self._shifted), ("home", self._home))}  # fmt: skip
        return {**kept, **{name: as_rows(seen) for name, seen in looks.items()}}

    def _trained(self, condition: Condition) -> dict[str, Any]:
        """Corrects, exports and trains; what each came to."""
        # Imported here: torch and the trainers take seconds, and a slip on the command line should not.
        from ergo_demo.training.preference.order import Order as Training
        from ergo_demo.training.preference.training import train

        assert condition.method is not None, "n = 0 is not trained"
        plan, folder = self.plan, self._folder(condition)
        work = self._pool.decide(condition.n, condition.order, plan.person, condition.seed)
        work += self._known.decide(plan.known(condition.n), "random", plan.person, condition.seed)
        data = folder / "export"
        # An export is made anew: it appears whole, and costs less than to find out whether it is the same.
        shutil.rmtree(data, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            exported = self._pool.export(
                work, plan.person, condition.seed, RECIPES[condition.method].format, data, plan.grid_px
            )
        except InputError as error:  # a good model's boxes are all accepted: then there is no pair
            self.say(f"{condition.name}: {error}")
            return {"counts": work.counts}
        order = Training(
            method=condition.method, model=self.base, data=data, out=folder / "model", rate=plan.rate,
            steps=self._steps(condition.method, exported.checked.rows), seed=condition.seed,
        )  # fmt: skip
        told = train(order, lambda line: self.say(f"{condition.name}: {line}"))
        shutil.rmtree(data)
        return {"counts": work.counts, "rows": exported.checked.rows, "steps": told["steps"]}

    def _steps(self, method: Method, rows: int, batch: int = 8) -> int:
        """What the method's epochs come to, and at most the plan's."""
        return min(self.plan.steps, max(1, round(RECIPES[method].epochs * rows / batch)))

    def _engine(self, condition: Condition) -> Engine:
        model = self._folder(condition) / "model"
        if condition.method is None or not model.is_dir():
            return self.engine  # nothing was learned
        return open_engine(Settings(model=str(model)), announce=self.say)

    def _folder(self, condition: Condition) -> Path:
        plan = self.plan
        if condition.method is None:  # whoever decides, and whatever is learned
            return self.folder / self._digest(plan.megapixels) / condition.name
        person = replace(plan.person, seconds=Seconds())  # what decisions cost changes none of them
        same = self._digest(person, plan.pool, plan.known_share, plan.grid_px, plan.megapixels, plan.steps, plan.rate)
        return self.folder / same / condition.name

    def _digest(self, *parts: object) -> str:
        """Of what must be the same for kept results to hold; the model and the scenes' drawing always are part."""
        text = repr((self.engine.info.model, world_digest(), *parts))
        return hashlib.sha256(text.encode()).hexdigest()[:12]
