"""Small parts that nobody asks about."""

from ergo_demo.geometry import Box
from ergo_demo.scenes.drawing import Colour
from ergo_demo.scenes.families.board.kit import GOLD, TIN, discs
from ergo_demo.scenes.stage import Stage

_SHADOW: Colour = (44, 56, 54)


def trifle(stage: Stage, place: Box) -> None:
    """A few of the parts that nobody counts."""
    rng = stage.rng
    makers = (_resistors, _crystal, _test_points, _screw, _pads)
    for index, which in enumerate(rng.permutation(len(makers))[:2].tolist()):
        x = place.x1 + 9 + 14 * index + float(rng.uniform(-2, 2))
        makers[which](stage, x, place.y2 - float(rng.uniform(6, 15)))


def _resistors(stage: Stage, x: float, y: float) -> None:
    """Tiny beige ones in a column, each with three dull bands."""
    rows = [y - 3.2 * i for i in range(int(stage.rng.integers(2, 4)))]
    stage.lines([(x - 4.6, at, x + 4.6, at) for at in rows], 0.45, TIN)
    stage.blocks([(x - 2.8, at - 0.9, x + 2.8, at + 0.9) for at in rows], (196, 178, 146))
    stage.blocks([(x - 2.8, at + 0.4, x + 2.8, at + 0.9) for at in rows], (164, 146, 118))
    for band, tone in ((-1.6, (112, 84, 68)), (0.0, (90, 88, 90)), (1.4, (150, 118, 70))):
        stage.blocks([(x + band, at - 0.9, x + band + 0.6, at + 0.9) for at in rows], tone)


def _crystal(stage: Stage, x: float, y: float) -> None:
    """A flat can of bright metal lying on its side."""
    for radius, tone in ((2.3, (104, 108, 108)), (1.9, (160, 164, 162))):
        stage.block(x - 3, y - radius, x + 3, y + radius, tone)
        stage.ellipse(x - 3, y, radius, radius, tone)
        stage.ellipse(x + 3, y, radius, radius, tone)
    stage.lines([(x - 3.4, y - 0.9, x + 3.4, y - 0.9)], 0.4, (198, 200, 196))


def _test_points(stage: Stage, x: float, y: float) -> None:
    """Loops of wire standing on round pads."""
    spots = [(x - 3, y), (x, y), (x + 3, y)][: int(stage.rng.integers(2, 4))]
    source = [(a * stage.unit, b * stage.unit) for a, b in spots]
    stage.drawing.fill(discs(source, 1.15 * stage.unit), GOLD)
    stage.lines([(a, b, a, b - 2.6) for a, b in spots], 0.5, TIN)
    stage.drawing.fill(discs([(a, b - 2.8 * stage.unit) for a, b in source], 0.7 * stage.unit), (152, 84, 72))


def _screw(stage: Stage, x: float, y: float) -> None:
    """A mounting hole with its screw: filled, so that it is no small coil."""
    stage.ellipse(x, y, 3.4, 3.4, GOLD)
    stage.ellipse(x + 0.2, y + 0.3, 2.7, 2.7, _SHADOW)
    stage.ellipse(x, y, 2.5, 2.5, (150, 154, 154))
    stage.lines([(x - 1.5, y - 0.8, x + 1.5, y + 0.8)], 0.6, (84, 88, 90))
    stage.lines([(x - 0.8, y + 1.5, x + 0.8, y - 1.5)], 0.6, (84, 88, 90))


def _pads(stage: Stage, x: float, y: float) -> None:
    """Pads where a part was left out, some still with solder."""
    spots = [(x + 2.4 * i - 3.6, y - 4.6 * j) for i in range(4) for j in range(2)]
    stage.blocks([(a - 0.8, b - 1.3, a + 0.8, b + 1.3) for a, b in spots], GOLD)
    stage.blocks([(a - 0.4, b - 0.9, a + 0.3, b + 0.5) for a, b in spots[::2]], (206, 204, 194))
