"""Makes a Qwen2.5-VL of random weights in a folder of the stock layout: what every test of the local engine runs on."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from ergo_demo.training.tokenizer import SPECIAL, SPLIT

if TYPE_CHECKING:
    from transformers import Qwen2_5_VLConfig

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

IMAGES: dict[str, Any] = {
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "merge_size": 2,
    "patch_size": 14,
    "resample": 3,
    "rescale_factor": 1 / 255,
    "temporal_patch_size": 2,
}


@cache
def byte_tokenizer() -> Tokenizer:
    """One token a byte and a few merges, so that most characters beyond ASCII are spread over several tokens."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("Ċ", "Ċ"), ("u", "s")]
    vocabulary = {letter: number for number, letter in enumerate([*letters, *("".join(pair) for pair in merges)])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def make_checkpoint(folder: Path, *, seed: int = 0) -> Path:
    """A folder with about 1.7 million random parameters in bf16, 8 decoder layers and a vision tower of 2 blocks.

    The weights are drawn wider than a fresh network's, so that its replies vary and no two logits are nearly equal.
    """
    from transformers import PreTrainedTokenizerFast, Qwen2_5_VLForConditionalGeneration

    fast: Any = PreTrainedTokenizerFast  # transformers leaves its annotations out
    tokenizer = fast(
        tokenizer_object=byte_tokenizer(), eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network: Any = Qwen2_5_VLForConditionalGeneration(_config(len(tokenizer)))
    network.generation_config.update(do_sample=True, temperature=1e-6, top_k=1, repetition_penalty=1.05)
    network.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    sizes = {"size": {"shortest_edge": 3136, "longest_edge": 12_845_056}}
    images = {"image_processor_type": "Qwen2VLImageProcessor", **IMAGES, **sizes}
    write_json(folder / "processor_config.json", {"processor_class": "Qwen2_5_VLProcessor", "image_processor": images})
    return folder


def make_legacy(folder: Path) -> Path:
    """Rewrites a folder of `make_checkpoint` into the layout that most checkpoints on the hub have."""
    (folder / "processor_config.json").unlink()
    images = {"image_processor_type": "Qwen2VLImageProcessorFast", **IMAGES}
    sizes = {"min_pixels": 3136, "max_pixels": 12_845_056, "processor_class": "Qwen2_5_VLProcessor"}
    write_json(folder / "preprocessor_config.json", {**images, **sizes})
    (folder / "chat_template.jinja").unlink()
    write_json(folder / "chat_template.json", {"chat_template": TEMPLATE})
    described = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    described |= {"tokenizer_class": "Qwen2TokenizerFast", "processor_class": "Qwen2_5_VLProcessor"}
    write_json(folder / "tokenizer_config.json", described)
    return folder


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), "utf-8")


def _config(vocabulary: int) -> "Qwen2_5_VLConfig":
    from transformers import Qwen2_5_VLConfig

    token = byte_tokenizer().get_vocab().__getitem__
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": vocabulary,
            "hidden_size": 128,
            "intermediate_size": 256,
            "num_hidden_layers": 8,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 8192,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [4, 6, 6]},
            "bos_token_id": None,
            "eos_token_id": token("<|im_end|>"),
            "pad_token_id": token("<|endoftext|>"),
            "initializer_range": 0.1,
        },
        vision_config={
            "depth": 2,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_heads": 2,
            "out_hidden_size": 128,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "window_size": 112,
            "fullatt_block_indexes": [1],
            "initializer_range": 0.1,
        },
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=True,
    )
