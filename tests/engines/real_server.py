"""`transformers serve` on this machine, with a checkpoint of ours: a real server to test the remote engine with.

    python -m tests.engines.real_server FOLDER PORT

The stock processor wants torchvision, only for videos; this one reads images alone. `serving` copies the checkpoint,
because a folder that names the stock processor gets the stock processor.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.space.running import ROOT, free_port


@contextlib.contextmanager
def serving(checkpoint: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Starts the server with its files in `folder`, and ends it; the address, and the name of its model."""
    model, port, log = folder / "model", free_port(), folder / "log.txt"
    shutil.copytree(checkpoint, model)
    config = json.loads((model / "processor_config.json").read_text("utf-8"))
    del config["processor_class"]
    (model / "processor_config.json").write_text(json.dumps(config), "utf-8")
    (folder / "hub").mkdir()  # without it, the list of models fails
    environment = {**os.environ, "HF_HOME": str(folder), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.engines.real_server", str(model), str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)
        try:
            _wait_until_it_listens(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1", str(model)
        finally:
            process.kill()
            process.wait()


def _wait_until_it_listens(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(1_200):
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, trust_env=False)
            return
        time.sleep(0.1)
    raise AssertionError(f"The server does not answer:\n{log.read_text(errors='replace')[-4_000:]}")


def main(model: str, port: str) -> None:
    """What the command `transformers serve` does, with our processor."""
    from transformers import AutoProcessor, ProcessorMixin, Qwen2_5_VLConfig, modeling_utils
    from transformers.cli import transformers
    from transformers.models.qwen2_5_vl.processing_qwen2_5_vl import Qwen2_5_VLProcessor

    class ImageProcessor(Qwen2_5_VLProcessor):
        def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None) -> None:
            self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
            self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
            self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)
            stock: Any = ProcessorMixin  # transformers leaves its annotations out
            stock.__init__(self, image_processor, tokenizer, chat_template=chat_template)

    register: Any = AutoProcessor.register
    register(Qwen2_5_VLConfig, ImageProcessor, exist_ok=True)
    # Placing weights on devices needs accelerate, which the app does without; on a CPU there is nothing to place.
    setattr(modeling_utils, "check_and_set_device_map", lambda _device_map: None)  # noqa: B010  mypy: not exported
    sys.argv = ["transformers", "serve", model, "--device", "cpu", "--dtype", "float32"]
    sys.argv += ["--host", "127.0.0.1", "--port", port]
    start: Any = transformers.main
    start()


if __name__ == "__main__":
    main(*sys.argv[1:])
