"""ms-swift's loader and template on our rows, with the embedded model's processor; run by tests/formats/run."""

import json
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

MODEL = Path(__file__).parents[2] / "assets" / "models" / "ergo-tiny"
MODES = {"swift-dpo": "rlhf", "swift-kto": "kto", "swift-sft": "train", "swift-grpo": "train"}

if __name__ == "__main__":
    out = Path(sys.argv[1])
    os.environ["MODELSCOPE_CACHE"] = str(out / "cache")

    from swift import get_processor, get_template, load_dataset

    model = out / "model"
    shutil.copytree(MODEL, model, dirs_exist_ok=True)
    # Its loader wants the part for videos, which Qwen2.5-VL's own checkpoints have and the embedded one leaves out.
    (model / "video_preprocessor_config.json").write_text('{"video_processor_type": "Qwen2VLVideoProcessor"}', "ascii")
    template = get_template(get_processor(str(model), model_type="qwen2_5_vl"), template_type="qwen2_5_vl")
    expected = json.loads((out / "rows.json").read_text("ascii"))
    said = []
    for name, mode in MODES.items():
        os.chdir(out / name)  # paths in the rows are relative to the export
        files = [str(file) for file in sorted(Path().glob("*.jsonl"))]
        rows, _ = load_dataset(files, strict=True)
        template.set_mode(mode)
        for row in rows:
            encoded = template.encode(dict(row))
            assert encoded, row
        assert len(rows) == expected[name], (name, len(rows), expected[name])
        said.append(f"{name} {len(rows)}")
    print(f"ms-swift {version('ms-swift')}: every row loaded and encoded; rows in = rows out: {', '.join(said)}")
