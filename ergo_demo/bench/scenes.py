"""The synthetic world, asked in six ways: accuracy, vision tokens, seconds, and whether the target is in the box.

Same scenes, machine and weights for all methods; what failed counts as wrong. An interrupted run continues.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ergo_demo.asking import RunSettings, run_settings
from ergo_demo.bench import scenes_measures as measures
from ergo_demo.bench import scenes_sizes as sizes
from ergo_demo.bench.scenes_items import Stream
from ergo_demo.bench.scenes_methods import METHODS, Asker, Method
from ergo_demo.bench.scenes_run import Found, Plan, Say, ask_all, found_of, samples_file, world_digest
from ergo_demo.bench.scenes_samples import Samples
from ergo_demo.command import open_with
from ergo_demo.engines import Engine
from ergo_demo.errors import SettingInvalid
from ergo_demo.imaging import Door
from ergo_demo.records import to_json
from ergo_demo.scenes import WORLDS
from ergo_demo.settings import describe

SIZES_N = 2
"""Of a report's figures against megapixels: enough for seconds, too few for more than the trend of accuracy."""

RUN = Path("runs/bench-scenes")

FLAGS = (
    "engine", "model", "api_base", "api_seconds", "revision", "quantize", "device",
    "coarse_budget_tokens", "zoom_budget_tokens", "max_new_tokens",
)  # fmt: skip
"""The settings that it takes as flags; its own --seed chooses the scenes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    add = parser.add_argument
    add("--n", type=int, default=400, help="scenes of each type; hidden goes through k = 1, 2, 4, 8 (default 400)")
    add("--seed", type=int, default=0, help="stream of test scenes (default 0)")
    add("--methods", nargs="+", metavar="M", default=list(METHODS), help=f"which of {', '.join(METHODS)} (default all)")
    add("--world", choices=WORLDS, default="home", help="shifted: the family that is never trained on")
    add("--megapixels", type=float, help="size of the scenes; unset: about V*'s mean, 3.6")
    add("--direct-n", type=int, help="ask direct_full only the first so many scenes of each type: it is slow")
    add("--json", action="store_true", help="print one JSON object and nothing else")
    add(
        "--sizes-n",
        type=int,
        help=f"scenes of each type for each size, 0.24 to 48 megapixels ({SIZES_N} with --report)",
    )
    add("--report", type=Path, metavar="DIR", help="write report.html, report.json and the figures into this folder")
    add("--run", type=Path, default=RUN, help=f"where answers are kept, so that a run continues (default {RUN})")
    for name in FLAGS:
        add(f"--{name.replace('_', '-')}", help=describe(name), metavar="VALUE")


def run(options: argparse.Namespace) -> None:
    """Asks what is missing, then prints and writes the numbers."""
    plan, sizes_n = plan_of(options), options.sizes_n
    if sizes_n is None:
        sizes_n = SIZES_N if options.report else 0
    engine, settings = open_with({name: getattr(options, name) for name in FLAGS})
    with tempfile.TemporaryDirectory(prefix="ergo-bench-") as photos, Door(Path(photos), tiled=False) as door:
        bench = Bench(engine, run_settings(engine.info, settings, samples=0), options.run, door, _to_stderr)
        try:
            numbers, found = bench.measure(plan, sizes_n)
        except KeyboardInterrupt:
            _to_stderr(f"Stopped. What was asked is kept in {options.run}: the same command goes on from there.")
            raise SystemExit(130) from None
    if options.report:
        write_report(options.report, plan, numbers, found)
    print(json.dumps(numbers) if options.json else as_text(numbers))


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan of a command line. Raises SettingInvalid."""
    names = [name for given in options.methods for name in given.split(",") if name]
    for name in names:
        if name not in METHODS:
            raise SettingInvalid(f"There is no method {name!r}.", remedy=f"Use some of: {', '.join(METHODS)}.")
    if options.n < 1:
        raise SettingInvalid(f"n is {options.n}.", remedy="Ask at least one scene of each type.")
    methods: tuple[Method, ...] = tuple(method for method in METHODS if method in names)
    most = {} if options.direct_n is None else {"direct_full": options.direct_n}
    return Plan(Stream(options.seed, options.world, options.megapixels), options.n, methods, most)


@dataclass(frozen=True)
class Bench:
    """A model to be measured, and the folder where its answers are kept."""

    engine: Engine
    settings: RunSettings
    folder: Path
    door: Door
    say: Say = lambda _line: None

    def ask(self, plan: Plan) -> Found:
        """The samples of a plan; what was asked before is not asked again."""
        budgets = (self.settings.coarse_budget_tokens, self.settings.zoom_budget_tokens)
        samples = Samples(samples_file(self.folder, self.engine.info.model, plan.stream, budgets))
        ask_all(plan, Asker(self.engine, self.settings, plan.stream.seed), samples, self.door, self.say)
        return found_of(plan, samples)

    def measure(self, plan: Plan, sizes_n: int = 0) -> tuple[dict[str, Any], Found]:
        """Every number of a plan, with `sizes_n` scenes of each type for each size of photo, and its samples."""
        model = self.engine.info.model
        found = self.ask(plan)
        longest = sizes.longest_trained_tokens(model)
        by_size = [(p.stream.megapixels, self.ask(p)) for p in sizes.plans(plan.stream, sizes_n) if sizes_n]
        about = {
            "n": plan.n,
            "seed": plan.stream.seed,
            "world": plan.stream.world,
            "megapixels": plan.stream.megapixels,
            "scenes": world_digest(),
            "model": to_json(model),
            "machine": machine(),
            "budgets": {"coarse": self.settings.coarse_budget_tokens, "zoom": self.settings.zoom_budget_tokens},
            "longest_trained_tokens": longest,
        }
        rows = [sizes.row(megapixels, samples, longest) for megapixels, samples in by_size if megapixels]
        return about | measures.summary(found) | {"by_megapixels": rows}, found


def write_report(folder: Path, plan: Plan, numbers: dict[str, Any], found: Found) -> None:
    """The page, the numbers and the figures, into `folder`."""
    # Imported here: only a report needs matplotlib.
    from ergo_demo.bench import scenes_report
    from ergo_demo.bench.scenes_failures import shown, worst
    from ergo_demo.bench.scenes_figures import draw_figures

    failures = [shown(plan.stream, sample) for sample in worst(found.get("ergo", ()))]
    scenes_report.write(folder, numbers, draw_figures(numbers), failures)


def machine() -> dict[str, Any]:
    """What the seconds were measured on."""
    return {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count()}


def as_text(numbers: Mapping[str, Any]) -> str:
    """The numbers as a small table."""
    lines = [f"{numbers['n']} scenes a type, seed {numbers['seed']}, {numbers['model']['name']}"]
    for name, method in numbers["methods"].items():
        by_type = ", ".join(f"{type} {share:.1%}" for type, share in method["accuracy_by_type"].items())
        low, high = method["accuracy_ci"]
        lines.append(
            f"{name:14} {method['accuracy']:6.1%} ({low:.1%} to {high:.1%})  "
            f"{method['vision_tokens']:7,.0f} tokens  {method['seconds']:6.2f} s  {by_type}"
        )
    for name, part in numbers["baselines"].items():
        lines.append(f"{name:14} {part['accuracy']:6.1%}")
    return "\n".join(lines)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
