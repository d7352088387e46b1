"""A stand-in for ZeroGPU's scheduler: the four calls that the `spaces` package makes, and what they were asked.

The form of the calls was read in spaces 0.51.3 (spaces/zero/api.py). It lends no GPU, so the app under test must find
no torch: `without_torch` makes a folder for PYTHONPATH that hides it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.space.stand_in import JsonHandler, StandIn


@dataclass
class FakeScheduler(StandIn):
    """Serves while the `with` lasts. `out_of_quota` answers 429, as for a visitor who used up a day's share."""

    out_of_quota: bool = False
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def handler(self) -> type[JsonHandler]:
        scheduler = self

        class Handler(JsonHandler):
            def do_POST(self) -> None:
                place = urlsplit(self.path)
                scheduler.asked.append((place.path, parse_qs(place.query)))
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = scheduler.answer(place.path)
                self.reply(answer, status)

        return Handler

    def answer(self, path: str) -> tuple[int, object]:
        """Status and JSON of one call."""
        if path != "/schedule":
            return 200, {}
        if self.out_of_quota:
            return 429, {"left": 0, "wait": 3_600}
        return 200, {"idle": False, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "token"}

    def asked_for(self, path: str) -> list[dict[str, list[str]]]:
        """The parameters of every call of this path."""
        return [parameters for called, parameters in self.asked if called == path]

    def environment(self, folder: Path) -> dict[str, str]:
        """The variables that make `spaces` believe it is on ZeroGPU, with this scheduler."""
        return {
            "SPACES_ZERO_GPU": "true",
            "SPACES_ZERO_DEVICE_API_URL": self.url,
            "PYTHONPATH": str(without_torch(folder)),
        }


def without_torch(folder: Path) -> Path:
    """A folder whose `torch` cannot be imported."""
    hiding = folder / "without_torch"
    hiding.mkdir(parents=True, exist_ok=True)
    (hiding / "torch.py").write_text('raise ImportError("hidden by a test: there is no GPU")\n', "utf-8")
    return hiding
