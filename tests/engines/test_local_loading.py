"""Loading a checkpoint: every layout that works, and the remedy for every damage and mistake."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
import torch

from ergo_demo.engines import local_loading, open_engine
from ergo_demo.engines.local import LocalEngine
from ergo_demo.engines.local_choice import Choice
from ergo_demo.engines.local_loading import this_machine
from ergo_demo.engines.local_memory import free_ram_bytes
from ergo_demo.errors import EngineError, EngineUnavailable, ModelNotFound, OutOfMemory
from ergo_demo.geometry import LEAST_TOKENS
from ergo_demo.settings import Settings
from tests.checkpoints import make_checkpoint, make_legacy, write_json


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(made, tmp_path / "mine"))


def load(folder: Path | str) -> LocalEngine:
    return LocalEngine.load(Settings(model=str(folder), device="cpu"))


def change(path: Path, **values: object) -> None:
    write_json(path, json.loads(path.read_text("utf-8")) | values)


def test_a_folder_says_what_it_is(folder: Path) -> None:
    info = load(folder).info
    assert (info.model.name, info.model.device, info.model.dtype) == ("mine", "CPU", "fp32")
    assert info.model.revision.startswith("sha256:")
    assert (info.coarse_budget_tokens, info.zoom_budget_tokens, info.max_new_tokens) == (1280, 1280, 1024)
    assert info.zoom_least_tokens == LEAST_TOKENS
    assert not info.embedded


def test_ergo_json_says_what_a_checkpoint_was_made_for(folder: Path) -> None:
    said = {"name": "ERGO-small", "coarse_budget_tokens": 112, "zoom_budget_tokens": 84, "max_new_tokens": 200}
    said |= {"zoom_least_tokens": 60, "x": 1}
    write_json(folder / "ergo.json", said)
    info = load(folder).info
    assert info.model.name == "ERGO-small"
    assert (info.coarse_budget_tokens, info.zoom_budget_tokens, info.max_new_tokens) == (112, 84, 200)
    assert info.zoom_least_tokens == 60


def test_other_weights_have_another_revision(folder: Path, tmp_path: Path) -> None:
    other = make_checkpoint(tmp_path / "other", seed=1)
    assert load(folder).info.model.revision != load(other).info.model.revision


def test_a_download_has_its_commit_as_revision(folder: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshots" / ("c" * 40)
    shutil.copytree(folder, snapshot)
    assert load(snapshot).info.model.revision == "c" * 40


def test_the_bf16_file_computes_in_fp32_on_a_cpu(folder: Path) -> None:
    assert json.loads((folder / "config.json").read_text("utf-8"))["dtype"] == "bfloat16"
    assert {weight.dtype for weight in load(folder).model.network.parameters()} == {torch.float32}


def test_the_older_layout_of_the_hub_loads(folder: Path) -> None:
    assert load(make_legacy(folder)).info.model.name == "mine"


def test_loading_twice_changes_nothing_for_others(folder: Path) -> None:
    from transformers.utils import logging

    before = (torch.get_default_dtype(), torch.get_num_threads(), logging.is_progress_bar_enabled())
    load(folder)
    assert (torch.get_default_dtype(), torch.get_num_threads(), logging.is_progress_bar_enabled()) == before


def test_open_engine_opens_it(folder: Path) -> None:
    assert open_engine(Settings(model=str(folder), device="cpu")).info.model.name == "mine"


def test_the_embedded_checkpoint_runs_where_nothing_is_chosen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_json(folder / "ergo.json", {"name": "ERGO-tiny"})
    monkeypatch.setattr(local_loading, "EMBEDDED", folder)
    info = LocalEngine.load(Settings(device="cpu")).info
    assert (info.model.name, info.embedded) == ("ERGO-tiny", True)
    assert "small embedded model" in info.reason


def test_a_missing_embedded_checkpoint_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_loading, "EMBEDDED", tmp_path)
    with pytest.raises(ModelNotFound, match=r"assets/models/ergo-tiny.*ERGO_MODEL"):
        LocalEngine.load(Settings(device="cpu"))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def drop_a_layer(folder: Path) -> None:
    change(folder / "config.json", text_config=_text_config(folder) | {"num_hidden_layers": 9, "layer_types": None})


def widen(folder: Path) -> None:
    change(folder / "config.json", text_config=_text_config(folder) | {"intermediate_size": 320})


def _text_config(folder: Path) -> dict[str, object]:
    config: dict[str, object] = json.loads((folder / "config.json").read_text("utf-8"))["text_config"]
    return config


def pickled_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


DAMAGES: dict[str, tuple[Callable[[Path], object], type[EngineError], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), ModelNotFound, "mine holds no checkpoint: .*config.json"),
    "broken config": (lambda f: truncate(f / "config.json"), EngineUnavailable, "config.json cannot be read"),
    "config is a list": (lambda f: write_json(f / "config.json", [1]), EngineUnavailable, "config.json cannot be read"),
    "another architecture": (
        lambda f: change(f / "config.json", model_type="qwen2_vl"),
        EngineUnavailable,
        "mine is no Qwen2.5-VL: its model type is 'qwen2_vl'",
    ),
    "nonsense in the config": (
        lambda f: change(f / "config.json", text_config={"hidden_size": "wide"}),
        EngineUnavailable,
        "mine cannot be read",
    ),
    "truncated weights": (lambda f: truncate(f / "model.safetensors"), EngineUnavailable, "mine cannot be read"),
    "weights are text": (
        lambda f: (f / "model.safetensors").write_text("<html>404</html>"),
        EngineUnavailable,
        "mine cannot be read",
    ),
    "empty weights": (lambda f: (f / "model.safetensors").write_bytes(b""), EngineUnavailable, "mine cannot be read"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), ModelNotFound, "mine has no weights"),
    "a pickle": (pickled_only, ModelNotFound, "mine has no weights"),
    "weights missing": (drop_a_layer, EngineUnavailable, "mine cannot be read: .* missing or have another shape"),
    "weights of another shape": (widen, EngineUnavailable, "mine cannot be read: 24 weights are missing or have"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), ModelNotFound, "mine has no tokenizer"),
    "broken tokenizer": (lambda f: truncate(f / "tokenizer.json"), EngineUnavailable, "mine cannot be read"),
    "no processor": (lambda f: (f / "processor_config.json").unlink(), ModelNotFound, "mine has no image processor"),
    "another image token": (
        lambda f: change(f / "config.json", image_token_id=3),
        EngineUnavailable,
        "the network and the tokenizer disagree",
    ),
    "broken ergo.json": (lambda f: (f / "ergo.json").write_text("{"), EngineUnavailable, "ergo.json cannot be read"),
    "nonsense in ergo.json": (
        lambda f: write_json(f / "ergo.json", {"coarse_budget_tokens": "many"}),
        EngineUnavailable,
        "mine cannot be read",
    ),
}


@pytest.mark.parametrize(("damage", "kind", "said"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_folder_has_a_remedy(
    folder: Path, damage: Callable[[Path], object], kind: type[EngineError], said: str
) -> None:
    damage(folder)
    with pytest.raises(kind, match=said) as raised:
        load(folder)
    assert type(raised.value) is kind
    assert raised.value.remedy.endswith(".")
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="There is no folder"):
        load(tmp_path / "nothing")


def test_too_little_memory_for_the_weights_has_a_remedy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(_folder: Path, _choice: Choice) -> None:
        torch.empty(10**15)

    monkeypatch.setattr(local_loading, "_network", greedy)
    with pytest.raises(OutOfMemory, match=r"too little memory to load mine\..*start without ERGO_MODEL"):
        load(folder)


def test_a_model_larger_than_the_memory_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_loading, "free_ram_bytes", lambda: 5_000_000)
    with pytest.raises(OutOfMemory, match=r"mine needs 0\.0 GB of memory on a CPU, and 0\.0 GB are free"):
        load(folder)
    change(folder / "config.json", dtype="float32")
    assert load(folder).info.model.name == "mine", "3 MB in fp32 are no 6 MB in bf16"


def test_the_free_memory_is_known_on_linux() -> None:
    free = free_ram_bytes()
    assert free is None or 0 < free < 10**14


def test_a_broken_torchvision_is_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "torchvision"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    monkeypatch.syspath_prepend(package.parent)
    with pytest.raises(EngineUnavailable, match=r"torchvision is installed.*nms does not exist\. Remove it"):
        load(folder)


def test_quantizing_without_bitsandbytes_has_a_remedy(folder: Path) -> None:
    if this_machine(zero_gpu=False).has_bitsandbytes:
        pytest.skip("bitsandbytes is installed here")
    with pytest.raises(EngineUnavailable, match=r"bitsandbytes is not installed\. Install it"):
        LocalEngine.load(Settings(model=str(folder), device="cpu", quantize="nf4"))


@pytest.mark.parametrize("quantize", ["int8", "nf4"])
def test_quantizing_leaves_the_vision_tower_as_it_is(folder: Path, quantize: Literal["int8", "nf4"]) -> None:
    pytest.importorskip("bitsandbytes", reason="no dependency: only who quantizes needs it")
    engine = LocalEngine.load(Settings(model=str(folder), device="cpu", quantize=quantize))
    kinds = {name: type(module).__name__ for name, module in engine.model.network.named_modules()}
    assert engine.info.model.dtype == quantize
    assert kinds["model.visual.blocks.0.attn.qkv"] == kinds["lm_head"] == "Linear"
    assert kinds["model.language_model.layers.0.mlp.up_proj"] in {"Linear8bitLt", "Linear4bit"}


def test_nothing_is_asked_of_cuda_on_zero_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden() -> bool:
        raise AssertionError("outside a call there is no CUDA")

    monkeypatch.setattr(torch.cuda, "is_available", forbidden)
    assert this_machine(zero_gpu=True).gpu is None
