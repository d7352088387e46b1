"""`python -m ergo_demo bench NAME ...`: which measurements there are. Each is imported only when it is asked for."""

import argparse
from importlib import import_module

BENCHES = {
    "scenes": "ergo_demo.bench.scenes",
    "editor": "ergo_demo.bench.editor",
    "engines": "ergo_demo.bench.engines",
    "store": "ergo_demo.bench.store",
    "corrections": "ergo_demo.bench.corrections",
    "rewards": "ergo_demo.bench.corrections_rewards",
    "uncertainty": "ergo_demo.bench.uncertainty",
}
"""Name -> the module with `add_arguments(parser)` and `run(options)`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line of `bench` takes; the rest is the measurement's own."""
    parser.add_argument("name", choices=sorted(BENCHES), help="what to measure; NAME --help explains its options")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="options of that measurement")


def run(options: argparse.Namespace) -> None:
    """Runs one measurement with the rest of the command line."""
    bench = import_module(BENCHES[options.name])
    parser = argparse.ArgumentParser(prog=f"python -m ergo_demo bench {options.name}", description=bench.__doc__)
    bench.add_arguments(parser)
    bench.run(parser.parse_args(options.rest))
