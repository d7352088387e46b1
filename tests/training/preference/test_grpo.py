"""GRPO's rewards of written replies, against numbers computed by hand; and which rows they can judge."""

import argparse
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import datasets
import PIL.Image
import pytest

from ergo_demo.engines import Stop, Turn
from ergo_demo.engines.scripted import ScriptedDialogue, ScriptedEngine
from ergo_demo.errors import InputError
from ergo_demo.imaging import Photo
from ergo_demo.protocol import prompts
from ergo_demo.records import Generation, Message, Pixels, Sampling, Token
from ergo_demo.training.preference import cli
from ergo_demo.training.preference.grpo import Judges, Rewards, from_file
from ergo_demo.training.preference.reading import with_answers
from ergo_demo.training.rewards import Reader

ASKED = "What is written there? (A) EXIT (B) ENTER"

REPLIES = (
    "<think>There.</think><zoom>[28, 28, 112, 84]</zoom>",
    "<zoom>[112, 28, 28, 84]</zoom>",
    "<think>Nowhere.</think>",
    "<zoom>[0, 0, 280, 196]</zoom>",
)
"""A box, the same written the wrong way round, none, and everything: in a coarse view of 280 x 196 px."""


def columns() -> dict[str, list[Any]]:
    """As TRL gives them: one row for all replies. In source px the box is 112, 120, 448, 360; the gold one is as wide
    and twice as high."""
    row = {
        "prompts": [{"role": "user", "content": [{"type": "text", "text": "What is written there?"}]}],
        "images": [PIL.Image.new("RGB", (280, 196))],
        "source_size": [1120, 840],
        "gold_box_in_source": [112.0, 120.0, 448.0, 600.0],
        "question": ASKED,
        "answer": "EXIT",
        "photo_sha256": "a" * 64,
    }
    return {name: [value] * len(REPLIES) for name, value in row.items()}


def scored(rewards: Rewards) -> dict[str, list[float]]:
    completions = [[{"role": "assistant", "content": reply}] for reply in REPLIES]
    return {name: reward.function(completions=completions, **columns()) for name, reward in rewards.items()}


def totals(rewards: Rewards) -> list[float]:
    given = scored(rewards)
    return [sum(rewards[name].weight * given[name][place] for name in rewards) for place in range(len(REPLIES))]


def test_the_file_s_rewards_are_those_computed_by_hand() -> None:
    # 336 x 240 of 336 x 480 px; all of the photo's 940,800 px hold the 161,280 of the gold box.
    given = scored(from_file())
    assert given == {
        "overlap": [pytest.approx(0.5), pytest.approx(0.5), 0, pytest.approx(161_280 / 940_800)],
        "box": [1, 1, 0, 0],
        "format": [1, 0.5, 0, 1],
    }
    assert totals(from_file()) == pytest.approx([2.0, 1.5, 0, 1 + 161_280 / 940_800])
    assert not any(reward.needs_answer for reward in from_file().values())


@dataclass(frozen=True)
class Reading(ScriptedEngine):
    """Reads EXIT in the small crop and ENTER in anything larger, and remembers what it was asked."""

    heard: list[str] = field(default_factory=list)

    def dialogue(self, sampling: Sampling, *said: Turn) -> ScriptedDialogue:
        heard = self.heard

        class Dialogue(ScriptedDialogue):
            def say(self, *messages: Message, stop: Stop, alternatives: int = 0) -> Generator[Token, None, Generation]:
                heard.append(messages[-1].text)
                return super().say(*messages, stop=stop, alternatives=alternatives)

        return Dialogue(self, sampling, said)


def reads(picture: Pixels, _turn: int) -> str:
    return f"<answer>{'EXIT' if picture.shape[:2] == (252, 336) else 'ENTER'}</answer>"


def test_the_paper_s_rewards_are_those_computed_by_hand(photo: Photo) -> None:
    reader, policy = Reading(reads), Reading(reads)
    judges = Judges(lambda _sha256: photo, Reader.of(reader), lambda: policy).rewards()
    assert scored(judges) == {
        "region": [1, 1, 0, 0],
        "box": [1, 1, 0, 0],
        "accuracy": [1, 1, 0, 0],
        "format": [1, 0.5, 0, 1],
    }
    # 1 region + 0.5 box + accuracy + format.
    assert totals(judges) == [3.5, 3.0, 0.0, 1.0]
    assert {name for name, reward in judges.items() if reward.needs_answer} == {"region", "accuracy"}
    # Who reads is asked with the options, as the app asks; without a region nothing is read.
    assert set(reader.heard) == {prompts.direct_turn(ASKED)}
    assert set(policy.heard) == {prompts.zoom_turn(ASKED)}
    assert (len(reader.heard), len(policy.heard)) == (2 * 3, 2 * 4)


def test_rows_without_an_answer_teach_a_reader_nothing() -> None:
    rows = datasets.Dataset.from_dict({"answer": ["EXIT", "", "  ", "ENTER"]})
    assert list(with_answers(rows)["answer"]) == ["EXIT", "ENTER"]
    with pytest.raises(InputError, match="None of the 2 rows has a right answer"):
        with_answers(rows.select([1, 2]))


@pytest.mark.parametrize(
    ("environment", "reader", "engine", "model"),
    [
        ({}, None, "local", "the-model"),
        ({}, "another", "local", "another"),
        ({"ERGO_MODEL": "the page's"}, None, "local", "the-model"),
        ({"ERGO_ENGINE": "openai", "ERGO_API_BASE": "http://127.0.0.1:1/v1"}, None, "openai", None),
        ({"ERGO_ENGINE": "openai", "ERGO_API_BASE": "http://127.0.0.1:1/v1"}, "big", "openai", "big"),
    ],
)
def test_a_server_can_be_the_reader(
    environment: dict[str, str], reader: str | None, engine: str, model: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (environment | {"ERGO_STORE": "postgresql://somewhere/else"}).items():
        monkeypatch.setenv(name, value)
    options = argparse.Namespace(photos=Path("data"), reader=reader)
    found = cli.settings_of(options, Path("the-model"))
    assert (found.engine, found.model, found.data) == (engine, model, Path("data"))
    assert found.store is not None
    assert found.store.get_secret_value() == "postgresql://somewhere/else"
