"""What can be set, from the environment and from flags: read once, at the start, and said where each came from.

Every value's unit is in its name. Knows nothing about what the values do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, TypeAdapter, ValidationError

from ergo_demo.errors import SettingInvalid


def _what(text: str, least: float | None = None, most: float | None = None) -> Any:
    return Field(description=text, ge=least, le=most)


SECRET = ("api_key", "store", "secret")
"""Settings that only the environment may hold: flags stand in the list of processes. Never shown."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address like http://127.0.0.1:8000/v1 is expected")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("it must hold no name, password or key; those belong into ERGO_API_KEY")
    return value.rstrip("/")


def _key(value: SecretStr) -> SecretStr:
    # It becomes a header: what cannot stand in one would be quoted by the error of whatever sends it.
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("it must be one line of plain characters without spaces")
    return value


def _database(value: SecretStr) -> SecretStr:
    # Not parsed further: an error would quote the password. SQLite needs no address, only the data folder.
    if not re.match(r"postgres(ql)?://", value.get_secret_value()):
        raise ValueError("an address like postgresql://user:password@host/database is expected")
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """One value each for the life of the process. `ERGO_` + the upper-case name sets it from the environment."""

    engine: Annotated[
        Literal["local", "openai", "scripted"],
        _what("local: a model on this machine; openai: a server's; scripted: replies written in advance"),
    ] = "local"
    model: Annotated[
        str | None,
        _what("folder or hub id of a Qwen2.5-VL checkpoint, or a server's name for one; unset: chosen for you"),
    ] = None
    api_base: Annotated[
        Annotated[str, AfterValidator(_address)] | None, _what("address of an OpenAI-compatible server, with its /v1")
    ] = None
    api_key: Annotated[
        Annotated[SecretStr, AfterValidator(_key)] | None, _what("the server's key; from the environment only")
    ] = None
    api_seconds: Annotated[
        int, _what("how long the server may be silent before its reply counts as failed", 1, 3600)
    ] = 120
    revision: Annotated[str | None, _what("revision of the model on the hub")] = None
    quantize: Annotated[
        Literal["none", "int8", "nf4"] | None, _what("int8 or nf4 to fit a small GPU (bitsandbytes); none forbids it")
    ] = None
    device: Annotated[Literal["cpu", "cuda"] | None, _what("cpu or cuda; unset: cuda where there is one")] = None
    coarse_budget_tokens: Annotated[
        int | None, _what("most vision tokens of the coarse view; unset: what the model was made for", 4, 16_384)
    ] = None
    zoom_budget_tokens: Annotated[
        int | None, _what("most vision tokens of the zoom view; unset: what the model was made for", 4, 16_384)
    ] = None
    zoom_least_tokens: Annotated[
        int | None, _what("a crop of fewer vision tokens is enlarged; unset: what the model was made for", 4, 16_384)
    ] = None
    temperature: Annotated[float, _what("0 is greedy: the same answer each time", 0, 2)] = 0.0
    top_p: Annotated[float, _what("share of the likeliest next tokens that sampling draws from", 0.05, 1)] = 1.0
    seed: Annotated[int, _what("start of the random numbers, where the temperature is above 0", 0, 2**31 - 1)] = 42
    max_new_tokens: Annotated[
        int | None, _what("most tokens of one reply; unset: what the model was made for", 1, 4096)
    ] = None
    samples: Annotated[int, _what("how often the first look is drawn again to see what is unsure; 0 is off", 0, 64)] = 8
    sample_temperature: Annotated[float, _what("temperature of those samples; they use the seed, too", 0, 2)] = 1.0
    alpha: Annotated[float, _what("share of cases in which the calibrated region may miss", 0.01, 0.5)] = 0.1
    calibration: Annotated[Path | None, _what("record that `calibrate` wrote; unset: the region promises nothing")] = (
        None
    )
    region_look: Annotated[bool, _what("whether the expanded region is read, too: a third look")] = False
    host: Annotated[str | None, _what("address that the page listens on; unset: this machine only")] = None
    port: Annotated[int | None, _what("port that the page listens on; unset: 7860 or the next free one", 0, 65_535)] = (
        None
    )
    photos: Annotated[Path | None, _what("folder for visitors' photos; unset: one that goes when the app ends")] = None
    photo_seconds: Annotated[int, _what("how long a photo is kept after its last use", 60, 30 * 24 * 3600)] = 3600
    photo_quota_bytes: Annotated[int, _what("most disk space of all visitors' photos", 10**7, 10**15)] = 4 * 10**9
    data: Annotated[Path | None, _what("folder of the store; unset: ergo-demo in your own data folder")] = None
    store: Annotated[
        Annotated[SecretStr, AfterValidator(_database)] | None,
        _what("PostgreSQL database of the store; from the environment only; unset: SQLite in the data folder"),
    ] = None
    hub_dataset: Annotated[
        Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")] | None,
        _what("private dataset on the Hugging Face Hub that gets every decision, and gives them back at the start"),
    ] = None
    secret: Annotated[
        Annotated[SecretStr, Field(min_length=16)] | None,
        _what("key of people's identities; from the environment only; unset: made once, in the data folder"),
    ] = None
    trusted_user_header: Annotated[
        Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,64}$")] | None,
        _what("header in which a proxy in front of the page says who the user is; unset: no header is believed"),
    ] = None
    gallery: Annotated[Path | None, _what("rows that `batch` wrote, to be shown as a gallery")] = None
    calls_per_minute: Annotated[int, _what("most model runs of one visitor in a minute", 1, 100_000)] = 30


def _kinds() -> dict[str, Any]:
    return get_type_hints(Settings, include_extras=True)


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    return {name: TypeAdapter(kind) for name, kind in _kinds().items()}


def describe(name: str) -> str:
    """What a setting does, in a line."""
    text: str = _kinds()[name].__metadata__[0].description
    return text


def checked(name: str, value: object) -> Any:
    """The value of one setting, parsed and in range: for flags, environment, page and endpoint alike.

    Raises SettingInvalid, which names the value and what is expected.
    """
    try:
        return _adapters()[name].validate_python(value)
    except ValidationError as error:
        problem = f"{name} is {_shown(name, value)}: {error.errors()[0]['msg'].removeprefix('Value error, ')}."
    # Not chained: pydantic's error quotes the value, which may be a key.
    raise SettingInvalid(problem, remedy=f"Set it to a valid value, or leave it out: {describe(name)}.")


def _shown(name: str, value: object) -> str:
    """The value as an error may quote it: keys, and what may hold one, are not repeated."""
    if name in SECRET:
        return "set"
    return "set" if name == "api_base" and re.search("[@?#]", str(value)) else repr(value)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from, for the lines that are printed at the start."""

    name: str
    value: object
    source: Literal["flag", "environment", "default"]


def read_settings(environment: Mapping[str, str], flags: Mapping[str, object]) -> tuple[Settings, list[Origin]]:
    """Flags over environment over defaults. Raises SettingInvalid for an unknown flag or a wrong value.

    An empty variable counts as unset, because that is how shells and Spaces clear one.
    """
    unknown = sorted(set(flags) - set(_adapters()))
    if unknown:
        raise SettingInvalid(f"There is no setting {unknown[0]!r}.", remedy=f"Use one of: {', '.join(_adapters())}.")
    if given := [name for name in SECRET if flags.get(name) is not None]:
        raise SettingInvalid(
            f"{given[0]} is no flag: every program of this machine could read it.",
            remedy=f"Set ERGO_{given[0].upper()} in the environment.",
        )
    origins = []
    for item in fields(Settings):
        variable = environment.get(f"ERGO_{item.name.upper()}")
        if flags.get(item.name) is not None:
            origins.append(Origin(item.name, checked(item.name, flags[item.name]), "flag"))
        elif variable:
            origins.append(Origin(item.name, checked(item.name, variable), "environment"))
        else:
            origins.append(Origin(item.name, item.default, "default"))
    values: dict[str, Any] = {origin.name: origin.value for origin in origins}
    return Settings(**values), origins
