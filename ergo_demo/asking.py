"""What one ask is made of beside its photo: a question, and the settings that change its answer."""

from dataclasses import dataclass, replace
from typing import Any

from ergo_demo.engines import EngineInfo
from ergo_demo.errors import QuestionEmpty
from ergo_demo.geometry import LEAST_TOKENS
from ergo_demo.protocol import prompts
from ergo_demo.records import Calibration, Sampling
from ergo_demo.settings import Settings, checked
from ergo_demo.uncertainty.calibrating import read_calibration

MOST_QUESTION_CHARACTERS = 4_000
"""Longer texts are no question, and each would be prefilled twice."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What of the settings changes an answer; resolved against what the model was made for."""

    sampling: Sampling
    coarse_budget_tokens: int
    zoom_budget_tokens: int
    samples: int = 0
    """How many other first replies are drawn, to see what the model is unsure of; 0 costs nothing."""
    sample_temperature: float = 1.0
    calibration: Calibration | None = None
    region_look: bool = False
    """Whether the expanded region is read as well, in a third look."""
    zoom_least_tokens: int = LEAST_TOKENS
    """A crop with fewer vision tokens is enlarged to as many."""

    @property
    def sample_sampling(self) -> Sampling:
        """How the samples are drawn."""
        return replace(self.sampling, temperature=self.sample_temperature)


def run_settings(
    info: EngineInfo,
    settings: Settings,
    *,
    coarse_budget_tokens: int | None = None,
    zoom_budget_tokens: int | None = None,
    temperature: float | None = None,
    seed: int | None = None,
    samples: int | None = None,
    sample_temperature: float | None = None,
) -> RunSettings:
    """This request's values over the settings' over what the model was made for. Raises SettingInvalid."""

    def pick(name: str, asked: float | None, made_for: int | None = None) -> Any:
        value = getattr(settings, name) if asked is None else asked
        return made_for if value is None else checked(name, value)

    return RunSettings(
        sampling=Sampling(
            temperature=pick("temperature", temperature),
            top_p=settings.top_p,
            seed=pick("seed", seed),
            max_new_tokens=pick("max_new_tokens", None, info.max_new_tokens),
        ),
        coarse_budget_tokens=pick("coarse_budget_tokens", coarse_budget_tokens, info.coarse_budget_tokens),
        zoom_budget_tokens=pick("zoom_budget_tokens", zoom_budget_tokens, info.zoom_budget_tokens),
        samples=pick("samples", samples),
        sample_temperature=pick("sample_temperature", sample_temperature),
        calibration=read_calibration(settings.calibration, settings.alpha) if settings.calibration else None,
        region_look=settings.region_look,
        zoom_least_tokens=pick("zoom_least_tokens", None, info.zoom_least_tokens),
    )


def check_question(question: str) -> str:
    """The question without surrounding space. Raises QuestionEmpty when there is none, or it is too long."""
    question = question.strip()
    if not prompts.without_options(question):
        raise QuestionEmpty("There is no question.", remedy="Ask about something small in the photo.")
    if len(question) > MOST_QUESTION_CHARACTERS:
        raise QuestionEmpty(
            f"The question has {len(question):,} characters; {MOST_QUESTION_CHARACTERS:,} is the most.",
            remedy="Shorten it.",
        )
    return question
