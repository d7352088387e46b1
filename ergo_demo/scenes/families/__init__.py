"""The families of scenes: four to learn from, and one that no training ever shows."""

from typing import Literal

from ergo_demo.scenes.families.board import BOARD
from ergo_demo.scenes.families.harbour import HARBOUR
from ergo_demo.scenes.families.night import NIGHT
from ergo_demo.scenes.families.shelf import SHELF
from ergo_demo.scenes.families.street import STREET
from ergo_demo.scenes.stage import Family

World = Literal["home", "shifted"]
WORLDS: tuple[World, ...] = ("home", "shifted")

HOME: tuple[Family, ...] = (HARBOUR, STREET, SHELF, BOARD)
SHIFTED: tuple[Family, ...] = (NIGHT,)


def families_of(world: World) -> tuple[Family, ...]:
    """The families of a world."""
    return HOME if world == "home" else SHIFTED
