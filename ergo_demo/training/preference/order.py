"""What a run is asked for, whether that can be, and what makes two runs the same one."""

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ergo_demo.errors import EngineUnavailable, InputError
from ergo_demo.training.preference import models
from ergo_demo.training.preference.reading import Data
from ergo_demo.training.preference.recipes import RECIPES, Method, Recipe

UNFINISHED = "unfinished"
DONE = "train.json"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is wanted. None: the recipe's own, or what the model's size asks for.

    `steps` bounds the run whatever `epochs` says; `batch` is how many rows each step learns from; `beta` how strongly
    the model is held to the one it was. A checkpoint is kept every `save_every` steps. GRPO draws `generations` replies
    of at most `reply_tokens` to each question, which `batch` has to be a multiple of. What is kept of it all is `share`
    of the way from the model to what was learned.
    """

    method: Method
    model: Path
    data: Path
    out: Path
    rate: float | None = None
    epochs: float | None = None
    steps: int | None = None
    batch: int = 8
    beta: float | None = None
    lora: bool | None = None
    seed: int = 0
    save_every: int = 25
    generations: int = 8
    reply_tokens: int = 160
    share: float | None = None

    @property
    def recipe(self) -> Recipe:
        """Of its method."""
        return RECIPES[self.method]

    @property
    def uses_lora(self) -> bool:
        """Whether only adapters learn."""
        return models.wants_lora(self.model) if self.lora is None else self.lora

    @property
    def kept_share(self) -> float:
        """How much of what was learned is kept; adapters are kept whole unless it is said otherwise."""
        usual = 1.0 if self.uses_lora else self.recipe.share
        return usual if self.share is None else self.share


def check(order: Order) -> None:
    """Raises before anything is loaded or written."""
    for name in ("trl", "datasets", *(["peft"] if order.uses_lora else [])):
        if find_spec(name) is None:
            raise EngineUnavailable(f"Training needs {name}.", remedy="pip install -e '.[train]'")
    if order.method == "sft" and order.beta is not None:
        raise InputError("sft knows no --beta.", remedy="Leave it away: what is imitated is compared with nothing.")
    if order.method == "grpo" and order.batch % order.generations:
        raise InputError(
            f"A step of {order.batch} replies cannot be shared out among groups of {order.generations}.",
            remedy=f"Give a --batch that is a multiple of {order.generations}.",
        )
    if not 0 < order.kept_share <= 1:
        raise InputError(f"The share is {order.share}.", remedy="Give --share more than 0, and at most 1: all of it.")
    out = order.out
    if out.is_dir() and any(out.iterdir()) and not (out / UNFINISHED).exists() and not (out / DONE).exists():
        raise InputError(f"{out} is not empty, and no training of ours.", remedy="Give a new folder as --out.")


def identity(order: Order, data: Data, judged_by: str) -> dict[str, Any]:
    """What makes two runs the same one."""
    chosen = {name: value for name, value in asdict(order).items() if name not in ("data", "out", "save_every")}
    return {
        **chosen,
        "share": order.kept_share,
        "model": models.name_of(order.model),
        "weights": models.mark_of(order.model),
        "data_sha256": data.sha256,
        **({"judged_by": judged_by} if order.method == "grpo" else {}),
    }
