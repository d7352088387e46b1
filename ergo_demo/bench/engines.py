"""How fast the local engine is against the reference's flow, on the same weights, photos and machine, in one run.

What is compared takes turns within each round, so that a machine that is busy with something else slows all of it
down alike; ratios are those of medians. Replies have a fixed length, whatever the model would say.
"""

import argparse
import json
import platform
from typing import Any

from ergo_demo.bench.engines_overhead import overhead
from ergo_demo.bench.engines_shapes import SHAPES, Measured, measure, ratios
from ergo_demo.command import open_with
from ergo_demo.engines import Engine
from ergo_demo.engines.local import LocalEngine
from ergo_demo.errors import SettingInvalid
from ergo_demo.settings import describe

FLAGS = ("model", "revision", "quantize", "device")

LABELS = {
    "ask": "two looks, a fresh photo",
    "reference": "the reference's flow, everything encoded again",
    "second_first_token": "second look: to its first token",
    "reference_second_first_token": "the reference's second stage: to its first token",
    "forked": "8 sampled first turns, forked",
    "num_return_sequences": "8 sampled first turns, num_return_sequences",
    "separate": "8 sampled first turns, one by one",
    "whatif": "what-if on a warm dialogue",
    "stop_reading": "from Stop to idle, while reading",
    "stop_speaking": "from Stop to idle, while speaking",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    add = parser.add_argument
    add("--rounds", type=int, default=10, help="how often everything is measured; medians are of these (default 10)")
    add("--threads", type=int, help="CPU threads; unset: torch's own choice")
    add("--shapes", nargs="+", metavar="S", default=list(SHAPES), help=f"which of {', '.join(SHAPES)} (default all)")
    add("--no-vision", action="store_true", help="leave the vision tower's table out")
    add("--json", action="store_true", help="print one JSON object and nothing else")
    for name in FLAGS:
        add(f"--{name}", help=describe(name), metavar="VALUE")


def run(options: argparse.Namespace) -> None:
    """Measures and prints. Raises SettingInvalid for a shape there is not, or another engine than the local one."""
    unknown = [name for name in options.shapes if name not in SHAPES]
    if unknown or options.rounds < 1:
        raise SettingInvalid(
            f"shapes are {options.shapes} and rounds {options.rounds}.",
            remedy=f"Give shapes of {', '.join(SHAPES)}, and one round at least.",
        )
    engine, _settings = open_with({**{name: getattr(options, name) for name in FLAGS}, "engine": "local"})
    numbers = numbers_of(engine, options)
    print(json.dumps(numbers, ensure_ascii=False) if options.json else table(numbers))


def numbers_of(engine: Engine, options: argparse.Namespace) -> dict[str, Any]:
    """Everything that was measured; the ratios stand at the top for the first shape, and below for each."""
    from ergo_demo.engines import local_speed

    local = local_speed.prepared(engine, options.threads)
    shapes = {name: measure(local, SHAPES[name], options.rounds) for name in options.shapes}
    share = overhead(local, SHAPES[options.shapes[0]], options.rounds)
    return {
        **ratios(shapes[options.shapes[0]]),
        "overhead_share": share.pop("share"),
        "vision_speedup": {} if options.no_vision else local_speed.vision_speedup(local, options.rounds),
        "vision_batch_speedup": {} if options.no_vision else local_speed.vision_batch_speedup(local, options.rounds),
        "shape": SHAPES[options.shapes[0]].words(),
        "shapes": {name: _described(measured) for name, measured in shapes.items()},
        "overhead": share,
        "gpu": on_gpu(local, options.rounds),
        "rounds": options.rounds,
        "machine": {**local_speed.machine(), "system": platform.platform(), "model": engine.info.model.name},
    }


def on_gpu(local: LocalEngine, rounds: int) -> Any:
    """The same at the size of ERGO-7B, where CUDA exists; the words "open" and why where it does not."""
    from ergo_demo.engines import local_speed

    large = local_speed.engine_7b(local)
    if large is None:
        return "open: there is no GPU here"
    measured = measure(large, SHAPES["640/395"], rounds)
    described = _described(measured)
    return {
        **described,
        "peak_memory_bytes": local_speed.peak_memory_bytes(),
        "decode_over_bandwidth_limit": described["tokens_per_second"]["decode"] / local_speed.decoding_limit(large),
        "open": "quantised, compiled with a static cache, 4,471 vision tokens directly",
    }


def _described(measured: Measured) -> dict[str, Any]:
    return {**measured.summary(), "ratios": ratios(measured), "same_greedy_output": measured.same_output}


def table(numbers: dict[str, Any]) -> str:
    """The numbers for people."""
    lines = [f"{numbers['machine']['model']}, {numbers['machine']['words']}, medians of {numbers['rounds']}"]
    for measured in numbers["shapes"].values():
        lines += ["", measured["words"], f"  same greedy output: {measured['same_greedy_output']}"]
        for name, label in LABELS.items():
            row = measured["seconds"].get(name)  # a Stop in a reading that is over before it is not counted
            said = f"{row['median']:8.3f} s  ({row['low']:.3f} to {row['high']:.3f})" if row else "not measured"
            lines.append(f"  {label:52} {said}")
        for name, per_second in measured["tokens_per_second"].items():
            lines.append(f"  {name:52} {per_second:8.0f} tokens/s")
        lines += [f"  {name:52} {value:8.2f}" for name, value in measured["ratios"].items()]
    lines += ["", f"Own code in a fresh ask of a 12-megapixel JPEG: {numbers['overhead_share']:.1%}"]
    lines += [f"  {name:52} {row['median']:8.3f} s" for name, row in numbers["overhead"].items()]
    lines += [
        f"Vision tower against stock, {name} patches: {ratio:.2f} times as fast"
        for name, ratio in numbers["vision_speedup"].items()
    ]
    lines += [
        f"Vision tower against stock, {name} pictures of a thousand patches at once: {ratio:.2f} times as fast"
        for name, ratio in numbers["vision_batch_speedup"].items()
    ]
    return "\n".join(
        [*lines, f"GPU: {numbers['gpu'] if isinstance(numbers['gpu'], str) else json.dumps(numbers['gpu'])}"]
    )
