"""Reading sheets: a zoom-sized picture full of plates, the vision tower's spelling book.

A real zoom view shows one or two labels in 64 cells; a sheet shows ten to thirty, so the tower learns the letters
in a tenth of the time. The plates are the scenes' own.
"""

import cv2
import numpy as np

from ergo_demo.geometry import PATCH, Box, Size
from ergo_demo.scenes.drawing import Drawing, Image
from ergo_demo.scenes.things import COLOURS, paint_plate, plate_around, random_label, shade, varied

SIDE_CELLS = 8
UNIT_PX = (2.9, 6.0)  # view px per unit: what zoom views of two to four cells have


def reading_sheet(rng: np.random.Generator) -> tuple[Image, list[tuple[str, tuple[Box, ...]]]]:
    """A sheet of SIDE_CELLS x SIDE_CELLS cells, and each label with the boxes of its characters (view px)."""
    side = SIDE_CELLS * PATCH
    drawing = Drawing()
    colours = list(COLOURS.values())
    drawing.rectangle(0, 0, side, side, varied(colours[rng.integers(len(colours))], rng))
    unit = float(rng.uniform(*UNIT_PX))
    width, height = 15.0 * unit, 10.5 * unit
    columns, rows = max(1, int(side / width)), max(1, int(side / height))
    labels = []
    for row in range(rows):
        for column in range(columns):
            x = (column + 0.5) * side / columns + rng.uniform(-0.5, 0.5) * (side / columns - 14 * unit)
            y = (row + 0.5) * side / rows + rng.uniform(-0.5, 0.5) * (side / rows - 8.6 * unit)
            paint = varied(colours[rng.integers(len(colours))], rng)
            middle = plate_around(float(x), float(y), unit)
            drawing.rectangle(*middle.pad(rng.uniform(0.6, 3) * unit, rng.uniform(0.6, 2) * unit).edges, paint)
            if rng.random() < 0.5:
                drawing.rectangle(middle.x1 - unit, middle.y2, middle.x2 + unit, middle.y2 + unit, shade(paint, 0.7))
            label = random_label("99" if rng.random() < 0.4 else "A9", rng)
            labels.append((label, paint_plate(drawing, middle, label, bool(rng.random() < 0.4), unit)))
    region = Box(0, 0, side, side)
    larger = drawing.render(region, Size(2 * side, 2 * side))
    return np.asarray(cv2.resize(larger, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8), labels
