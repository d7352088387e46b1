"""The engine that runs a Qwen2.5-VL checkpoint on this machine, with torch and transformers.

choice (which model) -> hub (a folder) -> loading (weights) -> dialogue (turns) -> decoding (tokens), a file each.
"""

import logging
from dataclasses import dataclass

from ergo_demo.engines import EngineInfo, Turn
from ergo_demo.engines.local_choice import choose
from ergo_demo.engines.local_dialogue import LocalDialogue
from ergo_demo.engines.local_hub import Announce, Hub, HuggingFaceHub
from ergo_demo.engines.local_loading import LoadedModel, load, this_machine
from ergo_demo.records import Sampling
from ergo_demo.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LocalEngine:
    """One loaded checkpoint; opens as many conversations as wanted, of which one at a time computes."""

    model: LoadedModel
    info: EngineInfo

    @classmethod
    def load(
        cls, settings: Settings, *, zero_gpu: bool = False, hub: Hub | None = None, announce: Announce = log.info
    ) -> "LocalEngine":
        """The model that the settings name, or the best that fits this machine.

        `zero_gpu`: this is a Space with ZeroGPU, where CUDA exists only inside a call. `announce` is told before a
        download starts. Raises ModelNotFound, EngineUnavailable or OutOfMemory, each with its remedy.
        """
        machine = this_machine(zero_gpu=zero_gpu)
        choice = choose(settings, machine, zero_gpu=zero_gpu)
        model = load(choice, machine, hub or HuggingFaceHub(), announce)
        info = EngineInfo(
            model=model.info,
            coarse_budget_tokens=model.made_for.coarse_budget_tokens,
            zoom_budget_tokens=model.made_for.zoom_budget_tokens,
            max_new_tokens=model.made_for.max_new_tokens,
            zoom_least_tokens=model.made_for.zoom_least_tokens,
            reason=choice.reason,
            embedded=choice.source is None,
        )
        return cls(model, info)

    def dialogue(self, sampling: Sampling, *said: Turn) -> LocalDialogue:
        """A conversation after `said`."""
        return LocalDialogue(self.model, sampling, said)
