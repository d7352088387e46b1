"""Flags over environment over defaults; a wrong value is named with its remedy."""

from pathlib import Path

import pytest

from ergo_demo.errors import SettingInvalid
from ergo_demo.settings import Settings, checked, describe, read_settings


def test_flags_win_over_environment_over_defaults_and_say_so() -> None:
    environment = {"ERGO_SEED": "7", "ERGO_TEMPERATURE": "0.5", "ERGO_PHOTOS": "/somewhere", "ERGO_MODEL": ""}
    settings, origins = read_settings(environment, {"seed": "9", "model": None})
    assert (settings.seed, settings.temperature, settings.photos, settings.model) == (9, 0.5, Path("/somewhere"), None)
    sources = {origin.name: origin.source for origin in origins}
    assert (sources["seed"], sources["temperature"], sources["model"]) == ("flag", "environment", "default")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ERGO_ENGINE": "magic"}, "engine is 'magic': Input should be 'local' or 'scripted'"),
        ({"ERGO_QUANTIZE": "int3"}, "quantize is 'int3'"),
        ({"ERGO_SEED": "one"}, "seed is 'one'"),
        ({"ERGO_TEMPERATURE": "nan"}, "temperature is 'nan'"),
        ({"ERGO_TEMPERATURE": "-1"}, "temperature is '-1': Input should be greater than or equal to 0"),
        ({"ERGO_COARSE_BUDGET_TOKENS": "3"}, "coarse_budget_tokens is '3': Input should be greater than or equal to 4"),
        ({"ERGO_PORT": "70000"}, "port is '70000'"),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingInvalid, match=words):
        read_settings(environment, {})


def test_an_unknown_flag_is_named_with_what_there_is() -> None:
    with pytest.raises(SettingInvalid, match=r"no setting 'sede'\. Use one of: engine, model"):
        read_settings({}, {"sede": 1})


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_every_setting_is_described_and_its_default_is_valid(name: str) -> None:
    assert checked(name, getattr(Settings(), name)) == getattr(Settings(), name)
    assert describe(name)
