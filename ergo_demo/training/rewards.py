"""ERGO's rewards for one reply, as the paper has them (arXiv 2509.21991, section 3). Knows engines, no trainer.

    region     1 where a frozen reader that sees only the crop gives the right answer, else 0
    box        1 where the region has at most GAMMA of the photo's area, else 0
    accuracy   1 where the model's own answer, after its second look, is right, else 0
    format     how well the replies keep to the protocol, 0 to 1 (`scoring.format_score`)

    R = (ALPHA * region + BETA * box) + accuracy + format

The term in brackets is the paper's r_TCE. Its reader is a model ten times as large; here it is any engine. Without the
box reward the whole photo always answers: it is the box reward that keeps the region reward honest.
"""

from collections.abc import Generator
from dataclasses import dataclass

from ergo_demo.engines import Engine, Turn
from ergo_demo.geometry import Box, Size, View, view_of
from ergo_demo.imaging import Kernel, Photo, resample
from ergo_demo.protocol import prompts
from ergo_demo.protocol.parsing import Zoom, read_answer, read_zoom
from ergo_demo.records import Finish, Generation, Message, Pixels, Sampling, Token
from ergo_demo.scoring import answer_matches, format_score

GAMMA = 0.6
"""Largest share of the photo's area that is no penalty: most right regions of the paper's data sets have less."""

ALPHA, BETA = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Weights:
    """What each reward counts; the paper's."""

    region: float = ALPHA
    box: float = BETA
    accuracy: float = 1.0
    format: float = 1.0


@dataclass(frozen=True, slots=True)
class Scores:
    """The rewards of one reply, each 0 to 1."""

    region: float
    box: float
    accuracy: float
    format: float

    def total(self, weights: Weights | None = None) -> float:
        """R of the module's docstring.

        >>> Scores(region=1, box=1, accuracy=0, format=1).total()
        2.5
        """
        chosen = weights or Weights()
        tce = chosen.region * self.region + chosen.box * self.box
        return tce + chosen.accuracy * self.accuracy + chosen.format * self.format


def named_box(reply: str, coarse: View) -> Box | None:
    """The region (source px) that a first reply names, as the app would read it; None where it names none."""
    zoom = read_zoom(reply, coarse.size)
    return coarse.to_source(zoom.box_in_view).clip(coarse.region) if isinstance(zoom, Zoom) else None


def box_reward(box: Box | None, source: Size, gamma: float = GAMMA) -> float:
    """1 where a region (source px) was named and has at most `gamma` of the photo's area.

    >>> box_reward(Box(0, 0, 60, 100), Size(100, 100)), box_reward(Box(0, 0, 61, 100), Size(100, 100))
    (1.0, 0.0)
    """
    return float(box is not None and box.area <= gamma * source.area)


def format_reward(first: str, view_size: Size, second: str | None = None) -> float:
    """`format_score` of both replies; of the first alone, twice its half, where no second one was given."""
    if second is None:
        return 2 * format_score(first, view_size, "")
    return format_score(first, view_size, second)


@dataclass(frozen=True)
class Reader:
    """A frozen model that judges a region by reading it: it sees the crop and the question, and nothing else.

    It is asked in the words of the direct mode, greedily. `least_tokens`: a crop with fewer is enlarged.
    """

    engine: Engine
    budget_tokens: int
    least_tokens: int
    reply_tokens: int = 64

    @classmethod
    def of(cls, engine: Engine) -> "Reader":
        """With the budgets of the engine's second look."""
        return cls(engine, engine.info.zoom_budget_tokens, engine.info.zoom_least_tokens)

    def read(self, photo: Photo, box: Box, question: str) -> str:
        """Its answer from the crop of `box` (source px). Raises EngineError."""
        picture = _crop(photo, box, self.budget_tokens, self.least_tokens)
        dialogue = self.engine.dialogue(Sampling(max_new_tokens=self.reply_tokens))
        asked = Message("user", prompts.direct_turn(question), picture)
        system = Message("system", prompts.direct_system())
        return read_answer(_whole(dialogue.say(system, asked, stop=lambda: False)).text).text

    def reward(self, photo: Photo, box: Box | None, question: str, truth: str) -> float:
        """The region reward: 0 without a region. Raises EngineError."""
        return float(box is not None and answer_matches(self.read(photo, box, question), truth))


@dataclass(frozen=True)
class SecondLook:
    """The model's own second look at the region that it named, after a first reply that was given."""

    engine: Engine

    def reply(self, photo: Photo, box: Box, question: str, coarse: Pixels, first: str) -> str:
        """Its greedy second reply. `coarse`: the first look's picture. Raises EngineError."""
        info = self.engine.info
        said = (
            Message("system", prompts.system()),
            Message("user", prompts.coarse_turn(question), coarse),
        )
        turn = Turn(said, Generation((Token(first),), Finish.STOP))
        picture = _crop(photo, box, info.zoom_budget_tokens, info.zoom_least_tokens)
        dialogue = self.engine.dialogue(Sampling(max_new_tokens=info.max_new_tokens), turn)
        asked = Message("user", prompts.zoom_turn(question), picture)
        return _whole(dialogue.say(asked, stop=lambda: False)).text


def _crop(photo: Photo, box: Box, budget_tokens: int, least_tokens: int) -> Pixels:
    region = box.outward().clip(Box.of(photo.size))
    return resample(photo, view_of(region, budget_tokens, least_tokens), Kernel.LANCZOS)


def _whole(speaking: Generator[Token, None, Generation]) -> Generation:
    try:
        while True:
            next(speaking)
    except StopIteration as end:
        generation: Generation = end.value
        return generation
