"""Writes a checkpoint of ours as vLLM wants it, with a processor for videos: python save_model.py FOLDER INTO.

Runs in the environment of vLLM, and so imports nothing of ours.
"""

import shutil
import sys
from pathlib import Path
from typing import Any


def main(folder: str, into: str) -> None:
    import transformers

    library: Any = transformers  # leaves its annotations out
    shutil.copytree(folder, into)
    images = library.AutoImageProcessor.from_pretrained(folder)
    tokenizer = library.AutoTokenizer.from_pretrained(folder)
    template = Path(folder, "chat_template.jinja").read_text("utf-8")
    videos = library.Qwen2VLVideoProcessor()
    library.Qwen2_5_VLProcessor(images, tokenizer, videos, chat_template=template).save_pretrained(into)


if __name__ == "__main__":
    main(*sys.argv[1:])
