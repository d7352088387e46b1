"""Why a file is not accepted, in words for the person who dropped it. Each function makes one ImageUnreadable."""

import math

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Size
from ergo_demo.imaging.photo import Limits

ACCEPTED = "Accepted are JPEG, PNG, WebP, AVIF, GIF and TIFF."
_SMALLER = "Make it smaller, or cut out the part that matters, and drop it again."
_AS_JPEG = "Open it in an image program, save it as JPEG and drop it again."


def wrong_kind(kind: str) -> ImageUnreadable:
    """Not one of the six formats; `kind` is what it seems to be."""
    return ImageUnreadable(
        f"This file is not a photo that can be opened: {kind}.",
        remedy=f"{ACCEPTED} Save it as JPEG and drop it again.",
    )


def missing() -> ImageUnreadable:
    """There is no such file, or it is a folder, a pipe or a device, or it may not be read."""
    return ImageUnreadable("There is no file to read here.", remedy=f"Choose a photo. {ACCEPTED}")


def empty() -> ImageUnreadable:
    """A file of no bytes."""
    return ImageUnreadable("This file is empty.", remedy="Copy or download it again, and drop it again.")


def too_many_bytes(count: int, limits: Limits) -> ImageUnreadable:
    """More than `limits.file_bytes`."""
    most = limits.file_bytes / 1e6
    return ImageUnreadable(
        f"This file has {_just_over(count / 1e6, most)} MB; {most:,.0f} MB is the most.",
        remedy="Save it as JPEG, or make it smaller, and drop it again.",
    )


def too_large(size: Size, limits: Limits) -> ImageUnreadable | None:
    """What is wrong with a photo of `size` (px), if anything: megapixels, longest side, or how thin it is."""
    longest, shortest = max(size.width, size.height), min(size.width, size.height)
    if size.area > limits.pixels:
        most = limits.pixels / 1e6
        problem = f"This photo has {_just_over(size.area / 1e6, most)} megapixels; {most:,.0f} is the most."
        return ImageUnreadable(problem, remedy=_SMALLER)
    if longest > limits.side_px:
        side = "wide" if size.width == longest else "high"
        problem = f"This photo is {longest:,} px {side}; {limits.side_px:,} px is the most."
        return ImageUnreadable(problem, remedy=_SMALLER)
    if longest > limits.aspect * shortest:
        problem = (
            f"This photo is too thin, {size.width:,} x {size.height:,} px: "
            f"its long side may be {limits.aspect:,.0f} times the short one."
        )
        return ImageUnreadable(problem, remedy="Cut out the part that matters and drop it again.")
    return None


def truncated(format: str) -> ImageUnreadable:
    """The file stops before its end."""
    return ImageUnreadable(
        f"This {format} stops before its end.", remedy="Copy or download it again, and drop it again."
    )


def damaged(format: str) -> ImageUnreadable:
    """The decoder gave up."""
    return ImageUnreadable(f"This {format} cannot be read: it is damaged, cut off, or of a rare kind.", remedy=_AS_JPEG)


def not_a_photo(format: str, values: str) -> ImageUnreadable:
    """Pixels that are measurements: floating point, signed, complex."""
    return ImageUnreadable(
        f"This {format} holds {values}, not a photo.", remedy="Save it with 8 or 16 bits a channel and drop it again."
    )


def too_slow(limits: Limits) -> ImageUnreadable:
    """The deadline passed."""
    return ImageUnreadable(
        f"This photo took longer than {limits.seconds:g} s to read.",
        remedy="Save it as JPEG, or make it smaller, and drop it again.",
    )


def stopped() -> ImageUnreadable:
    """The worker died of this file, or ran out of its memory."""
    return ImageUnreadable("Reading this file failed: it is damaged, or needs too much memory.", remedy=_AS_JPEG)


def no_room() -> ImageUnreadable:
    """The quota is used up, or the disk is full or may not be written."""
    return ImageUnreadable(
        "There is no room for another photo on the machine that runs this page.",
        remedy="Wait a few minutes, until older photos are deleted, and drop it again.",
    )


def no_decoder() -> ImageUnreadable:
    """The worker does not start: the installation is at fault, not the photo."""
    return ImageUnreadable(
        "No photo can be opened: the program that reads them does not start.",
        remedy="Start it by hand, python -m ergo_demo.imaging.worker, to see why.",
    )


def _just_over(value: float, most: float) -> str:
    """`value` as whole number, unless that would read as no more than `most`."""
    return f"{value:,.0f}" if round(value) > most else f"{math.ceil(value * 10) / 10:,.1f}"
