"""The shifted world: a snowy quay in lamplight, with kinds that other families draw by day and in other shapes.

Outlines are worked out once: those of things in shares of their body, everything else in units.
"""

from ergo_demo.scenes.families.night.backdrop import backdrop
from ergo_demo.scenes.families.night.things import COMPANION, KINDS
from ergo_demo.scenes.families.night.trifles import trifle
from ergo_demo.scenes.stage import Family

NIGHT = Family("night", KINDS, COMPANION, backdrop, trifle)
