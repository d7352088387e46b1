"""Terraced lanes of an old town on a hillside: cars, doors, signs and kiosks before house walls, bins beside some."""

from ergo_demo.scenes.families.street.backdrop import backdrop
from ergo_demo.scenes.families.street.things import COMPANION, KINDS
from ergo_demo.scenes.families.street.trifles import trifle
from ergo_demo.scenes.stage import Family

STREET = Family("street", KINDS, COMPANION, backdrop, trifle)
