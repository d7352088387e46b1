"""What corrections are worth: an oracle that is not exact corrects scenes of a world that the model was never trained
on; they are exported, trained on, and the first look is measured on other scenes of it, and of the world it knew.

Everything between is the product's own: the store, the export, `train`. What was done is kept; a run continues.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ergo_demo.asking import run_settings
from ergo_demo.bench.corrections_conditions import METHODS, Bench, Condition, Plan
from ergo_demo.bench.corrections_measures import answered, best_of, condition_of, judged_by_answers, numbers_of
from ergo_demo.bench.corrections_person import Person, Seconds
from ergo_demo.bench.corrections_pool import RANDOM_SHARE
from ergo_demo.bench.corrections_telling import as_text
from ergo_demo.bench.scenes import machine
from ergo_demo.bench.scenes_run import world_digest
from ergo_demo.engines import open_engine
from ergo_demo.errors import SettingInvalid
from ergo_demo.geometry import PATCH
from ergo_demo.imaging import Door
from ergo_demo.records import to_json
from ergo_demo.scenes import WORLDS
from ergo_demo.settings import Settings
from ergo_demo.store.store import open_store
from ergo_demo.training.cli import MODEL

RUN = Path("runs/bench-corrections")
SAMPLES = 8

QUICK: dict[str, Any] = {
    "n": [50], "methods": ["sft"], "orders": ["random"], "seeds": 1, "scenes": 16, "home_scenes": 16, "answers": 0,
    "pool": 50, "megapixels": 0.98, "steps": 20,
}  # fmt: skip
"""`--quick`: whether everything works, in a few minutes. Its figures say nothing."""

USUAL: dict[str, Any] = {
    "n": [50, 200, 800], "methods": list(METHODS), "orders": ["random", "uncertainty"], "seeds": 3, "scenes": 300,
    "home_scenes": 300, "answers": 400, "pool": None, "megapixels": None, "steps": 150,
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes. None where --quick decides."""
    add = parser.add_argument
    add("--quick", action="store_true", help="a small run of everything: SFT, 50 scenes, one seed")
    add("--n", type=int, nargs="+", help="how many scenes are corrected (default 50 200 800); 0 is always measured")
    add("--methods", nargs="+", choices=METHODS, help="ways to learn (default all)")
    add("--orders", nargs="+", choices=("random", "uncertainty"), help="which scenes are corrected first (both)")
    add("--seeds", type=int, help="people, and orders of training (default 3)")
    add("--scenes", type=int, help="scenes of the shifted world that are measured, the types in turn (default 300)")
    add("--home-scenes", type=int, help="the same of the world that it was trained on (default 300)")
    add("--answers", type=int, help="scenes of each world that the first and the best model answer (default 400)")
    add("--pool", type=int, help="scenes to choose from (default: twice the largest n)")
    add("--known-share", type=float, default=0.5, help="of n: scenes that it knows and are decided, too (%(default)s)")
    add("--grid", type=int, default=PATCH, help="boxes in text are rounded to it, in view px (default %(default)s)")
    add("--megapixels", type=float, help="size of the scenes; unset: about V*'s mean, 3.6")
    add("--steps", type=int, help="most steps of one training (default 150)")
    add("--learning-rate", type=float, help="of every method (default: each its own)")
    add("--model", type=Path, default=MODEL, help=f"the checkpoint to be corrected (default {MODEL})")
    add("--run", type=Path, default=RUN, help=f"where everything is kept, so that a run continues (default {RUN})")
    add("--report", type=Path, metavar="DIR", help="write report.json and the figure into this folder")
    add("--json", action="store_true", help="print one JSON object and nothing else")
    _add_person(parser)


def _add_person(parser: argparse.ArgumentParser) -> None:
    person = Person()
    group = parser.add_argument_group("the oracle", "How exact it is, and what its work costs.")
    add = group.add_argument
    add("--jitter", type=float, default=person.jitter, help="of each edge, share of the side (default %(default)s)")
    add("--looseness", type=float, default=person.looseness, help="share of the side (default %(default)s)")
    add("--wrong", type=float, default=person.wrong, help="share of decisions about another thing (%(default)s)")
    add("--accepts-over-iou", type=float, default=person.accepts_over_iou, help="(default %(default)s)")
    add("--box-only", action="store_true", help="leave the thought's words as they are")
    for name, seconds in asdict(person.seconds).items():
        add(f"--{name}-seconds", type=float, default=seconds, help=f"what {name} costs (default %(default)s)")


def run(options: argparse.Namespace) -> None:
    """Does what is missing, then prints the numbers."""
    plan = plan_of(options)
    engine = open_engine(Settings(model=str(options.model)), announce=_to_stderr)
    chosen = run_settings(engine.info, Settings(), samples=SAMPLES)
    options.run.mkdir(parents=True, exist_ok=True)
    with (
        open_store(options.run / "data", secret="an oracle has no name to hide") as store,
        tempfile.TemporaryDirectory(prefix="ergo-bench-") as photos,
        Door(Path(photos), tiled=False) as door,
    ):
        bench = Bench(plan, options.model, engine, chosen, store, door, options.run, _to_stderr)
        try:
            numbers = measure(bench)
        except KeyboardInterrupt:
            _to_stderr(f"Stopped. What was done is kept in {options.run}: the same command goes on from there.")
            raise SystemExit(130) from None
    if options.report:
        write_report(options.report, numbers)
    print(json.dumps(numbers) if options.json else as_text(numbers))


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan of a command line. Raises SettingInvalid."""
    chosen = {name: value if (value := getattr(options, name)) is not None else usual
              for name, usual in (QUICK if options.quick else USUAL).items()}  # fmt: skip
    numbers = {name: (chosen[name], 1) for name in ("seeds", "scenes", "home_scenes", "steps")}
    numbers |= {"known_share": (options.known_share, 0), "grid": (options.grid, 1)}
    for name, (value, least) in numbers.items():
        if value < least:
            raise SettingInvalid(f"{name} is {value}.", remedy=f"Give at least {least}.")
    ns = tuple(sorted(set(chosen["n"]) - {0}))
    pool = chosen["pool"] or 2 * max(ns, default=0)
    if not ns or ns[0] < 1 or pool < ns[-1]:
        raise SettingInvalid(
            f"n is {chosen['n']} and the pool has {pool} scenes.", remedy="Correct at least 1, and at most the pool."
        )
    return Plan(
        ns=ns,
        methods=tuple(dict.fromkeys(chosen["methods"])),
        orders=tuple(dict.fromkeys(chosen["orders"])),
        seeds=chosen["seeds"],
        scenes=chosen["scenes"],
        home_scenes=chosen["home_scenes"],
        answers=chosen["answers"],
        pool=pool,
        known_share=options.known_share,
        grid_px=options.grid,
        megapixels=chosen["megapixels"],
        steps=chosen["steps"],
        rate=options.learning_rate,
        person=_person(options),
    )


def _person(options: argparse.Namespace) -> Person:
    return Person(
        jitter=options.jitter,
        looseness=options.looseness,
        wrong=options.wrong,
        accepts_over_iou=options.accepts_over_iou,
        puts_thoughts_right=not options.box_only,
        seconds=Seconds(**{name: getattr(options, f"{name}_seconds") for name in asdict(Seconds())}),
    )


def measure(bench: Bench) -> dict[str, Any]:
    """Every number of a plan."""
    plan, started = bench.plan, time.monotonic()
    numbers = {
        "plan": to_json(plan),
        "model": to_json(bench.engine.info.model),
        "scenes": world_digest(),
        "machine": machine(),
        "random_share_of_uncertainty": RANDOM_SHARE,
        **numbers_of(bench.measure(), plan.person.seconds),
    }
    if plan.answers:
        best = condition_of(best_of(numbers["conditions"]))
        numbers["answers"] = {
            world: answered(bench.answers(Condition(), world), bench.answers(best, world)) for world in WORLDS
        }
        numbers["bar"] = judged_by_answers(numbers["bar"], numbers["answers"]["home"])
    return numbers | {"wall_seconds_of_this_run": round(time.monotonic() - started, 1)}


def write_report(folder: Path, numbers: dict[str, Any]) -> None:
    """The numbers, and the figure as PNG."""
    # Imported here: only a report needs matplotlib.
    from ergo_demo.bench.corrections_figures import draw_figure

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    figure = draw_figure(numbers)
    (folder / f"{figure.name}.png").write_bytes(figure.png)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
