"""Rewards as TRL's GRPOTrainer calls them: a list of replies with the columns of their rows, one number for each.

From the file alone: how far the region agrees with the person's. With the photos: the paper's, where a frozen reader
looks at the region. Only the first look is drawn and learned; a second one is taken greedily, to score it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from ergo_demo.engines import Engine
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Photo
from ergo_demo.protocol.parsing import read_answer
from ergo_demo.scoring import answer_matches, iou
from ergo_demo.training.rewards import Reader, SecondLook, Weights, box_reward, format_reward, named_box

Reward: TypeAlias = Callable[..., list[float]]


@dataclass(frozen=True)
class Weighted:
    """A reward function, and what it counts."""

    function: Reward
    weight: float = 1.0
    needs_answer: bool = False
    """Whether a row without a right answer is worth nothing to it, whatever is said."""


Rewards: TypeAlias = Mapping[str, Weighted]
Policy: TypeAlias = Callable[[], Engine]
"""The model as it is at this moment of the training."""

PhotoOf: TypeAlias = Callable[[str], Photo]
"""The photo of this `photo_sha256`."""


@dataclass(frozen=True)
class Said:
    """One reply with its row."""

    reply: str
    coarse: View
    row: Mapping[str, Any]

    @property
    def box(self) -> Box | None:
        """The region that it names, source px."""
        return named_box(self.reply, self.coarse)

    @property
    def source(self) -> Size:
        """Of the photo."""
        return Size(*self.row["source_size"])

    @property
    def question(self) -> str:
        """With its answer options, which the prompt of a first look leaves out."""
        return str(self.row["question"])


def said(completions: Sequence[Any], columns: Mapping[str, Sequence[Any]]) -> list[Said]:
    """TRL's columns as replies with their rows."""
    rows = [
        {name: values[place] for name, values in columns.items() if len(values) == len(completions)}
        for place in range(len(completions))
    ]
    found = []
    for completion, row in zip(completions, rows, strict=True):
        seen, source = row["images"][0], Size(*row["source_size"])
        view = View(Box.of(source), Size(seen.width, seen.height))
        found.append(Said(_text(completion), view, row))
    return found


def _text(messages: Sequence[Any]) -> str:
    """Of the first of them, whether its content is text or parts."""
    content = messages[0]["content"]
    return content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)


def _each(score: Callable[[Said], float]) -> Reward:
    def reward(completions: Sequence[Any], **columns: Any) -> list[float]:
        given = {name: values for name, values in columns.items() if isinstance(values, list)}
        return [score(one) for one in said(completions, given)]

    return reward


def from_file() -> Rewards:
    """What a row alone can judge: IoU with the person's region, area, format."""
    return {
        "overlap": Weighted(_each(lambda it: iou(it.box, Box(*it.row["gold_box_in_source"])))),
        "box": Weighted(_each(lambda it: box_reward(it.box, it.source)), Weights().box),
        "format": Weighted(_each(lambda it: format_reward(it.reply, it.coarse.size))),
    }


@dataclass
class Judges:
    """The paper's rewards, where the photos are at hand."""

    photo_of: PhotoOf
    reader: Reader
    policy: Policy
    weights: Weights = field(default_factory=Weights)

    def rewards(self) -> Rewards:
        """Those that count anything."""
        every = {
            "region": Weighted(_each(self._region), self.weights.region, needs_answer=True),
            "box": Weighted(_each(lambda it: box_reward(it.box, it.source)), self.weights.box),
            "accuracy": Weighted(self._accuracy, self.weights.accuracy, needs_answer=True),
            "format": Weighted(_each(lambda it: format_reward(it.reply, it.coarse.size)), self.weights.format),
        }
        return {name: reward for name, reward in every.items() if reward.weight}

    def _region(self, one: Said) -> float:
        return self.reader.reward(self._photo(one), one.box, one.question, one.row["answer"])

    def _accuracy(self, completions: Sequence[Any], **columns: Any) -> list[float]:
        engine = self.policy()  # once a call: its weights stay the same within one
        return _each(lambda one: self._own_answer(one, engine))(completions, **columns)

    def _own_answer(self, one: Said, engine: Engine) -> float:
        box = one.box or Box.of(one.source)  # as the app does: without a region the whole photo is read
        coarse = np.asarray(one.row["images"][0].convert("RGB"))
        reply = SecondLook(engine).reply(self._photo(one), box, one.question, coarse, one.reply)
        return float(answer_matches(read_answer(reply).text, one.row["answer"]))

    def _photo(self, one: Said) -> Photo:
        return self.photo_of(one.row["photo_sha256"])
