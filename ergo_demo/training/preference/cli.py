"""`python -m ergo_demo train sft|dpo|kto|grpo --data EXPORT --model M --out DIR`."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ergo_demo.errors import InputError
from ergo_demo.settings import Settings, read_settings
from ergo_demo.training.preference.recipes import RECIPES

if TYPE_CHECKING:
    from ergo_demo.engines import Engine
    from ergo_demo.store.store import Store
    from ergo_demo.training.preference.trainers import Judge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What these methods take beside --model and --seed."""
    what = "; ".join(f"{name}: {recipe.what}" for name, recipe in RECIPES.items())
    group = parser.add_argument_group("sft, dpo, kto, grpo", f"Learning from an export, with TRL. {what}.")
    add = group.add_argument
    add("--data", type=Path, metavar="EXPORT", help="a folder that `export trl-sft` (or -dpo, -kto, -grpo) wrote")
    add("--out", type=Path, metavar="DIR", help="the trained checkpoint, its train.json and training.png")
    add("--learning-rate", type=float, metavar="R", help="default: the method's own")
    add("--epochs", type=float, help="how often each row is learned (default: sft 3, the others 1)")
    add("--steps", type=int, help="at most so many steps, whatever --epochs says")
    add("--batch", type=int, default=8, help="rows of a step (default 8; grpo: replies)")
    add("--beta", type=float, help="how strongly the trained model is held to the one it was (dpo, kto, grpo)")
    add(
        "--share", type=float, metavar="S",
        help="how much of the way to what was learned is kept; less forgets less (default: sft of every weight "
        f"{RECIPES['sft'].share:g}, else 1)",
    )  # fmt: skip
    add(
        "--lora", action=argparse.BooleanOptionalAction, default=None,
        help="train adapters on the language layers only (default: above 500 million parameters)",
    )  # fmt: skip
    add("--photos", type=Path, metavar="ERGO_DATA", help="grpo: the store with the photos, so that a reader can judge")
    add(
        "--reader",
        metavar="M",
        help="grpo: the frozen reader (default: a server that ERGO_ENGINE names, else the model)",
    )


def run(options: argparse.Namespace) -> int:
    """Trains; the same command goes on after a kill. Raises InputError, EngineError, StoreError."""
    if options.data is None or options.out is None:
        raise InputError(
            f"train {options.stage} needs an export and a folder to write.",
            remedy=f"Give --data EXPORT (of `export {RECIPES[options.stage].format}`) and --out DIR.",
        )
    # Imported here: torch and trl take seconds, and a slip should not.
    from contextlib import ExitStack

    from ergo_demo.engines import open_engine
    from ergo_demo.engines.local_hub import HuggingFaceHub, folder_of
    from ergo_demo.training.preference.models import reply_tokens_of
    from ergo_demo.training.preference.order import Order
    from ergo_demo.training.preference.training import train

    model = folder_of(str(options.model), None, HuggingFaceHub(), _say)
    order = Order(
        method=options.stage,
        model=model,
        data=options.data,
        out=options.out,
        rate=options.learning_rate,
        epochs=options.epochs,
        steps=options.steps,
        batch=options.batch,
        beta=options.beta,
        lora=options.lora,
        generations=min(8, options.batch),
        reply_tokens=reply_tokens_of(model),
        seed=options.seed,
        share=options.share,
    )
    with ExitStack() as stack:
        if options.stage == "grpo" and options.photos is not None:
            from ergo_demo.store.cli import open_settings

            settings = settings_of(options, order.model)
            store = stack.enter_context(open_settings(settings))
            reader = open_engine(settings, announce=_say)
            told = train(order, _say, _judge(store, reader), f"the paper's rewards, read by {reader.info.model.name}")
        else:
            told = train(order, _say)
    _say(f"{options.out}: {told['steps']} steps. Try it: ERGO_MODEL={options.out} python app.py")
    return 0


def settings_of(options: argparse.Namespace, model: Path) -> Settings:
    """The store with the photos, and the reader: --reader; or a server, where the environment names one; or `model`."""
    settings, _origins = read_settings(os.environ, {"data": options.photos, "model": options.reader})
    own = settings.engine == "local" and options.reader is None
    return replace(settings, model=str(model)) if own else settings


def _judge(store: "Store", reader: "Engine") -> "Judge":
    from ergo_demo.imaging import Photo
    from ergo_demo.training.preference.grpo import Judges
    from ergo_demo.training.rewards import Reader

    def photo_of(sha256: str) -> Photo:
        image, file = store.image(sha256)
        return Photo(file.parent, file, image.name, image.size, image.upload_sha256, image.blob_sha256)

    judging = Reader.of(reader)
    return lambda policy: Judges(photo_of, judging, policy).rewards()


def _say(line: str) -> None:
    print(line, flush=True)
