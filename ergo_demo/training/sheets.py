"""Reading sheets: a zoom-sized picture full of plates, the vision tower's spelling book.

A real zoom view shows a few plates in 200 cells; a sheet shows ten to forty, so the tower learns to read in a tenth
of the time. The plates are the scenes' own.
"""

import numpy as np

from ergo_demo.geometry import PATCH, Box, Size, View
from ergo_demo.imaging import Kernel
from ergo_demo.scenes import plates
from ergo_demo.scenes.drawing import Drawing, Image
from ergo_demo.scenes.plates import SHAPES, Plate
from ergo_demo.scenes.stage import LEAST_GLYPH_PX
from ergo_demo.scenes.things import COLOURS, varied
from ergo_demo.training.photographs import photographed

SIDE_CELLS = 8
GLYPH_PX = (13.0, 42.0)  # height of capitals in view px
LEAST_PHOTO = 0.55  # photo px per view px


def reading_sheet(rng: np.random.Generator) -> tuple[list[Plate], Image, View]:
    """The plates of a sheet, its picture and its view: SIDE_CELLS x SIDE_CELLS cells at its own resolution."""
    side = SIDE_CELLS * PATCH
    drawing = Drawing()
    colours = list(COLOURS.values())
    drawing.rectangle(0, 0, side, side, varied(colours[rng.integers(len(colours))], rng))
    glyph = float(np.exp(rng.uniform(*np.log(GLYPH_PX))))
    width, height = max(5.0, 44 / glyph) * glyph, max(3.4, 30 / glyph) * glyph
    columns, rows = max(1, int(side / width)), max(1, int(side / height))
    painted = []
    for row in range(rows):
        for column in range(columns):
            x, y = (column + 0.5) * side / columns, (row + 0.5) * side / rows
            x += float(rng.uniform(-0.5, 0.5)) * (side / columns - 4.8 * glyph)
            paint = varied(colours[rng.integers(len(colours))], rng)
            cell = Box(x - 2.3 * glyph, y - 1.65 * glyph, x + 2.3 * glyph, y + 1.65 * glyph)
            drawing.rectangle(*cell.edges, paint)
            painted.append(_plate(drawing, (float(x), float(y)), glyph, rng))
    whole = Box(0, 0, side, side)
    view = View(whole, Size(side, side))
    # Crops are enlarged to what the model can read: half of the sheets are, too.
    photo = float(rng.uniform(max(LEAST_PHOTO, LEAST_GLYPH_PX / glyph), 1)) if rng.random() < 0.5 else 2.0
    return painted, photographed(drawing, view, Kernel.LANCZOS, photo), view


def _plate(drawing: Drawing, middle: tuple[float, float], glyph: float, rng: np.random.Generator) -> Plate:
    roll = rng.random()
    if roll < 0.5:
        label = plates.random_label(int(rng.integers(1, 5)), rng)
        return plates.paint_label(drawing, middle, label, glyph, bool(rng.random() < 0.4))
    if roll < 0.78:
        return plates.paint_badge(drawing, middle, glyph, rng)
    if roll < 0.94:
        return plates.paint_sticker(drawing, middle, SHAPES[int(rng.integers(4))], glyph)
    return plates.paint_lines(drawing, middle, glyph)
