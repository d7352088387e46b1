"""A circuit board seen like a city: parts in rows along copper streets, small switches beside some."""

from ergo_demo.scenes.families.board.backdrop import backdrop
from ergo_demo.scenes.families.board.things import COMPANION, KINDS
from ergo_demo.scenes.families.board.trifles import trifle
from ergo_demo.scenes.stage import Family

BOARD = Family("board", KINDS, COMPANION, backdrop, trifle)
