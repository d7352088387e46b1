"""Makes, saves and loads the embedded checkpoint: a stock Qwen2.5-VL folder of about 3.5 million parameters."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
)

from ergo_demo.training.dialogue import COARSE_BUDGET_TOKENS, ZOOM_BUDGET_TOKENS, ZOOM_LEAST_TOKENS

MEAN = (0.48145466, 0.4578275, 0.40821073)  # CLIP's, as Qwen2.5-VL's processor has them
STD = (0.26862954, 0.26130258, 0.27577711)

# One turn of Qwen's own template, without tools and videos. Written with type tests first: an image part may
# carry an empty text key.
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def model_config(tokenizer: PreTrainedTokenizerFast, width: int = 192, depth: int = 4) -> Qwen2_5_VLConfig:
    """A Qwen2.5-VL with 8 decoder layers and a vision tower of `depth` blocks that all see the whole image.

    rope_theta is small because columns get the slowest third of the frequencies: at Qwen's million, or even at
    ten thousand, twelve columns would turn them by less than a twentieth of a radian.
    """

    def token(text: str) -> int:
        found = tokenizer.convert_tokens_to_ids(text)
        assert isinstance(found, int)
        return found

    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": width,
            "intermediate_size": width * 5 // 3 // 32 * 32,
            "num_hidden_layers": 8,
            "num_attention_heads": width // 32,
            "num_key_value_heads": width // 96,
            "max_position_embeddings": 4096,
            "rms_norm_eps": 1e-6,
            "rope_parameters": {"rope_type": "default", "rope_theta": 50.0, "mrope_section": [4, 6, 6]},
            "bos_token_id": None,
            "eos_token_id": token("<|im_end|>"),
            "pad_token_id": token("<|endoftext|>"),
        },
        vision_config={
            "depth": depth,
            "hidden_size": 128,
            "intermediate_size": 256,
            "num_heads": 4,
            "out_hidden_size": width,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "window_size": 112,
            "fullatt_block_indexes": list(range(depth)),
        },
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=True,
    )


def new_model(config: Qwen2_5_VLConfig, seed: int = 0) -> Qwen2_5_VLForConditionalGeneration:
    """A model with random weights."""
    torch.manual_seed(seed)
    return Qwen2_5_VLForConditionalGeneration(config)


def load(folder: Path) -> Qwen2_5_VLForConditionalGeneration:
    """The checkpoint in `folder`, in fp32 for training."""
    return Qwen2_5_VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)


def with_vocabulary(
    model: Qwen2_5_VLForConditionalGeneration, old: PreTrainedTokenizerFast, new: PreTrainedTokenizerFast
) -> Qwen2_5_VLForConditionalGeneration:
    """The same network for another tokenizer: what both call by the same bytes keeps its row.

    A new token begins as the mean of the tokens that spelled it before.
    """
    if old.get_vocab() == new.get_vocab():
        return model
    carried = new_model(model_config(new))
    weights = model.state_dict()
    name = "model.language_model.embed_tokens.weight"
    rows, before = carried.state_dict()[name].clone(), old.get_vocab()
    for token, index in new.get_vocab().items():
        spelled = [before[token]] if token in before else _ids(old, new.convert_tokens_to_string([token]))
        if spelled:
            rows[index] = weights[name][spelled].mean(0)
    weights |= {name: rows, "lm_head.weight": rows}
    carried.load_state_dict(weights)
    return carried


def _ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def save(model: Qwen2_5_VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a stock folder: bf16 weights, tokenizer, processor, chat template, and ergo.json with the budgets."""
    folder.mkdir(parents=True, exist_ok=True)
    half: Any = Qwen2_5_VLForConditionalGeneration(model.config)
    half.load_state_dict(model.state_dict())
    half.to(torch.bfloat16)
    stops = [tokenizer.convert_tokens_to_ids(token) for token in ("<|im_end|>", "<|endoftext|>")]
    half.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False, eos_token_id=stops, pad_token_id=stops[1]
    )
    half.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # safetensors writes it for its owner only
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    _write_json(folder / "processor_config.json", _processor())
    _write_json(folder / "ergo.json", _budgets())


def _processor() -> dict[str, object]:
    """What stock transformers needs to cut an image into patches; views arrive with sides of 28 px multiples."""
    return {
        "processor_class": "Qwen2_5_VLProcessor",
        "image_processor": {
            "image_processor_type": "Qwen2VLImageProcessor",
            "do_convert_rgb": True,
            "do_normalize": True,
            "do_rescale": True,
            "do_resize": True,
            "image_mean": list(MEAN),
            "image_std": list(STD),
            "merge_size": 2,
            "patch_size": 14,
            "resample": 3,
            "rescale_factor": 1 / 255,
            "size": {"shortest_edge": 4 * 28 * 28, "longest_edge": 16384 * 28 * 28},
            "temporal_patch_size": 2,
        },
    }


def _budgets() -> dict[str, object]:
    return {
        "name": "ERGO-tiny",
        "coarse_budget_tokens": COARSE_BUDGET_TOKENS,
        "zoom_budget_tokens": ZOOM_BUDGET_TOKENS,
        "zoom_least_tokens": ZOOM_LEAST_TOKENS,
        "max_new_tokens": 160,  # the longest taught reply has 70
    }


def _write_json(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
