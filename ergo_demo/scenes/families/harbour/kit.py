"""Tones and outlines that more than one part of this family uses."""

import numpy as np

from ergo_demo.scenes.drawing import Colour
from ergo_demo.scenes.families.outlines import unit_circle

SPAR: Colour = (92, 76, 62)
FOAM: Colour = (128, 162, 172)

ROUND = unit_circle(14)


RIPPLES = (
    np.array([(0, 0), (1.2, -0.5), (2.6, -0.6), (4, -0.4), (5.2, 0.1), (4, -0.1), (2.6, -0.25), (1.2, -0.15)]),
    np.array([(0, 0), (1.5, 0.35), (3.5, 0.3), (5, -0.2), (6.6, 0.1), (5, 0.15), (3.5, 0.65), (1.5, 0.7)]),
    np.array([(0, 0), (0.8, -0.35), (1.8, 0), (2.8, -0.35), (3.8, 0), (2.8, -0.05), (1.8, 0.3), (0.8, -0.05)]),
    np.array([(0, 0.1), (4, -0.1), (8.5, 0), (11, 0.2), (8, 0.35), (3, 0.35)]),
)
FISH = np.array([(0, 0), (1, -0.6), (2.4, -0.5), (3.2, -0.1), (4, -0.6), (3.9, 0.5), (3.2, 0.1), (2.4, 0.45), (1, 0.5)])
