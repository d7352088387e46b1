"""The four ways to learn from an export, and what each asks of TRL. Knows no files and no weights."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Method: TypeAlias = Literal["sft", "dpo", "kto", "grpo"]


@dataclass(frozen=True)
class Recipe:
    """One method. `rate` is the learning rate where every weight learns, `lora_rate` where only adapters do."""

    what: str
    format: str
    """The export that it reads."""
    trainer: str
    config: str
    rate: float
    lora_rate: float
    epochs: float
    shown: str
    """The number of TRL's log that the figure shows beside the loss."""
    share: float = 1.0
    """Where every weight learns: how far the result lies on the way from the model to what was learned. Less than all
    of it forgets less of what the model knew (Wortsman et al., https://arxiv.org/abs/2109.01903)."""
    options: Mapping[str, Any] = field(default_factory=dict)


# max_length: a second look has more tokens than TRL's 1,024, and a picture cannot be cut off.
RECIPES: Mapping[Method, Recipe] = {
    "sft": Recipe(
        what="imitate what was accepted, drawn and answered",
        format="trl-sft",
        trainer="SFTTrainer",
        config="SFTConfig",
        rate=3e-4,
        lora_rate=1e-4,
        epochs=3,
        shown="mean_token_accuracy",
        share=0.4,
        options={"max_length": None},
    ),
    "dpo": Recipe(
        what="prefer the corrected reply to the model's",
        format="trl-dpo",
        trainer="DPOTrainer",
        config="DPOConfig",
        rate=3e-5,
        lora_rate=2e-5,
        epochs=1,
        shown="rewards/accuracies",
        options={"max_length": None},
    ),
    "kto": Recipe(
        what="learn from thumbs up and down",
        format="trl-kto",
        trainer="KTOTrainer",
        config="KTOConfig",
        rate=3e-5,
        lora_rate=2e-5,
        epochs=1,
        shown="rewards/margins",
        options={"max_length": None},
    ),
    "grpo": Recipe(
        what="try, and be rewarded for the right region",
        format="trl-grpo",
        trainer="GRPOTrainer",
        config="GRPOConfig",
        rate=3e-5,
        lora_rate=1e-5,
        epochs=1,
        shown="reward",
        options={"temperature": 1.0, "beta": 0.04},
    ),
}
"""Method -> its recipe. GRPO's KL weight of 0.04 is VLM-R1's (https://github.com/om-ai-lab/VLM-R1), on whose code the
paper's training stands; the paper names none."""
