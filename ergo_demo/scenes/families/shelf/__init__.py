"""A huge old bookshelf: board over board with books, clocks, bottles and suitcases, mugs beside some.

Outlines are worked out once: those of things in shares of their body, those of trifles in units.
"""

from ergo_demo.scenes.families.shelf.backdrop import backdrop
from ergo_demo.scenes.families.shelf.things import COMPANION, KINDS
from ergo_demo.scenes.families.shelf.trifles import trifle
from ergo_demo.scenes.stage import Family

SHELF = Family("shelf", KINDS, COMPANION, backdrop, trifle)
