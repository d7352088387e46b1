"""What the app shows the model of a scene's photo, without making the photo.

A picture drawn at the size of a view is crisper than one that was resampled from pixels: a model that has only seen
those reads a seventh fewer labels in the app.
"""

import math

import numpy as np
import PIL.Image

from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Kernel
from ergo_demo.imaging.resampling import FILTERS
from ergo_demo.scenes.drawing import Drawing, Image

MOST_DRAWN = 6.0  # times the view's own size: where the photo has more pixels than that, their mean is the same


def photographed(drawing: Drawing, view: View, kernel: Kernel, photo: float = 1.0) -> Image:
    """The view (RGB, its size in view px), resampled as the app does from a photo of `photo` px per source px."""
    shown = view.size.width / view.region.width  # view px per source px
    scale = min(photo, MOST_DRAWN * shown)
    x1, y1 = math.floor(view.region.x1 * scale), math.floor(view.region.y1 * scale)
    x2, y2 = math.ceil(view.region.x2 * scale), math.ceil(view.region.y2 * scale)
    around = Box(x1 / scale, y1 / scale, x2 / scale, y2 / scale)
    canvas = drawing.draw(around, Size(x2 - x1, y2 - y1), antialiased=scale > photo / 2)
    edges = (edge * scale - start for edge, start in zip(view.region.edges, (x1, y1, x1, y1), strict=True))
    left, top, right, bottom = edges
    box = (left, top, min(right, x2 - x1), min(bottom, y2 - y1))
    resized = PIL.Image.fromarray(canvas).resize((view.size.width, view.size.height), FILTERS[kernel], box)
    return np.array(resized, dtype=np.uint8)
