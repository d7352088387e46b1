"""The embedded model's tokenizer: byte-level BPE that spends one token on each word of the protocol.

Trained on the protocol's texts, the scenes' sentences and a few hundred words of the kind that later questions
need. Digits stay single, as Qwen does. Labels are never part of the corpus, so no pair of label characters is
ever merged: reading one character is always writing one token.
"""

from itertools import product

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from ergo_demo.protocol import prompts
from ergo_demo.scenes.scene import QUESTIONS
from ergo_demo.scenes.things import COLOURS, KINDS
from ergo_demo.training.dialogue import END

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    END,
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)

# Qwen2's own split pattern: \p{N} without + keeps digits single.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

_WORDS = """
the a an of in on at to and or is are was it its this that there here where which what who how many much
left right above below beside behind between under over near next front back top bottom middle corner side
edge row rows column columns first second third last one two three four five six seven eight nine ten all both
each every other another only no not any none some more most same different small large big little tall short
wide narrow long thin thick round square triangle circle star cross stripe dot shape colour color part whole
find look see seen read written write say says show shows stand stands lie lies hang hangs carry carries cover
be sure could can cannot must may might would should have has had do does did number letter label tag plate sign
mark name word text board lid handle flag sail window windows door doors house houses shop shops wall roof road
pavement pier quay water sky harbour street shelf shelves book books spine chip chips board pin pins wire
resistor capacitor tree lamp post bench bin box boxes bag basket bottle cup cat dog bird fish person man woman
child crane boat boats buoy buoys crate crates car cars truck bus bicycle tram train station ticket tower bridge
garden flower market stall table chair clock red blue green yellow orange purple white black brown grey gray pink
light dark bright pale striped plain question answer image photo picture view region area field fields around
inside outside close far away from with without by for as because so then than but if when while first finally
think I we you they he she my your their our likely unclear visible hidden possible place places candidate
candidates one of them therefore together apart also too just still yes nothing something
"""


def _corpus() -> list[str]:
    names = [f"{colour} {kind}" for colour, kind in product(COLOURS, KINDS)]
    fixed = [prompts.system(), prompts.coarse_turn("What?"), prompts.zoom_turn("What?")]
    sentences = [text.format(name) for kind in KINDS for text in QUESTIONS[kind] for name in names]
    sentences += [f"<think>The {name} is in A to B.</think><zoom>[" for name in names]
    sentences += [f"<think>The {name} says</think><answer></answer>" for name in names]
    fields = [f" {letter} to" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    words = [" " + word for word in _WORDS.split()] + _WORDS.split()
    return (
        ([*fixed, "system\n", "user\n", "assistant\n", "]</zoom>", ", "]) * 50 + sentences * 2 + fields * 20 + words * 2
    )


def train_tokenizer(vocabulary: int = 1_400) -> PreTrainedTokenizerFast:
    """Train the tokenizer; the same corpus always gives the same one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token="<|endoftext|>",
        extra_special_tokens=[*list(SPECIAL[3:]), "<|im_start|>"],
        padding_side="left",
        model_max_length=8192,
        clean_up_tokenization_spaces=False,
    )
