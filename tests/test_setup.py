"""What is installed is what is pinned, and nothing beside it breaks it."""

import re
from importlib.metadata import distributions, version
from importlib.util import find_spec
from pathlib import Path

import cv2
import torch

ROOT = Path(__file__).parent.parent
PINS = dict(re.findall(r"^([\w-]+)==([\w.]+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))


def test_the_pinned_versions_are_installed() -> None:
    # The CPU build of torch calls itself 2.13.0+cpu.
    assert {name: version(name).split("+")[0] for name in PINS} == PINS
    assert torch.__version__.split("+")[0] == PINS["torch"]


def test_there_is_one_cv2_and_no_second_vision_stack() -> None:
    installed = {name.lower() for item in distributions() if (name := item.metadata["Name"])}
    assert {name for name in installed if name.startswith("opencv")} == {"opencv-python-headless"}
    assert cv2.__version__.startswith("5.0")
    # A torchvision or torchaudio that does not fit the torch keeps transformers from importing its image processor.
    assert find_spec("torchvision") is None
    assert find_spec("torchaudio") is None


def test_the_user_s_seven_packages_are_really_used() -> None:
    sources = [path.read_text("utf-8") for path in [ROOT / "app.py", *(ROOT / "ergo_demo").rglob("*.py")]]
    for module in ("gradio", "torch", "transformers", "PIL", "cv2", "spaces", "numpy"):
        assert any(re.search(rf"^\s*(import|from) {module}\b", source, re.MULTILINE) for source in sources), module
