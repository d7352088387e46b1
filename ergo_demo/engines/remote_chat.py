"""Messages -> what a server is sent; what comes back -> tokens. Pure. Nothing that a server says is believed unread."""

import base64
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ergo_demo.errors import EngineUnavailable, FrameMismatch
from ergo_demo.geometry import PATCH
from ergo_demo.imaging import encode_png
from ergo_demo.records import Alternative, Message, Pixels, Sampling, Token

ChatMessage: TypeAlias = dict[str, Any]
Fields: TypeAlias = dict[str, Any]

_CONTROL = re.compile(r"<\|(?=\w+\|>)")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk of a stream brought. `choice` counts the replies that were asked for at once, from 0.

    `thought` is what the server took out of the reply because it stood between think tags, which are gone.
    """

    thought: tuple[Token, ...] = ()
    tokens: tuple[Token, ...] = ()
    finish: str | None = None
    choice: int = 0
    prompt_tokens: int | None = None


def chat_message(message: Message) -> ChatMessage:
    """One message, its picture before its text as the model was trained, lossless, and of a size no server changes.

    Raises FrameMismatch for a picture that the server's processor would resize.
    """
    # A server reads control tokens out of plain text; a space keeps what a person wrote from being one.
    text = _CONTROL.sub("< |", message.text)
    if message.picture is None:
        return {"role": message.role, "content": text}
    url = "data:image/png;base64," + base64.b64encode(encode_png(_exact(message.picture))).decode()
    parts = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    return {"role": message.role, "content": parts}


def _exact(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    if width % PATCH or height % PATCH:
        raise FrameMismatch(
            f"A view of {width} x {height} px would be resized by the server.", remedy=f"Send multiples of {PATCH} px."
        )
    return picture


def vision_tokens(messages: Iterable[Message]) -> int:
    """What the pictures of these messages cost at the size at which they are sent."""
    shapes = [message.picture.shape for message in messages if message.picture is not None]
    return sum(height * width // PATCH**2 for height, width, _ in shapes)


def fields(sampling: Sampling, *, alternatives: int = 0) -> tuple[Fields, ...]:
    """The sampling as a request says it: as vLLM takes it, as `transformers serve` does, and as strict servers do.

    Without the unusual fields a server may take a penalty from the checkpoint, which distorts scores, or its wish not
    to sample at all: `transformers serve` then answers greedily, whatever the temperature.
    """
    plain: Fields = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "max_tokens": sampling.max_new_tokens,
    }
    more: Fields = {"stream_options": {"include_usage": True}, "logprobs": True}
    if alternatives:
        more["top_logprobs"] = min(alternatives, 20)  # the most that the interface allows
    vllm = {"top_k": -1, "repetition_penalty": 1.0}
    transformers = {"do_sample": sampling.temperature > 0, "top_k": 0, "repetition_penalty": 1.0}
    return (
        plain | more | {"extra_body": vllm},
        plain | more | {"extra_body": {"generation_config": json.dumps(transformers)}},
        plain | more,
        plain,
    )


def read_pieces(chunk: object) -> list[Piece]:
    """What one chunk of a stream brought. Raises EngineUnavailable when it is nothing that this interface has."""
    data = chunk.model_dump() if hasattr(chunk, "model_dump") else chunk
    if not isinstance(data, Mapping):
        raise unreadable()
    usage, choices = data.get("usage"), data.get("choices")
    prompt = usage.get("prompt_tokens") if isinstance(usage, Mapping) else None
    counted = [Piece(prompt_tokens=prompt)] if isinstance(prompt, int) and prompt > 0 else []
    if not isinstance(choices, Sequence) and not counted:
        raise unreadable()
    return [*map(_piece, choices or ()), *counted]


def _piece(choice: object) -> Piece:
    if not isinstance(choice, Mapping):
        raise unreadable()
    delta, index = choice.get("delta") or {}, choice.get("index") or 0
    if not isinstance(delta, Mapping) or not isinstance(index, int):
        raise unreadable()
    text, finish = delta.get("content"), choice.get("finish_reason")
    thought = delta.get("reasoning_content") or delta.get("reasoning")
    if not all(isinstance(words, str | None) for words in (text, finish, thought)):
        raise unreadable()
    # Probabilities stand beside the whole piece: with a thought and text in one, they are neither's.
    logprobs = None if thought and text else choice.get("logprobs")
    return Piece(_tokens(thought or "", logprobs), _tokens(text or "", logprobs), finish, index)


def _tokens(text: str, logprobs: object) -> tuple[Token, ...]:
    """The tokens of a piece of text: one each where the server names them, else the piece as one, unmeasured."""
    if not text:
        return ()
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    named = [_token(entry) for entry in content] if isinstance(content, Sequence) else []
    tokens = tuple(token for token in named if token is not None)
    if len(tokens) == len(named) and "".join(token.text for token in tokens) == text:
        return tokens
    return (Token(text),)


def _token(entry: object) -> Token | None:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("token"), str):
        return None
    listed = entry.get("top_logprobs")
    others = [_alternative(other) for other in listed] if isinstance(listed, Sequence) else []
    likeliest = sorted((other for other in others if other), key=lambda other: -other.logprob)
    return Token(entry["token"], _logprob(entry.get("logprob")), alternatives=tuple(likeliest))


def _alternative(entry: object) -> Alternative | None:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("token"), str):
        return None
    logprob = _logprob(entry.get("logprob"))
    return None if logprob is None else Alternative(entry["token"], logprob)


def _logprob(value: object) -> float | None:
    """None for what is no logarithm of a probability; -9999 is how vLLM writes "none"."""
    known = isinstance(value, int | float) and math.isfinite(value) and -9999 < value <= 0
    return float(value) if known and isinstance(value, int | float) else None


def unreadable() -> EngineUnavailable:
    """What arrived is not what this interface has."""
    return EngineUnavailable(
        "The model's server sent something that cannot be read.",
        remedy="Check that ERGO_API_BASE is the address of an OpenAI-compatible server, with its /v1.",
    )
