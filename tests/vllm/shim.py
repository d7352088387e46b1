"""As the sitecustomize of an environment with CPU torch (vLLM's, those of tests/formats): PyPI's torchvision is built
for CUDA, and its import fails there.

Declares the two operators that it registers when it is imported, and that nothing calls.
"""

import importlib.abc
import sys
from typing import Any


class _Declare(importlib.abc.MetaPathFinder):
    kept: Any = None

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            library: Any = torch.library.Library  # leaves its annotations out
            _Declare.kept = library("torchvision", "FRAGMENT")
            for operator in ("nms", "qnms"):
                _Declare.kept.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


if __name__ == "sitecustomize":
    sys.meta_path.insert(0, _Declare())
