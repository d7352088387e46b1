"""Photos for tests: drawn here, written by OpenCV, opened through the real door."""

from pathlib import Path

import cv2
import numpy as np

from ergo_demo.records import Pixels


def pattern(width: int, height: int) -> Pixels:
    """RGB gradients with a grid: every place looks different, so a shifted or mirrored picture shows."""
    across = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, 0)
    down = np.linspace(0, 255, height, dtype=np.uint8)[:, None].repeat(width, 1)
    grid = ((np.indices((height, width)).sum(0) // 40 % 2) * 90).astype(np.uint8)
    return np.ascontiguousarray(np.stack([across, down, grid], axis=2))


def write_png(path: Path, pixels: Pixels) -> Path:
    """Writes RGB pixels as PNG."""
    assert cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path
