"""`python -m ergo_demo train STAGE`: one resumable command for each stage of the recipe, and its measurement."""

import argparse
import json
from pathlib import Path

MODEL = Path("assets/models/ergo-tiny")
RUN = Path("runs/ergo-tiny")
STAGE_NAMES = ("tower", "locator", "reader", "both")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line of `train` takes."""
    parser.add_argument(
        "stage", choices=(*STAGE_NAMES, "measure"), help="a stage of the recipe, or measure: whole dialogues, as JSON"
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="how long to train (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="stream of scenes (default 0)")
    parser.add_argument("--n", type=int, default=200, help="measure: how many test scenes (default 200)")
    parser.add_argument("--model", type=Path, default=MODEL, help="the checkpoint, read and (in training) overwritten")
    parser.add_argument("--run", type=Path, default=RUN, help="optimiser, dense heads and log (not committed)")


def run(arguments: argparse.Namespace) -> int:
    """Train or measure; returns the exit status."""
    from ergo_demo.training import evaluate, loop
    from ergo_demo.training.stages import STAGES

    if arguments.stage == "measure":
        print(json.dumps(evaluate.evaluate(arguments.model, arguments.n, arguments.seed)))
        return 0
    loop.tune_runtime()
    loop.train(STAGES[arguments.stage], arguments.model, arguments.run, minutes=arguments.minutes, seed=arguments.seed)
    return 0
