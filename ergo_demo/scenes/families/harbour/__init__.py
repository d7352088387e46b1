"""A harbour seen from a hill: pontoons one behind another, boats, buoys, crates and huts, barrels beside some."""

from ergo_demo.scenes.families.harbour.backdrop import backdrop
from ergo_demo.scenes.families.harbour.things import COMPANION, KINDS
from ergo_demo.scenes.families.harbour.trifles import trifle
from ergo_demo.scenes.stage import Family

HARBOUR = Family("harbour", KINDS, COMPANION, backdrop, trifle)
