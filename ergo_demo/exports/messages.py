"""A lesson's prompt in the two shapes that trainers know, and back: typed blocks, or a text with placeholders."""

import re
from collections.abc import Sequence
from typing import Any

from ergo_demo.exports.flaws import Turn
from ergo_demo.exports.lessons import Lesson, Prompt

PLACEHOLDER = "<image>"


def blocks(prompt: Prompt) -> list[dict[str, Any]]:
    """Typed content: an image block where each picture stands. Every block has both keys, as Arrow's structs do."""
    return [
        {
            "role": said.role,
            "content": [
                *([{"type": "image", "text": None}] if said.picture else []),
                {"type": "text", "text": said.text},
            ],
        }
        for said in prompt
    ]


def reply(text: str) -> list[dict[str, Any]]:
    """An assistant's message, in typed blocks."""
    return [{"role": "assistant", "content": [{"type": "text", "text": text}]}]


def turns_of_blocks(messages: Sequence[dict[str, Any]]) -> tuple[Turn, ...]:
    """What `blocks` wrote."""
    return tuple(
        Turn(
            message["role"],
            "".join(block["text"] or "" for block in message["content"] if block["type"] == "text"),
            sum(block["type"] == "image" for block in message["content"]),
        )
        for message in messages
    )


def texts(prompt: Prompt, *, role: str = "role", content: str = "content") -> list[dict[str, str]]:
    """Plain text with a placeholder where each picture stands."""
    return [{role: said.role, content: (PLACEHOLDER if said.picture else "") + said.text} for said in prompt]


def turns_of_texts(
    messages: Sequence[dict[str, str]], *, role: str = "role", content: str = "content"
) -> tuple[Turn, ...]:
    """What `texts` wrote. Only a placeholder at the start is one; another would be told as control words."""
    return tuple(
        Turn(
            message[role],
            re.sub(f"^{PLACEHOLDER}", "", message[content]),
            int(message[content].startswith(PLACEHOLDER)),
        )
        for message in messages
    )


def provenance(lesson: Lesson) -> dict[str, str]:
    """Where a row comes from: nobody's name, no path, and the licences that it stands under."""
    annotation, item = lesson.about.annotation, lesson.about.item
    model = lesson.about.trace.model if lesson.about.trace else None
    return {
        "id": lesson.id,
        "item": item.id,
        "photo_sha256": lesson.about.image.blob_sha256,
        "annotator": annotation.annotator,
        "action": annotation.submission.action.value,
        "chosen_source": lesson.source.value,
        "model": f"{model.name}@{model.revision}" if model else "",
        "label_licence": annotation.licence,
        "image_licence": lesson.about.image_licence,
    }
