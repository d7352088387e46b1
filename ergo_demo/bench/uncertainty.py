"""What the samples are worth on drawn scenes: coverage, area, and whether a wide spread means a wrong box.

Every item is asked through the product's pipeline, with samples. Spread against error is measured with a coarse view of
80 tokens, where boxes go wrong, on as many scenes as give 100 wrong ones. What was asked is kept; a run continues.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ergo_demo.asking import RunSettings, run_settings
from ergo_demo.bench import uncertainty_measures as measures
from ergo_demo.bench.scenes import FLAGS, machine
from ergo_demo.bench.scenes_items import Item, Stream, draw, items, photo_of
from ergo_demo.bench.scenes_run import Say, samples_file, world_digest
from ergo_demo.bench.uncertainty_measures import Seen
from ergo_demo.command import open_with
from ergo_demo.engines import Engine
from ergo_demo.errors import EngineError, SettingInvalid
from ergo_demo.events import Finished
from ergo_demo.imaging import Door
from ergo_demo.pipeline import run as look
from ergo_demo.records import Trace, from_json, to_json
from ergo_demo.scenes import TYPES
from ergo_demo.settings import describe
from ergo_demo.uncertainty.coordinates import box_logprob
from ergo_demo.uncertainty.measuring import opinions

RUN = Path("runs/bench-uncertainty")
WRONG_WANTED = 100
AUC_TOKENS = 80
MOST_SCENES = 20
"""Times n: where boxes hardly ever go wrong, the search for wrong ones ends there, and the numbers say how many."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    add = parser.add_argument
    add("--n", type=int, default=400, help="scenes of each type, half of them to calibrate (default 400)")
    add("--seed", type=int, default=0, help="stream of test scenes (default 0)")
    add("--wrong", type=int, default=WRONG_WANTED, help=f"wrong boxes wanted for the AUC (default {WRONG_WANTED})")
    add("--json", action="store_true", help="print one JSON object and nothing else")
    add("--report", type=Path, metavar="DIR", help="write the figures and report.json into this folder")
    add("--run", type=Path, default=RUN, help=f"where answers are kept, so that a run continues (default {RUN})")
    for name in (*FLAGS, "samples", "sample_temperature"):
        add(f"--{name.replace('_', '-')}", help=describe(name), metavar="VALUE")


def run(options: argparse.Namespace) -> None:
    """Asks what is missing, then prints the numbers."""
    if options.n < 2:
        raise SettingInvalid(
            f"n is {options.n}.", remedy="Half of the scenes calibrate: ask two of each type at least."
        )
    engine, settings = open_with({name: getattr(options, name) for name in (*FLAGS, "samples", "sample_temperature")})
    chosen = replace(run_settings(engine.info, settings), calibration=None, region_look=False)
    if chosen.samples < 2:
        raise SettingInvalid(f"samples is {chosen.samples}.", remedy="A spread needs two samples at least.")
    with tempfile.TemporaryDirectory(prefix="ergo-bench-") as photos, Door(Path(photos), tiled=False) as door:
        bench = Bench(engine, chosen, options.run, door, lambda line: print(line, file=sys.stderr, flush=True))
        numbers = bench.measure(options.n, options.seed, options.wrong)
    if options.report:
        write_report(options.report, numbers)
    print(json.dumps(numbers) if options.json else as_text(numbers))


def write_report(folder: Path, numbers: dict[str, Any]) -> None:
    """The numbers, and the figures as PNG."""
    # Imported here: only a report needs matplotlib.
    from ergo_demo.bench.uncertainty_figures import draw_figures

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    for figure in draw_figures(numbers):
        (folder / f"{figure.name}.png").write_bytes(figure.png)


@dataclass(frozen=True)
class Bench:
    """A model to be measured, and the folder where what was seen is kept."""

    engine: Engine
    settings: RunSettings
    folder: Path
    door: Door
    say: Say = lambda _line: None

    def measure(self, n: int, seed: int, wrong: int = WRONG_WANTED) -> dict[str, Any]:
        """Every number for `n` scenes of each type."""
        stream = Stream(seed)
        seen = list(self._ask(stream, items(n), self.settings))
        coarse = replace(self.settings, coarse_budget_tokens=AUC_TOKENS)
        about = {
            "n": n,
            "seed": seed,
            "samples": self.settings.samples,
            "sample_temperature": self.settings.sample_temperature,
            "scenes": world_digest(),
            "model": to_json(self.engine.info.model),
            "machine": machine(),
            "budgets": {"coarse": self.settings.coarse_budget_tokens, "zoom": self.settings.zoom_budget_tokens},
        }
        return about | measures.summary(seen, self._until_wrong(stream, coarse, n, wrong), seed)

    def _until_wrong(self, stream: Stream, settings: RunSettings, n: int, wrong: int) -> list[Seen]:
        """Scenes of each type in turn, until so many boxes were wrong."""
        found: list[Seen] = []
        for seen in self._ask(stream, items(n * MOST_SCENES), settings):
            found.append(seen)
            # The types have equal shares: what is asked ends with a whole round of them.
            if sum(one.wrong for one in found) >= wrong and len(found) % len(TYPES) == 0:
                break
        return found

    def _ask(self, stream: Stream, wanted: Iterable[Item], settings: RunSettings) -> Iterator[Seen]:
        known = _Kept(self._file(stream, settings))
        for done, item in enumerate(wanted, start=1):
            seen = known.find(item)
            if seen is None:
                seen = self._look(stream, item, settings)
                known.add(seen)
                if done % 50 == 0:
                    self.say(f"{done:,} scenes at {settings.coarse_budget_tokens} tokens")
            yield seen

    def _file(self, stream: Stream, settings: RunSettings) -> Path:
        budgets = (settings.coarse_budget_tokens, settings.zoom_budget_tokens)
        file = samples_file(self.folder, self.engine.info.model, stream, budgets)
        sampling = settings.sampling
        box = f"c{budgets[0]}-t{sampling.temperature:g}-m{sampling.max_new_tokens}"
        drawn = f"k{settings.samples}-t{settings.sample_temperature:g}-p{sampling.top_p:g}-s{sampling.seed}"
        return file.with_name(f"{file.stem}-{box}-{drawn}.jsonl")

    def _look(self, stream: Stream, item: Item, settings: RunSettings) -> Seen:
        scene, question = draw(stream, item)
        trace: Trace | None = None
        with photo_of(scene, self.door) as photo:
            try:
                for event in look(self.engine, photo, question.text, settings):
                    trace = event.trace if isinstance(event, Finished) else trace
            except EngineError:
                pass  # the trace says so, and the item counts
        assert trace is not None, "a run ends with Finished"
        return Seen(
            type=item.type,
            number=item.number,
            k=question.k,
            cover=question.cover,
            source=trace.source,
            target=question.target,
            coarse=trace.coarse.view.size if trace.coarse else None,
            box=trace.box,
            boxes=tuple(opinions(trace.samples)),
            logprob=box_logprob(trace.coarse.generation) if trace.coarse else None,
            ask_seconds=trace.seconds()["total"] - trace.sample_seconds,
            sample_seconds=trace.sample_seconds,
        )


class _Kept:
    """What was seen, a line each, on the disk before the next item is asked."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]
        if whole != lines:  # cut off by whatever ended the last run
            file.write_bytes(b"".join(whole))
        seen = [from_json(Seen, json.loads(line)) for line in whole]
        self._known = {(one.type, one.number): one for one in seen}

    def find(self, item: Item) -> Seen | None:
        return self._known.get((item.type, item.number))

    def add(self, seen: Seen) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(to_json(seen), separators=(",", ":")) + "\n")
        self._known[seen.type, seen.number] = seen


HELD = {"box": "box", "sample_region": "sample region", "calibrated_region": "calibrated region (90 %)"}


def as_text(numbers: dict[str, Any]) -> str:
    """The numbers as a few lines."""
    lines = [f"{numbers['n']} scenes a type, seed {numbers['seed']}, {numbers['model']['name']}"]
    for name, share in numbers["realised_coverage"].items():
        split = numbers["single_split"][name]
        lines.append(
            f"{name} %: promised {numbers['promised_coverage'][name]:.1%}, realised {share:.1%}; a single split "
            f"{split['coverage']:.1%} ({split['low']:.1%} to {split['high']:.1%})"
        )
    for name, part in numbers["by_type"].items():
        if part["n"]:
            held = (f"{said} {part[key]['coverage']:.1%} ({part[key]['area']:.1%})" for key, said in HELD.items())
            lines.append(f"{name} (n = {part['n']}), target held (area): {', '.join(held)}")
    lines.append(f"area over calibrated margin {numbers['area_over_calibrated_margin']:.2f}")
    lines.append(
        f"AUC {_or_none(numbers['auc'])}, of the log-probability {_or_none(numbers['auc_logprob'])} "
        f"({numbers['auc_wrong']} wrong of {numbers['auc_scenes']})"
    )
    areas = ", ".join(f"k = {k}: {area:.1%}" for k, area in numbers["region_area_by_k"].items())
    return "\n".join([*lines, f"sample region, {areas}", f"samples over ask {numbers['samples_over_ask']:.2f}"])


def _or_none(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
