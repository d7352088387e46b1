"""The engine that asks a server which speaks OpenAI's interface: vLLM first, `transformers serve`, and others.

chat (messages -> fields of a request; pieces of a reply -> tokens) -> server (where it is, what it was found to accept)
-> exchange (one request in a thread of its own) -> dialogue (turns and forks); failures says what is tried again and
what an error means. Every picture is sent as the exact view, so the frame of a box is ours. Knows no weights.
"""

from dataclasses import dataclass

from ergo_demo.engines import EngineInfo, Turn
from ergo_demo.engines.remote_dialogue import RemoteDialogue
from ergo_demo.engines.remote_failures import Patience
from ergo_demo.engines.remote_server import Server, name_the_model
from ergo_demo.errors import EngineUnavailable
from ergo_demo.records import ModelInfo, Sampling
from ergo_demo.settings import Settings

BUDGET_TOKENS = 1280
"""What ERGO-7B was made for, each look; no server says what its model was made for."""


@dataclass(frozen=True)
class RemoteEngine:
    """A model behind an address. As many conversations as wanted ask it at once: the server makes batches of them."""

    server: Server
    info: EngineInfo

    @classmethod
    def open(cls, settings: Settings, patience: Patience | None = None) -> "RemoteEngine":
        """The server that the settings name; it is asked only for its model's name, and only where none is set.

        Raises EngineUnavailable without an address, ModelNotFound when the model cannot be chosen.
        """
        if settings.api_base is None:
            raise EngineUnavailable(
                "ERGO_ENGINE is openai, and ERGO_API_BASE is not set.",
                remedy="Set it to the address of the server, like http://127.0.0.1:8000/v1.",
            )
        key = settings.api_key.get_secret_value() if settings.api_key else None
        server = Server(settings.api_base, key, patience or Patience(silence_seconds=settings.api_seconds))
        model = settings.model or name_the_model(server)
        server.model = model
        return cls(server, _info(model))

    def dialogue(self, sampling: Sampling, *said: Turn) -> RemoteDialogue:
        """A conversation after `said`; the server's prefix cache decides what of it is computed again."""
        return RemoteDialogue(self.server, sampling, said)


def _info(model: str) -> EngineInfo:
    return EngineInfo(
        # Neither weights nor machine can be asked for, and the address is nobody's business who gets a trace.
        model=ModelInfo(name=model, revision="", device="server", dtype=""),
        coarse_budget_tokens=BUDGET_TOKENS,
        zoom_budget_tokens=BUDGET_TOKENS,
        reason=f"ERGO_ENGINE is openai: a server answers as {model}.",
    )
