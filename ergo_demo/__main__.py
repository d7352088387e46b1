"""The command line: python -m ergo_demo COMMAND. Each command is a function; --help explains each."""

import argparse
import json
import os
import runpy
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from ergo_demo.annotation import cli as annotation
from ergo_demo.batch import calibrate
from ergo_demo.batch import cli as batch
from ergo_demo.bench import cli as bench
from ergo_demo.errors import EngineUnavailable, ErgoError
from ergo_demo.exports import cli as exports
from ergo_demo.exports.hub import cli as hub
from ergo_demo.settings import Settings, describe, read_settings
from ergo_demo.store import cli as store
from ergo_demo.training import cli as training

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

Command: TypeAlias = Callable[[argparse.Namespace], None]

RUN_FLAGS = (
    "engine", "model", "api_base", "api_seconds", "revision", "quantize", "device",
    "coarse_budget_tokens", "zoom_budget_tokens", "zoom_least_tokens", "temperature", "top_p", "seed", "max_new_tokens",
    "samples", "sample_temperature", "alpha", "calibration", "region_look",
)  # fmt: skip
"""The settings that every command with a model takes as flags."""

PAGE_FLAGS = ("host", "port")
"""The ones that the page takes as well."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 2 for bad input, 1 for any other error of ours, with its remedy."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        command(options)
    except ErgoError as error:
        print(f"{error.problem}\n{error.remedy}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    except OSError as error:  # a folder that cannot be written, a full disk
        print(f"{error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ergo_demo", description=sys.modules["ergo_demo"].__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_ask(commands.add_parser("ask", help="ask about an image file"))
    _add_scenes(commands.add_parser("scenes", help="draw synthetic scenes with questions"))
    _add_settled(commands)
    _add_stored(commands)
    _add_plain(commands)
    serve = commands.add_parser("serve", help="start the page")
    serve.add_argument("gallery", nargs="?", metavar="OUT.jsonl", help="rows that batch wrote, to show as a gallery")
    _add_flags(serve, (*RUN_FLAGS, *PAGE_FLAGS))
    serve.set_defaults(command=_serve)
    return parser


def _add_plain(commands: Commands) -> None:
    """The commands that read no setting."""
    train = commands.add_parser("train", help="train the embedded model, stage by stage")
    training.add_arguments(train)
    train.set_defaults(command=training.run)
    measure = commands.add_parser("bench", help="measure: accuracy, vision tokens, seconds")
    bench.add_arguments(measure)
    measure.set_defaults(command=bench.run)


def _add_settled(commands: Commands) -> None:
    """The commands with a model."""
    many = commands.add_parser("batch", help="ask the questions of a file, many at once")
    batch.add_arguments(many)
    _settle(many, RUN_FLAGS, batch.run)
    promise = commands.add_parser("calibrate", help="find how far a region must grow to keep its promise")
    calibrate.add_arguments(promise)
    _settle(promise, (*RUN_FLAGS, "data"), calibrate.run)


def _add_stored(commands: Commands) -> None:
    """The commands with the store of annotations."""
    given = commands.add_parser("import", help="give people something to annotate, from files of this machine")
    annotation.add_arguments(given)
    _settle(given, ("data",), partial(annotation.run, say=print))
    for parser, name in store.add_commands(commands.add_parser):
        _settle(parser, ("data",), partial(store.run, name, say=print))
    export = commands.add_parser("export", help="write corrected boxes as training data and for box tools")
    exports.add_arguments(export)
    _settle(export, ("data",), partial(exports.run, say=print))
    for name, run, words in (
        ("push", hub.run_push, "send decisions to a private dataset on the Hugging Face Hub"),
        ("pull", hub.run_pull, "add the decisions of such a dataset to the store"),
    ):
        synced = commands.add_parser(name, help=words)
        hub.add_arguments(synced)
        _settle(synced, ("data",), partial(run, say=print))
    log = commands.add_parser("import-log", help="put an exported log back into the store")
    exports.add_import_arguments(log)
    _settle(log, ("data",), partial(exports.run_import, say=print))


def _settle(
    parser: argparse.ArgumentParser,
    names: tuple[str, ...],
    run: Callable[[argparse.Namespace, Settings], None],
) -> None:
    """Give a command the settings `names` as flags; when it runs, all of them: flags over environment over defaults."""
    _add_flags(parser, names)

    def command(options: argparse.Namespace) -> None:
        settings, _origins = read_settings(os.environ, _flags(options, names))
        run(options, settings)

    parser.set_defaults(command=command)


def _add_flags(parser: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for name in names:
        parser.add_argument(f"--{name.replace('_', '-')}", help=describe(name), metavar="VALUE")


def _flags(options: argparse.Namespace, names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(options, name) for name in names}


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path)
    parser.add_argument("question")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    _add_flags(parser, RUN_FLAGS)
    parser.set_defaults(command=_ask)


def _ask(options: argparse.Namespace) -> None:
    from ergo_demo.command import ask_once
    from ergo_demo.events import Event, Spoke
    from ergo_demo.replies import reply_of
    from ergo_demo.ui.promise import region_label

    def speak(event: Event) -> None:
        if isinstance(event, Spoke):
            print(event.token.text, end="", file=sys.stderr, flush=True)

    trace = ask_once(options.image, options.question, _flags(options, RUN_FLAGS), speak)
    print(file=sys.stderr)
    reply = reply_of(trace)
    if options.json:
        print(json.dumps(reply, ensure_ascii=False))
        return
    tokens, seconds = reply["tokens"], reply["seconds"]
    box = "the whole photo" if reply["box"] is None else ", ".join(f"{edge:.0f}" for edge in reply["box"])
    print(f"{reply['answer']}\n  outcome {reply['outcome']}, read at {box} (source px)")
    if reply["spread"] is not None and reply["region"] is not None:
        around = f"{region_label(trace).lower()} " + ", ".join(f"{edge:.0f}" for edge in reply["region"])
        print(f"  {len(reply['samples'])} samples: spread {reply['spread']:.2f}, {around}")
    print(f"  {tokens['total']:,} vision tokens of {tokens['full_resolution']:,}, {seconds['total']:.1f} s")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _add_scenes(parser: argparse.ArgumentParser) -> None:
    from ergo_demo.scenes import CANDIDATES, TYPES, WORLDS

    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write images and questions.jsonl into")
    parser.add_argument("--n", type=_positive, default=100, help="how many scenes")
    parser.add_argument("--seed", type=int, default=0, help="which scenes: the same number draws the same ones")
    parser.add_argument("--type", choices=TYPES, help="ask questions of this type only (default: all, drawn)")
    parser.add_argument("--k", type=int, choices=CANDIDATES, help="how many things look alike from afar")
    parser.add_argument("--world", choices=WORLDS, default="home", help="shifted: the family that no training shows")
    parser.add_argument("--megapixels", type=float, metavar="M", help="size of the scenes (default: about 3.6)")
    parser.set_defaults(command=_scenes)


def _scenes(options: argparse.Namespace) -> None:
    from ergo_demo import scenes

    scenes.write(
        options.out,
        scenes.Selection(
            options.n,
            options.seed,
            kind=options.type,
            k=options.k,
            world=options.world,
            megapixels=options.megapixels,
        ),
    )


def _serve(options: argparse.Namespace) -> None:
    # By its path: the app's file stands beside the package, and the current folder may hold another app.py.
    file = Path(__file__).parent.parent / "app.py"
    if not file.is_file():
        raise EngineUnavailable(f"There is no {file}.", remedy="Start the page from a checkout: python app.py.")
    start = runpy.run_path(str(file), run_name="app")["main"]
    if code := start(_flags(options, ("gallery", *RUN_FLAGS, *PAGE_FLAGS))):
        raise SystemExit(code)


if __name__ == "__main__":
    raise SystemExit(main())
