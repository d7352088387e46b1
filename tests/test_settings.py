"""Flags over environment over defaults; a wrong value is named with its remedy."""

import traceback
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
        ({"ERGO_ENGINE": "magic"}, "engine is 'magic': Input should be 'local', 'openai' or 'scripted'"),
        ({"ERGO_QUANTIZE": "int3"}, "quantize is 'int3'"),
        ({"ERGO_SEED": "one"}, "seed is 'one'"),
        ({"ERGO_TEMPERATURE": "nan"}, "temperature is 'nan'"),
        ({"ERGO_TEMPERATURE": "-1"}, "temperature is '-1': Input should be greater than or equal to 0"),
        ({"ERGO_COARSE_BUDGET_TOKENS": "3"}, "coarse_budget_tokens is '3': Input should be greater than or equal to 4"),
        ({"ERGO_PORT": "70000"}, "port is '70000'"),
        ({"ERGO_API_BASE": "127.0.0.1:8000"}, "an address like http://127.0.0.1:8000/v1 is expected"),
        ({"ERGO_API_BASE": "http://me:pw@host/v1"}, "it must hold no name, password or key"),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingInvalid, match=words):
        read_settings(environment, {})


def test_an_unknown_flag_is_named_with_what_there_is() -> None:
    with pytest.raises(SettingInvalid, match=r"no setting 'sede'\. Use one of: engine, model"):
        read_settings({}, {"sede": 1})


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"ERGO_API_KEY": "hidden key"}, id="a key that no header can hold"),
        pytest.param({"ERGO_API_BASE": "http://me:hidden@host/v1"}, id="a password in the address"),
        pytest.param({"ERGO_API_BASE": "http://host/v1?key=hidden"}, id="a key in the address"),
        pytest.param({"ERGO_API_BASE": "hidden@host"}, id="a name in what is no address"),
    ],
)
def test_an_error_does_not_repeat_what_may_be_secret(environment: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid) as raised:
        read_settings(environment, {})
    assert "hidden" not in "".join(traceback.format_exception(raised.value, chain=True))
    assert raised.value.__cause__ is raised.value.__context__ is None


def test_the_key_comes_from_the_environment_only_and_is_not_shown() -> None:
    settings, origins = read_settings({"ERGO_API_KEY": "sk-hidden"}, {})
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "sk-hidden"
    assert "sk-hidden" not in f"{settings} {settings!r} {origins} {[str(origin.value) for origin in origins]}"
    with pytest.raises(SettingInvalid, match="Set ERGO_API_KEY in the environment") as raised:
        read_settings({}, {"api_key": "sk-hidden"})
    assert "sk-hidden" not in str(raised.value)


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_every_setting_is_described_and_its_default_is_valid(name: str) -> None:
    assert checked(name, getattr(Settings(), name)) == getattr(Settings(), name)
    assert describe(name)
