"""From messages to what a Qwen2.5-VL reads (token ids, patches) and from token ids back to text. Knows no weights.

Images only: the stock processor also wants a video part, and with it torchvision. The conversation is put together
from token ids and never from text, so that nothing a person writes can pass for a control token, and a reply is
continued exactly as it was generated (decoding and encoding it again gives other tokens).
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from torch import Tensor

from ergo_demo.engines.local_conversation import vision_tokens
from ergo_demo.errors import EngineUnavailable, FrameMismatch
from ergo_demo.geometry import PATCH
from ergo_demo.records import Message, Pixels

if TYPE_CHECKING:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

HALF_PATCH = PATCH // 2
"""View px per side of what the vision tower calls a patch: 2 x 2 of them are one token."""

CHAT_CONTROLS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
IMAGE_CONTROLS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")


@dataclass(frozen=True, slots=True)
class Picture:
    """One view as the vision tower reads it."""

    patches: Tensor
    """(rows * columns, 1176) float32: each 14-px patch, flat, in the order in which tokens are merged."""
    grid: Tensor
    """(1, 3): frames (1), rows and columns of 14-px patches."""

    @property
    def tokens(self) -> int:
        """Vision tokens: one for 2 x 2 patches."""
        return len(self.patches) // 4


class Processor:
    """The tokenizer and the image processor of one checkpoint."""

    def __init__(self, tokenizer: Tokenizer, images: "Qwen2VLImageProcessorPil") -> None:
        self._tokenizer = tokenizer
        self._images = images
        # What a person writes is never a control token, whatever it looks like; ours are put in as ids.
        tokenizer.encode_special_tokens = True
        known = tokenizer.get_vocab(with_added_tokens=True)
        missing = [token for token in CHAT_CONTROLS + IMAGE_CONTROLS if token not in known]
        if missing:
            raise EngineUnavailable(
                f"The checkpoint's tokenizer has no {', '.join(missing)}.", remedy="Give a Qwen2.5-VL checkpoint."
            )
        self._ids = {token: known[token] for token in CHAT_CONTROLS + IMAGE_CONTROLS}
        self._hidden = {number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}

    @classmethod
    def load(cls, folder: Path) -> "Processor":
        """From a checkpoint's folder, in the stock layout or the older one of the hub. Raises OSError, ValueError."""
        # Imported here: with a broken torchvision these imports fail, and that is found out first (see loading).
        from transformers import AutoTokenizer
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        images = Qwen2VLImageProcessorPil.from_pretrained(folder, local_files_only=True)
        return cls(tokenizer.backend_tokenizer, images)

    @property
    def image_token_id(self) -> int:
        """The id that stands for one vision token."""
        return self._ids["<|image_pad|>"]

    @property
    def end_ids(self) -> frozenset[int]:
        """The ids that end a reply."""
        return frozenset({self._ids["<|im_end|>"], self._ids["<|endoftext|>"]})

    @property
    def unspeakable_ids(self) -> list[int]:
        """The ids that may not be generated: each would announce an image that is not there."""
        return [self._ids[token] for token in IMAGE_CONTROLS]

    def picture(self, pixels: Pixels) -> Picture:
        """A view as patches. Raises FrameMismatch unless it is seen at exactly its own size.

        The processor's own resizing stays off: a view has its size already, and boxes are read in that frame.
        """
        height, width = pixels.shape[:2]
        vision_tokens(pixels)
        seen = self._images(images=[pixels], do_resize=False, input_data_format="channels_last", return_tensors="pt")
        patches, grid = torch.as_tensor(seen["pixel_values"]), torch.as_tensor(seen["image_grid_thw"])
        if grid.tolist() != [[1, height // HALF_PATCH, width // HALF_PATCH]]:
            raise FrameMismatch(
                f"The checkpoint's processor sees a view of {width} x {height} px as a grid of {grid.tolist()[0]}.",
                remedy="Give a checkpoint with patches of 14 px, merged 2 x 2, as all Qwen2.5-VL have.",
            )
        return Picture(patches, grid)

    def message_ids(self, message: Message) -> list[int]:
        """One message in ChatML: the picture first, then the text, as Qwen's chat template orders them.

        Raises FrameMismatch where the picture cannot be sent as it is.
        """
        start, end = self._ids["<|im_start|>"], self._ids["<|im_end|>"]
        if message.picture is None:
            # In one piece: the tokens of a text depend on what stands before it, up to the next control token.
            return [start, *self.encode(f"{message.role}\n{message.text}"), end, *self.encode("\n")]
        vision = [self.image_token_id] * vision_tokens(message.picture)
        seen = [self._ids["<|vision_start|>"], *vision, self._ids["<|vision_end|>"]]
        body = [*self.encode(f"{message.role}\n"), *seen, *self.encode(message.text)]
        return [start, *body, end, *self.encode("\n")]

    def reply_start_ids(self) -> list[int]:
        """What stands before a reply."""
        return [self._ids["<|im_start|>"], *self.encode("assistant\n")]

    def reply_end_ids(self) -> list[int]:
        """What stands behind a reply, however it ended."""
        return [self._ids["<|im_end|>"], *self.encode("\n")]

    def reader(self) -> "Reader":
        """A new reader for one reply."""
        return Reader(self._tokenizer, self._hidden)

    def text_of(self, number: int) -> str:
        """One token on its own; "" for a control token, a replacement character for a part of one."""
        reader = self.reader()
        return reader.read(number) + reader.end()

    def encode(self, text: str) -> list[int]:
        """What a person or a model wrote, as ids; control tokens in it are text like any other."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids


class Reader:
    """Token ids to text, one at a time. A character whose bytes are spread over tokens comes with its last one.

    What it gives, put together, is exactly what the tokenizer decodes from all ids at once (control tokens left out,
    bytes that are no UTF-8 replaced).
    """

    def __init__(self, tokenizer: Tokenizer, hidden: set[int]) -> None:
        self._tokenizer = tokenizer
        self._hidden = hidden
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def read(self, number: int) -> str:
        """The text that this token completes; "" for a control token, or within a character."""
        # A network may have more rows than its tokenizer has tokens.
        token = None if number in self._hidden else self._tokenizer.id_to_token(number)
        return "" if token is None else self._utf8.decode(_bytes_of(token))

    def end(self) -> str:
        """What is left when the reply ends within a character."""
        return self._utf8.decode(b"", final=True)


def _bytes_of(token: str) -> bytes:
    try:
        return bytes(_BYTE_OF[letter] for letter in token)
    except KeyError:  # an added token stands for itself
        return token.encode()


def _byte_letters() -> Iterator[tuple[str, int]]:
    """How GPT-2's byte-level vocabulary spells bytes: printable ones as themselves, the others from U+0100 on."""
    # https://github.com/openai/gpt-2/blob/master/src/encoder.py: bytes_to_unicode
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = 0
    for byte in range(256):
        if byte in printable:
            yield chr(byte), byte
        else:
            yield chr(256 + others), byte
            others += 1


_BYTE_OF = dict(_byte_letters())
