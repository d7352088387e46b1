"""The committed checkpoint is what its card says, and answers scenes that it has never seen."""

import json
from pathlib import Path
from typing import Any

from ergo_demo.training import checkpoint, dialogue

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "ergo-tiny"
STOCK = (
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
)


def test_the_folder_has_the_stock_layout_and_fits_in_ten_megabytes() -> None:
    assert [name for name in STOCK if not (FOLDER / name).is_file()] == []
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 10e6


def test_the_network_is_small_and_all_its_vision_blocks_see_the_whole_image() -> None:
    model = checkpoint.load(FOLDER)
    assert 2e6 < sum(parameter.numel() for parameter in model.parameters()) < 4e6
    config: Any = model.config
    assert config.text_config.num_hidden_layers == 8
    assert config.vision_config.depth <= 4
    assert list(config.vision_config.fullatt_block_indexes) == list(range(config.vision_config.depth))


def test_the_budgets_beside_the_weights_are_those_that_it_was_trained_with() -> None:
    assert json.loads((FOLDER / "ergo.json").read_text("utf-8")) == {
        "name": "ERGO-tiny",
        "coarse_budget_tokens": dialogue.COARSE_BUDGET_TOKENS,
        "zoom_budget_tokens": dialogue.ZOOM_BUDGET_TOKENS,
        "zoom_least_tokens": dialogue.ZOOM_LEAST_TOKENS,
        "max_new_tokens": 160,
    }
