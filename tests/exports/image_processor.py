"""The processor that stands between an export and a trainer: a checkpoint's own, without the part for videos."""

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer, Qwen2_5_VLProcessor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.processing_utils import ProcessorMixin


class ImageProcessor(Qwen2_5_VLProcessor):  # type: ignore[no-untyped-call,misc,unused-ignore]
    """Qwen2.5-VL's processor without its video part, which alone needs torchvision."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **_more: Any):
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)
        joined: Any = ProcessorMixin  # untyped
        joined.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def processor_of(checkpoint: Path) -> Any:
    tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint)
    images = Qwen2VLImageProcessorPil.from_pretrained(checkpoint)
    return ImageProcessor(images, tokenizer, chat_template=(checkpoint / "chat_template.jinja").read_text("utf-8"))
