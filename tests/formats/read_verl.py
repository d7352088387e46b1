"""verl's data loader on our rows, with the embedded model's processor; run by tests/formats/run in its environment."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from omegaconf import OmegaConf
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

from tests.exports.image_processor import processor_of

MODEL = Path(__file__).parents[2] / "assets" / "models" / "ergo-tiny"

if __name__ == "__main__":
    out = Path(sys.argv[1])
    processor = processor_of(MODEL)
    config = OmegaConf.create(
        {"cache_dir": str(out / "cache"), "max_prompt_length": 4096, "filter_overlong_prompts_workers": 1}
    )
    files = [str(file) for file in sorted((out / "verl").glob("*.parquet"))]
    rows = RLHFDataset(files, processor.tokenizer, config, processor=processor)
    expected = json.loads((out / "rows.json").read_text("ascii"))["verl"]
    assert len(rows) == expected, (len(rows), expected)
    batch = collate_fn([rows[place] for place in range(len(rows))])
    assert len(batch["raw_prompt"]) == expected
    for prompt, reward in zip(batch["raw_prompt"], batch["reward_model"], strict=True):
        pictures = [part for message in prompt for part in message["content"] if part["type"] == "image"]
        assert pictures, prompt
        x1, y1, x2, y2 = json.loads(reward["ground_truth"])
        width, height = pictures[0]["image"].size
        assert 0 <= x1 < x2 <= width, reward
        assert 0 <= y1 < y2 <= height, reward
    print(f"verl {version('verl')}: {len(rows)} rows loaded, none filtered out; {expected} rows in")
