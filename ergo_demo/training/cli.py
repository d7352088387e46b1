"""`python -m ergo_demo train STAGE`: one resumable command for each stage of the recipe, and for each way to learn from
what people corrected (preference/).
"""

import argparse
from pathlib import Path

from ergo_demo.training.preference import cli as preference
from ergo_demo.training.preference.recipes import RECIPES

MODEL = Path("assets/models/ergo-tiny")
RUN = Path("runs/ergo-tiny")
STAGE_NAMES = ("tower", "locator", "reader", "both", "polish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line of `train` takes."""
    parser.add_argument("stage", choices=(*STAGE_NAMES, *RECIPES), help="a stage of the recipe, or a method below")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long to train (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="stream of scenes (default 0)")
    parser.add_argument("--model", type=Path, default=MODEL, help="the checkpoint: a stage overwrites it")
    parser.add_argument("--run", type=Path, default=RUN, help="optimiser, dense heads and log (not committed)")
    preference.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train; returns the exit status."""
    if arguments.stage in RECIPES:
        return preference.run(arguments)
    from ergo_demo.training import loop
    from ergo_demo.training.stages import STAGES

    loop.tune_runtime()
    loop.train(STAGES[arguments.stage], arguments.model, arguments.run, minutes=arguments.minutes, seed=arguments.seed)
    return 0
