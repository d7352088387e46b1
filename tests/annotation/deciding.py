"""Decisions in short, for tests that count them."""

from typing import Any

from ergo_demo.geometry import Box, Size
from ergo_demo.store.looking import Decision

FRAME = Size(1000, 800)
SUGGESTED = Box(100, 100, 300, 200)


def decision(item: str = "i", annotator: str = "ada", box: Box | None = SUGGESTED, **more: Any) -> Decision:
    words: dict[str, Any] = {
        "id": f"{item}-{annotator}", "version": 1, "action": "edit", "effect": "unknown", "reasons": (), "iou": None,
        "active_ms": 0.0, "created": "", "suggested": SUGGESTED, "frame": FRAME, "coarse": None, "blind": False,
        "repeat_of": None, "uncertainty": 0.0,
    }  # fmt: skip
    return Decision(item=item, annotator=annotator, box=box, **{**words, **more})
